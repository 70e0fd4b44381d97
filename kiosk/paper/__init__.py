"""The ticket's template and the fonts it is set in."""
