"""The kiosk's own small widget set: boxes, text, buttons, keyboard, pictures."""
