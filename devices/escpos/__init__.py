"""ESC/POS receipt printers over serial, TCP and USB."""
