"""Whom a counter may call now: the heads of the groups that it can serve, ranked, with reasons.

A group is (lane, class, language, needs, held for a counter). One statement finds the first of
each through the index of waiting tickets, so a call costs the number of groups, not of people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, bindparam, literal_column, or_, select

from hub import tickets
from hub.database import table_of
from hub.models.queue import LaneCount
from hub.models.station import Station, StationDevice
from hub.office import OfficeConfig
from hub.office.config import CounterConfig
from hub.queue.routing import Head, Preference, Ranked, RoutingRules, rank
from hub.statements import Line
from hub.tickets import number_of
from hub.wire import Candidate, Words

DOWN = "down"

# statements are built once: building one costs more than running it
_GROUPS = table_of(LaneCount)
_T, _HEAD = tickets.COLUMNS, tickets.TABLE.alias("head")
_FIRST_OF_GROUP = (
    select(_T.id)
    .where(
        _T.office == _GROUPS.c.office,
        _T.lane == _GROUPS.c.lane,
        _T.segment == _GROUPS.c.segment,
        _T.language == _GROUPS.c.language,
        _T.needed == _GROUPS.c.needed,
        _T.held_for == _GROUPS.c.held_for,
        tickets.IS_WAITING,
    )
    .order_by(_T.arrived_at, _T.id)
    .limit(1)
    .correlate(_GROUPS)
    .scalar_subquery()
)
# one search in the index of waiting tickets for each group, all in one statement
_HEADS = (
    select(
        _HEAD.c.id,
        _HEAD.c.prefix,
        _HEAD.c.serial,
        _HEAD.c.lane,
        _HEAD.c.segment,
        _HEAD.c.arrived_at,
        _HEAD.c.language,
        _HEAD.c.needed,
        _HEAD.c.held_for,
    )
    .select_from(_GROUPS)
    .join(
        _HEAD,
        (_HEAD.c.office == _GROUPS.c.office) & (_HEAD.c.id == _FIRST_OF_GROUP),
    )
    .where(
        _GROUPS.c.office == bindparam("of_office"),
        _GROUPS.c.waiting > literal_column("0"),
        or_(
            (_GROUPS.c.held_for == literal_column("0"))
            & _GROUPS.c.lane.in_(bindparam("of_lanes", expanding=True)),
            _GROUPS.c.held_for == bindparam("of_counter"),
        ),
    )
)
_STATIONS, _DEVICES = table_of(Station).c, table_of(StationDevice).c
_REPORTED = (
    select(_DEVICES.role, _DEVICES.lamp)
    .join_from(
        table_of(Station),
        table_of(StationDevice),
        (_DEVICES.office == _STATIONS.office) & (_DEVICES.station == _STATIONS.id),
    )
    .where(
        _STATIONS.office == bindparam("of_office"),
        _STATIONS.counter == bindparam("of_counter"),
        _STATIONS.kind == literal_column("'agent'"),
        _STATIONS.revoked_at.is_(None),
    )
)


def rules_of(office: OfficeConfig, profile: str = "") -> RoutingRules:
    """Return the office's routing rules, with those of a work profile."""
    queue = office.queue
    chosen = office.profile(profile)
    return RoutingRules(
        points={one.code: one.bonus_min * queue.ageing_per_min for one in office.segments},
        limited=frozenset(one.code for one in office.segments if one.limited),
        points_per_minute=queue.ageing_per_min,
        in_a_row=queue.priority_ratio,
        max_wait={lane.code: timedelta(minutes=lane.max_wait_min) for lane in office.lanes},
        weight={lane.code: lane.weight for lane in office.lanes},
        preferences=tuple(
            Preference(
                rule.lane, rule.segment, rule.language, rule.need, timedelta(minutes=rule.over_min)
            )
            for rule in (chosen.rules if chosen else ())
        ),
    )


def of_counter(
    connection: Connection, office_no: int, office: OfficeConfig, row: Line, at: datetime
) -> list[Ranked]:
    """Return the heads of all groups that an open counter may call now, the next one first."""
    asked = {
        "of_office": office_no,
        "of_counter": row.counter,
        "of_lanes": row.lanes.split(),
    }
    heads = [
        Head(
            one.id,
            number_of(one.prefix, one.serial),
            one.lane,
            one.segment,
            one.arrived_at,
            one.language,
            one.needed,
            one.held_for,
        )
        for one in connection.execute(_HEADS, asked)
    ]
    needs_devices = any(office.lane_devices(head.lane) for head in heads)
    able = ability(connection, office_no, office, row, look_at_devices=needs_devices)
    fit = [head for head in heads if able is not None and able.lacks(office, head) is None]
    return rank(fit, rules_of(office, row.profile), streak=row.priority_streak, at=at)


