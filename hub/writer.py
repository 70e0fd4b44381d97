"""The one writer: commands wait in a line, a thread drains them into one transaction, then answers.

Batches form while the previous commit is being written; there is no timer. Answers leave only
after COMMIT returned. A refusal rolls back its own SAVEPOINT; any other database error aborts
the whole batch, nobody is answered from it, and its commands run again one transaction each.
Joint commands that wait in a row share a SAVEPOINT; when that fails each has its own again.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar, cast

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from hub.clock import Clock
from hub.database import Database, undo_command
from hub.errors import Fault, LoketError, Refused
from hub.events import Emitted, EventBody, Sealed, encode_body
from hub.events.chain import Chain, outcome_of, take_chain, write_chain
from hub.remembered import Earlier, Memory, Request, digest
from hub.statements import run_sql
from hub.storage import DATABASE, collision, not_stored, outcome_unknown
from hub.wire import Words

log = logging.getLogger(__name__)
T = TypeVar("T")
BATCH_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who commands: a station, an officer, the system itself, or a visitor (`id`: the visit)."""

    kind: Literal["station", "officer", "system", "visitor"]
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

    def __init__(
        self,
        office: int,
        connection: Connection,
        at: datetime,
        actor: Actor,
        role_names: Mapping[str, Words],
    ) -> None:
        self.office = office
        self.connection = connection
        self.at = at
        self.actor = actor
        self.role_names = role_names
        self.emitted: list[Emitted] = []
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """Return an ORM session in a savepoint of its own, for cold paths."""
        if self._session is None:
            self._session = Session(self.connection, join_transaction_mode="create_savepoint")
        return self._session

    def emit(self, event: EventBody, *, subject: str, station: str = "") -> None:
        """Record that something happened; it is numbered and sealed before the commit."""
        actor = self.actor.reference
        body = encode_body(event)
        self.emitted.append(
            Emitted(event.kind, event.v, event.audience, station, actor, subject, body)
        )

    def finish(self) -> None:
        """Write what the session still holds and release its savepoint."""
        if self._session is not None:
            self._session.commit()

    def close(self) -> None:
        """Let the session go, and with it what it did not finish."""
        if self._session is not None:
            self._session.close()


A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Joint(Generic[A, T]):
    """A command that does what is asked together with the commands of its kind beside it.

    `together` answers or refuses each, in order, as if one had run after the other. It stores
    nothing for one that it refuses, and uses no session.
    """

    together: Callable[[Sequence[tuple[Tx, A]]], Sequence[T | Refused]]
    ask: A

    def __call__(self, tx: Tx) -> T:
        """Do it alone. Raises Refused."""
        [outcome] = self.together([(tx, self.ask)])
        if isinstance(outcome, Refused):
            raise outcome
        return outcome


@dataclass(slots=True)
class _Waiting:
    command: Callable[[Tx], object]
    actor: Actor
    name: str
    request: Request | None
    answer_type: type[object] | None
    resolve: Callable[[Done[object] | Exception], None]


class _BatchLost(Exception):
    """The transaction of a batch is gone; nothing of it may be answered."""


class _NoDatabase(_BatchLost):
    """Not even the office's head could be locked and read."""


Answers = list[tuple[_Waiting, "Done[object] | Exception"]]


