"""A call lamp on a serial line: the example of docs/drivers.md."""
