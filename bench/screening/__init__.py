"""Screening measured on invented people: recall, false alarms, time and memory by size of list."""
