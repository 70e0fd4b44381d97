"""Commands that were done, by idempotency key: repeated, they give the first answer again.

Key = (actor, key). Only commands that changed something are kept, with references and no personal
data, in the transaction of what they did. Kept 30 days (hub.forgetting).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from hub.database import table_of
from hub.errors import BadInput
from hub.models.queue import CommandRow
from hub.statements import Statement

_COMMANDS = table_of(CommandRow)
_C = _COMMANDS.c
_KEEP = Statement(insert(_COMMANDS))
_FIND = Statement(
    select(_C.digest, _C.name, _C.outcome, _C.seq).where(
        _C.office == bindparam("of_office"),
        _C.actor == bindparam("of_actor"),
        _C.key == bindparam("of_key"),
    )
)


@dataclass(frozen=True, slots=True)
class Request:
    """A command as it was asked for: by whom, under which key, which one, and its digest."""

    actor: str
    key: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """The answer a command got the first time."""

    name: str
    digest: str
    body: bytes
    seq: int


class Memory:
    """What a batch knows of commands done before: looked up, added to, written once."""

    def __init__(self, connection: Connection, office: int) -> None:
        self._connection = connection
        self._office = office
        self._kept: list[dict[str, object]] = []
        self._known: dict[tuple[str, str], Earlier] = {}

    def find(self, request: Request) -> Earlier | None:
        """Return the earlier answer. Raises BadInput `key_reused` if another one was asked for."""
        earlier = self._known.get((request.actor, request.key)) or self._stored(request)
        if earlier is None:
            return None
        if earlier.digest != request.digest or earlier.name != request.name:
            raise BadInput(
                "key_reused",
                "This Idempotency-Key was already used for another request. Send a fresh key.",
                id="Idempotency-Key ini sudah dipakai untuk permintaan lain. Kirim kunci baru.",
            )
        return earlier

    def _stored(self, request: Request) -> Earlier | None:
        asked = {"of_office": self._office, "of_actor": request.actor, "of_key": request.key}
        row = _FIND.one_or_none(self._connection, asked)
        if row is None:
            return None
        return Earlier(row.name, row.digest, row.outcome.encode(), row.seq)

    def keep(self, request: Request, body: bytes, seq: int, at: datetime) -> None:
        """Remember a command that changed something; `write` stores it."""
        known = Earlier(request.name, request.digest, body, seq)
        self._known[request.actor, request.key] = known
        self._kept.append(
            {
                "office": self._office,
                "actor": request.actor,
                "key": request.key,
                "name": request.name,
                "digest": request.digest,
                "outcome": body.decode(),
                "seq": seq,
                "at": at,
            }
        )

    def write(self) -> None:
        """Store all that was kept, in the batch's transaction."""
        if self._kept:
            _KEEP.run_many(self._connection, self._kept)


def digest(name: str, request: bytes) -> str:
    """Return the SHA-256 of a command's name and request."""
    return hashlib.sha256(name.encode() + b"\0" + request).hexdigest()
