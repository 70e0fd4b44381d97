"""Tata Usaha's rooms: the agenda of letters, and the list of applicants to be told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import agenda, notifying, papers
from hub.cases.agenda import GATE, Letter, Waiting
from hub.cases.applications import ENDED, must_have_role
from hub.cases.inviting import booked_time
from hub.cases.letter_book import COVER, IN, OUT
from hub.cases.notifying import CHANNELS, OUTCOMES, NotifyList, Tried
from hub.cases.views import BookedTime
from hub.errors import Refused
from hub.letters.press import Press
from hub.messages import outbox
from hub.models.application import Application
from hub.models.correspondence import LetterRow
from hub.models.messages import MessageRow
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import AGENDA, NOTIFY
from hub.web.rooms.room import back, must_look, pdf, show
from hub.web.typed_dates import iso_date
from hub.web.uploads import media_of
from hub.writer import Tx

NEWEST = 40


@dataclass(frozen=True, slots=True)
class AgendaPage:
    """Letters out and in, what waits for an answer, and cases without their cover letter."""

    sent: tuple[LetterRow, ...]
    received: tuple[LetterRow, ...]
    waiting: tuple[Waiting, ...]
    without: tuple[tuple[str, str], ...]
    today: date


@dataclass(frozen=True, slots=True)
class NotifyPage:
    """Who must come, and whether this officer may end what is over."""

    list: NotifyList
    booked: dict[str, BookedTime]
    """The booked times by case."""
    troubled: tuple[tuple[MessageRow, str], ...]
    """Messages that failed or are uncertain, each with its case's code."""
    channels: tuple[str, ...]
    outcomes: tuple[str, ...]
    may_contact: bool
    may_lapse: bool


@get("/agenda")
async def show_agenda(desk: NamedDependency[Desk]) -> Response[str]:
    """Show the agenda of letters."""
    must_look(desk, AGENDA)
    return await _agenda(desk)


@post("/agenda/{direction:str}", request_max_body_size=FORM_LIMIT)
async def enter_letter(
    direction: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Enter a letter that went out or came in, with its scan if there is one."""
    must_look(desk, AGENDA)
    form = await read_form(request, desk.officer.csrf)
    file = form.files.get("scan")
    try:
        media = media_of("scan", file) if file and file.content else ""
        stored = (
            await asyncio.to_thread(desk.procedure.blobs.put, file.content)
            if file and media
            else None
        )
        letter = _letter(direction, form)
        await desk.command(
            lambda tx: agenda.enter(tx, desk.procedure, letter, stored, media), form, "letter"
        )
    except Refused as refused:
        return await _agenda(desk, refused, form)
    return back("/agenda")


@get("/notify")
async def show_notify(desk: NamedDependency[Desk], page: FromQuery[int] = 1) -> Response[str]:
    """Show the applicants who must be told."""
    must_look(desk, NOTIFY)
    return await _notify(desk, page=page)


@get("/notify/{application:str}/letter.pdf")
async def print_notice(
    application: FromPath[str], desk: NamedDependency[Desk], press: NamedDependency[Press]
) -> Response[bytes]:
    """Give the letter that asks the applicant to come. Raises Conflict `nobody_to_notify`."""
    must_look(desk, NOTIFY)
    _, _, paper = await desk.read(
        lambda session, at: papers.paper(
            session,
            desk.office_no,
            desk.procedure,
            application,
            "notify_letter",
            at.replace(microsecond=0),
            officer=desk.officer.actor,
        )
    )
    return pdf(await press.print(papers.letterhead(desk.procedure), paper))


@post("/notify/{application:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_notify(
    application: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Log a contact, or end a case whose deadline is over."""
    must_look(desk, NOTIFY)
    form = await read_form(request, desk.officer.csrf)
    comes_on = iso_date(form.text("comes_on"))
    tried = Tried(form.text("channel"), form.text("outcome"), form.text("note"), comes_on)
    reason = form.text("reason")
    try:
        if act == "lapse":
            await desk.command(
                lambda tx: notifying.lapse(tx, desk.procedure, application, reason), form, "lapse"
            )
        else:
            await desk.command(
                lambda tx: notifying.contact(tx, desk.procedure, application, tried),
                form,
                "contact",
            )
    except Refused as refused:
        return await _notify(desk, refused, form, page=form.number("page") or 1)
    return back("/notify")


@post("/messages/{message:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def decide_message(
    message: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Send a failed or uncertain message again, or put it aside."""
    must_look(desk, NOTIFY)
    form = await read_form(request, desk.officer.csrf)

    def command(tx: Tx) -> str:
        must_have_role(tx, notifying.MAY_CONTACT)
        return outbox.decide(tx, message, again=act == "again")

    try:
        await desk.command(command, form, "decide message")
    except Refused as refused:
        return await _notify(desk, refused, form)
    return back("/notify")


def _letter(direction: str, form: Form) -> Letter:
    return Letter(
        direction=IN if direction == "in" else OUT,
        kind=form.text("kind") or "other",
        number=form.text("number"),
        dated=iso_date(form.text("dated")),
        party=form.text("party"),
        application=form.text("application"),
        answers=form.text("answers"),
    )


async def _agenda(
    desk: Desk, refused: Refused | None = None, form: Form | None = None
) -> Response[str]:
    def read(session: Session, at: datetime) -> AgendaPage:
        today, office = desk.office.today(at), desk.office_no
        return AgendaPage(
            sent=agenda.newest(session, office, OUT, NEWEST),
            received=agenda.newest(session, office, IN, NEWEST),
            waiting=agenda.waiting(session, office, today),
            without=_without_letter(session, office),
            today=today,
        )

    return await show(desk, AGENDA, "agenda.html", read, refused=refused, form=form)


def _without_letter(session: Session, office: int) -> tuple[tuple[str, str], ...]:
    """Return the cases at the gate for which no cover letter went out."""
    sent = select(LetterRow.application).where(
        LetterRow.office == office, LetterRow.kind == COVER, LetterRow.application.is_not(None)
    )
    query = select(Application.id, Application.case_code).where(
        Application.office == office,
        Application.position == GATE,
        Application.state.not_in(ENDED),
        Application.id.not_in(sent),
    )
    rows = session.execute(query.order_by(Application.case_code))
    return tuple((case, code) for case, code in rows)


def _troubled(session: Session, office: int) -> tuple[tuple[MessageRow, str], ...]:
    rows = outbox.troubled(session, office)
    return tuple((r, session.get_one(Application, (office, r.application)).case_code) for r in rows)


async def _notify(
    desk: Desk, refused: Refused | None = None, form: Form | None = None, *, page: int = 1
) -> Response[str]:
    def read(session: Session, at: datetime) -> NotifyPage:
        found = notifying.notify_list(session, desk.office_no, desk.procedure, at, page)
        times = ((r.application, booked_time(desk.procedure, r.booked, at)) for r in found.rows)
        return NotifyPage(
            list=found,
            booked={case: booked for case, booked in times if booked is not None},
            troubled=_troubled(session, desk.office_no),
            channels=CHANNELS,
            outcomes=OUTCOMES,
            may_contact=bool(notifying.MAY_CONTACT & desk.officer.roles),
            may_lapse=bool(notifying.MAY_LAPSE & desk.officer.roles),
        )

    return await show(desk, NOTIFY, "notify.html", read, refused=refused, form=form)


routes = [show_agenda, enter_letter, show_notify, print_notice, act_on_notify, decide_message]
