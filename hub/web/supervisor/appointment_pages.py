"""A day's booked times: booked one by one or from a CSV list, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from hub import appointments
from hub.appointments import BrokenTime, DayPlaces, Place
from hub.appointments.lists import import_csv
from hub.cases.inviting import REASONS, must_say_why
from hub.errors import BadInput, NotFound, Refused
from hub.office import ServiceConfig
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, fresh_key, read_form
from hub.web.rendering import page
from hub.web.supervisor.showing import asked_day, must_act, must_supervise
from hub.wire import FieldFault, Words
from hub.wire.opening import AppointmentState, BookAppointment, ImportDone

_HEAD = "service,at,segment,language,needs,reference"
_AT = time(9, 30)
LONGEST_REFERENCE = 80
BOOK, LOOK, GIVE_BACK = "book", "look", "give-back"


@dataclass(frozen=True, slots=True)
class Said:
    """What an act on the page came to, and what was typed when it was refused."""

    csv: str = ""
    imported: ImportDone | None = None
    made: AppointmentState | None = None
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AppointmentPage:
    """Booked times of a day, what is free for the next person, and what an act came to."""

    day: date
    before: date
    after: date
    booked: tuple[AppointmentState, ...]
    broken: tuple[BrokenTime, ...]
    """Those from today on that the office cannot keep."""
    services: dict[str, str]
    languages: dict[str, str]
    service: str
    """For which the free times are shown."""
    days: tuple[DayPlaces, ...]
    shown: DayPlaces | None
    spans: tuple[tuple[Place, ...], ...]
    other_day: DayPlaces | None
    reasons: Mapping[str, Words]
    csv: str
    said: Said
    may_act: bool
    key: str


@get("/supervisor/appointments")
async def show_appointments(desk: NamedDependency[Desk], day: FromQuery[str] = "") -> Response[str]:
    """Show the booked times of `?day=`, else today's. Raises BadInput `day_invalid`."""
    must_supervise(desk)
    return await _show(desk, asked_day(day) if day else None, Said())


@post("/supervisor/appointments")
async def import_appointments(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str]:
    """Book the rows of a CSV list, or only say what would be booked and what is wrong."""
    must_act(desk)
    form = await read_form(request, desk.officer.csrf)
    sent = form.files.get("file")
    table = sent.content.decode("utf-8", "replace") if sent and sent.content else form.text("csv")
    dry_run = form.text("act") == "try"
    partly = form.text("partly") == "yes"
    try:
        done = await desk.command(
            lambda tx: import_csv(tx, desk.office, table, dry_run=dry_run, all_or_none=not partly),
            form,
            "import appointments",
        )
    except Refused as refused:
        return await _show(desk, None, Said(csv=table, refused=refused))
    said = done.value if not done.replayed else None
    again = table if dry_run or (said and said.faults) else ""
    return await _show(desk, None, Said(csv=again, imported=said))


@post("/supervisor/appointments/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_appointments(
    act: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str]:
    """Book a time, show what is free for another service or day, or give a booked time back."""
    must_act(desk)
    form = await read_form(request, desk.officer.csrf)
    listed = asked_day(form.text("listed")) if form.text("listed") else None
    if act == LOOK:
        return await _show(desk, listed, Said(typed=form.typed()))
    try:
        made = await _act(desk, act, form)
    except Refused as refused:
        return await _show(desk, listed, Said(typed=form.typed(), refused=refused))
    # the next caller often wants the same service and day; a repeat's code stands in the list
    kept = {name: form.text(name) for name in ("service", "day") if form.text(name)}
    booked_on = desk.office.today(made.at) if made else listed
    return await _show(desk, booked_on, Said(made=made, typed=kept))


async def _act(desk: Desk, act: str, form: Form) -> AppointmentState | None:
    """Return the booked time; None when it was given back, or booked by this form before."""
    if act == BOOK:
        request = _request(form)
        booked = await desk.command(
            lambda tx: appointments.book(tx, desk.office, request), form, "book appointment"
        )
        return None if booked.replayed else booked.value
    if act != GIVE_BACK:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    why = must_say_why(form.text("why"))
    code = form.text("code")
    await desk.command(
        lambda tx: appointments.cancel(tx, code=code, why=why), form, "give appointment back"
    )
    return None


def _request(form: Form) -> BookAppointment:
    """Return what the form asks for. Raises BadInput `appointment_invalid` without a time."""
    try:
        at = datetime.fromisoformat(form.text("at"))
    except ValueError as error:
        fault = FieldFault(field="at", code="missing", message="pilih jam / choose a time")
        raise BadInput(
            "appointment_invalid",
            "Choose the time to book.",
            id="Pilih jam yang akan dipesan.",
            fields=[fault],
        ) from error
    return BookAppointment(
        service=form.text("service"),
        at=at,
        segment="priority" if form.text("priority") else "general",
        language=form.text("language") or "id",
        reference="".join(filter(str.isprintable, form.text("reference")))[:LONGEST_REFERENCE],
    )


async def _show(desk: Desk, day: date | None, said: Said) -> Response[str]:
    today = desk.office.today(desk.clock.now())
    listed = day or today

    def read(session: Session, at: datetime) -> AppointmentPage:
        connection, office = session.connection(), desk.office_no
        service = _service(desk, said.typed.get("service", ""))
        days = appointments.days_ahead(connection, office, desk.office, service, at)
        shown = appointments.day_to_show(days, said.typed.get("day", listed.isoformat()))
        return AppointmentPage(
            day=listed,
            before=listed - timedelta(days=1),
            after=listed + timedelta(days=1),
            booked=tuple(appointments.of_day(connection, office, listed)),
            broken=appointments.broken_times(connection, office, desk.office, at),
            services={one.code: desk.speech.pick(one.name) for one in desk.office.services},
            languages=_languages(desk),
            service=service.code,
            days=days,
            shown=shown,
            spans=tuple(appointments.spans(shown.places if shown else ())),
            other_day=(
                appointments.next_with_places(days, shown) if shown and not shown.free else None
            ),
            reasons=REASONS,
            csv=said.csv or _example(desk, today),
            said=said,
            may_act="supervisor" in desk.officer.roles,
            key=fresh_key(),
        )

    seq, at, view = await desk.read(read)
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("appointments"),
        section="supervisor",
        here="/supervisor/appointments",
        stream="",
        place=desk.speech.say("queue_supervisor"),
    )
    unbooked = said.imported and said.imported.faults and not said.imported.booked
    status = 422 if said.refused or unbooked else 200
    return page("appointments.html", frame, view, status=status)


def _service(desk: Desk, code: str) -> ServiceConfig:
    return desk.office.service(code) or desk.office.services[0]


def _languages(desk: Desk) -> dict[str, str]:
    spoken = desk.office.office.languages
    return {code: desk.speech.known(f"language_{code}", code) for code in spoken}


def _example(desk: Desk, today: date) -> str:
    """Return a table of one line that could be booked on the next working day."""
    day = desk.office.working_day_after(today, 1)
    at = datetime.combine(day, _AT)
    return f"{_HEAD}\n{_service(desk, '').code},{at:%Y-%m-%d %H:%M},general,id,,SIMKIM-2231\n"


routes = [show_appointments, import_appointments, act_on_appointments]
