"""What must be true of numbers that kiosks gave without the hub, and of what they replaced."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, or_, select

from hub import tickets
from hub.database import table_of
from hub.models.opening import NumberVoid
from hub.models.queue import CommandRow, EventRow, NumberSeries
from hub.models.station import Station
from hub.opening.alone import BURNT
from hub.opening.quotas import REPLACED
from hub.tickets import ENDED, number_of

_T, _SERIES, _VOIDS = tickets.COLUMNS, table_of(NumberSeries).c, table_of(NumberVoid).c
_STATIONS, _COMMANDS, _EVENTS = (table_of(one).c for one in (Station, CommandRow, EventRow))
KINDS = ("void", "returned")


def series_are_their_kiosks(connection: Connection, office_no: int) -> Iterator[str]:
    """A series without the hub ends with the letter of the kiosk that gave it."""
    letters = _letters(connection, office_no)
    query = select(_SERIES.day, _SERIES.prefix, _SERIES.station).where(
        _SERIES.office == office_no, _SERIES.station != ""
    )
    for day, prefix, station in connection.execute(query):
        if letters.get(station) != prefix[-1]:
            yield f"series {prefix} of {day}: no kiosk with the letter {prefix[-1]} gave it"


def numbers_are_one_thing(connection: Connection, office_no: int) -> Iterator[str]:
    """A number is a ticket, or void, or returned: never two of them, and nothing else."""
    same = (
        (_T.office == _VOIDS.office)
        & (_T.day == _VOIDS.day)
        & (_T.prefix == _VOIDS.prefix)
        & (_T.serial == _VOIDS.serial)
    )
    query = (
        select(_VOIDS.day, _VOIDS.prefix, _VOIDS.serial, _VOIDS.kind, _T.id)
        .outerjoin_from(table_of(NumberVoid), tickets.TABLE, same)
        .where(_VOIDS.office == office_no)
    )
    told = _voids_told(connection, office_no)
    for day, prefix, serial, kind, ticket in connection.execute(query):
        name = f"number {number_of(prefix, serial)} of {day}"
        if kind not in KINDS:
            yield f"{name} is neither void nor returned, but {kind}"
        if ticket is not None:
            yield f"{name} is a ticket and {kind}"
        if not any(first <= serial <= last for first, last in told.get((str(day), prefix), ())):
            yield f"{name} is {kind}, and no event tells of it"


def tickets_were_issued_once(connection: Connection, office_no: int) -> Iterator[str]:
    """Each ticket has its one event of being issued, and each such event its ticket."""
    issued: dict[str, int] = {}
    query = select(_EVENTS.subject).where(
        _EVENTS.office == office_no, _EVENTS.kind == "ticket.issued"
    )
    for subject in connection.execute(query).scalars():
        issued[subject] = issued.get(subject, 0) + 1
    for row in connection.execute(select(_T.id).where(_T.office == office_no)):
        count = issued.pop(row.id, 0)
        if count != 1:
            yield f"ticket {row.id} was issued by {count} events"
    for subject in issued:
        yield f"ticket {subject} was issued and is no row"


def replaced_tickets_have_a_successor(connection: Connection, office_no: int) -> Iterator[str]:
    """The person of a replaced ticket holds a kiosk's number of the same visit."""
    prefixes = select(_SERIES.prefix).where(_SERIES.office == office_no, _SERIES.station != "")
    own = set(
        connection.execute(
            select(_T.visit).where(_T.office == office_no, _T.prefix.in_(prefixes))
        ).scalars()
    )
    query = select(_T.prefix, _T.serial, _T.day, _T.state, _T.visit).where(
        _T.office == office_no, _T.outcome == REPLACED
    )
    for row in connection.execute(query):
        name = f"ticket {number_of(row.prefix, row.serial)} of {row.day}"
        if row.state != ENDED:
            yield f"{name} is replaced and {row.state}"
        if row.visit not in own:
            yield f"{name} is replaced, and nobody holds a kiosk's number in its place"


def burnt_keys_did_nothing(connection: Connection, office_no: int) -> Iterator[str]:
    """A key that a kiosk gave up is that kiosk's, answers nothing and belongs to no event."""
    letters = _letters(connection, office_no)
    query = select(
        _COMMANDS.actor, _COMMANDS.name, _COMMANDS.digest, _COMMANDS.outcome, _COMMANDS.seq
    ).where(
        _COMMANDS.office == office_no,
        or_(_COMMANDS.name == REPLACED, _COMMANDS.digest == BURNT),
    )
    for row in connection.execute(query):
        kind, _, station = row.actor.partition(":")
        if (row.name, row.digest, row.outcome, row.seq) != (REPLACED, BURNT, "{}", 0):
            yield f"a key of {row.actor} is given up and was used all the same"
        if kind != "station" or station not in letters:
            yield f"a key of {row.actor} is given up, and that is no kiosk with numbers of its own"


def _letters(connection: Connection, office_no: int) -> dict[str, str]:
    query = select(_STATIONS.id, _STATIONS.series).where(
        _STATIONS.office == office_no, _STATIONS.series.is_not(None)
    )
    return {station: str(letter) for station, letter in connection.execute(query)}


def _voids_told(
    connection: Connection, office_no: int
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    query = select(_EVENTS.body).where(
        _EVENTS.office == office_no, _EVENTS.kind == "numbers.voided"
    )
    told: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for body in connection.execute(query).scalars():
        said = msgspec.json.decode(body)
        told.setdefault((said["day"], said["prefix"]), []).append((said["first"], said["last"]))
    return told
