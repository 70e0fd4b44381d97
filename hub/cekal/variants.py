"""Names that are one name in several languages or papers (tables/variants.txt)."""

from __future__ import annotations

from functools import cache

from hub.cekal.tables import lines


def groups_of(part: str) -> tuple[str, ...]:
    """Return the groups of spellings that list `part`."""
    return every_group().get(part, ())


@cache
def every_group() -> dict[str, tuple[str, ...]]:
    """Return all listed spellings with their groups."""
    found: dict[str, tuple[str, ...]] = {}
    for place, line in enumerate(lines("variants.txt")):
        for spelling in dict.fromkeys(line.split()):
            found[spelling] = (*found.get(spelling, ()), f"={place}")
    return found
