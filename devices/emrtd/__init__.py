"""ICAO 9303 e-passports: access keys, secure messaging, files of the chip, their proof."""