class Writer:
    """Runs every command of one office, in order, durably. Start it before use, stop it after."""

    def __init__(
        self,
        database: Database,
        office: int,
        clock: Clock,
        *,
        batch_limit: int = BATCH_LIMIT,
        role_names: Mapping[str, Words] | None = None,
    ) -> None:
        """Write for `office`; `role_names` says what it calls each role, for refusals."""
        self._database = database
        self._office = office
        self._clock = clock
        self._role_names: Mapping[str, Words] = role_names or {}
        self._batch_limit = batch_limit
        self._line: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._listeners: list[Callable[[list[Sealed]], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left: tuple[int, datetime] | None = None
        """The number and instant at which the last batch left the chain."""

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
            name=name,
            request=Request(actor.reference, key, name, digest(name, request)) if key else None,
            answer_type=cast("type[object] | None", answer),
            resolve=lambda outcome: _settle(future, outcome),
        )
        self._line.put(waiting)
        return cast("Done[T]", await future)

    def run_alone(self, command: Callable[[Tx], T], *, actor: Actor) -> T:
        """Run one command in this thread, by a writer that is not started. Raises LoketError."""
        told: list[Done[object] | Exception] = []
        self._run_batch([_Waiting(command, actor, "", None, None, told.append)])
        outcome = told[0]
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
        for position, waiting in enumerate(batch):
            try:
                answers, sealed = self._commit([waiting])
            except _NoDatabase as lost:  # nobody behind this one fares better
                self._publish(_refused(batch[position:], lost), [])
                return
            except _BatchLost as lost:
                answers, sealed = _refused([waiting], lost), []
            self._publish(answers, sealed)

    def _publish(self, answers: Answers, sealed: list[Sealed]) -> None:
        if self._loop is None:
            self._resolve(answers, sealed)
        else:
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
        chain: Chain | None = None
        committing = False
        try:
            with self._database.writing.connect() as connection:
                transaction = connection.begin()
                chain = take_chain(connection, self._office, self._clock.now(), self._left)
                memory = Memory(connection, self._office)
                memory.look_up([one.request for one in batch if one.request is not None])
                for row in _rows(batch, memory):
                    answers += self._attempt_row(connection, row, chain, memory)
                memory.write()
                write_chain(connection, chain)
                committing = True
                transaction.commit()
        except (DBAPIError, _BatchLost) as error:
            if chain is None:
                raise _NoDatabase from error
            stored = committing and outcome_of(self._database, chain)
            if stored is None:
                return [(waiting, outcome_unknown()) for waiting in batch], []
            if not stored:
                raise _BatchLost from error
        self._left = chain.seq, chain.at
        return answers, chain.sealed

    def _attempt_row(
        self, connection: Connection, row: list[_Waiting], chain: Chain, memory: Memory
    ) -> Answers:
        if len(row) > 1:
            together = self._attempt_together(connection, row, chain, memory)
            if together is not None:
                return together
        answers: Answers = []
        for waiting in row:
            chain.tick()
            answers.append((waiting, self._attempt(connection, waiting, chain, memory)))
            self._must_be_in_transaction(connection)
        return answers

    def _attempt_together(
        self, connection: Connection, row: list[_Waiting], chain: Chain, memory: Memory
    ) -> Answers | None:
        """Run joint commands in one savepoint; None: nothing is stored, each has to run alone."""
        asked = []
        for waiting in row:
            chain.tick()
            tx = Tx(self._office, connection, chain.at, waiting.actor, self._role_names)
            asked.append((tx, cast("Joint[object, object]", waiting.command)))
        run_sql(connection, "SAVEPOINT command")
        try:
            outcomes = _perform_together(asked, chain.seq)
            run_sql(connection, "RELEASE SAVEPOINT command")
        except (IntegrityError, DataError):  # whose it is shows when each runs alone
            undo_command(connection)
            return None
        except DBAPIError as error:
            raise _BatchLost from error
        except Exception:
            undo_command(connection)
            log.exception("%d commands %s failed together", len(row), row[0].name)
            return None
        self._must_be_in_transaction(connection)
        for waiting, (tx, _), outcome in zip(row, asked, outcomes, strict=True):
            if isinstance(outcome, Done):
                _keep(waiting, tx, outcome, chain, memory)
        return list(zip(row, outcomes, strict=True))

    def _attempt(
        self, connection: Connection, waiting: _Waiting, chain: Chain, memory: Memory
    ) -> Done[object] | Exception:
        tx = Tx(self._office, connection, chain.at, waiting.actor, self._role_names)
        run_sql(connection, "SAVEPOINT command")
        try:
            with closing(tx):
                done = self._perform(tx, waiting, chain, memory)
            run_sql(connection, "RELEASE SAVEPOINT command")
        except Refused as refusal:
            undo_command(connection)
            return refusal
        except (IntegrityError, DataError) as error:
            undo_command(connection)
            log.warning("command %s broke a constraint: %s", waiting.name, type(error.orig))
            return collision()
        except DBAPIError as error:
            raise _BatchLost from error
        except Exception as error:  # one command's bug must not take the batch along
            undo_command(connection)
            log.exception("command %s failed", waiting.name)
            return error if isinstance(error, LoketError) else Fault("the hub failed")
        if done.replayed:
            return done
        _keep(waiting, tx, done, chain, memory)
        return done

    def _perform(self, tx: Tx, waiting: _Waiting, chain: Chain, memory: Memory) -> Done[object]:
        earlier = memory.find(waiting.request) if waiting.request is not None else None
        if earlier is not None:
            return _replay(earlier, waiting.answer_type)
        value = waiting.command(tx)
        tx.finish()
        return Done(value, msgspec.json.encode(value), chain.seq + len(tx.emitted))

    def _must_be_in_transaction(self, connection: Connection) -> None:
        # on SQLITE_FULL SQLite rolls back by itself and everything after would autocommit
        raw = connection.connection.dbapi_connection
        if self._database.is_sqlite and raw is not None and not raw.in_transaction:
            raise _BatchLost


def _refused(batch: list[_Waiting], lost: _BatchLost) -> Answers:
    log.error("%d commands could not be stored: %s", len(batch), lost.__cause__)
    return [(waiting, not_stored(lost, DATABASE)) for waiting in batch]


def _rows(batch: list[_Waiting], memory: Memory) -> Iterator[list[_Waiting]]:
    """Split a batch, in its order, into rows of new joint commands of one kind; others stand alone.

    Lazy: what an earlier row did is remembered when the next one is looked at.
    """
    row: list[_Waiting] = []
    row_kind: object = None
    keys: set[tuple[str, str]] = set()
    for waiting in batch:
        request, kind = waiting.request, None
        repeated = request is not None and (request.by in keys or memory.knows(request))
        if isinstance(waiting.command, Joint) and not repeated:
            kind = waiting.command.together
        if row and (kind is None or kind is not row_kind):
            yield row
            row, keys = [], set()
        row.append(waiting)
        row_kind = kind
        if request is not None:
            keys.add(request.by)
    if row:
        yield row


def _perform_together(
    asked: list[tuple[Tx, Joint[object, object]]], seq: int
) -> list[Done[object] | Exception]:
    outcomes = asked[0][1].together([(tx, joint.ask) for tx, joint in asked])
    told: list[Done[object] | Exception] = []
    for (tx, _), outcome in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Refused):
            told.append(outcome)
            continue
        seq += len(tx.emitted)
        told.append(Done(outcome, msgspec.json.encode(outcome), seq))
    return told


def _keep(waiting: _Waiting, tx: Tx, done: Done[object], chain: Chain, memory: Memory) -> None:
    chain.extend(tx.emitted, tx.at)
    if waiting.request is not None and tx.emitted:
        memory.keep(waiting.request, done.body, done.seq, tx.at)


def _replay(earlier: Earlier, answer_type: type[object] | None) -> Done[object]:
    value = msgspec.json.decode(earlier.body, type=answer_type or Any)
    return Done(value, earlier.body, earlier.seq, replayed=True)


def _settle(future: asyncio.Future[Done[object]], outcome: Done[object] | Exception) -> None:
    # a cancelled future must not leave the rest of its batch unanswered
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
