"""Fingerprints beyond one sensor: interchange records and the minutiae in an image."""
