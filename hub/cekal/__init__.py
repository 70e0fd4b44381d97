"""The list of exit and entry bans, and the matcher that finds a person behind the spelling."""
