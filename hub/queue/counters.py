"""Counters: open, pause, close; who may be called there and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, cast

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from hub import tickets
from hub.database import table_of
from hub.errors import BadInput, Conflict, NotFound
from hub.events import CounterClosed, CounterOpened, CounterPaused
from hub.events.queue import TicketReleased
from hub.models.queue import CounterRow, LaneCount
from hub.office import OfficeConfig
from hub.queue import candidates as heads
from hub.queue.routing import Ranked
from hub.statements import Line, Statement
from hub.wire import Candidate, CounterState, FieldFault
from hub.writer import Tx

OPEN: Final = "open"
PAUSED: Final = "paused"
CLOSED: Final = "closed"

# statements are built once: building one costs more than running it
_COUNTERS = table_of(CounterRow)
_BY_NUMBER = (
    _COUNTERS.c.office == bindparam("of_office"),
    _COUNTERS.c.counter == bindparam("of_counter"),
)
_FIND = Statement(select(*_COUNTERS.c).where(*_BY_NUMBER))
_ADD = Statement(insert(_COUNTERS))
_CHANGE = Statement(update(_COUNTERS).where(*_BY_NUMBER))
_GROUPS, _T = table_of(LaneCount).c, tickets.COLUMNS
_HELD_FOR = (
    select(_T.id, _T.prefix, _T.serial, _T.lane, _T.segment, _T.language, _T.needed, _T.held_for)
    .select_from(table_of(LaneCount))
    .join(
        tickets.TABLE,
        (_T.office == _GROUPS.office)
        & (_T.lane == _GROUPS.lane)
        & (_T.segment == _GROUPS.segment)
        & (_T.language == _GROUPS.language)
        & (_T.needed == _GROUPS.needed)
        & (_T.held_for == _GROUPS.held_for),
    )
    .where(
        _GROUPS.office == bindparam("of_office"),
        _GROUPS.held_for == bindparam("of_counter"),
        _GROUPS.waiting > literal_column("0"),
        tickets.IS_WAITING,
    )
    .order_by(_T.arrived_at, _T.id)
)


def open_counter(
    tx: Tx,
    office: OfficeConfig,
    *,
    counter: int,
    lanes: Sequence[str] = (),
    profile: str | None = None,
    languages: Sequence[str] = (),
) -> CounterState:
    """Open a counter for `lanes` (empty: all it is configured for), by a work profile.

    `profile` None: the counter's own; `languages` empty: those configured. Raises NotFound,
    BadInput `lane_not_here`, `profile_unknown`, `language_unknown`.
    """
    configured = _configured(office, counter)
    chosen_profile = _profile(office, counter, profile)
    _check_languages(office, languages)
    wrong = [lane for lane in lanes if lane not in configured]
    if wrong:
        raise BadInput(
            "lane_not_here",
            f"Counter {counter} does not serve {', '.join(wrong)}. Choose among: "
            f"{', '.join(configured)}.",
            id=f"Loket {counter} tidak melayani {', '.join(wrong)}. Pilih di antara: "
            f"{', '.join(configured)}.",
            fields=[FieldFault(field="lanes", code="unknown")],
        )
    chosen = tuple(lanes) or configured
    _put(
        tx,
        counter,
        state=OPEN,
        lanes=" ".join(chosen),
        reason="",
        profile=chosen_profile,
        languages=" ".join(languages),
    )
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
    """Close a counter; who waited for it alone waits for any now.

    Raises Conflict `counter_busy` while it has a ticket.
    """
    _configured(office, counter)
    if tickets.at_counter(tx.connection, tx.office, counter) is not None:
        raise _busy(counter)
    _put(tx, counter, state=CLOSED, lanes="", reason="")
    tx.emit(CounterClosed(counter), subject=str(counter))
    _release(tx, counter)
    return read(tx.connection, tx.office, office, counter)


def require_room(tx: Tx, office: OfficeConfig, counter: int) -> None:
    """Refuse to bring a ticket back to a counter that is closed or has one. Raises Conflict."""
    _configured(office, counter)
    row = find_row(tx.connection, tx.office, counter)
    if row is None or row.state == CLOSED:
        raise Conflict(
            "counter_closed",
            f"Counter {counter} is closed. Open it first.",
            id=f"Loket {counter} masih tutup. Buka dahulu.",
            fields=[FieldFault(field="counter", code=CLOSED)],
        )
    if tickets.at_counter(tx.connection, tx.office, counter) is not None:
        raise _busy(counter)


def require_free(tx: Tx, office: OfficeConfig, counter: int) -> Line:
    """Return the counter's row when it may call. Raises NotFound, Conflict with what to do."""
    _configured(office, counter)
    row = find_row(tx.connection, tx.office, counter)
    if row is None or row.state == CLOSED:
        raise Conflict(
            "counter_closed",
            f"Counter {counter} is closed. Open it first.",
            id=f"Loket {counter} masih tutup. Buka dahulu.",
            fields=[FieldFault(field="counter", code=CLOSED)],
        )
    if row.state == PAUSED:
        raise Conflict(
            "counter_paused",
            f"Counter {counter} is paused. Open it again first.",
            id=f"Loket {counter} sedang istirahat. Buka kembali dahulu.",
            fields=[FieldFault(field="counter", code=PAUSED)],
        )
    if tickets.at_counter(tx.connection, tx.office, counter) is not None:
        raise _busy(counter)
    return row


