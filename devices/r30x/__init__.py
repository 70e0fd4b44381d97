"""Fingerprint sensors on a UART: ZFM-20, R30x, AS608, R503."""
