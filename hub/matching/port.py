"""The port through which the hub asks a list: what goes out, what comes back, and who answers.

`[cekal] source` in office.toml names it: `list`, `service` (hub.matching.service), or a source of
another kind, attached by the entry-point group `loket.cekal_sources`: a function that takes the
office's rules and returns a `Source`.
"""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.metadata import entry_points
from typing import Literal, Protocol, cast

import msgspec

from hub.cekal.records import Entry, Query, holds
from hub.errors import NotFound
from hub.office import OfficeConfig
from hub.office.cekal_rules import OWN_LIST, SERVICE, SOURCES

Standing = Literal["in_force", "not_yet", "expired", "withdrawn"]


Why = Literal[
    "silent", "unreachable", "certificate", "refused", "troubled", "nonsense",
    "token_file", "ca_file", "failed",
]  # fmt: skip
"""What keeps a source away, by what a person must do about it."""


class Away(Exception):
    """Nobody answered in time, or not so that it can be relied on: the person is not checked, and
    never clear for that."""

    def __init__(self, why: Why = "silent") -> None:
        super().__init__(why)
        self.why: Why = why


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


def standing_of(entry: Entry, on: date) -> Standing:
    """Return whether an entry's ban is in force on that day."""
    if holds(entry, on):
        return "in_force"
    begun = not entry.valid_from or entry.valid_from[:10] <= on.isoformat()
    return "expired" if begun else "not_yet"


def called(office: OfficeConfig) -> str:
    """Return what people call the service that is asked in place of the list; nothing: the list."""
    if office.cekal.source == OWN_LIST:
        return ""
    return office.cekal_service.name if office.cekal.source == SERVICE else office.cekal.source


def attached(office: OfficeConfig) -> Source | None:
    """Return the service that office.toml names; None: the office's own list. Raises NotFound."""
    name = office.cekal.source
    if name == OWN_LIST:
        return None
    if name == SERVICE:
        from hub.matching.service import connect  # loads an HTTP client, which most hubs do without

        return connect(office)
    found = next(iter(entry_points(group=SOURCES, name=name)), None)
    if found is None:
        text = f"office.toml names the source {name} for [cekal], which is not installed."
        indonesian = f"office.toml menyebut sumber {name} untuk [cekal], yang tidak terpasang."
        raise NotFound("cekal_source_missing", text, id=indonesian)
    return cast("Factory", found.load())(office)