def candidates(tx: Tx, office: OfficeConfig, row: Line) -> list[Ranked]:
    """Return the heads of all groups that this counter may call now, the next one first."""
    return heads.of_counter(tx.connection, tx.office, office, row, tx.at)


def next_up(
    connection: Connection, office_no: int, office: OfficeConfig, counter: int, at: datetime
) -> list[Candidate]:
    """Return who would be called at `counter` now, and why; empty while it is closed."""
    row = find_row(connection, office_no, counter)
    if row is None or row.state == CLOSED:
        return []
    ranked = heads.of_counter(connection, office_no, office, row, at)
    return [heads.as_candidate(one, chosen=place == 0) for place, one in enumerate(ranked)]


def note_segment(tx: Tx, office: OfficeConfig, row: Line, segment: str) -> None:
    """Count how many limited (priority) calls a counter made in a row."""
    known = office.segment(segment)
    streak = row.priority_streak + 1 if known and known.limited else 0
    if streak != row.priority_streak:
        _update(tx, row.counter, priority_streak=streak)


def set_streak(tx: Tx, counter: int, streak: int) -> None:
    """Set back how many limited calls a counter made in a row, when the last one is undone."""
    _update(tx, counter, priority_streak=streak)


def read(
    connection: Connection, office_no: int, office: OfficeConfig, counter: int
) -> CounterState:
    """Return a counter with the ticket it has. Raises NotFound."""
    _configured(office, counter)
    row = find_row(connection, office_no, counter)
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


def find_row(connection: Connection, office_no: int, counter: int) -> Line | None:
    """Return how a counter stands, None if it was never opened."""
    asked = {"of_office": office_no, "of_counter": counter}
    return _FIND.one_or_none(connection, asked)


def _put(tx: Tx, counter: int, **values: object) -> None:
    values = {"actor": tx.actor.reference, "since": tx.at, **values}
    if not _update(tx, counter, **values):
        new = {"office": tx.office, "counter": counter, "lanes": "", **values}
        _ADD.run(tx.connection, new)


def _update(tx: Tx, counter: int, **values: object) -> bool:
    of = {"of_office": tx.office, "of_counter": counter}
    return _CHANGE.run(tx.connection, of | values) > 0


def _configured(office: OfficeConfig, counter: int) -> tuple[str, ...]:
    configured = office.counter(counter)
    if configured is None:
        raise NotFound(
            "counter_unknown",
            f"There is no counter {counter} in this office.",
            id=f"Tidak ada loket {counter} di kantor ini.",
        )
    return configured.lanes


def _profile(office: OfficeConfig, counter: int, profile: str | None) -> str:
    configured = office.counter(counter)
    chosen = profile if profile is not None else (configured.profile if configured else "")
    if chosen and office.profile(chosen) is None:
        known = ", ".join(one.code for one in office.profiles)
        raise BadInput(
            "profile_unknown",
            f"There is no work profile '{chosen}'. There are: {known}.",
            id=f"Tidak ada profil kerja '{chosen}'. Yang ada: {known}.",
            fields=[FieldFault(field="profile", code="unknown")],
        )
    return chosen


def _check_languages(office: OfficeConfig, languages: Sequence[str]) -> None:
    wrong = [one for one in languages if one not in office.office.languages]
    if wrong:
        known = ", ".join(office.office.languages)
        raise BadInput(
            "language_unknown",
            f"This office has no language {', '.join(wrong)}; it has {known}.",
            id=f"Kantor ini tidak memakai bahasa {', '.join(wrong)}; yang ada: {known}.",
            fields=[FieldFault(field="languages", code="unknown")],
        )


def _release(tx: Tx, counter: int) -> None:
    asked = {"of_office": tx.office, "of_counter": counter}
    for line in tx.connection.execute(_HELD_FOR, asked).all():
        group = tickets.group_of(line)
        tickets.change(tx, line.id, held_for=0, undo="")
        tickets.change_count(tx, group, -1)
        tickets.change_count(tx, group._replace(held_for=0), +1)
        number = tickets.number_of(line.prefix, line.serial)
        tx.emit(TicketReleased(number, line.lane, counter), subject=line.id)


def _busy(counter: int) -> Conflict:
    return Conflict(
        "counter_busy",
        f"Counter {counter} still has a ticket. Finish it, transfer it or mark it absent first.",
        id=f"Loket {counter} masih punya tiket. Selesaikan, alihkan, atau tandai tidak hadir.",
        fields=[FieldFault(field="counter", code="busy")],
    )
