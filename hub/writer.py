"""The one writer: commands wait in a line, a thread drains them into one transaction, then answers.

Batches form while the previous commit is being written; there is no timer. Answers leave only
after COMMIT returned. A refusal rolls back its own SAVEPOINT; any other database error aborts
the whole batch, nobody is answered from it, and its commands run again one transaction each.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Literal, TypeVar, cast

import msgspec
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from hub import remembered
from hub.clock import Clock
from hub.database import Database
from hub.errors import Busy, Conflict, Fault, LoketError, Refused
from hub.events import Emitted, EventBody, Sealed, encode_body, seal_event
from hub.models.queue import EventRow
from hub.models.schema import Office

log = logging.getLogger(__name__)

T = TypeVar("T")
BATCH_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who commands: a station, an officer, or the system itself."""

    kind: Literal["station", "officer", "system"]
    id: str
    name: str
    roles: frozenset[str] = frozenset()
    counter: int | None = None

    @property
    def reference(self) -> str:
        """Return `kind:id`, the form stored with events and keys."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """A command's answer, its JSON as remembered, and the sequence number of its last event."""

    value: T
    body: bytes
    seq: int
    replayed: bool = False


class Tx:
    """One command's transaction in the writer thread; subjects receive it and never commit."""

    def __init__(self, office: int, connection: Connection, at: datetime, actor: Actor) -> None:
        self.office = office
        self.connection = connection
        self.at = at
        self.actor = actor
        self.emitted: list[Emitted] = []
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """Return an ORM session on this transaction, for cold paths."""
        if self._session is None:
            self._session = Session(self.connection, join_transaction_mode="rollback_only")
        return self._session

    def emit(self, event: EventBody, *, subject: str, station: str = "") -> None:
        """Record that something happened; it is numbered and sealed before the commit."""
        actor = self.actor.reference
        body = encode_body(event)
        self.emitted.append(
            Emitted(event.kind, event.v, event.audience, station, actor, subject, body)
        )

    def finish(self) -> None:
        """Write what the session still holds."""
        if self._session is not None:
            self._session.flush()

    def close(self) -> None:
        """Let the session go; its transaction belongs to the writer."""
        if self._session is not None:
            self._session.expunge_all()
            self._session.close()


@dataclass(slots=True)
class _Waiting:
    command: Callable[[Tx], object]
    actor: Actor
    key: str | None
    name: str
    digest: str
    answer_type: type[object] | None
    resolve: Callable[[Done[object] | Exception], None]


@dataclass(slots=True)
class _Chain:
    """Where the office's event chain stands while a batch runs."""

    office: int
    seq: int
    seal: str
    at: datetime
    sealed: list[Sealed] = field(default_factory=list)

    def extend(self, emitted: list[Emitted]) -> None:
        for event in emitted:
            sealed = seal_event(self.seal, self.office, self.seq + 1, self.at, event)
            self.seq, self.seal = sealed.seq, sealed.seal
            self.sealed.append(sealed)


class _BatchLost(Exception):
    """The transaction of a batch is gone; nothing of it may be answered."""


Answers = list[tuple[_Waiting, "Done[object] | Exception"]]


