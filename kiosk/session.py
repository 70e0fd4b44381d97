"""One person's journey at the kiosk: `reduce(session, event) -> (session, effects)`.

Pure: no clock, no device, no network, no widget. What is to be done outside leaves as effects
(`kiosk.effects`) and comes back as events (`kiosk.events`). The screen's name is `session.screen`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from kiosk import events as on
from kiosk import flow, forms
from kiosk.effects import AcceptDevice, AskPrinter, CallStaff, DropRequest, Wipe
from kiosk.state import ASK_OFFICER_AFTER, SCALES, Answers, Chip, Paper, Session, View
from kiosk.steps import (
    Reduced,
    cancel,
    case_read,
    filled,
    forward,
    from_zone,
    leave_field,
    print_ticket,
    read,
    send,
    typed,
    wiped,
)

CASE_FAULTS = ("case_unknown", "case_other_office")
BOOKING_FAULTS = (
    "appointment_unknown", "appointment_used", "appointment_cancelled", "appointment_other_day",
    "booking_alone", "queue_closed", "queue_stopped",
)  # fmt: skip


def reduce(session: Session, event: on.Event) -> Reduced:
    """Return the session after `event`, and what is to be done."""
    if isinstance(event, on.TOUCHES):
        session = replace(session, touched_at=session.at, asked_at=0.0)
        if session.panel == "still_there":
            session = replace(session, panel="")
    return _apply(event, session)


@singledispatch
def _apply(event: object, session: Session) -> Reduced:
    del event
    return session, ()


# ── touches ──────────────────────────────────────────────────────────────────


@_apply.register
def _language(event: on.LanguageChosen, session: Session) -> Reduced:
    view = replace(session.view, language=event.language)
    session = replace(session, view=view, panel="")
    if session.screen != flow.LANGUAGE.name:
        return session, ()
    key = event.key or session.key
    return replace(session, screen=flow.SERVICE.name, key=key, page=0), (AskPrinter(),)


@_apply.register
def _service(event: on.ServiceChosen, session: Session) -> Reduced:
    session = replace(session, service=event.code, refusal="")
    if session.screen != flow.SERVICE.name or not session.offered or not session.offered.open:
        return session, ()
    onward, effects = forward(session)
    if onward.screen == flow.CASE.name and onward.answers.case:
        return leave_field(onward)  # it was read from a paper before
    return onward, effects


@_apply.register
def _next(event: on.NextTouched, session: Session) -> Reduced:
    del event
    if session.row.field:
        return leave_field(session)
    if session.screen == flow.LAY.name:
        return read(session)
    if session.screen == flow.CONFIRM.name:
        return send(session)
    if session.screen in (flow.NOTICE.name, flow.CHECK.name):
        return forward(session)
    return session, ()


@_apply.register
def _skip(event: on.SkipTouched, session: Session) -> Reduced:
    del event
    if session.screen == flow.CASE.name:
        return forward(replace(session, answers=replace(session.answers, case="", fault="")))
    if session.screen == flow.LAY.name:
        onward, effects = forward(typed(session))
        return onward, (*cancel(session), *effects)
    return session, ()


@_apply.register
def _correct(event: on.CorrectTouched, session: Session) -> Reduced:
    del event
    if session.screen not in (flow.LAY.name, flow.CHECK.name):
        return session, ()
    chip = replace(session.chip, state="", code="", failures=session.chip.failures)
    return replace(session, screen=flow.NUMBER.name, chip=chip, passport=None), cancel(session)


@_apply.register
def _back(event: on.BackTouched, session: Session) -> Reduced:
    del event
    if session.screen in (flow.CLOSED.name, flow.LANGUAGE.name, flow.TICKET.name):
        return session, ()
    if session.screen == flow.SERVICE.name:
        return wiped(session)
    dropped = (DropRequest(session.waiting_for),) if session.waiting_for else ()
    name = flow.before(session.form, session.screen, reader=session.reader)
    answers = replace(session.answers, fault="")
    chip = session.chip if session.chip.state == "read" else Chip(failures=session.chip.failures)
    back = replace(session, screen=name, answers=answers, chip=chip, waiting_for="", page=0)
    if name == flow.SERVICE.name:
        back = replace(back, booked=False)
    return back, (*cancel(session), *dropped)


@_apply.register
def _start_over(event: on.StartOverTouched, session: Session) -> Reduced:
    del event
    return wiped(session)


@_apply.register
def _key(event: on.KeyTouched, session: Session) -> Reduced:
    row = session.row
    if not row.field:
        return session, ()
    text = getattr(session.answers, row.field)
    if len(text) >= row.longest or (row.keyboard == "digits" and not event.sign.isdigit()):
        return session, ()
    return filled(session, text + event.sign), ()


@_apply.register
def _erase(event: on.EraseTouched, session: Session) -> Reduced:
    del event
    if not session.row.field:
        return session, ()
    return filled(session, getattr(session.answers, session.row.field)[:-1]), ()


@_apply.register
def _page(event: on.PageTurned, session: Session) -> Reduced:
    return replace(session, page=max(0, session.page + event.by)), ()


@_apply.register
def _segment(event: on.SegmentTouched, session: Session) -> Reduced:
    chosen = "" if session.answers.segment == event.code else event.code
    return replace(session, answers=replace(session.answers, segment=chosen)), ()


@_apply.register
def _need(event: on.NeedTouched, session: Session) -> Reduced:
    had = session.answers.needs
    kept = tuple(code for code in had if code != event.code)
    needs = kept if event.code in had else (*had, event.code)
    return replace(session, answers=replace(session.answers, needs=needs)), ()


@_apply.register
def _assist(event: on.AssistTouched, session: Session) -> Reduced:
    del event
    shown = session.screen == flow.CONFIRM.name
    return (replace(session, panel="assist") if shown else session), ()


@_apply.register
def _booking(event: on.BookingTouched, session: Session) -> Reduced:
    del event
    if session.screen != flow.SERVICE.name:
        return session, ()
    return replace(session, booked=True, screen=flow.BOOKING.name, refusal="", page=0), ()


@_apply.register
def _scanned(event: on.CodeScanned, session: Session) -> Reduced:
    code, case = forms.scanned_code(event.text), forms.scanned_case(event.text)
    if session.screen == flow.CASE.name:
        return leave_field(filled(session, case or code[: flow.CASE.longest]))
    if case:
        return case_read(session, case, event.key), ()
    waits = session.screen in (flow.LANGUAGE.name, flow.SERVICE.name, flow.BOOKING.name)
    if not waits or forms.fault_of("booking", code, on=session.today):
        return session, ()
    key = session.key or event.key
    at_booking = replace(session, booked=True, screen=flow.BOOKING.name, key=key, panel="")
    return leave_field(filled(at_booking, code))


@_apply.register
def _zone(event: on.ZoneScanned, session: Session) -> Reduced:
    entry = (flow.NUMBER.name, flow.BIRTH.name, flow.EXPIRY.name)
    if session.screen not in entry or session.panel:
        return session, ()
    try:
        fields = forms.zone_fields(event.rows, on=session.today)
    except forms.FormFault as fault:
        answers = replace(session.answers, fault=fault.code)
        return replace(session, screen=flow.NUMBER.name, answers=answers), ()
    return from_zone(session, *fields)


@_apply.register
def _print_again(event: on.PrintTouched, session: Session) -> Reduced:
    del event
    if session.screen != flow.TICKET.name or session.busy:
        return session, ()
    return print_ticket(session)


@_apply.register
def _scale(event: on.ScaleTouched, session: Session) -> Reduced:
    del event
    scale = SCALES[(SCALES.index(session.view.scale) + 1) % len(SCALES)]
    return replace(session, view=replace(session.view, scale=scale), page=0), ()


@_apply.register
def _contrast(event: on.ContrastTouched, session: Session) -> Reduced:
    del event
    return replace(session, view=replace(session.view, contrast=not session.view.contrast)), ()


@_apply.register
def _height(event: on.HeightTouched, session: Session) -> Reduced:
    del event
    return replace(session, view=replace(session.view, low=not session.view.low), page=0), ()


@_apply.register
def _speech(event: on.SpeechTouched, session: Session) -> Reduced:
    del event
    return replace(session, view=replace(session.view, speech=not session.view.speech)), ()


@_apply.register
def _languages(event: on.LanguagesTouched, session: Session) -> Reduced:
    del event
    return replace(session, panel="languages"), ()


@_apply.register
def _help(event: on.HelpTouched, session: Session) -> Reduced:
    del event
    return replace(session, panel="help", staff_called=True), (CallStaff(wanted=True),)


@_apply.register
def _panel_closed(event: on.PanelClosed, session: Session) -> Reduced:
    del event
    return replace(session, panel=""), ()


# ── the clock, the hub, the devices ──────────────────────────────────────────


@_apply.register
def _tick(event: on.Tick, session: Session) -> Reduced:
    session = replace(session, at=event.at)
    limit = session.row.time_out_s
    if session.screen == flow.LANGUAGE.name and session.view != View():
        limit = flow.LANGUAGE_RESTS_S
    if limit is None or session.busy:
        return replace(session, touched_at=event.at, asked_at=0.0), ()
    if session.panel == "still_there":
        if event.at - session.asked_at >= flow.ANSWER_WITHIN_S:
            return wiped(session)
        return session, ()
    if event.at - session.touched_at < limit:
        return session, ()
    if session.screen == flow.LANGUAGE.name:
        return wiped(session)
    return replace(session, panel="still_there", asked_at=event.at), ()


@_apply.register
def _office(event: on.OfficeSeen, session: Session) -> Reduced:
    session = replace(session, office=event.office, online=True, alone=False, station_code="")
    if session.screen == flow.CLOSED.name:
        return replace(session, screen=flow.LANGUAGE.name), ()
    return session, ()


@_apply.register
def _office_alone(event: on.OfficeAlone, session: Session) -> Reduced:
    if session.online:
        return session, ()
    session = replace(session, office=event.office, alone=True)
    if session.screen == flow.CLOSED.name and not session.station_code:
        return replace(session, screen=flow.LANGUAGE.name), ()
    return session, ()


@_apply.register
def _link(event: on.LinkChanged, session: Session) -> Reduced:
    session = replace(session, online=event.online, station_code=event.code)
    if event.code and not session.waiting_for and session.ticket is None:
        return replace(wiped(session)[0], screen=flow.CLOSED.name), (Wipe(),)
    return session, ()


@_apply.register
def _printer(event: on.PrinterSeen, session: Session) -> Reduced:
    return replace(session, printer=event.code), ()


@_apply.register
def _accepted(event: on.DeviceAccepted, session: Session) -> Reduced:
    return session, (AcceptDevice(event.role),)


@_apply.register
def _reader(event: on.ReaderSeen, session: Session) -> Reduced:
    return replace(session, reader=event.ready), ()


@_apply.register
def _chip_progress(event: on.ChipProgress, session: Session) -> Reduced:
    if session.chip.state != "reading":
        return session, ()
    return replace(session, chip=replace(session.chip, done=event.done, total=event.total)), ()


@_apply.register
def _chip_read(event: on.ChipRead, session: Session) -> Reduced:
    if session.chip.state != "reading":
        return session, ()
    read = replace(session, passport=event.passport, chip=Chip(state="read"))
    return forward(read)


@_apply.register
def _chip_failed(event: on.ChipFailed, session: Session) -> Reduced:
    if session.chip.state != "reading":
        return session, ()
    failures = session.chip.failures + 1
    failed = replace(session, chip=Chip(state="failed", code=event.code, failures=failures))
    if failures < ASK_OFFICER_AFTER:
        return failed, ()
    return replace(failed, staff_called=True), (CallStaff(wanted=True),)


@_apply.register
def _resumed(event: on.Resumed, session: Session) -> Reduced:
    view = replace(session.view, language=event.language)
    return replace(
        session,
        screen=flow.SENDING.name,
        view=view,
        service=event.service,
        waiting_for=event.key,
        touched_at=session.at,
    ), ()


@_apply.register
def _issued(event: on.TicketIssued, session: Session) -> Reduced:
    if event.key != session.waiting_for:
        return session, ()
    issued = replace(
        session,
        screen=flow.TICKET.name,
        ticket=event.ticket,
        own=event.own,
        service=event.ticket.service,
        ticket_key=event.key,
        case_code=event.case_code,
        waiting_for="",
        panel="",
        passport=None,
        answers=Answers(),
        touched_at=session.at,
    )
    if event.paper:
        return replace(issued, paper=Paper(event.paper, may_exist=True)), ()
    return print_ticket(issued)


@_apply.register
def _refused(event: on.RequestRefused, session: Session) -> Reduced:
    if event.key != session.waiting_for:
        return session, ()
    session = replace(session, waiting_for="", touched_at=session.at)
    if event.code in CASE_FAULTS and session.form == "case":
        answers = replace(session.answers, fault=event.code)
        return replace(session, screen=flow.CASE.name, answers=answers), ()
    if session.booked and event.code in BOOKING_FAULTS:
        answers = replace(session.answers, fault=event.code)
        return replace(session, screen=flow.BOOKING.name, answers=answers), ()
    return replace(session, screen=flow.SERVICE.name, refusal=event.code, page=0, booked=False), ()


@_apply.register
def _paper(event: on.PaperChanged, session: Session) -> Reduced:
    if session.ticket is None or event.ticket != session.ticket.id:
        return session, ()
    exists = session.paper.may_exist or event.state in ("sent", "printed", "unknown")
    paper = Paper(event.state, event.code, may_exist=exists)
    return replace(session, paper=paper, touched_at=session.at), ()
