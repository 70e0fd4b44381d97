"""Page printers over the Internet Printing Protocol."""
