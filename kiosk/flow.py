"""Which screens a person passes for each form, as data: one row per screen.

A new question is a row here and a screen of the same name in `kiosk.screens`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Keyboard = Literal["", "letters", "digits"]


@dataclass(frozen=True, slots=True)
class Row:
    """A screen: its name, the part of the journey it belongs to, and how it takes input.

    `stage` groups rows that count as one step in "step n of m". `field` is the session's field
    that the keyboard fills, at most `longest` signs. `time_out_s` is None where nobody is asked.
    """

    name: str
    stage: str
    keyboard: Keyboard = ""
    field: str = ""
    longest: int = 0
    needs_reader: bool = False
    time_out_s: float | None = 60.0


CLOSED = Row("closed", "", time_out_s=None)
LANGUAGE = Row("language", "", time_out_s=None)
SERVICE = Row("service", "service")
NOTICE = Row("notice", "notice")
NUMBER = Row("number", "passport", "letters", "number", 12, time_out_s=90.0)
BIRTH = Row("birth", "passport", "digits", "birth", 8, time_out_s=90.0)
EXPIRY = Row("expiry", "passport", "digits", "expiry", 8, time_out_s=90.0)
LAY = Row("lay", "chip", needs_reader=True)
CHECK = Row("check", "check", time_out_s=90.0)
CASE = Row("case", "case", "letters", "case", 20, time_out_s=90.0)
BOOKING = Row("booking", "booking", "letters", "booking", 12, time_out_s=90.0)
CONFIRM = Row("confirm", "confirm")
SENDING = Row("sending", "ticket")
TICKET = Row("ticket", "ticket", time_out_s=30.0)

ANSWER_WITHIN_S = 20.0
"""How long the question "are you still there?" waits for one touch (KIOSK checklist: ≥ 20 s)."""

LANGUAGE_RESTS_S = 60.0
"""Larger text or contrast chosen on the first screen goes back after this rest."""

FLOWS: Mapping[str, tuple[Row, ...]] = {
    "none": (SERVICE, CONFIRM, SENDING, TICKET),
    "case": (SERVICE, CASE, CONFIRM, SENDING, TICKET),
    "booking": (SERVICE, BOOKING, SENDING, TICKET),
    "passport": (
        SERVICE,
        NOTICE,
        NUMBER,
        BIRTH,
        EXPIRY,
        LAY,
        CHECK,
        CONFIRM,
        SENDING,
        TICKET,
    ),
}
ROWS: Mapping[str, Row] = {
    row.name: row for row in (CLOSED, LANGUAGE, *FLOWS["passport"], CASE, BOOKING)
}


def rows_of(form: str, *, reader: bool) -> tuple[Row, ...]:
    """Return the screens of `form`, without those that need a passport reader when none works."""
    return tuple(row for row in FLOWS[form] if reader or not row.needs_reader)


def after(form: str, name: str, *, reader: bool) -> str:
    """Return the screen that follows `name`; the last one follows itself."""
    names = _names(form, reader=reader, keep=name)
    return names[min(names.index(name) + 1, len(names) - 1)]


def before(form: str, name: str, *, reader: bool) -> str:
    """Return the screen that precedes `name`; the language precedes the first."""
    names = _names(form, reader=reader, keep=name)
    place = names.index(name)
    return names[place - 1] if place else LANGUAGE.name


def progress(form: str, name: str, *, reader: bool) -> tuple[int, int] | None:
    """Return (n, m) of "step n of m", None on screens outside a journey."""
    stage = ROWS[name].stage
    if not stage:
        return None
    stages = list(dict.fromkeys(row.stage for row in rows_of(form, reader=reader)))
    if stage not in stages:
        stages = list(dict.fromkeys(row.stage for row in FLOWS[form]))
    return stages.index(stage) + 1, len(stages)


def _names(form: str, *, reader: bool, keep: str) -> list[str]:
    # a reader that retires while its screen is shown must not lose the person's place
    return [row.name for row in FLOWS[form] if reader or not row.needs_reader or row.name == keep]
