"""Is this paper ours, and what does it vouch for? Offline, against the office's public key."""
