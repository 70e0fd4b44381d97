"""Closing a day: what waits ends, every number is accounted for, the report is kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from hub import tickets
from hub.database import table_of
from hub.errors import BadInput, Conflict, NotFound
from hub.events.opening import DayClosed
from hub.models.opening import DayRow
from hub.models.queue import CallRow
from hub.office import OfficeConfig
from hub.opening import leftovers, numbers
from hub.opening.doors import close_day_now
from hub.opening.number_accounts import accounts
from hub.tickets import ABSENT, AT_COUNTER, ENDED, FINISHED, GIVEN_BACK, estimate_error, number_of
from hub.tickets.estimate_error import EstimateError
from hub.wire import FieldFault
from hub.writer import Tx

MOST_NAMED = 12
_T, _DAYS, _CALLS = tickets.COLUMNS, table_of(DayRow), table_of(CallRow).c


class SeriesLine(msgspec.Struct, frozen=True):
    """The account of one series: every number is a ticket, void or returned."""

    prefix: str
    station: str
    last: int
    tickets: int
    void: int
    returned: int


class ServiceLine(msgspec.Struct, frozen=True):
    """One service's day: how many, and how long they waited, in seconds."""

    service: str
    issued: int
    served: int
    absent: int
    ended: int
    mean_wait_s: int
    longest_wait_s: int
    given_back: int = 0
    """Of the ended ones: those that their persons gave back."""


class DayReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the day was; stored as it was when the day was closed."""

    day: date
    closed_at: datetime
    series: list[SeriesLine]
    services: list[ServiceLine]
    out_of_order: int
    estimates: EstimateError


def close(
    tx: Tx, office: OfficeConfig, *, day: date, void_missing: bool = False, reason: str = ""
) -> DayReport:
    """Close a day for good and return its report; closed again it gives the same report.

    Numbers of kiosks that never came are void when `void_missing` with a reason says so. Raises
    Conflict `numbers_missing`, `counter_busy`, BadInput `reason_missing`, `day_ahead`.
    """
    stored = _stored(tx.connection, tx.office, day)
    if stored is not None:
        return stored
    if day > office.today(tx.at):
        raise BadInput(
            "day_ahead",
            f"{day} has not come yet.",
            id=f"{day} belum tiba.",
            fields=[FieldFault(field="day", code="ahead")],
        )
    _require_free_counters(tx, day)
    _account(tx, day, void_missing=void_missing, reason=reason)
    while leftovers.end_waiting(tx, office, day=day):
        pass  # fifty at a time
    _settle(tx, day)
    report = report_of(tx.connection, tx.office, office, day, tx.at)
    row = {
        "office": tx.office,
        "day": day,
        "closed_at": tx.at,
        "closed_by": tx.actor.reference,
        "report": msgspec.json.encode(report).decode(),
    }
    tx.connection.execute(insert(_DAYS), row)
    close_day_now(tx, day)
    tx.emit(DayClosed(day.isoformat()), subject=day.isoformat())
    return report


def read_report(connection: Connection, office_no: int, day: date) -> DayReport:
    """Return the report of a closed day. Raises NotFound `day_open`."""
    stored = _stored(connection, office_no, day)
    if stored is None:
        raise NotFound("day_open", f"{day} has not been closed yet.", id=f"{day} belum ditutup.")
    return stored


def is_closed(connection: Connection, office_no: int, day: date) -> bool:
    """Return whether a day was closed."""
    return _stored(connection, office_no, day) is not None


def closed_days(connection: Connection, office_no: int, most: int = 14) -> list[date]:
    """Return the last closed days, the newest first."""
    query = (
        select(_DAYS.c.day)
        .where(_DAYS.c.office == office_no)
        .order_by(_DAYS.c.day.desc())
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def report_of(
    connection: Connection, office_no: int, office: OfficeConfig, day: date, at: datetime
) -> DayReport:
    """Return what a day looks like at `at`, closed or not."""
    return DayReport(
        day=day,
        closed_at=at,
        series=[
            SeriesLine(one.prefix, one.station, one.last, one.tickets, one.void, one.returned)
            for one in accounts(connection, office_no, day)
        ],
        services=_services(connection, office_no, office, day),
        out_of_order=_out_of_order(connection, office_no, day),
        estimates=estimate_error.of_days(connection, office_no, office, day, day),
    )


def _stored(connection: Connection, office_no: int, day: date) -> DayReport | None:
    query = select(_DAYS.c.report).where(_DAYS.c.office == office_no, _DAYS.c.day == day)
    found = connection.execute(query).scalar_one_or_none()
    return msgspec.json.decode(found, type=DayReport) if found is not None else None


def _require_free_counters(tx: Tx, day: date) -> None:
    query = select(_T.counter).where(_T.office == tx.office, _T.day == day, tickets.IS_AT_COUNTER)
    busy = sorted(tx.connection.execute(query).scalars())
    if busy:
        named = ", ".join(str(one) for one in busy)
        raise Conflict(
            "counter_busy",
            f"Somebody is still served at counter {named}. Finish there first.",
            id=f"Masih ada yang dilayani di loket {named}. Selesaikan dahulu.",
        )


def _settle(tx: Tx, day: date) -> None:
    """Let nothing of the day be undone any more: it would wait on a day that is over."""
    tx.connection.execute(
        update(tickets.TABLE)
        .where(_T.office == tx.office, _T.day == day, _T.undo != "")
        .values(undo="")
    )


def _account(tx: Tx, day: date, *, void_missing: bool, reason: str) -> None:
    open_ones = [one for one in accounts(tx.connection, tx.office, day) if one.missing]
    if not open_ones:
        return
    if void_missing and not reason.strip():
        raise BadInput(
            "reason_missing",
            "Say why these numbers never became tickets.",
            id="Tulis mengapa nomor ini tidak menjadi tiket.",
            fields=[FieldFault(field="reason", code="missing")],
        )
    if not void_missing:
        named = [number_of(one.prefix, n) for one in open_ones for n in one.missing]
        shown = ", ".join(named[:MOST_NAMED]) + (" …" if len(named) > MOST_NAMED else "")
        raise Conflict(
            "numbers_missing",
            f"{len(named)} kiosk numbers have not arrived: {shown}. Switch the kiosk on and wait, "
            "or declare them void with a reason.",
            id=f"{len(named)} nomor kios belum diterima: {shown}. Nyalakan kios dan tunggu, "
            "atau nyatakan batal dengan alasan.",
        )
    for one in open_ones:
        numbers.void(tx, day, one.prefix, one.missing, kind="void", reason=reason.strip())


def _services(
    connection: Connection, office_no: int, office: OfficeConfig, day: date
) -> list[ServiceLine]:
    states: dict[str, dict[str, int]] = {}
    for service, state, count in connection.execute(
        select(_T.service, _T.state, func.count())
        .where(_T.office == office_no, _T.day == day)
        .group_by(_T.service, _T.state)
    ):
        states.setdefault(service, {})[state] = count
    back = _given_back(connection, office_no, day)
    waits = estimate_error.waits_of_day(connection, office_no, day)
    order = [one.code for one in office.services]
    return [
        _service_line(service, states[service], waits.get(service, []), back.get(service, 0))
        for service in sorted(states, key=lambda code: order.index(code) if code in order else 99)
    ]


def _given_back(connection: Connection, office_no: int, day: date) -> dict[str, int]:
    query = (
        select(_T.service, func.count())
        .where(_T.office == office_no, _T.day == day, _T.outcome == GIVEN_BACK)
        .group_by(_T.service)
    )
    return {service: count for service, count in connection.execute(query)}


def _service_line(
    service: str, states: dict[str, int], waits: list[float], given_back: int
) -> ServiceLine:
    return ServiceLine(
        service=service,
        issued=sum(states.values()),
        served=states.get(FINISHED, 0) + sum(states.get(one, 0) for one in AT_COUNTER),
        absent=states.get(ABSENT, 0),
        ended=states.get(ENDED, 0),
        mean_wait_s=round(sum(waits) / len(waits)) if waits else 0,
        longest_wait_s=round(max(waits, default=0)),
        given_back=given_back,
    )


def _out_of_order(connection: Connection, office_no: int, day: date) -> int:
    query: Any = (
        select(func.count())
        .select_from(table_of(CallRow))
        .join(tickets.TABLE, (_T.office == _CALLS.office) & (_T.id == _CALLS.ticket))
        .where(_CALLS.office == office_no, _CALLS.out_of_order.is_(True), _T.day == day)
    )  # Any: the typed join of two tables has no name of its own
    return int(connection.execute(query).scalar_one())
