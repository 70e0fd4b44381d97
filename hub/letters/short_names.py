"""A name that is too long for its place, shortened as ICAO Doc 9303-3 truncates names.

Given names shrink to initials from the last; then the surname is cut, one letter of the given names
is left. The card alone does so: the letter prints the full name.
"""

from __future__ import annotations

from collections.abc import Iterator


def shorter_names(surname: str, given_names: str) -> Iterator[str]:
    """Yield ever shorter forms of `SURNAME, GIVEN NAMES`; a name of one part is only cut."""
    primary, given = (surname or given_names).strip(), given_names.split() if surname else []
    for whole in range(len(given), -1, -1) if given else ():
        yield f"{primary}, {' '.join([*given[:whole], *(part[:1] for part in given[whole:])])}"
    tail = f", {given[0][:1]}" if given else ""
    for length in range(len(primary) - 1, 0, -1):
        yield f"{primary[:length].rstrip()}{tail}"
