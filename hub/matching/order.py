"""What the hub asks of its importing process: one JSON line in, lines of progress, a result."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from hub.matching.task import Progress


class Order(msgspec.Struct, frozen=True):
    """A file to judge and, unless it is a dry run, to store as a version; `name` as its sender
    calls it."""

    folder: str
    key_file: str
    name: str
    form: Literal["jsonl", "csv", "xlsx"]
    version: str
    kind: Literal["full", "update"]
    effective: datetime
    at: datetime
    today: date
    mapping: dict[str, tuple[str, ...]] = {}
    good_only: bool = False
    dry_run: bool = False
    withdrawn: tuple[str, ...] = ()
    warn_days: int = 30
    file: str = ""
    """Where the process finds the content: a descriptor that it inherits."""


class BadLine(msgspec.Struct, frozen=True):
    """A row that is no entry: its line, the field and the reason in both languages."""

    line: int
    field: str
    reason: str


class Outcome(msgspec.Struct, frozen=True, tag="outcome"):
    """What came of it; `refused` says in both languages why the file is no list at all."""

    taken: int = 0
    bad: int = 0
    stored: bool = False
    cut: bool = False
    expired: int = 0
    expiring: int = 0
    kinds: dict[str, int] = {}
    bad_rows: list[BadLine] = []
    refused_id: str = ""
    refused_en: str = ""


Told = Progress | Outcome
