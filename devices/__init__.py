"""Drivers of kiosk and counter peripherals, opened by address; nothing here knows the hub."""
