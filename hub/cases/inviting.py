"""The time at which a case's person comes again: offered, booked, changed, called off, given back.

It is a booked time like any other (`hub.appointments`): the same places, the same kind of code.
Where the case stood is kept with it, so that it is given back when the case goes on without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub import appointments, opening
from hub.appointments import DayPlaces, ForCase
from hub.cases import notifying, telling
from hub.cases.applications import must_find, must_have_role
from hub.cases.notifying import MAY_CONTACT, ToNotify, Tried
from hub.cases.views import BookedTime
from hub.errors import BadInput, Conflict
from hub.office import ServiceConfig
from hub.opening.doors import Now
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.wire.opening import AppointmentState, BookAppointment
from hub.writer import Tx

REASONS: Mapping[str, Words] = {
    "applicant": Words(id="Pemohon minta waktu lain", en="The applicant asks for another time"),
    "unable": Words(id="Pemohon tidak dapat datang", en="The applicant cannot come"),
    "office": Words(id="Kantor tidak dapat melayani saat itu", en="The office cannot serve then"),
    "mistake": Words(id="Salah catat", en="Entered by mistake"),
}
"""Why an officer changes a time or calls it off: chosen, so that nothing personal is written."""
MOVED_ON, ENDED_CASE, MISSED = "moved_on", "ended", "missed"
OF_ITSELF: Mapping[str, Words] = {
    MOVED_ON: Words(id="Permohonan berlanjut lebih dahulu", en="The case went on before it"),
    ENDED_CASE: Words(id="Permohonan berakhir", en="The case has ended"),
    MISSED: Words(id="Pemohon tidak datang", en="The applicant did not come"),
}


_ACTS: Mapping[str, Words] = {
    "booked": Words(id="dipesan", en="booked"),
    "arrived": Words(id="pemohon datang dan mendapat nomor", en="the person came and has a number"),
    "cancelled": Words(id="dikembalikan", en="given back"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be offered to the person of a case: the service, its days and their places."""

    row: ToNotify
    service: ServiceConfig
    booked: BookedTime | None
    days: tuple[DayPlaces, ...]
    """The next days on which the service gives numbers, full ones too."""

    def day(self, said: str) -> DayPlaces | None:
        """Return the day asked for, else the first after today with a place, else any with one."""
        return appointments.day_to_show(self.days, said)

    def next_with_places(self, after: DayPlaces) -> DayPlaces | None:
        """Return the nearest day with a place beside a full one: later, else earlier."""
        return appointments.next_with_places(self.days, after)


def offer(
    session: Session, office_no: int, procedure: Procedure, application: str, at: datetime
) -> Offer:
    """Return what can be offered. Raises NotFound, Conflict `nobody_to_notify`, `not_bookable`."""
    case = must_find(session, office_no, procedure, application)
    row = notifying.must_wait(session, procedure, case, at)
    service = _service(procedure, row)
    connection = session.connection()
    days = appointments.days_ahead(connection, office_no, procedure.office, service, at)
    now = opening.now_of(connection, office_no)
    return Offer(row, service, booked_time(procedure, row.booked, at, now), days)


def booked_time(
    procedure: Procedure, booked: AppointmentState | None, at: datetime, now: Now
) -> BookedTime | None:
    """Return a booked time as pages and papers say it; `now` is what holds for the office."""
    if booked is None:
        return None
    office = procedure.office
    service = office.service(booked.service)
    name = service.name if service else Words(id=booked.service, en=booked.service)
    missed = office.today(booked.at) < office.today(at)
    broken = appointments.why_broken(office, now, booked, at)
    return BookedTime(booked.code, booked.at, name, missed, broken)


def told(act: str, why: str) -> Words | None:
    """Return what happened to a booked time, with the reason, as a case's history says it."""
    words, reason = _ACTS.get(act), {**REASONS, **OF_ITSELF}.get(why)
    if words is None or reason is None:
        return words
    return Words(id=f"{words.id} ({reason.id})", en=f"{words.en} ({reason.en})")


def time_of(
    session: Session, office_no: int, procedure: Procedure, application: str, at: datetime
) -> BookedTime | None:
    """Return the booked time of a case, or None."""
    connection = session.connection()
    found = appointments.of_cases(connection, office_no, [application]).get(application)
    return booked_time(procedure, found, at, opening.now_of(connection, office_no))


