"""Machine-readable zones: check digits, TD1, TD2 and TD3, reader line formats, typed entry."""
