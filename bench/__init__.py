"""Measurements of the hub against the floors of the same run: `python -m bench`."""
