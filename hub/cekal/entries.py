"""The office's copy of the list: sealed entries found by keyed indexes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
from anyascii import anyascii
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.events.applications import CekalListLoaded
from hub.keys import Keyring
from hub.models.application import CekalEntry, CekalList
from hub.models.schema import new_id
from hub.writer import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A person on the list; `kind` is cegah (may not leave) or tangkal (may not enter)."""

    kind: Literal["cegah", "tangkal"]
    name: str
    birth_date: str = ""
    document_number: str = ""
    reference: str = ""


def name_form(name: str) -> str:
    """Return a name as compared exactly: Latin capitals, words in alphabetical order."""
    words = anyascii(name).upper().replace("-", " ").replace(",", " ").split()
    return " ".join(sorted("".join(c for c in word if c.isalnum()) for word in words))


def list_in_force(session: Session, office: int) -> CekalList | None:
    """Return the newest list of the office, or None if it keeps none."""
    return session.scalar(
        select(CekalList)
        .where(CekalList.office == office)
        .order_by(CekalList.in_force_since.desc(), CekalList.version.desc())
        .limit(1)
    )


def load_list(tx: Tx, keyring: Keyring, version: str, entries: Sequence[Entry]) -> int:
    """Put a small list in force; return its size. Raises Conflict `list_known`."""
    if tx.session.get(CekalList, (tx.office, version)) is not None:
        text = "A list of this version is loaded already."
        raise Conflict("list_known", text, id="Daftar versi ini sudah dimuat.")
    tx.session.add_all(_row(tx, keyring, version, entry) for entry in entries)
    tx.session.add(
        CekalList(office=tx.office, version=version, entries=len(entries), in_force_since=tx.at)
    )
    tx.session.flush()
    tx.emit(CekalListLoaded(version, len(entries)), subject=version)
    return len(entries)


def _row(tx: Tx, keyring: Keyring, version: str, entry: Entry) -> CekalEntry:
    identity = new_id()
    place = f"{tx.office}/cekal/{identity}"
    return CekalEntry(
        office=tx.office,
        id=identity,
        list_version=version,
        kind=entry.kind,
        name_index=keyring.blind("cekal.name", name_form(entry.name)),
        document_index=keyring.blind("cekal.document", entry.document_number),
        birth_index=keyring.blind("cekal.birth", entry.birth_date),
        sealed=keyring.wrap(msgspec.json.encode(entry), place),
        added_at=tx.at,
        added_by=tx.actor.reference,
    )
