"""USB fingerprint readers through libfprint; those that give no image are refused."""
