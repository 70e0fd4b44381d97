"""Commands that were done, by idempotency key: repeated, they give the first answer again.

Key = (actor, key). Only commands that changed something are kept, with references and no personal
data, in the transaction of what they did. Kept 30 days (hub.forgetting).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    FromClause,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    tuple_,
)

from hub.database import table_of
from hub.errors import BadInput
from hub.models.queue import CommandRow
from hub.statements import Statement

_COMMANDS = table_of(CommandRow)
_C = _COMMANDS.c
_KEEP = Statement(insert(_COMMANDS))


def _finding(asked: FromClause) -> Statement:
    actor, key = (asked.c.value.op("->>")(literal_column(place)) for place in "01")
    return Statement(
        select(_C.actor, _C.key, _C.digest, _C.name, _C.outcome, _C.seq).where(
            _C.office == bindparam("of_office"),
            # a join would read all that the office ever did: SQLite takes any JSON for long
            tuple_(_C.actor, _C.key).in_(select(actor, key).select_from(asked)),
        )
    )


# all keys of a batch in one look: a JSON list of [actor, key]
_PAIRS: ColumnElement[str] = bindparam("of_pairs", type_=Text)
_FIND = {
    "sqlite": _finding(func.json_each(_PAIRS).table_valued("value", name="asked")),
    "postgresql": _finding(
        func.json_array_elements(cast(_PAIRS, JSON)).table_valued("value", name="asked")
    ),
}


class Request(NamedTuple):
    """A command as it was asked for: by whom, under which key, which one, and its digest."""

    actor: str
    key: str
    name: str
    digest: str

    @property
    def by(self) -> tuple[str, str]:
        """Return what the command is remembered by."""
        return self.actor, self.key


class Earlier(NamedTuple):
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

    def look_up(self, requests: Sequence[Request]) -> None:
        """Look up a batch's requests, all that `find` may be asked for."""
        if not requests:
            return
        pairs = msgspec.json.encode([one.by for one in requests]).decode()
        statement = _FIND[self._connection.dialect.name]
        asked = {"of_office": self._office, "of_pairs": pairs}
        for row in statement.rows(self._connection, asked):
            earlier = Earlier(row.name, row.digest, row.outcome.encode(), row.seq)
            self._known[row.actor, row.key] = earlier

    def knows(self, request: Request) -> bool:
        """Say whether something was done under the request's key."""
        return request.by in self._known

    def find(self, request: Request) -> Earlier | None:
        """Return the earlier answer. Raises BadInput `key_reused` if another one was asked for."""
        earlier = self._known.get(request.by)
        if earlier is None:
            return None
        if earlier.digest != request.digest or earlier.name != request.name:
            raise BadInput(
                "key_reused",
                "This Idempotency-Key was already used for another request. Send a fresh key.",
                id="Idempotency-Key ini sudah dipakai untuk permintaan lain. Kirim kunci baru.",
            )
        return earlier

    def keep(self, request: Request, body: bytes, seq: int, at: datetime) -> None:
        """Remember a command that changed something; `write` stores it."""
        known = Earlier(request.name, request.digest, body, seq)
        self._known[request.by] = known
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
