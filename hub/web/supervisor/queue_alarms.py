"""What the queue asks of the supervisor: people to be met, to be called, or waiting too long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from hub.clock import PracticeClock
from hub.opening import quotas
from hub.queue import assistance, board, why
from hub.web.desk import Desk
from hub.web.officer.views import Notice
from hub.wire import LaneState


def queue_alarms(
    connection: Connection, desk: Desk, lanes: Iterable[LaneState], at: datetime
) -> list[Notice]:
    """Return a clock that went back, guides wanted, people whom nobody can call, late lanes."""
    guides = assistance.guides_wanted(connection, desk.office_no, desk.office)
    return [
        *_clock_behind(connection, desk, at),
        *(_guide(desk, one) for one in guides),
        *_stranded(connection, desk),
        *_late(desk, lanes),
        *_over_quota(connection, desk, at),
    ]


def _clock_behind(connection: Connection, desk: Desk, at: datetime) -> list[Notice]:
    """Say that the clock went back: who comes now would count as having waited longest."""
    if isinstance(desk.clock, PracticeClock):
        return []  # it begins whenever one wishes to practise
    last = board.later_than(connection, desk.office_no, at)
    if last is None:
        return []
    said = desk.speech.say(
        "clock_behind", now=desk.speech.moment(at), last=desk.speech.moment(last)
    )
    return [Notice("bad", "clock", said, desk.speech.say("clock_behind_todo"))]


def _over_quota(connection: Connection, desk: Desk, at: datetime) -> list[Notice]:
    over = quotas.passed(connection, desk.office_no, desk.office, at)
    return [
        Notice(
            "warn",
            "ticket",
            desk.speech.say(
                "quota_passed",
                service=desk.speech.pick(one.name),
                quota=one.quota,
                over=over[one.code],
            ),
            desk.speech.say("quota_passed_todo"),
        )
        for one in desk.office.services
        if one.code in over
    ]


def _guide(desk: Desk, wanted: assistance.GuideCall) -> Notice:
    where = desk.speech.say("counter_n", number=wanted.counter)
    todo = "; ".join(desk.speech.pick(need.name) for need in wanted.needs)
    said = desk.speech.say("guide_wanted", number=wanted.number)
    return Notice("warn", "accessibility", f"{where}: {said}", f"{todo}.")


def _stranded(connection: Connection, desk: Desk) -> list[Notice]:
    waiting: dict[str, int] = {}
    for one in why.stranded(connection, desk.office_no, desk.office):
        waiting[one.group.lane] = waiting.get(one.group.lane, 0) + one.waiting
    if not waiting:
        return []
    lanes = ", ".join(
        desk.speech.say("stranded_in", lane=_lane_name(desk, lane), count=count)
        for lane, count in waiting.items()
    )
    said = desk.speech.say("stranded", lanes=lanes)
    return [Notice("bad", "user-x", said, desk.speech.say("stranded_todo"))]


def _late(desk: Desk, lanes: Iterable[LaneState]) -> list[Notice]:
    late = []
    for state in lanes:
        lane = desk.office.lane(state.lane)
        if lane and state.waiting and state.longest_wait_s > lane.max_wait_min * 60:
            waited, name = desk.speech.minutes(state.longest_wait_s), desk.speech.pick(lane.name)
            words = {"lane": name, "minutes": waited, "limit": lane.max_wait_min}
            late.append(desk.speech.say("lane_late", **words))
    if not late:
        return []
    said = desk.speech.say("lanes_late", lanes=", ".join(late))
    return [Notice("warn", "clock", said, desk.speech.say("lanes_late_todo"))]


def _lane_name(desk: Desk, lane: str) -> str:
    known = desk.office.lane(lane)
    return desk.speech.pick(known.name) if known else lane
