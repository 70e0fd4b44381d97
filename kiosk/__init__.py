"""The touchscreen in the waiting room."""