def invite(
    tx: Tx, procedure: Procedure, application: str, wanted: str, tried: Tried, why: str = ""
) -> str:
    """Book the instant `wanted` (ISO 8601) and log how the person was told; return its id.

    A time that stands is changed, for the reason `why`; one that was missed, or that the office
    cannot keep, gives way by itself.
    Raises BadInput `time_missing`, `appointment_invalid`, `reason_missing`, `contact_wrong`,
    Conflict `nobody_to_notify`, `not_bookable`, NotAllowed.
    """
    must_have_role(tx, MAY_CONTACT)
    case = must_find(tx.session, tx.office, procedure, application)
    row = notifying.must_wait(tx.session, procedure, case, tx.at)
    service, office = _service(procedure, row), procedure.office
    now = opening.now_of(tx.connection, tx.office)
    before = booked_time(procedure, row.booked, tx.at, now)
    if before is not None:
        reason = (
            MISSED if before.missed else must_say_why(why or ("office" if before.broken else ""))
        )
        appointments.cancel(tx, code=before.code, why=reason)
    at = _instant(wanted)
    asked = BookAppointment(
        service=service.code,
        at=at,
        segment=service.segments[0] if service.segments else "general",
        language=case.language,
        reference=case.case_code,
    )
    booked = appointments.book(tx, office, asked, ForCase(case.id, row.place))
    told = Tried(tried.channel, tried.outcome, tried.note, office.today(at).isoformat())
    notifying.contact(tx, procedure, case.id, told)
    telling.tell_booked(
        tx,
        procedure,
        case,
        appointment=booked.id,
        at=at,
        service=service.name,
        code=booked.code,
        instead=row.booked.id if row.booked and before and not before.missed else None,
    )
    return booked.id


def call_off(tx: Tx, procedure: Procedure, application: str, why: str) -> str:
    """Give the booked time of a case back, with the reason; return the case's id.

    Raises Conflict `no_appointment`, BadInput `reason_missing`, NotAllowed.
    """
    must_have_role(tx, MAY_CONTACT)
    case = must_find(tx.session, tx.office, procedure, application)
    line = appointments.standing(tx.connection, tx.office, case.id)
    if line is None:
        text = "This case has no booked time."
        raise Conflict("no_appointment", text, id="Permohonan ini tidak punya janji.")
    missed = line.day < procedure.office.today(tx.at)
    appointments.cancel(tx, code=str(line.code), why=MISSED if missed else must_say_why(why))
    if not missed:
        telling.tell_called_off(tx, procedure, case, str(line.id))
    return case.id


def _service(procedure: Procedure, row: ToNotify) -> ServiceConfig:
    """Return the service of the lane in which the case waits; one that reads a case code first."""
    sop = procedure.sop
    first = sop.stages[0]
    places = {notifying.ENDED_PLACE: sop.doing("close_custody"), notifying.BRANCH: first.name}
    stage = sop.stage(places.get(row.place, row.place))
    lane = stage.lane if stage and stage.lane else first.lane
    of_lane = [one for one in procedure.office.services if one.lane == lane]
    found = next((one for one in of_lane if one.form == "case"), next(iter(of_lane), None))
    if found is None or (found.booked_per_quarter == 0 and row.booked is None):
        raise Conflict(
            "not_bookable",
            "This office books no times for it: see booked_per_quarter in office.toml.",
            id="Kantor ini tidak menerima janji untuk itu: lihat booked_per_quarter "
            "di office.toml.",
        )
    return found


def _instant(wanted: str) -> datetime:
    try:
        return datetime.fromisoformat(wanted)
    except ValueError as error:
        fault = FieldFault(field="at", code="missing", message="pilih jam / choose a time")
        raise BadInput(
            "time_missing", "Choose one of the times.", id="Pilih salah satu jam.", fields=[fault]
        ) from error


def must_say_why(why: str) -> str:
    """Return why a booked time changes or is given back. Raises BadInput `reason_missing`."""
    if why not in REASONS:
        fault = FieldFault(field="why", code="missing", message="pilih alasan / choose a reason")
        raise BadInput(
            "reason_missing",
            "Say why the booked time changes.",
            id="Sebutkan alasan janji berubah.",
            fields=[fault],
        )
    return why
