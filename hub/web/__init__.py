"""What the hub serves over HTTP: the stations' interface, the pages, and their streams."""
