"""Drivers of kiosk and counter peripherals. A device is opened by its address; nothing here knows the hub."""
