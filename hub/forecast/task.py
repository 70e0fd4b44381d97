"""What the hub says to its forecasting process; light, for both import it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from hub.models.schema import to_micros


class Task(msgspec.Struct, frozen=True):
    """Where the forecasting process finds what it reads."""

    database: str
    office: int
    rules: str


def question(at: datetime) -> bytes:
    """Return the line that asks for the tables of an instant."""
    return f"{to_micros(at)}\n".encode()
