"""Commands that were done, by idempotency key: repeated, they give the first answer again.

Key = (actor, key). Only commands that changed something are kept, with references and no personal
data, in the same SAVEPOINT as what they did. Kept 30 days.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from hub.errors import BadInput
from hub.models.queue import CommandRow

if TYPE_CHECKING:
    from hub.writer import Tx

KEPT = timedelta(days=30)
PRUNED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Earlier:
    """The answer a command got the first time."""

    body: bytes
    seq: int


def digest(name: str, request: bytes) -> str:
    """Return the SHA-256 of a command's name and request."""
    return hashlib.sha256(name.encode() + b"\0" + request).hexdigest()


def find(tx: Tx, key: str, name: str, request_digest: str) -> Earlier | None:
    """Return the earlier answer for this key. Raises BadInput `key_reused` for another request."""
    row = tx.connection.execute(
        select(CommandRow.digest, CommandRow.name, CommandRow.outcome, CommandRow.seq).where(
            CommandRow.office == tx.office,
            CommandRow.actor == tx.actor.reference,
            CommandRow.key == key,
        )
    ).one_or_none()
    if row is None:
        return None
    if row.digest != request_digest or row.name != name:
        raise BadInput(
            "key_reused",
            "This Idempotency-Key was already used for another request. Send a fresh key.",
            id="Idempotency-Key ini sudah dipakai untuk permintaan lain. Kirim kunci baru.",
        )
    return Earlier(row.outcome.encode(), row.seq)


def keep(tx: Tx, key: str, name: str, request_digest: str, body: bytes, seq: int) -> None:
    """Remember a command that changed something."""
    tx.connection.execute(
        insert(CommandRow).values(
            office=tx.office,
            actor=tx.actor.reference,
            key=key,
            name=name,
            digest=request_digest,
            outcome=body.decode(),
            seq=seq,
            at=tx.at,
        )
    )


def prune(tx: Tx) -> int:
    """Forget at most 500 commands older than 30 days; return how many."""
    old = (
        select(CommandRow.actor, CommandRow.key)
        .where(CommandRow.office == tx.office, CommandRow.at < tx.at - KEPT)
        .limit(PRUNED_AT_ONCE)
    )
    rows = tx.connection.execute(old).all()
    for row in rows:
        tx.connection.execute(
            delete(CommandRow).where(
                CommandRow.office == tx.office,
                CommandRow.actor == row.actor,
                CommandRow.key == row.key,
            )
        )
    return len(rows)
