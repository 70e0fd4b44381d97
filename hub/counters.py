"""Counters: open, pause, close; who may be called there and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, cast

import msgspec
from sqlalchemy import Connection, Row, insert, or_, select, update

from hub import tickets
from hub.errors import BadInput, Conflict, NotFound
from hub.events import CounterClosed, CounterOpened, CounterPaused
from hub.models.queue import CounterRow, TicketRow
from hub.office import OfficeConfig
from hub.routing import PRIORITY, Head, Ranked, RoutingRules, rank
from hub.tickets import WAITING, number_of
from hub.wire import Candidate, CounterState, FieldFault, Words
from hub.writer import Tx

SEGMENTS = (PRIORITY, "general")
OPEN: Final = "open"
PAUSED: Final = "paused"
CLOSED: Final = "closed"
CounterLine = Row[tuple[object, ...]]


def open_counter(
    tx: Tx, office: OfficeConfig, *, counter: int, lanes: Sequence[str] = ()
) -> CounterState:
    """Open a counter for `lanes` (empty: all it is configured for). Raises BadInput, NotFound."""
    configured = _configured(office, counter)
    wrong = [lane for lane in lanes if lane not in configured]
    if wrong:
        raise BadInput(
            "lane_not_here",
            f"Counter {counter} does not serve {', '.join(wrong)}; it serves "
            f"{', '.join(configured)}.",
            id=f"Loket {counter} tidak melayani {', '.join(wrong)}.",
            fields=[FieldFault(field="lanes", code="unknown")],
        )
    chosen = tuple(lanes) or configured
    _put(tx, counter, state=OPEN, lanes=" ".join(chosen), reason="")
    tx.emit(CounterOpened(counter, chosen), subject=str(counter))
    return read(tx.connection, tx.office, office, counter)


def pause_counter(tx: Tx, office: OfficeConfig, *, counter: int, reason: str) -> CounterState:
    """Pause a counter; what it serves goes on. Raises BadInput `reason_missing`."""
    _configured(office, counter)
    if not reason.strip():
        raise BadInput(
            "reason_missing",
            "A pause needs a reason.",
            id="Istirahat memerlukan alasan.",
            fields=[FieldFault(field="reason", code="missing")],
        )
    _put(tx, counter, state=PAUSED, reason=reason)
    tx.emit(CounterPaused(counter), subject=str(counter))
    return read(tx.connection, tx.office, office, counter)


def close_counter(tx: Tx, office: OfficeConfig, *, counter: int) -> CounterState:
    """Close a counter. Raises Conflict `counter_busy` while it has a ticket."""
    _configured(office, counter)
    if tickets.at_counter(tx.connection, tx.office, counter) is not None:
        raise _busy(counter)
    _put(tx, counter, state=CLOSED, lanes="", reason="")
    tx.emit(CounterClosed(counter), subject=str(counter))
    return read(tx.connection, tx.office, office, counter)


def require_free(tx: Tx, office: OfficeConfig, counter: int) -> CounterLine:
    """Return the counter's row when it may call. Raises NotFound, Conflict with what to do."""
    _configured(office, counter)
    row = _row(tx.connection, tx.office, counter)
    if row is None or row.state == CLOSED:
        raise Conflict(
            "counter_closed",
            f"Counter {counter} is closed. Open it first.",
            id=f"Loket {counter} masih tutup. Buka dahulu.",
        )
    if row.state == PAUSED:
        raise Conflict(
            "counter_paused",
            f"Counter {counter} is paused. Open it again first.",
            id=f"Loket {counter} sedang istirahat. Buka kembali dahulu.",
        )
    if tickets.at_counter(tx.connection, tx.office, counter) is not None:
        raise _busy(counter)
    return row


def rules_of(office: OfficeConfig) -> RoutingRules:
    """Return the office's routing rules."""
    return RoutingRules(
        priority_points=office.queue.priority_bonus_min * office.queue.ageing_per_min,
        points_per_minute=office.queue.ageing_per_min,
        priority_in_a_row=office.queue.priority_ratio,
        max_wait={lane.code: timedelta(minutes=lane.max_wait_min) for lane in office.lanes},
    )


def candidates(tx: Tx, office: OfficeConfig, row: CounterLine) -> list[Ranked]:
    """Return the heads of all groups that this counter may call now, the next one first."""
    return _ranked(tx.connection, tx.office, office, row, tx.at)


def next_up(
    connection: Connection, office_no: int, office: OfficeConfig, counter: int, at: datetime
) -> list[Candidate]:
    """Return who would be called at `counter` now, and why; empty while it is closed."""
    row = _row(connection, office_no, counter)
    if row is None or row.state == CLOSED:
        return []
    ranked = _ranked(connection, office_no, office, row, at)
    return [_candidate(one, chosen=place == 0) for place, one in enumerate(ranked)]


