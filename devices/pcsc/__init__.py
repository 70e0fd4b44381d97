"""Contact and contactless cards through PC/SC, and cards of our own behind the virtual reader."""
