"""The three fields that a person types when no reader helps: number, birth, expiry."""

from __future__ import annotations

import re
from datetime import date

from devices.capabilities import MrzKey
from devices.mrz.dates import typed_date
from devices.mrz.errors import fault

_NUMBER = re.compile(r"[A-Z0-9]+")
LONGEST_NUMBER = 22
"""Nine signs and thirteen more in the optional data of a TD1 card (ICAO 9303-5 §4.2.2)."""


def typed_key(number: str, birth: str, expiry: str, *, on: date) -> MrzKey:
    """Return the chip's key from what was typed on the day `on`.

    Dates as YYMMDD, YYYY-MM-DD or DD-MM-YYYY. Raises MrzError with `field` document_number,
    birth_date or expiry_date. An expired document is no error: its chip still opens.
    """
    born = typed_date(birth, "birth_date", on=on, past=True)
    if born > on:
        raise fault("birth_future", "birth_date")
    expires = typed_date(expiry, "expiry_date", on=on, past=False)
    if expires <= born:
        raise fault("expiry_before_birth", "expiry_date")
    return MrzKey(typed_number(number), f"{born:%y%m%d}", f"{expires:%y%m%d}")


def typed_number(number: str) -> str:
    """Return a document number in capitals without spaces, dashes and fillers. Raises MrzError."""
    written = re.sub(r"[\s<-]", "", number).upper()
    if not written:
        raise fault("number_empty", "document_number")
    if not _NUMBER.fullmatch(written):
        raise fault("number_signs", "document_number")
    if len(written) > LONGEST_NUMBER:
        raise fault("number_length", "document_number")
    return written
