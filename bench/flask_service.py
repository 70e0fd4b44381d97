"""The peer: issue and call-next as a plain Flask + SQLAlchemy + SQLite service would do them.

One transaction and one commit per request, 16 threads, the hub's own pragmas, bearer token,
validation and idempotency key. `--lock`: one writer lock around each transaction.

Usage: python -m bench.flask_service FOLDER TOKEN [--lock]
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pysqlite3.dbapi2
from flask import Flask, Response, request
from sqlalchemy import Engine, ForeignKey, Index, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from waitress.server import create_server  # type: ignore[import-untyped]

THREADS = 16
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
)
Outcome = tuple[dict[str, object], int]
SERVICES = {"information": ("I", "information"), "skim": ("A", "intake")}


class Base(DeclarativeBase):
    """The service's tables."""


class Visit(Base):
    """A person's day in the office."""

    __tablename__ = "visits"
    id: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]


class Ticket(Base):
    """A person waiting for a lane."""

    __tablename__ = "tickets"
    id: Mapped[str] = mapped_column(primary_key=True)
    visit: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    number: Mapped[str]
    lane: Mapped[str]
    state: Mapped[str]
    counter: Mapped[int | None]
    arrived_at: Mapped[datetime]
    __table_args__ = (Index("ix_waiting", "lane", "state", "arrived_at"),)


class Series(Base):
    """The last number of a prefix on a day."""

    __tablename__ = "series"
    day: Mapped[date] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Event(Base):
    """What happened."""

    __tablename__ = "events"
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]


class Done(Base):
    """A command by its idempotency key, with its answer."""

    __tablename__ = "commands"
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    answer: Mapped[str]
    seq: Mapped[int]


def engine_of(folder: Path) -> Engine:
    """Return an engine whose every transaction is BEGIN IMMEDIATE."""
    engine = create_engine(
        f"sqlite+pysqlite:///{folder / 'peer.db'}", module=pysqlite3.dbapi2, pool_size=THREADS
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: pysqlite3.dbapi2.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    Base.metadata.create_all(engine)
    return engine


def issue(session: Session, service: str) -> Outcome:
    """Give the next number of a service; return the answer and its event's number."""
    prefix, lane = SERVICES[service]
    at = datetime.now(UTC)  # noqa: TID251 — a service of its own, without the hub's clock
    series = session.get(Series, (at.date(), prefix))
    if series is None:
        series = Series(day=at.date(), prefix=prefix, last=0)
        session.add(series)
    series.last += 1
    ahead = session.scalar(
        select(func.count()).where(Ticket.lane == lane, Ticket.state == "waiting")
    )
    visit = Visit(id=uuid.uuid4().hex, opened_at=at)
    session.add(visit)
    session.flush()
    ticket = Ticket(
        id=uuid.uuid4().hex, visit=visit.id, number=f"{prefix}-{series.last:03d}", lane=lane,
        state="waiting", arrived_at=at,
    )  # fmt: skip
    session.add(ticket)
    answer: dict[str, object] = {
        "id": ticket.id,
        "number": ticket.number,
        "lane": lane,
        "ahead": ahead,
    }
    return answer, _told(session, at, "ticket.issued", ticket)


def call_next(session: Session, lane: str, counter: int) -> Outcome | None:
    """Call the longest-waiting ticket of a lane."""
    query = select(Ticket).where(Ticket.lane == lane, Ticket.state == "waiting")
    ticket = session.scalar(query.order_by(Ticket.arrived_at).limit(1))
    if ticket is None:
        return None
    ticket.state, ticket.counter = "called", counter
    at = datetime.now(UTC)  # noqa: TID251 — as above
    return {"id": ticket.id, "number": ticket.number}, _told(session, at, "ticket.called", ticket)


def _told(session: Session, at: datetime, kind: str, ticket: Ticket) -> int:
    body = json.dumps({"number": ticket.number, "lane": ticket.lane})
    told = Event(at=at, kind=kind, subject=ticket.id, body=body)
    session.add(told)
    session.flush()
    return told.seq


@dataclass(frozen=True)
class Commands:
    """Runs each request's command in one transaction, under its idempotency key."""

    engine: Engine
    token: str
    lock: contextlib.AbstractContextManager[object]

    def run(self, command: Callable[[Session], Outcome | None], status: int) -> Response:
        """Answer a command: the first answer again for a known key, 204 for nothing to do."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given, self.token):
            return _problem("token_unknown", 401)
        key = request.headers["Idempotency-Key"]
        digest = hashlib.sha256(request.path.encode() + request.data).hexdigest()
        with self.lock, Session(self.engine) as session, session.begin():
            done = session.get(Done, key)
            if done is None:
                outcome = command(session)
                if outcome is None:
                    return Response(status=204)
                done = Done(key=key, digest=digest, answer=json.dumps(outcome[0]), seq=outcome[1])
                session.add(done)
            elif done.digest != digest:
                return _problem("key_reused", 422)
            text, seq = done.answer, done.seq
        headers = {"Loket-Seq": str(seq)}
        return Response(text, status, headers=headers, mimetype="application/json")


def service(commands: Commands) -> Flask:
    """Return the Flask application with its two commands."""
    app = Flask("peer")

    @app.post("/api/tickets")
    def tickets() -> Response:
        asked = request.get_json()
        if set(asked) - {"service", "language"} or asked.get("service") not in SERVICES:
            return _problem("body_invalid", 422)
        return commands.run(lambda session: issue(session, asked["service"]), 201)

    @app.post("/api/counters/<int:counter>/call-next")
    def call(counter: int) -> Response:
        return commands.run(lambda session: call_next(session, "information", counter), 200)

    return app


def _problem(code: str, status: int) -> Response:
    return Response(json.dumps({"code": code}), status, mimetype="application/problem+json")


def main(folder: str, token: str, *options: str) -> None:
    """Serve on a free port and say which, until the process is ended."""
    lock = threading.Lock() if "--lock" in options else contextlib.nullcontext()
    app = service(Commands(engine_of(Path(folder)), token, lock))
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, connection_limit=1000)
    print(f"ready http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