class Writer:
    """Runs every command of one office, in order, durably. Start it before use, stop it after."""

    def __init__(
        self, database: Database, office: int, clock: Clock, *, batch_limit: int = BATCH_LIMIT
    ) -> None:
        self._database = database
        self._office = office
        self._clock = clock
        self._batch_limit = batch_limit
        self._line: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._listeners: list[Callable[[list[Sealed]], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last_at: datetime | None = None

    def listen(self, listener: Callable[[list[Sealed]], None]) -> None:
        """Call `listener` on the event loop with the events of every committed batch."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start the writer thread; call from the event loop that will await its answers."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._drain, name="writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Finish what waits and end the thread."""
        if self._thread is None:
            return
        self._line.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None

    async def run(
        self,
        command: Callable[[Tx], T],
        *,
        actor: Actor,
        key: str | None = None,
        request: bytes = b"",
        name: str = "",
        answer: type[T] | None = None,
    ) -> Done[T]:
        """Run `command` in the next batch and return its answer once it is durable.

        The same `key` with the same request gives the first answer again, decoded as `answer`.
        Raises Refused (BadInput `key_reused` for another request), Fault.
        """
        if self._loop is None or self._thread is None:
            message = "the writer is not running"
            raise Fault(message)
        future: asyncio.Future[Done[object]] = self._loop.create_future()
        waiting = _Waiting(
            command=command,
            actor=actor,
            key=key,
            name=name,
            digest=remembered.digest(name, request),
            answer_type=cast("type[object] | None", answer),
            resolve=lambda outcome: _settle(future, outcome),
        )
        self._line.put(waiting)
        return cast("Done[T]", await future)

    def run_alone(self, command: Callable[[Tx], T], *, actor: Actor) -> T:
        """Run one command in this thread, for tools that hold the hub's lock. Raises Refused."""
        waiting = _Waiting(command, actor, None, "", "", None, lambda _outcome: None)
        [(_, outcome)], _sealed = self._commit([waiting])
        if isinstance(outcome, Exception):
            raise outcome
        return cast("T", outcome.value)

    # ── the thread ───────────────────────────────────────────────────────────

    def _drain(self) -> None:
        while (first := self._line.get()) is not None:
            batch = [first]
            last = self._fill(batch)
            self._run_batch(batch)
            if last:
                return

    def _fill(self, batch: list[_Waiting]) -> bool:
        while len(batch) < self._batch_limit:
            try:
                waiting = self._line.get_nowait()
            except queue.Empty:
                return False
            if waiting is None:
                return True
            batch.append(waiting)
        return False

    def _run_batch(self, batch: list[_Waiting]) -> None:
        try:
            answers, sealed = self._commit(batch)
        except _BatchLost as lost:
            log.warning("batch of %d lost (%s); running each alone", len(batch), lost.__cause__)
            self._run_each_alone(batch)
            return
        except Exception:
            log.exception("the writer failed on a batch of %d", len(batch))
            answers = [(waiting, Fault("the hub failed")) for waiting in batch]
            sealed = []
        self._publish(answers, sealed)

    def _run_each_alone(self, batch: list[_Waiting]) -> None:
        for waiting in batch:
            try:
                answers, sealed = self._commit([waiting])
            except _BatchLost as lost:
                log.error("command %s could not be stored: %s", waiting.name, lost.__cause__)  # noqa: TRY400
                answers, sealed = [(waiting, _cannot_store())], []
            self._publish(answers, sealed)

    def _publish(self, answers: Answers, sealed: list[Sealed]) -> None:
        if self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._resolve, answers, sealed)

    def _resolve(self, answers: Answers, sealed: list[Sealed]) -> None:
        for waiting, outcome in answers:
            waiting.resolve(outcome)
        if not sealed:
            return
        for listener in self._listeners:
            listener(sealed)

    # ── one transaction ──────────────────────────────────────────────────────

    def _commit(self, batch: list[_Waiting]) -> tuple[Answers, list[Sealed]]:
        """Run the batch in one transaction. Raises _BatchLost when nothing of it is stored."""
        answers: Answers = []
        chain: _Chain | None = None
        try:
            with self._database.writing.connect() as connection:
                transaction = connection.begin()
                chain = self._take_chain(connection)
                for waiting in batch:
                    # who waited first in the batch also arrived first
                    chain.at += timedelta(microseconds=1)
                    answers.append((waiting, self._attempt(connection, waiting, chain)))
                    self._must_be_in_transaction(connection)
                self._last_at = chain.at
                self._write_chain(connection, chain)
                transaction.commit()
        except (DBAPIError, _BatchLost) as error:
            if chain is None or not self._was_committed(chain):
                raise _BatchLost from error
        return answers, chain.sealed

    def _take_chain(self, connection: Connection) -> _Chain:
        if not self._database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:o)"), {"o": self._office})
        head = connection.execute(
            select(Office.seq, Office.seal).where(Office.id == self._office)
        ).one()
        now = self._clock.now()
        if self._last_at is None or not self._database.is_sqlite:
            self._last_at = self._newest_instant(connection, head.seq)
        # `at` never goes backwards in the event table
        self._last_at = max(now, self._last_at) if self._last_at else now
        return _Chain(self._office, head.seq, head.seal, self._last_at)

    def _newest_instant(self, connection: Connection, seq: int) -> datetime | None:
        return connection.execute(
            select(EventRow.at).where(EventRow.office == self._office, EventRow.seq == seq)
        ).scalar_one_or_none()

    def _attempt(
        self, connection: Connection, waiting: _Waiting, chain: _Chain
    ) -> Done[object] | Exception:
        savepoint = connection.begin_nested()
        tx = Tx(self._office, connection, chain.at, waiting.actor)
        try:
            done = self._perform(tx, waiting, chain)
            savepoint.commit()
        except Refused as refusal:
            savepoint.rollback()
            return refusal
        except IntegrityError as error:
            savepoint.rollback()
            log.warning("command %s broke a constraint: %s", waiting.name, type(error.orig))
            return _constraint()
        except DBAPIError as error:
            raise _BatchLost from error
        except Exception as error:  # one command's bug must not take the batch along
            savepoint.rollback()
            log.exception("command %s failed", waiting.name)
            return error if isinstance(error, LoketError) else Fault("the hub failed")
        finally:
            tx.close()
        if not done.replayed:
            chain.extend(tx.emitted)
        return done

    def _perform(self, tx: Tx, waiting: _Waiting, chain: _Chain) -> Done[object]:
        if waiting.key is not None:
            earlier = remembered.find(tx, waiting.key, waiting.name, waiting.digest)
            if earlier is not None:
                return _replay(earlier, waiting.answer_type)
        value = waiting.command(tx)
        tx.finish()
        body = msgspec.json.encode(value)
        seq = chain.seq + len(tx.emitted)
        if waiting.key is not None and tx.emitted:
            remembered.keep(tx, waiting.key, waiting.name, waiting.digest, body, seq)
        return Done(value, body, seq)

    def _must_be_in_transaction(self, connection: Connection) -> None:
        # on SQLITE_FULL SQLite rolls back by itself and everything after would autocommit
        raw = connection.connection.dbapi_connection
        if self._database.is_sqlite and raw is not None and not raw.in_transaction:
            raise _BatchLost

    def _write_chain(self, connection: Connection, chain: _Chain) -> None:
        if not chain.sealed:
            return
        connection.execute(insert(EventRow), [_row(event) for event in chain.sealed])
        connection.execute(
            update(Office).where(Office.id == self._office).values(seq=chain.seq, seal=chain.seal)
        )
        if not self._database.is_sqlite:
            connection.execute(
                text("SELECT pg_notify('loket', :p)"), {"p": f"{self._office}:{chain.seq}"}
            )

    def _was_committed(self, chain: _Chain) -> bool:
        """Settle a commit of unknown outcome by the head row, on a new connection."""
        if not chain.sealed:
            return False
        last = chain.sealed[-1]
        try:
            with self._database.reading_core() as connection:
                seal = connection.execute(
                    select(EventRow.seal).where(
                        EventRow.office == self._office, EventRow.seq == last.seq
                    )
                ).scalar_one_or_none()
        except DBAPIError:
            return False
        return seal == last.seal


def _row(event: Sealed) -> dict[str, object]:
    return {name: getattr(event, name) for name in Sealed.__slots__}


def _replay(earlier: remembered.Earlier, answer_type: type[object] | None) -> Done[object]:
    if answer_type is None:
        value: object = msgspec.json.decode(earlier.body)
    else:
        value = msgspec.json.decode(earlier.body, type=answer_type)
    return Done(value, earlier.body, earlier.seq, replayed=True)


def _settle(future: asyncio.Future[Done[object]], outcome: Done[object] | Exception) -> None:
    # a cancelled future must not leave the rest of its batch unanswered
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _constraint() -> Conflict:
    return Conflict(
        "constraint",
        "This collides with something that is already recorded. Look again and repeat.",
        id="Bertabrakan dengan catatan yang sudah ada. Lihat kembali lalu ulangi.",
    )


def _cannot_store() -> Busy:
    return Busy(
        "storage_failed",
        "The hub cannot store anything now; nothing was done. Tell the supervisor.",
        id="Hub tidak dapat menyimpan sekarang; tidak ada yang diubah. Beri tahu supervisor.",
    )
