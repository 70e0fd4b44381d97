"""The office's chain of events while a batch runs: its head, what is sealed, how it is stored."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from hub.database import Database, table_of
from hub.events.bodies import Emitted, Sealed, seal_event
from hub.models.queue import EventRow
from hub.models.schema import Office
from hub.statements import Statement

log = logging.getLogger(__name__)

ONE_COMMAND_LATER = timedelta(microseconds=1)
SETTLE_WITHIN_S = 10.0
_ASK_EVERY_S = 0.2

# statements are built once: building one costs more than running it
_HEAD, _EVENTS = table_of(Office), table_of(EventRow)
_READ_HEAD = Statement(
    select(_HEAD.c.seq, _HEAD.c.seal).where(_HEAD.c.id == bindparam("of_office"))
)
_MOVE_HEAD = Statement(update(_HEAD).where(_HEAD.c.id == bindparam("of_office")))
_ADD_EVENTS = Statement(insert(_EVENTS))
_READ_EVENT = Statement(
    select(_EVENTS.c.at, _EVENTS.c.seal).where(
        _EVENTS.c.office == bindparam("of_office"), _EVENTS.c.seq == bindparam("of_seq")
    )
)
# an office's number is the second key: other programs on this PostgreSQL have their own first one
_LOCK = text("SELECT pg_advisory_xact_lock(7310, :of_office)")
_NOTIFY = text("SELECT pg_notify(:channel, :seq)")


@dataclass(slots=True)
class Chain:
    """Where the chain stands: last number and seal, the instant of the present command."""

    office: int
    seq: int
    seal: str
    at: datetime
    sealed: list[Sealed] = field(default_factory=list)

    def tick(self) -> None:
        """Let the next command be a microsecond later: who waited first also arrived first."""
        self.at += ONE_COMMAND_LATER

    def extend(self, emitted: list[Emitted], at: datetime) -> None:
        """Number and seal what the command of the instant `at` emitted."""
        for event in emitted:
            sealed = seal_event(self.seal, self.office, self.seq + 1, at, event)
            self.seq, self.seal = sealed.seq, sealed.seal
            self.sealed.append(sealed)


def channel_of(office: int) -> str:
    """Return the name under which an office's commits are announced to other processes."""
    return f"loket_{office}"


def lock_office(connection: Connection, office: int) -> None:
    """Wait until no other process writes for `office`; held until the transaction ends."""
    if connection.dialect.name != "sqlite":
        connection.execute(_LOCK, {"of_office": office})


def take_chain(
    connection: Connection, office: int, now: datetime, before: tuple[int, datetime] | None
) -> Chain:
    """Lock and read the chain's head; `at` is never before the newest event.

    `before` is the number and instant at which the caller left the chain: where nobody wrote since,
    the newest event need not be looked at, and `at` goes on from there.
    """
    lock_office(connection, office)
    head = _READ_HEAD.one(connection, {"of_office": office})
    if before is not None and before[0] == head.seq:
        return Chain(office, head.seq, head.seal, max(now, before[1]))
    row = _READ_EVENT.one_or_none(connection, {"of_office": office, "of_seq": head.seq})
    return Chain(office, head.seq, head.seal, max(now, row.at) if row else now)


def write_chain(connection: Connection, chain: Chain) -> None:
    """Store what was sealed and move the head; wake other processes of a shared database."""
    if not chain.sealed:
        return
    _ADD_EVENTS.run_many(connection, [event._asdict() for event in chain.sealed])
    head = {"of_office": chain.office, "seq": chain.seq, "seal": chain.seal}
    _MOVE_HEAD.run(connection, head)
    if connection.dialect.name != "sqlite":
        told = {"channel": channel_of(chain.office), "seq": str(chain.seq)}
        connection.execute(_NOTIFY, told)


def outcome_of(database: Database, chain: Chain) -> bool | None:
    """Return whether a COMMIT that failed was stored after all; None while nobody can say."""
    until = time.monotonic() + SETTLE_WITHIN_S
    while True:
        try:
            return _is_stored(database, chain)
        except DBAPIError as error:
            if time.monotonic() > until:
                log.error("a commit of unknown outcome: %s", error)  # noqa: TRY400
                return None
        time.sleep(_ASK_EVERY_S)


def _is_stored(database: Database, chain: Chain) -> bool:
    if not chain.sealed:
        return False
    with database.writing.begin() as connection:
        lock_office(connection, chain.office)  # the lost transaction may still be ending
        last = {"of_office": chain.office, "of_seq": chain.sealed[-1].seq}
        row = _READ_EVENT.one_or_none(connection, last)
    return row is not None and row.seal == chain.seal
