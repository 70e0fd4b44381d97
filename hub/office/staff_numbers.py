"""The NIP of a civil servant: birth YYYYMMDD, appointment YYYYMM, sex 1 or 2, serial of three."""

from __future__ import annotations

import re
from datetime import date

_NIP = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{4})(\d{2})([12])(\d{3})")


def plain_nip(text: str) -> str:
    """Return a NIP without the spaces it is printed with."""
    return re.sub(r"[\s.]", "", text)


def is_nip(text: str) -> bool:
    """Say whether `text` can be a NIP: 18 digits whose dates exist and follow each other."""
    found = _NIP.fullmatch(plain_nip(text))
    if found is None:
        return False
    year, month, day, since_year, since_month = (int(part) for part in found.groups()[:5])
    try:
        return date(year, month, day) < date(since_year, since_month, 1)
    except ValueError:
        return False
