"""Flatbed and feeder scanners through SANE, each in a child process."""
