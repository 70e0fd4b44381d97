"""`loket hub check`: what must be true of an office's records, whatever happened to them.

Each finding is one line that names the rule and the row. An empty list is a sound office.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from hub import case_check
from hub.blobs import Blobs
from hub.errors import LoketError
from hub.events import SEAL_OF_NOTHING, Emitted, Sealed, seal_event
from hub.models.queue import CallRow, EventRow, LaneCount, NumberSeries, TicketRow
from hub.models.schema import Office
from hub.models.station import BlobRow, JobRow
from hub.procedure import Procedure
from hub.tickets import ABSENT, AT_COUNTER, CALLED, FINISHED, SERVING, WAITING

STATES = (WAITING, CALLED, SERVING, ABSENT, FINISHED)
Rule = Callable[[Connection, int], Iterator[str]]


def check_records(connection: Connection, office_no: int) -> list[str]:
    """Return every broken rule of the queue, the jobs and the event chain."""
    rules: tuple[Rule, ...] = (
        numbers_are_within_their_series,
        counters_have_one_ticket,
        counts_equal_rows,
        calls_match_tickets,
        chain_is_whole,
        jobs_name_known_files,
    )
    return [finding for rule in rules for finding in rule(connection, office_no)]


def check_cases(session: Session, office_no: int, procedure: Procedure) -> list[str]:
    """Return every broken rule of the cases: steps, evidence, numbers, custody, keys."""
    return list(case_check.broken_cases(session, office_no, procedure))


def check_files(connection: Connection, office_no: int, blobs: Blobs) -> list[str]:
    """Return every stored file that is missing or not what was recorded."""
    query = select(BlobRow.id, BlobRow.sha256, BlobRow.size).where(BlobRow.office == office_no)
    findings = []
    for row in connection.execute(query):
        try:
            content = blobs.get(row.id)
        except LoketError as error:
            findings.append(f"file {row.id} cannot be read: {type(error).__name__}")
            continue
        if hashlib.sha256(content).hexdigest() != row.sha256 or len(content) != row.size:
            findings.append(f"file {row.id} is not what was recorded")
    return findings


def numbers_are_within_their_series(connection: Connection, office_no: int) -> Iterator[str]:
    """Every number was given once, and the series knows the highest."""
    query = (
        select(
            TicketRow.day,
            TicketRow.prefix,
            func.count(),
            func.count(TicketRow.serial.distinct()),
            func.max(TicketRow.serial),
        )
        .where(TicketRow.office == office_no)
        .group_by(TicketRow.day, TicketRow.prefix)
    )
    series = {
        (row.day, row.prefix): row.last
        for row in connection.execute(
            select(NumberSeries.day, NumberSeries.prefix, NumberSeries.last).where(
                NumberSeries.office == office_no
            )
        )
    }
    for day, prefix, tickets, numbers, highest in connection.execute(query):
        if tickets != numbers:
            yield f"series {prefix} of {day}: {tickets} tickets share {numbers} numbers"
        if series.get((day, prefix)) != highest or tickets != highest:
            yield (
                f"series {prefix} of {day}: {tickets} tickets, highest {highest}, last given "
                + str(series.get((day, prefix)))
            )


def counters_have_one_ticket(connection: Connection, office_no: int) -> Iterator[str]:
    """A counter has at most one ticket, and a ticket at a counter names it."""
    query = (
        select(TicketRow.counter, func.count())
        .where(TicketRow.office == office_no, TicketRow.state.in_(AT_COUNTER))
        .group_by(TicketRow.counter)
    )
    for counter, count in connection.execute(query):
        if counter is None:
            yield f"{count} called tickets name no counter"
        elif count > 1:
            yield f"counter {counter} has {count} tickets"
    odd = select(func.count()).where(TicketRow.office == office_no, TicketRow.state.not_in(STATES))
    if unknown := connection.execute(odd).scalar_one():
        yield f"{unknown} tickets are in an unknown state"


def counts_equal_rows(connection: Connection, office_no: int) -> Iterator[str]:
    """The maintained counts of waiting tickets equal the rows."""
    counted = {
        (row.lane, row.segment): row.waiting
        for row in connection.execute(
            select(LaneCount.lane, LaneCount.segment, LaneCount.waiting).where(
                LaneCount.office == office_no
            )
        )
        if row.waiting
    }
    rows = connection.execute(
        select(TicketRow.lane, TicketRow.segment, func.count())
        .where(TicketRow.office == office_no, TicketRow.state == WAITING)
        .group_by(TicketRow.lane, TicketRow.segment)
    )
    real = {(lane, segment): count for lane, segment, count in rows}
    for group in sorted(real.keys() | counted.keys()):
        if real.get(group, 0) != counted.get(group, 0):
            yield f"lane {group}: {real.get(group, 0)} wait, {counted.get(group, 0)} counted"


def calls_match_tickets(connection: Connection, office_no: int) -> Iterator[str]:
    """Nobody is called twice: first calls are one more than the returns to the queue between."""
    first_calls = dict(
        connection.execute(
            select(CallRow.ticket, func.count())
            .where(CallRow.office == office_no, CallRow.times == 1)
            .group_by(CallRow.ticket)
        ).all()
    )
    requeued = dict(
        connection.execute(
            select(EventRow.subject, func.count())
            .where(
                EventRow.office == office_no,
                EventRow.kind.in_(("ticket.returned", "ticket.transferred")),
            )
            .group_by(EventRow.subject)
        ).all()
    )
    for ticket, calls in first_calls.items():
        if calls > 1 + requeued.get(ticket, 0):
            yield f"ticket {ticket} was called {calls} times anew"
    called = select(TicketRow.id).where(
        TicketRow.office == office_no, TicketRow.state.in_((*AT_COUNTER, ABSENT))
    )
    for (ticket,) in connection.execute(called):
        if ticket not in first_calls:
            yield f"ticket {ticket} is at a counter without a call"


def chain_is_whole(connection: Connection, office_no: int) -> Iterator[str]:
    """The events are numbered without a gap and each seal fits the one before."""
    head = connection.execute(
        select(Office.seq, Office.seal).where(Office.id == office_no)
    ).one_or_none()
    if head is None:
        yield "the office has no head row"
        return
    seal, seq = SEAL_OF_NOTHING, 0
    columns = [getattr(EventRow, name) for name in Sealed.__slots__]
    query = select(*columns).where(EventRow.office == office_no).order_by(EventRow.seq)
    for row in connection.execute(query):
        event = Sealed(*row)
        if event.seq != seq + 1:
            yield f"event {seq + 1} is missing"
            return
        again = seal_event(seal, office_no, event.seq, event.at, _unsealed(event))
        if again.seal != event.seal:
            yield f"event {event.seq} was changed after it was sealed"
            return
        seal, seq = event.seal, event.seq
    if (seq, seal) != (head.seq, head.seal):
        yield f"the chain ends at event {seq}, the head says {head.seq}"


def jobs_name_known_files(connection: Connection, office_no: int) -> Iterator[str]:
    """Every file that a job names is recorded."""
    known = set(connection.execute(select(BlobRow.id).where(BlobRow.office == office_no)).scalars())
    query = select(JobRow.id, JobRow.blobs, JobRow.blob).where(JobRow.office == office_no)
    for row in connection.execute(query):
        named = [*msgspec.json.decode(row.blobs, type=list[str]), *filter(None, [row.blob])]
        for blob in named:
            if blob not in known:
                yield f"job {row.id} names an unknown file {blob}"


def _unsealed(event: Sealed) -> Emitted:
    return Emitted(
        event.kind, event.v, event.audience, event.station, event.actor, event.subject, event.body
    )
