"""Why this person is next, and why another one still waits: stored at each call, or asked now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, bindparam, func, literal_column, select

from hub import tickets
from hub.database import table_of
from hub.errors import NotFound
from hub.models.queue import CallRow, LaneCount, TicketRow
from hub.office import OfficeConfig
from hub.office.config import CounterConfig
from hub.queue import candidates, counters
from hub.queue.candidates import Ability
from hub.queue.routing import Head, Ranked
from hub.statements import Line
from hub.tickets import ENDED, WAITING, Group, number_of
from hub.wire import Candidate, Why, Words
from hub.wire.answers import CounterChance

_CALLS, _T, _GROUPS = table_of(CallRow).c, tickets.COLUMNS, table_of(LaneCount)
_LAST_CALL = (
    select(_CALLS.at, _CALLS.counter, _CALLS.reason, _CALLS.heads, _CALLS.out_of_order)
    .where(
        _CALLS.office == bindparam("of_office"),
        _CALLS.ticket == bindparam("of_ticket"),
        _CALLS.times == literal_column("1"),
        _CALLS.undone.is_(False),
    )
    .order_by(_CALLS.at.desc())
    .limit(1)
)
_AHEAD_IN_GROUP = select(func.count()).where(
    _T.office == bindparam("of_office"),
    _T.lane == bindparam("of_lane"),
    _T.segment == bindparam("of_segment"),
    _T.language == bindparam("of_language"),
    _T.needed == bindparam("of_needed"),
    _T.held_for == bindparam("of_held_for"),
    tickets.IS_WAITING,
    _T.arrived_at < bindparam("before"),
)

_CLOSED = Words(id="tutup", en="closed")
_PAUSED = Words(id="sedang istirahat", en="paused")
_OTHER_LANES = Words(id="tidak melayani jalur ini sekarang", en="does not serve this lane now")
_BUSY = Words(id="melayani nomor {0}", en="serves number {0}")
_FREE = Words(id="dapat memanggil", en="can call")
_LACKS = {
    "language": Words(id="tidak melayani bahasa ini", en="does not speak this language"),
    "needs": Words(id="tidak memiliki kebutuhan tiket ini", en="cannot answer this ticket's need"),
    "devices": Words(id="perangkatnya tidak bekerja", en="its devices do not work"),
}


@dataclass(frozen=True, slots=True)
class OutOfOrderCall:
    """A call that passed over others, with its reason; `actor` is `officer:<id>` or a station."""

    ticket: str
    number: str
    lane: str
    counter: int
    actor: str
    at: datetime
    reason: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Stranded:
    """People whom no open counter can call, and what is missing: see `Ability.lacks`, or `lane`."""

    group: Group
    waiting: int
    missing: tuple[str, ...]


def why(
    connection: Connection, office_no: int, office: OfficeConfig, ticket: str, at: datetime
) -> Why:
    """Return why `ticket` was called when it was, or why it still waits.

    Raises NotFound `ticket_unknown`, `not_called_yet` (it ended without a call).
    """
    line = tickets.find_row(connection, office_no, ticket)
    if line.state == WAITING:
        return _still_waiting(connection, office_no, office, line, at)
    asked = {"of_office": office_no, "of_ticket": ticket}
    call = connection.execute(_LAST_CALL, asked).one_or_none()
    if call is None:
        raise NotFound(
            "not_called_yet",
            "This ticket was never called." if line.state == ENDED else "Not called yet.",
            id="Tiket ini tidak pernah dipanggil.",
        )
    return Why(
        ticket=ticket,
        number=number_of(line.prefix, line.serial),
        at=call.at,
        reason=call.reason,
        candidates=msgspec.json.decode(call.heads, type=list[Candidate]),
        state=line.state,
        counter=call.counter,
        out_of_order=call.out_of_order,
    )


def out_of_order(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime, *, limit: int = 200
) -> list[OutOfOrderCall]:
    """Return today's calls out of order and services without a ticket, the newest first."""
    query = (
        select(
            CallRow.ticket, TicketRow.prefix, TicketRow.serial, TicketRow.lane, CallRow.counter,
            CallRow.actor, CallRow.at, CallRow.reason, CallRow.undone,
        )
        .join(TicketRow, (TicketRow.office == CallRow.office) & (TicketRow.id == CallRow.ticket))
        .where(
            CallRow.office == office_no,
            CallRow.out_of_order.is_(True),
            TicketRow.day == office.today(at),
        )
        .order_by(CallRow.at.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        OutOfOrderCall(
            row.ticket, number_of(row.prefix, row.serial), row.lane, row.counter, row.actor,
            row.at, row.reason, row.undone,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def stranded(connection: Connection, office_no: int, office: OfficeConfig) -> list[Stranded]:
    """Return the waiting groups that no open counter can call as it stands."""
    query = select(_GROUPS.c.waiting, *(_GROUPS.c[name] for name in Group._fields)).where(
        _GROUPS.c.office == office_no, _GROUPS.c.waiting > 0
    )
    groups = [(Group(*rest), waiting) for waiting, *rest in connection.execute(query)]
    if not groups:
        return []
    standing = [_standing(connection, office_no, office, one) for one in office.counters]
    found = []
    for group, waiting in groups:
        lacks = [one.lacks(office, group) for one in standing]
        if None not in lacks:
            found.append(Stranded(group, waiting, tuple(sorted({lack or "" for lack in lacks}))))
    return found


@dataclass(frozen=True, slots=True)
class _Standing:
    """A counter as it stands: open for some lanes, with an ability."""

    counter: CounterConfig
    state: str
    lanes: tuple[str, ...]
    ability: Ability | None
    serves: str

    def lacks(self, office: OfficeConfig, group: Group) -> str | None:
        """Return why the counter cannot call this group, None if it can."""
        if group.held_for and group.held_for != self.counter.number:
            return "lane"
        if self.state != counters.OPEN or self.ability is None:
            return "lane" if group.lane not in self.counter.lanes else self.state
        if not group.held_for and group.lane not in self.lanes:
            return "lane"
        head = Head("", "", group.lane, group.segment, _NEVER, *group[2:])
        return self.ability.lacks(office, head)


_NEVER = datetime.min.replace(tzinfo=UTC)


def _standing(
    connection: Connection, office_no: int, office: OfficeConfig, counter: CounterConfig
) -> _Standing:
    row = counters.find_row(connection, office_no, counter.number)
    if row is None or row.state == counters.CLOSED:
        return _Standing(counter, counters.CLOSED, (), None, "")
    able = candidates.ability(connection, office_no, office, row)
    current = tickets.at_counter(connection, office_no, counter.number)
    serves = ""
    if current is not None:
        line = tickets.find_row(connection, office_no, current)
        serves = number_of(line.prefix, line.serial)
    return _Standing(counter, row.state, tuple(row.lanes.split()), able, serves)


def _still_waiting(
    connection: Connection, office_no: int, office: OfficeConfig, line: Line, at: datetime
) -> Why:
    group = tickets.group_of(line)
    before = _ahead_in_group(connection, office_no, group, line)
    chances, best = [], list[Ranked]()
    for configured in office.counters:
        if group.lane not in configured.lanes and group.held_for != configured.number:
            continue
        standing = _standing(connection, office_no, office, configured)
        lacks = standing.lacks(office, group)
        place = None
        if lacks is None:
            row = counters.find_row(connection, office_no, configured.number)
            assert row is not None  # noqa: S101 — an open counter has a row
            ranked = candidates.of_counter(connection, office_no, office, row, at)
            place = _place(ranked, group) + before
            best = best or ranked
        chances.append(_chance(standing, lacks, place))
    return Why(
        ticket=line.id,
        number=number_of(line.prefix, line.serial),
        at=at,
        reason="",
        candidates=[
            candidates.as_candidate(one, chosen=number == 0) for number, one in enumerate(best)
        ],
        state=line.state,
        ahead=before,
        counters=chances,
    )


def _ahead_in_group(connection: Connection, office_no: int, group: Group, line: Line) -> int:
    asked = {f"of_{name}": value for name, value in group._asdict().items()}
    asked |= {"of_office": office_no, "before": line.arrived_at}
    return int(connection.execute(_AHEAD_IN_GROUP, asked).scalar_one())


def _place(ranked: list[Ranked], group: Group) -> int:
    """Return the place of a group's head in a counter's order, the next one is 1."""
    for number, one in enumerate(ranked, start=1):
        head = one.head
        if group == (head.lane, head.segment, head.language, head.needed, head.held_for):
            return number
    return len(ranked) + 1


def _chance(standing: _Standing, lacks: str | None, place: int | None) -> CounterChance:
    words = _FREE
    if lacks is None and standing.serves:
        words = Words(id=_BUSY.id.format(standing.serves), en=_BUSY.en.format(standing.serves))
    elif lacks is not None:
        states = {counters.CLOSED: _CLOSED, counters.PAUSED: _PAUSED, "lane": _OTHER_LANES}
        words = states.get(lacks) or _LACKS[lacks]
    return CounterChance(
        counter=standing.counter.number, able=lacks is None, words=words, place=place
    )
