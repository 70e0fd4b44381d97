"""Steps of the journey that several events share; pure, like `kiosk.session`."""

from __future__ import annotations

from dataclasses import replace

from hub.wire import IssueTicket, Preregistration
from hub.wire.opening import CheckIn
from kiosk import flow, forms
from kiosk.effects import (
    AskPrinter,
    CallStaff,
    CancelRead,
    DropRequest,
    Effect,
    PrintTicket,
    ReadChip,
    SendRequest,
    Wipe,
)
from kiosk.state import ASK_OFFICER_AFTER, NOTICE_VERSION, Answers, Chip, Paper, Session

GENERAL = "general"
BY_BOOKING = "appointment"
Reduced = tuple[Session, tuple[Effect, ...]]


def forward(session: Session) -> Reduced:
    """Go to the screen that follows in the form; the printer is asked before the last one."""
    name = flow.after(session.form, session.screen, reader=session.reader)
    session = replace(session, screen=name, answers=replace(session.answers, fault=""), page=0)
    if name == flow.CHECK.name and session.passport is None:
        return typed(session), ()
    return session, (AskPrinter(),) if name == flow.CONFIRM.name else ()


def filled(session: Session, text: str) -> Session:
    """Put `text` into the field of the screen."""
    answers = _with_field(session.answers, session.row.field, text)
    # what a chip said no longer belongs to a number that was typed anew
    return replace(session, answers=answers, passport=None, chip=replace(session.chip, state=""))


def case_read(session: Session, case: str, key: str) -> Session:
    """Keep the case of a paper that was read before a service was chosen; a booking needs its own.

    Elsewhere nothing changes.
    """
    if session.screen == flow.BOOKING.name:
        return replace(session, answers=replace(session.answers, fault="booking_case"))
    if session.screen not in (flow.LANGUAGE.name, flow.SERVICE.name):
        return session
    answers = replace(session.answers, case=case)
    at_services = replace(session, screen=flow.SERVICE.name, answers=answers, panel="", page=0)
    return replace(at_services, key=session.key or key, refusal="")


def leave_field(session: Session) -> Reduced:
    """Judge the field of the screen: stay with its fault, or go on."""
    name = session.row.field
    text = getattr(session.answers, name)
    fault = forms.fault_of(name, text, on=session.today, birth=session.answers.birth)
    if fault:
        return replace(session, answers=replace(session.answers, fault=fault)), ()
    return check_in(session) if session.screen == flow.BOOKING.name else forward(session)


def from_zone(session: Session, number: str, birth: str, expiry: str) -> Reduced:
    """Take what a reader found in the passport's zone; stop where it does not know a field."""
    answers = replace(session.answers, number=number, birth=birth, expiry=expiry, fault="")
    session = replace(session, answers=answers, passport=None)
    for row in (flow.NUMBER, flow.BIRTH, flow.EXPIRY):
        session = replace(session, screen=row.name)
        text = getattr(answers, row.field)
        if forms.fault_of(row.field, text, on=session.today, birth=birth):
            return session, ()
    return leave_field(session)


def typed(session: Session) -> Session:
    """Take the passport as it was typed, marked so."""
    answers = session.answers
    passport = forms.typed_passport(answers.number, answers.birth, answers.expiry, on=session.today)
    return replace(session, passport=passport, chip=replace(session.chip, state=""))


def read(session: Session) -> Reduced:
    """Begin to read the chip, unless it failed too often."""
    if session.chip.state == "reading" or session.chip.failures >= ASK_OFFICER_AFTER:
        return session, ()
    answers = session.answers
    key = forms.chip_key(answers.number, answers.birth, answers.expiry, on=session.today)
    chip = Chip(state="reading", failures=session.chip.failures)
    return replace(session, chip=chip), (ReadChip(key, session.today),)


def cancel(session: Session) -> tuple[Effect, ...]:
    """Return what stops a reading that runs."""
    return (CancelRead(),) if session.chip.state == "reading" else ()


def send(session: Session) -> Reduced:
    """Ask the hub for the ticket under a key of its own."""
    # a refused request may have left its draft behind: other answers need another key
    key = f"{session.key}-{session.requests + 1}"
    language = session.view.language
    ticket = IssueTicket(
        service=session.service,
        segment=_segment(session),
        needs=list(session.answers.needs),
        language=language,
        application=_case(session),
    )
    draft = None
    if session.passport is not None and session.form == "passport":
        draft = Preregistration(
            passport=session.passport, language=language, notice_version=NOTICE_VERSION
        )
    sending = replace(
        session,
        screen=flow.SENDING.name,
        waiting_for=key,
        requests=session.requests + 1,
        refusal="",
    )
    return sending, (SendRequest(key, ticket, draft),)


def check_in(session: Session) -> Reduced:
    """Ask the hub for the ticket of a booked time; the same code has the same key."""
    code = forms.booking_code(session.answers.booking)
    key = f"{session.key}-{code}"
    language = session.view.language
    sending = replace(session, screen=flow.SENDING.name, waiting_for=key, refusal="")
    # the booked time says which service it is for
    ask = IssueTicket(service=BY_BOOKING, language=language)
    return sending, (SendRequest(key, ask, check_in=CheckIn(code=code, language=language)),)


def print_ticket(session: Session) -> Reduced:
    """Print the ticket, as a copy if paper may exist already."""
    if session.ticket is None or session.office is None or session.printer == "none":
        return session, ()
    copy = session.paper.may_exist
    paper = Paper("printing", may_exist=copy)
    effect = PrintTicket(
        session.ticket_key,
        session.ticket,
        session.office,
        session.view.language,
        session.case_code,
        copy,
        session.own,
    )
    return replace(session, paper=paper), (effect,)


def wiped(session: Session) -> Reduced:
    """Return a fresh session that keeps only what belongs to the kiosk, not to the person."""
    dropped = (DropRequest(session.waiting_for),) if session.waiting_for else ()
    called = (CallStaff(wanted=False),) if session.staff_called else ()
    fresh = Session(
        screen=flow.LANGUAGE.name if session.office else flow.CLOSED.name,
        at=session.at,
        touched_at=session.at,
        office=session.office,
        online=session.online,
        alone=session.alone,
        station_code=session.station_code,
        printer=session.printer,
        reader=session.reader,
    )
    return fresh, (*cancel(session), *dropped, *called, Wipe())


def _segment(session: Session) -> str:
    """Return the class of the ticket: as chosen, else the usual one that may take the service."""
    chosen = session.answers.segment
    if any(one.code == chosen for one in session.segments):
        return chosen
    only = session.offered.segments if session.offered else []
    return GENERAL if not only or GENERAL in only else only[0]


def _case(session: Session) -> str | None:
    """Return the case of the ticket; its paper may have been read for another service."""
    case = session.answers.case if session.form == "case" else ""
    return forms.case_code(case) if case else None


def _with_field(answers: Answers, name: str, text: str) -> Answers:
    match name:
        case "number":
            return replace(answers, number=text, fault="")
        case "birth":
            return replace(answers, birth=text, fault="")
        case "expiry":
            return replace(answers, expiry=text, fault="")
        case "booking":
            return replace(answers, booking=text, fault="")
        case _:
            return replace(answers, case=text, fault="")