@dataclass(frozen=True, slots=True)
class Ability:
    """What a counter can serve as it stands: languages, needs, roles of working devices."""

    languages: frozenset[str]
    needs: frozenset[str]
    devices: frozenset[str]

    def lacks(self, office: OfficeConfig, head: Head) -> str | None:
        """Return why `head` cannot be served here: `language`, `needs`, `devices`, or None.

        What an officer sent to this very counter was a person's decision: only devices count.
        """
        if not self.devices.issuperset(office.lane_devices(head.lane)):
            return "devices"
        if head.held_for:
            return None
        if head.language not in self.languages:
            return "language"
        return None if self.needs.issuperset(head.needed.split()) else "needs"


def ability(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    row: Line,
    *,
    look_at_devices: bool = True,
) -> Ability | None:
    """Return what a counter can serve now; None for one the office does not have."""
    configured = office.counter(row.counter)
    if configured is None:
        return None
    working: frozenset[str] = frozenset(configured.devices)
    if look_at_devices:
        working = working_devices(connection, office_no, configured)
    languages = spoken(office, configured, row.languages)
    return Ability(frozenset(languages), frozenset(configured.needs), working)


def spoken(office: OfficeConfig, counter: CounterConfig, today: str = "") -> tuple[str, ...]:
    """Return the languages spoken at a counter: as opened, else as configured, else all."""
    return tuple(today.split()) or counter.languages or office.office.languages


def working_devices(
    connection: Connection, office_no: int, counter: CounterConfig
) -> frozenset[str]:
    """Return the roles that work at a counter; without any report, what is configured there."""
    reported = _reported(connection, office_no, counter)
    return _working(reported) if reported else frozenset(counter.devices)


def reported_working(
    connection: Connection, office_no: int, counter: CounterConfig
) -> frozenset[str]:
    """Return the roles that an agent of the counter reported as working, none without a report."""
    return _working(_reported(connection, office_no, counter))


def _reported(
    connection: Connection, office_no: int, counter: CounterConfig
) -> list[tuple[str, str]]:
    asked = {"of_office": office_no, "of_counter": counter.number}
    return [(row.role, row.lamp) for row in connection.execute(_REPORTED, asked)]


def _working(reported: list[tuple[str, str]]) -> frozenset[str]:
    # of two devices of a role one that works is enough
    return frozenset(role for role, lamp in reported if lamp != DOWN)


def heads_json(ranked: Iterable[Ranked], chosen: str) -> str:
    """Return the candidates as they are stored with a call (why-next)."""
    rows = [as_candidate(one, chosen=one.head.ticket == chosen) for one in ranked]
    return msgspec.json.encode(rows).decode()


def as_candidate(one: Ranked, *, chosen: bool) -> Candidate:
    """Return a ranked head as it goes out, with its reason in words."""
    return Candidate(
        ticket=one.head.ticket,
        number=one.head.number,
        lane=one.head.lane,
        segment=one.head.segment,
        waited_s=int(one.waited.total_seconds()),
        score=round(one.score, 3),
        chosen=chosen,
        words=_words(one),
        rule=one.rule,
    )


def _words(one: Ranked) -> Words:
    indonesian, english = _RULES[one.rule]
    told = {"minutes": max(0, int(one.waited.total_seconds() // 60)), "streak": one.streak}
    return Words(id=indonesian.format_map(told), en=english.format_map(told))


_RULES = {
    "over_maximum": ("Melewati batas tunggu: {minutes} menit", "Over the maximum: {minutes} min"),
    "priority": ("Prioritas, {minutes} menit", "Priority, {minutes} min"),
    "yields": (
        "Prioritas, memberi giliran setelah {streak} berturut-turut di loket ini",
        "Priority, gives a turn after {streak} in a row at this counter",
    ),
    "ratio": (
        "Giliran antrean umum setelah {streak} prioritas di loket ini, {minutes} menit",
        "General queue's turn after {streak} priority at this counter, {minutes} min",
    ),
    "profile": (
        "Didahulukan menurut profil loket, {minutes} menit",
        "First by work profile, {minutes} min",
    ),
    "longest": ("Terlama menunggu: {minutes} menit", "Waiting longest: {minutes} min"),
}
