"""Codes on papers: the case code with its check character, and secret codes of receipts.

    CTH-261123-0042-K     office, office day, serial of the day, check character

The check character is ISO 7064 MOD 37,36: it finds every wrong character and every swapped pair.
"""

from __future__ import annotations

import re
import secrets
from datetime import date

from hub.wire.paper_codes import case_on_paper

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SAFE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHORTEST = 13
_SECRET_SIGNS = 10
RECEIPT = "LOKET:R:"
PROOF = "LOKET:B:"
_SECRET_PLACE = 3


def case_code(office: str, day: date, serial: int) -> str:
    """Return the code of the `serial`-th case opened on `day`."""
    parts = (office, f"{day:%y%m%d}", f"{serial:04d}")
    return "-".join((*parts, check_character("".join(parts))))


def read_case_code(text: str) -> tuple[str, ...]:
    """Return what `text` can be as a printed case code; nothing if its check character is wrong.

    The barcode of a paper is read as the case that it names.
    Dashes and spaces may be missing; then an office code that ends in digits can be read two ways.
    """
    plain = re.sub(r"[^A-Z0-9]", "", (case_on_paper(text) or text).upper())
    if len(plain) < _SHORTEST or check_character(plain[:-1]) != plain[-1]:
        return ()
    ends = range(2, min(6, len(plain) - 11) + 1)
    splits = ((plain[:end], plain[end : end + 6], plain[end + 6 : -1]) for end in ends)
    return tuple(
        "-".join((*parts, plain[-1]))
        for parts in splits
        if parts[1].isdigit() and parts[2].isdigit() and 4 <= len(parts[2]) <= 6
    )


def new_secret() -> str:
    """Return a random code of 50 bits, without letters that look alike."""
    return "".join(secrets.choice(_SAFE) for _ in range(_SECRET_SIGNS))


def payload(kind: str, number: str, secret: str) -> str:
    """Return the text of a paper's barcode: what it is, its number, its secret code."""
    return f"{kind}{number}:{secret}"


def read_secret(text: str) -> str:
    """Return the secret code of what was scanned or typed; it stands behind the paper's number."""
    parts = text.strip().upper().split(":")
    last = parts[_SECRET_PLACE] if len(parts) > _SECRET_PLACE else parts[-1]
    return re.sub(r"[^A-Z0-9]", "", last).replace("O", "0").replace("I", "1").replace("L", "1")


def check_character(text: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character of capital letters and digits."""
    rest = 36
    for sign in text:
        rest = (rest + _SIGNS.index(sign)) % 36 or 36
        rest = rest * 2 % 37
    return _SIGNS[(37 - rest) % 36]
