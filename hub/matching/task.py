"""What the hub and its matching process say to each other, one JSON line each way."""

from __future__ import annotations

import msgspec

from hub.cekal.records import Query
from hub.matching.port import Answer, Found


class Task(msgspec.Struct, frozen=True):
    """Where the list lies, and the versions that make it up, oldest first.

    `threshold` is the office's own; None: the one in the folder, else the learned one.
    """

    folder: str
    key_file: str
    versions: list[str]
    threshold: float | None = None


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How many entries are read."""

    done: int
    total: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The list is loaded."""

    size: int
    threshold: float


class Person(msgspec.Struct, frozen=True, tag="person"):
    """Ask whom a person may be."""

    query: Query
    on: str
    nearest: int


class Look(msgspec.Struct, frozen=True, tag="look"):
    """Ask for entries by their ids, or for `count` of the list, or of those that end soon, from
    `after` on."""

    on: str
    ids: list[str] = []
    after: int = 0
    count: int = 0
    ending_by: str = ""
    """Only entries in force whose ban ends by this day."""


class Page(msgspec.Struct, frozen=True, tag="page"):
    """Entries of the list, how many it holds, and how many of them end by the day asked for."""

    found: list[Found]
    size: int
    next: int = 0
    ending: int = 0


class Screened(msgspec.Struct, frozen=True, tag="screened"):
    """The answer about a person."""

    answer: Answer


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The question could not be answered; the reason names no person."""

    reason: str


Question = Person | Look
Said = Progress | Ready | Page | Screened | Failed
