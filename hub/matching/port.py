"""The port through which the hub asks a list: what goes out, what comes back, and who answers.

A national service is attached by the entry-point group `loket.cekal_sources`: a function that
takes the office's rules and returns a `Source`; `[cekal] source` in office.toml names it.
"""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.metadata import entry_points
from typing import Literal, Protocol, cast

import msgspec

from hub.cekal.records import Entry, Query
from hub.errors import NotFound
from hub.office import OfficeConfig

GROUP = "loket.cekal_sources"
OWN_LIST = "list"
Standing = Literal["in_force", "not_yet", "expired", "withdrawn"]


class Away(Exception):
    """Nobody answered in time: the person is not checked, and never clear for that."""


class Reason(msgspec.Struct, frozen=True, array_like=True):
    """One line of an explanation and what it adds."""

    id: str
    en: str
    adds: float


class Found(msgspec.Struct, frozen=True):
    """An entry that a person may be, as it stood when it was asked for."""

    entry: Entry
    version: str
    score: float
    standing: Standing
    reasons: list[Reason] = []


class Answer(msgspec.Struct, frozen=True):
    """What was found, best first; `threshold` is the score from which a person is shown."""

    found: list[Found]
    threshold: float
    size: int
    ms: float = 0.0


class Source(Protocol):
    """Whoever can say which entries a person may be."""

    async def ask(self, query: Query, on: date, nearest: int) -> Answer:
        """Return every entry from the threshold on and at least the `nearest`. Raises Away."""


class Factory(Protocol):
    """Makes an attached source from the office's rules."""

    def __call__(self, office: OfficeConfig) -> Source:
        """Return the source."""


def entry_version(entry: Entry) -> str:
    """Return what changes when anything about the entry changes, as 16 hex digits."""
    return hashlib.sha256(msgspec.json.encode(entry)).hexdigest()[:16]


def reference(entry: str) -> str:
    """Return an entry's id as it is kept in references: long ones as their digest."""
    return entry if len(entry) <= 80 else hashlib.sha256(entry.encode()).hexdigest()


def attached(office: OfficeConfig) -> Source | None:
    """Return the service that office.toml names; None: the office's own list. Raises NotFound."""
    name = office.cekal.source
    if name == OWN_LIST:
        return None
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        text = f"office.toml names the source {name} for [cekal], which is not installed."
        indonesian = f"office.toml menyebut sumber {name} untuk [cekal], yang tidak terpasang."
        raise NotFound("cekal_source_missing", text, id=indonesian)
    return cast("Factory", found.load())(office)
