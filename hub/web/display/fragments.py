"""Reads and draws the waiting room's board; rendered once per event and language."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from hub import opening
from hub.office import OfficeConfig
from hub.queue import board
from hub.web.display.views import Calling, DisplayView, LaneBoard
from hub.web.rendering import Frame, draw
from hub.web.words import Speech, language
from hub.wire import LastCall, Words

FRESH = timedelta(seconds=20)
MOST_CALLS = 6
MOST_LANES = 8


def render(session: Session, office_no: int, office: OfficeConfig, at: datetime, lang: str) -> str:
    """Return the board's live part as HTML."""
    view = read_board(session, office_no, office, at)
    return draw("display_live.html", frame_of(view, office, lang), view)


def frame_of(view: DisplayView, office: OfficeConfig, lang: str) -> Frame:
    """Return what stands around the board."""
    speech = Speech(language(lang), office.zone)
    return Frame(
        title=speech.say("display_title"),
        office=speech.pick(office.office.name),
        place=speech.pick(office.office.directorate),
        section="display",
        here=f"/display?lang={speech.lang}",
        stream="display",
        seq=view.seq,
        now=view.at,
        speech=speech,
    )


def read_board(session: Session, office_no: int, office: OfficeConfig, at: datetime) -> DisplayView:
    """Return the board as it stands: the last call large, those before it in a list."""
    connection = session.connection()
    state = board.queue_state(connection, office_no, office, at)
    shown = opening.notices(connection, office_no)
    calls = [_calling(call, office, at) for call in state.last_calls[: MOST_CALLS + 1]]
    return DisplayView(
        seq=state.seq,
        at=at,
        current=calls[0] if calls else None,
        last=tuple(calls[1:]),
        lanes=_lanes(connection, office_no, office, at),
        open_counters=sum(counter.state == "open" for counter in state.counters),
        fee_notice=office.office.fee_notice,
        complaints=office.office.complaints,
        stop=next((one for one in shown if one.kind == "stop"), None),
        messages=tuple(one for one in shown if one.kind == "message"),
    )


def _calling(call: LastCall, office: OfficeConfig, at: datetime) -> Calling:
    lane = office.lane(call.lane)
    name = lane.name if lane else Words(id=call.lane, en=call.lane)
    return Calling(call.number, call.counter, name, call.at, call.times, at - call.at < FRESH)


def _lanes(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> tuple[LaneBoard, ...]:
    shown: dict[str, LaneBoard] = {}
    for service in board.services(connection, office_no, office, at):
        lane = office.lane(service.lane)
        if lane is None or service.lane in shown:
            continue
        span = service.estimate
        shown[service.lane] = LaneBoard(
            prefix=service.prefix,
            name=lane.name,
            waiting=service.waiting,
            span=f"{span.low_min}–{span.high_min}" if span else "",
            closed=service.closed_because,
            today=span.today if span else "yes",
        )
    return tuple(shown.values())[:MOST_LANES]
