"""`loket hub check`: what must be true of an office's records, whatever happened to them.

Each finding is one line that names the rule and the row. An empty list is a sound office.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from devices.piv.proof import ProofError, read_certificate
from hub.blobs import Blobs, StoredFile
from hub.cases import check as case_check
from hub.errors import LoketError, NotFound
from hub.events import SEAL_OF_NOTHING, Emitted, Sealed, seal_event
from hub.models.officer import OfficerCard
from hub.models.queue import CallRow, EventRow, LaneCount, TicketRow
from hub.models.schema import Office
from hub.models.station import BlobRow, JobRow
from hub.opening.check import (
    bookings_match_tickets,
    closed_days_are_whole,
    numbers_are_accounted_for,
    office_stands_as_told,
)
from hub.opening.offline_check import (
    burnt_keys_did_nothing,
    numbers_are_one_thing,
    replaced_tickets_have_a_successor,
    series_are_their_kiosks,
    tickets_were_issued_once,
)
from hub.procedure import Procedure
from hub.queue.check import tickets_are_where_their_state_says, undos_can_be_read
from hub.tickets import ABSENT, AT_COUNTER, CALLED, ENDED, FINISHED, PARKED, SERVING, WAITING, Group

STATES = (WAITING, CALLED, SERVING, ABSENT, PARKED, FINISHED, ENDED)
Rule = Callable[[Connection, int], Iterator[str]]


def check_records(connection: Connection, office_no: int) -> list[str]:
    """Return every broken rule of the queue, the jobs and the event chain."""
    rules: tuple[Rule, ...] = (
        numbers_are_accounted_for,
        closed_days_are_whole,
        bookings_match_tickets,
        office_stands_as_told,
        series_are_their_kiosks,
        numbers_are_one_thing,
        tickets_were_issued_once,
        replaced_tickets_have_a_successor,
        burnt_keys_did_nothing,
        counters_have_one_ticket,
        counts_equal_rows,
        calls_match_tickets,
        tickets_are_where_their_state_says,
        undos_can_be_read,
        chain_is_whole,
        jobs_name_known_files,
        cards_are_what_was_bound,
    )
    return [finding for rule in rules for finding in rule(connection, office_no)]


def check_cases(session: Session, office_no: int, procedure: Procedure) -> list[str]:
    """Return every broken rule of the cases: steps, evidence, numbers, custody, keys."""
    return list(case_check.broken_cases(session, office_no, procedure))


def recorded_files(connection: Connection, office_no: int) -> list[StoredFile]:
    """Return what the office has stored, by its records."""
    query = select(BlobRow.id, BlobRow.sha256, BlobRow.size).where(BlobRow.office == office_no)
    return [StoredFile(*row) for row in connection.execute(query)]


def check_files(recorded: Iterable[StoredFile], blobs: Blobs) -> list[str]:
    """Return every stored file that is missing or not what was recorded: reads all of them."""
    findings = []
    for row in recorded:
        try:
            content = blobs.get(row.id)
        except LoketError as error:
            why = "it is not there" if isinstance(error, NotFound) else "it does not open"
            findings.append(f"file {row.id} cannot be read: {why}")
            continue
        if hashlib.sha256(content).hexdigest() != row.sha256 or len(content) != row.size:
            findings.append(f"file {row.id} is not what was recorded")
    return findings


def cards_are_what_was_bound(connection: Connection, office_no: int) -> Iterator[str]:
    """An officer's card is a certificate that can be used, under its own fingerprint."""
    query = select(OfficerCard.officer, OfficerCard.fingerprint, OfficerCard.certificate).where(
        OfficerCard.office == office_no
    )
    for row in connection.execute(query):
        try:
            fingerprint = read_certificate(row.certificate).fingerprint
        except ProofError:
            fingerprint = ""
        if fingerprint != row.fingerprint:
            yield f"card of officer {row.officer} is not the certificate that was bound"


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
    of_counts = [getattr(LaneCount, name) for name in Group._fields]
    of_tickets = [getattr(TicketRow, name) for name in Group._fields]
    stored = connection.execute(
        select(LaneCount.waiting, *of_counts).where(LaneCount.office == office_no)
    )
    counted = {Group(*group): waiting for waiting, *group in stored if waiting}
    rows = connection.execute(
        select(func.count(), *of_tickets)
        .where(TicketRow.office == office_no, TicketRow.state == WAITING)
        .group_by(*of_tickets)
    )
    real = {Group(*group): count for count, *group in rows}
    for group in sorted(real.keys() | counted.keys()):
        if real.get(group, 0) != counted.get(group, 0):
            yield f"{group}: {real.get(group, 0)} wait, {counted.get(group, 0)} counted"


def calls_match_tickets(connection: Connection, office_no: int) -> Iterator[str]:
    """Nobody is called twice: first calls are one more than the returns to the queue between."""
    first_calls = dict(
        connection.execute(
            select(CallRow.ticket, func.count())
            .where(CallRow.office == office_no, CallRow.times == 1, CallRow.undone.is_(False))
            .group_by(CallRow.ticket)
        ).all()
    )
    requeued = dict(
        connection.execute(
            select(EventRow.subject, func.count())
            .where(
                EventRow.office == office_no,
                EventRow.kind.in_(("ticket.returned", "ticket.transferred", "ticket.resumed")),
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
    """The events are numbered without a gap, never go back in time, each seal fits the last."""
    head = connection.execute(
        select(Office.seq, Office.seal).where(Office.id == office_no)
    ).one_or_none()
    if head is None:
        yield "the office has no head row"
        return
    seal, seq, at = SEAL_OF_NOTHING, 0, datetime.min.replace(tzinfo=UTC)
    columns = [getattr(EventRow, name) for name in Sealed._fields]
    query = select(*columns).where(EventRow.office == office_no).order_by(EventRow.seq)
    # a few at a time: an office has millions
    with connection.execute(query, execution_options={"yield_per": 1000}) as rows:
        for row in rows:
            event = Sealed(*row)
            if event.seq != seq + 1:
                yield f"event {seq + 1} is missing"
                return
            if event.at < at:
                yield f"event {event.seq} is older than the one before it"
            again = seal_event(seal, office_no, event.seq, event.at, _unsealed(event))
            if again.seal != event.seal:
                yield f"event {event.seq} was changed after it was sealed"
                return
            seal, seq, at = event.seal, event.seq, event.at
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
