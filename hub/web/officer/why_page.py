"""The page that says why a ticket was called when it was, or why it still waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from hub import tickets
from hub.errors import NotFound
from hub.models.officer import Officer
from hub.models.queue import EventRow
from hub.office import OfficeConfig
from hub.queue import why as reasons
from hub.tickets import acts as ticket_acts
from hub.web.desk import Desk
from hub.web.rendering import page
from hub.web.words import Speech
from hub.wire import Candidate, Why


@dataclass(frozen=True, slots=True)
class HeadLine:
    """One group's first at that instant."""

    number: str
    lane: str
    segment: str
    waited_s: int
    score: str
    words: str
    also: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to the ticket."""

    at: datetime
    what: str
    where: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class WhyView:
    """What the page shows."""

    number: str
    service: str
    waiting: bool
    why: Why | None
    heads: tuple[HeadLine, ...]
    history: tuple[HistoryLine, ...]


@get("/why/{ticket:str}")
async def show_why(ticket: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show the heads of all groups with their scores, and what happened to the ticket."""
    seq, at, view = await desk.read(lambda session, at: read_why(session, desk, ticket, at))
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("why_number", number=view.number),
        section="counter",
        here=f"/why/{ticket}",
        stream="",
    )
    return page("why.html", frame, view, live=desk.live)


def read_why(session: Session, desk: Desk, ticket: str, at: datetime) -> WhyView:
    """Return why, in words. Raises NotFound `ticket_unknown`."""
    connection = session.connection()
    line = tickets.find_row(connection, desk.office_no, ticket)
    service = desk.office.service(line.service)
    try:
        told = reasons.why(connection, desk.office_no, desk.office, ticket, at)
    except NotFound:  # it ended without a call
        told = None
    return WhyView(
        number=tickets.number_of(line.prefix, line.serial),
        service=desk.speech.pick(service.name) if service else line.service,
        waiting=line.state == tickets.WAITING,
        why=told,
        heads=tuple(_head(desk, one) for one in told.candidates) if told else (),
        history=_history(connection, desk, ticket),
    )


def _head(desk: Desk, one: Candidate) -> HeadLine:
    speech, office = desk.speech, desk.office
    return HeadLine(
        number=one.number,
        lane=_lane(office, one.lane, speech),
        segment=_segment(office, one.segment, speech),
        waited_s=max(0, one.waited_s),
        score=f"{one.score:.1f}".replace(".", "," if speech.lang == "id" else "."),
        words=speech.pick(one.words),
        also=one.words.en if speech.lang == "id" else one.words.id,
        chosen=one.chosen,
    )


def _lane(office: OfficeConfig, code: str, speech: Speech) -> str:
    known = office.lane(code)
    return speech.pick(known.name) if known else code


def _segment(office: OfficeConfig, code: str, speech: Speech) -> str:
    known = office.segment(code)
    return speech.pick(known.name) if known else code


def _history(connection: Connection, desk: Desk, ticket: str) -> tuple[HistoryLine, ...]:
    query = (
        select(EventRow.at, EventRow.kind, EventRow.actor, EventRow.body)
        .where(EventRow.office == desk.office_no, EventRow.subject == ticket)
        .order_by(EventRow.seq)
    )
    rows = connection.execute(query).all()
    names = _names(connection, desk, {row.actor for row in rows})
    notes = {
        (note.at, note.act): note.text
        for note in ticket_acts.notes_of(connection, desk.office_no, ticket)
    }
    return tuple(
        _line(desk, row.at, row.kind, row.body, names.get(row.actor, ""), notes) for row in rows
    )


def _line(
    desk: Desk,
    at: datetime,
    kind: str,
    stored: str,
    by: str,
    notes: dict[tuple[datetime, str], str],
) -> HistoryLine:
    body = msgspec.json.decode(stored, type=dict[str, object])
    name = kind.partition(".")[2]
    what = desk.speech.known(f"happened_{name}", name)
    if name == "undone":
        what = desk.speech.say("happened_undone", act=desk.speech.say(f"act_{body['act']}"))
    if body.get("recall"):
        what = desk.speech.say("happened_recalled")
    counter = body.get("counter")
    where = desk.speech.say("counter_n", number=counter) if counter else ""
    if not where and isinstance(body.get("lane"), str):
        where = _lane(desk.office, str(body["lane"]), desk.speech)
    note = next((text for (when, _), text in notes.items() if when == at), "")
    return HistoryLine(at, what, where, by, note)


def _names(connection: Connection, desk: Desk, actors: set[str]) -> dict[str, str]:
    ids = {one.partition(":")[2] for one in actors if one.startswith("officer:")}
    query = select(Officer.id, Officer.name).where(
        Officer.office == desk.office_no, Officer.id.in_(ids)
    )
    return {f"officer:{row.id}": row.name for row in connection.execute(query)}


routes = [show_why]