def note_segment(tx: Tx, row: CounterLine, segment: str) -> None:
    """Count how many priority calls a counter made in a row."""
    streak = row.priority_streak + 1 if segment == PRIORITY else 0
    if streak != row.priority_streak:
        _update(tx, row.counter, priority_streak=streak)


def heads_json(ranked: Iterable[Ranked], chosen: str) -> str:
    """Return the candidates as they are stored with a call (why-next)."""
    rows = [_candidate(one, chosen=one.head.ticket == chosen) for one in ranked]
    return msgspec.json.encode(rows).decode()


def read(
    connection: Connection, office_no: int, office: OfficeConfig, counter: int
) -> CounterState:
    """Return a counter with the ticket it has. Raises NotFound."""
    _configured(office, counter)
    row = _row(connection, office_no, counter)
    if row is None:
        return CounterState(counter=counter, state=CLOSED, lanes=[])
    ticket = tickets.at_counter(connection, office_no, counter)
    return CounterState(
        counter=counter,
        state=cast("Literal['open', 'paused', 'closed']", row.state),
        lanes=row.lanes.split(),
        ticket=tickets.read(connection, office_no, office, ticket) if ticket else None,
        reason=row.reason,
    )


def _ranked(
    connection: Connection, office_no: int, office: OfficeConfig, row: CounterLine, at: datetime
) -> list[Ranked]:
    heads = []
    for lane in row.lanes.split():
        for segment in SEGMENTS:
            head = _head(connection, office_no, row.counter, lane, segment)
            if head is not None:
                heads.append(head)
    return rank(heads, rules_of(office), priority_streak=row.priority_streak, at=at)


def _head(
    connection: Connection, office_no: int, counter: int, lane: str, segment: str
) -> Head | None:
    query = (
        select(TicketRow.id, TicketRow.prefix, TicketRow.serial, TicketRow.arrived_at)
        .where(
            TicketRow.office == office_no,
            TicketRow.lane == lane,
            TicketRow.segment == segment,
            TicketRow.state == WAITING,
            or_(TicketRow.reserved_counter.is_(None), TicketRow.reserved_counter == counter),
        )
        .order_by(TicketRow.arrived_at, TicketRow.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Head(row.id, number_of(row.prefix, row.serial), lane, segment, row.arrived_at)


def _candidate(one: Ranked, *, chosen: bool) -> Candidate:
    minutes = int(one.waited.total_seconds() // 60)
    return Candidate(
        ticket=one.head.ticket,
        number=one.head.number,
        lane=one.head.lane,
        segment=one.head.segment,
        waited_s=int(one.waited.total_seconds()),
        score=one.score,
        chosen=chosen,
        words=_words(one.rule, minutes),
    )


def _words(rule: str, minutes: int) -> Words:
    if rule == "over_maximum":
        return Words(
            id=f"Melewati batas tunggu: {minutes} menit", en=f"Over the maximum: {minutes} min"
        )
    if rule == "priority":
        return Words(id=f"Prioritas, {minutes} menit", en=f"Priority, {minutes} min")
    if rule == "yields":
        return Words(
            id="Prioritas, memberi giliran kepada antrean umum",
            en="Priority, giving a turn to the general queue",
        )
    if rule == "ratio":
        return Words(
            id=f"Giliran antrean umum, {minutes} menit", en=f"General queue's turn, {minutes} min"
        )
    return Words(id=f"Terlama menunggu: {minutes} menit", en=f"Waiting longest: {minutes} min")


def _row(connection: Connection, office_no: int, counter: int) -> CounterLine | None:
    query = select(*CounterRow.__table__.c).where(
        CounterRow.office == office_no, CounterRow.counter == counter
    )
    return connection.execute(query).one_or_none()


def _put(tx: Tx, counter: int, **values: object) -> None:
    if _update(tx, counter, actor=tx.actor.reference, since=tx.at, **values):
        return
    tx.connection.execute(
        insert(CounterRow).values(
            office=tx.office,
            counter=counter,
            actor=tx.actor.reference,
            since=tx.at,
            **({"lanes": ""} | values),
        )
    )


def _update(tx: Tx, counter: int, **values: object) -> bool:
    changed = tx.connection.execute(
        update(CounterRow)
        .where(CounterRow.office == tx.office, CounterRow.counter == counter)
        .values(**values)
    )
    return changed.rowcount > 0


def _configured(office: OfficeConfig, counter: int) -> tuple[str, ...]:
    configured = office.counter(counter)
    if configured is None:
        raise NotFound(
            "counter_unknown",
            f"There is no counter {counter} in this office.",
            id=f"Tidak ada loket {counter} di kantor ini.",
        )
    return configured.lanes


def _busy(counter: int) -> Conflict:
    return Conflict(
        "counter_busy",
        f"Counter {counter} still has a ticket. Finish it, transfer it or mark it absent first.",
        id=f"Loket {counter} masih punya tiket. Selesaikan, alihkan, atau tandai tidak hadir.",
    )
