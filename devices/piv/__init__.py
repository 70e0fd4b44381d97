"""Officers' cards: PIV (SP 800-73) with the key of slot 9A; any other card only has a number."""
