"""Tata Usaha's rooms: the agenda of letters, and the list of applicants to be told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import opening
from hub.appointments import BrokenTime, broken_times
from hub.cases import agenda, letters_sent, notifying, papers, search
from hub.cases.agenda import GATE, Letter, Waiting
from hub.cases.applications import ENDED, find, must_have_role
from hub.cases.inviting import booked_time
from hub.cases.letter_book import COVER, IN, OUT
from hub.cases.notifying import CHANNELS, OUTCOMES, NotifyList, Tried
from hub.cases.views import BookedTime
from hub.errors import Refused
from hub.letters import Paper
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
from hub.wire import Words
from hub.writer import Tx

NEWEST = 40
MOST_FOUND = 200
NOTICE_PAPER = "notify_letter"


@dataclass(frozen=True, slots=True)
class AgendaPage:
    """Letters out and in, what waits for an answer, and cases without their cover letter."""

    sent: tuple[LetterRow, ...]
    received: tuple[LetterRow, ...]
    waiting: tuple[Waiting, ...]
    without: tuple[tuple[str, str], ...]
    today: date
    sought: str
    unprinted: Mapping[str, str]
    print_words: Mapping[str, Words]
    """What became of the print of letters that did not come out, by letter."""
    to_applicants: frozenset[str] = frozenset(letters_sent.KINDS.values())
    """The kinds that are entered by themselves when they are printed."""

    @property
    def scanned(self) -> frozenset[str]:
        """Return the letters of which a scan is kept."""
        rows = (*self.sent, *self.received)
        return frozenset(r.id for r in rows if r.blob and r.kind not in self.to_applicants)


@dataclass(frozen=True, slots=True)
class NotifyPage:
    """Who must come, and whether this officer may end what is over."""

    list: NotifyList
    booked: dict[str, BookedTime]
    """The booked times by case."""
    broken: tuple[tuple[BrokenTime, str], ...]
    """Booked times that the office cannot keep, each with its case's code or its reference."""
    troubled: tuple[tuple[MessageRow, str], ...]
    """Messages that failed or are uncertain, each with its case's code."""
    channels: tuple[str, ...]
    outcomes: tuple[str, ...]
    may_contact: bool
    may_lapse: bool

    @property
    def mail_faults(self) -> tuple[str, ...]:
        """Return what keeps every e-mail back until the administrator mends it, each once."""
        return tuple(sorted({row.error for row, _ in self.troubled} & outbox.SET_UP))


@get("/agenda")
async def show_agenda(desk: NamedDependency[Desk]) -> Response[str]:
    """Show the agenda of letters."""
    must_look(desk, AGENDA)
    return await _agenda(desk)


@post("/agenda/find", request_max_body_size=FORM_LIMIT, status_code=200)
async def find_letters(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str]:
    """Show the letters that a number, a party, a case or a name leads to."""
    must_look(desk, AGENDA)
    form = await read_form(request, desk.officer.csrf)
    return await _agenda(desk, sought=form.text("q"))


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


@post("/notify/{application:str}/letter", request_max_body_size=FORM_LIMIT, status_code=200)
async def print_notice(
    application: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
    press: NamedDependency[Press],
) -> Response[bytes] | Response[str]:
    """Give the letter that asks the applicant to come, and enter it in the agenda."""
    must_look(desk, NOTIFY)
    await read_form(request, desk.officer.csrf)
    officer = desk.officer.actor
    try:
        _, _, paper = await desk.read(
            lambda session, at: papers.paper(
                session,
                desk.office_no,
                desk.procedure,
                application,
                NOTICE_PAPER,
                at.replace(microsecond=0),
                officer=officer,
            )
        )
        printed = await press.print(await desk.letterhead(application), paper)
        await desk.writer.run(  # its number makes it once: a copy is no other command
            lambda tx: _sent(tx, desk, application, paper),
            actor=officer,
            name="notice",
        )
    except Refused as refused:
        return await _notify(desk, refused)
    return pdf(printed)


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


def _sent(tx: Tx, desk: Desk, application: str, paper: Paper) -> None:
    must_have_role(tx, notifying.MAY_CONTACT)
    letters_sent.enter(tx, desk.procedure, application, NOTICE_PAPER, paper)


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
    desk: Desk, refused: Refused | None = None, form: Form | None = None, *, sought: str = ""
) -> Response[str]:
    def read(session: Session, at: datetime) -> AgendaPage:
        today, office = desk.office.today(at), desk.office_no
        cases = _cases_of(session, desk, sought) if sought else ()

        def letters(direction: str) -> tuple[LetterRow, ...]:
            if not sought:
                return agenda.newest(session, office, direction, NEWEST)
            return agenda.found(session, office, direction, sought, cases, MOST_FOUND)

        sent = letters(OUT)
        return AgendaPage(
            sent=sent,
            unprinted=letters_sent.unprinted(session, sent),
            print_words=letters_sent.PRINT_WORDS,
            received=letters(IN),
            waiting=agenda.waiting(session, office, today),
            without=_without_letter(session, office),
            today=today,
            sought=sought,
        )

    return await show(desk, AGENDA, "agenda.html", read, refused=refused, form=form)


def _cases_of(session: Session, desk: Desk, sought: str) -> tuple[str, ...]:
    """Return the cases that a code, a number or a name leads to."""
    office, keyring = desk.office_no, desk.procedure.keyring
    named = find(session, office, desk.procedure, sought)
    if named is not None:
        return (named.id,)
    by_number = search.by_number(session, office, keyring, sought)
    return by_number or search.by_name(session, office, keyring, sought)


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


def _broken(session: Session, desk: Desk, at: datetime) -> tuple[tuple[BrokenTime, str], ...]:
    """Return the broken times of cases; those of others are on the supervisor's list."""
    found = broken_times(session.connection(), desk.office_no, desk.office, at)
    return tuple(
        (one, session.get_one(Application, (desk.office_no, one.application)).case_code)
        for one in found
        if one.application is not None
    )


def _troubled(session: Session, office: int) -> tuple[tuple[MessageRow, str], ...]:
    rows = outbox.troubled(session, office)
    return tuple((r, session.get_one(Application, (office, r.application)).case_code) for r in rows)


async def _notify(
    desk: Desk, refused: Refused | None = None, form: Form | None = None, *, page: int = 1
) -> Response[str]:
    def read(session: Session, at: datetime) -> NotifyPage:
        found = notifying.notify_list(session, desk.office_no, desk.procedure, at, page)
        connection, office = session.connection(), desk.office_no
        now = opening.now_of(connection, office)
        times = (
            (r.application, booked_time(desk.procedure, r.booked, at, now)) for r in found.rows
        )
        return NotifyPage(
            list=found,
            booked={case: booked for case, booked in times if booked is not None},
            broken=_broken(session, desk, at),
            troubled=_troubled(session, desk.office_no),
            channels=CHANNELS,
            outcomes=OUTCOMES,
            may_contact=bool(notifying.MAY_CONTACT & desk.officer.roles),
            may_lapse=bool(notifying.MAY_LAPSE & desk.officer.roles),
        )

    return await show(desk, NOTIFY, "notify.html", read, refused=refused, form=form)


routes = [
    show_agenda,
    find_letters,
    enter_letter,
    show_notify,
    print_notice,
    act_on_notify,
    decide_message,
]
