"""The headless program that drives a counter's devices."""
