"""What the queue asks of the supervisor: people to be met, people whom nobody can call."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.queue import assistance, why
from hub.web.desk import Desk
from hub.web.officer.views import Notice


def queue_alarms(connection: Connection, desk: Desk) -> list[Notice]:
    """Return guides wanted at counters and lanes whose people no open counter can call."""
    guides = assistance.guides_wanted(connection, desk.office_no, desk.office)
    return [*(_guide(desk, one) for one in guides), *_stranded(connection, desk)]


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


def _lane_name(desk: Desk, lane: str) -> str:
    known = desk.office.lane(lane)
    return desk.speech.pick(known.name) if known else lane
