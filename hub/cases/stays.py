"""The permits under which a person stayed: intervals that may touch, never overlap.

A stay begins with a permit and lasts while permits follow each other; ordinary trips with a
re-entry permit do not end it, leaving for good (EPO) does (DOMAIN: eligibility over intervals).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from hub.wire import Words

KINDS = ("ITAS", "ITAP", "ITK")
ENDINGS = ("", "EXTENDED", "CONVERTED", "EPO", "EXPIRED")
"""How a permit ended: still running, extended, converted, exit permit only, run out."""


@dataclass(frozen=True, slots=True, order=True)
class Stay:
    """One permit: its first and last day, and how it ended."""

    start: date
    end: date
    kind: str
    number: str = ""
    office: str = ""
    ended_by: str = ""

    @property
    def name(self) -> str:
        """Return kind and number."""
        return f"{self.kind} {self.number}".strip()


def read_stays(text: str) -> tuple[Stay, ...]:
    """Return the stays kept as JSON, in order of their first day. Raises ValueError."""
    if not text:
        return ()
    try:
        return tuple(sorted(msgspec.json.decode(text, type=list[Stay])))
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ValueError(text[:0] or "stays") from error


def write_stays(stays: Sequence[Stay]) -> str:
    """Return the stays as JSON, in order."""
    return msgspec.json.encode(sorted(stays)).decode()


def wrong_stays(stays: Sequence[Stay], today: date) -> Words | None:
    """Return, in words, what cannot be about these stays, or None."""
    for stay in stays:
        wrong = _wrong_one(stay, today)
        if wrong is not None:
            return wrong
    ordered = sorted(stays)
    for before, after in itertools.pairwise(ordered):
        # a permit may begin on the last day of the one before it
        if after.start < before.end:
            return Words(
                id=f"{after.name} mulai {_said(after.start)}, padahal {before.name} "
                f"masih berlaku sampai {_said(before.end)}: masa izin bertumpuk",
                en=f"{after.name} begins {_said(after.start)}, but {before.name} "
                f"still runs until {_said(before.end)}: the permits overlap",
            )
    return None


def _wrong_one(stay: Stay, today: date) -> Words | None:
    if stay.kind not in KINDS or stay.ended_by not in ENDINGS:
        return Words(id=f"{stay.name}: jenis tidak dikenal", en=f"{stay.name}: unknown kind")
    if stay.end < stay.start:
        return Words(
            id=f"{stay.name}: berakhir sebelum mulai", en=f"{stay.name}: ends before it begins"
        )
    if stay.start > today:
        return Words(
            id=f"{stay.name}: mulai di masa depan", en=f"{stay.name}: begins in the future"
        )
    if stay.end.year - stay.start.year > 60 or stay.start.year < 1945:
        return Words(
            id=f"{stay.name}: tanggal tidak mungkin", en=f"{stay.name}: dates that cannot be"
        )
    return None


def _said(day: date) -> str:
    return day.isoformat()
