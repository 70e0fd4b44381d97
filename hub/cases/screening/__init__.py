"""SOP Cekal: is this applicant on the list? It ranks and explains; people decide, two of them."""
