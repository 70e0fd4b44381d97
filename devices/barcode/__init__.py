"""Barcode scanners and MRZ readers that send, type or show what they read."""
