"""A supervisor voids a number that nobody holds: with a reason, and its booked time is free."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hub import appointments, queue
from hub.check import check_records
from hub.errors import BadInput, Conflict
from hub.models.queue import EventRow
from hub.stations import KnownStation
from hub.tickets.acts import notes_of
from hub.web.supervisor.unheld import numbers_without_word
from hub.wire import DeviceReport, IssueTicket
from hub.wire.opening import BookAppointment
from hub.wire.requests import TicketPrinted
from hub.writer import Actor

SUPERVISOR = Actor("officer", "o1", "Contoh Supervisor", frozenset({"supervisor"}))
WHY = "kios terputus, tidak ada yang memegang"


def void(hall, number: str, reason: str = WHY):
    return hall.house.writer().run_alone(
        lambda tx: queue.void(tx, hall.office, number=number, reason=reason), actor=SUPERVISOR
    )


def test_a_void_number_is_called_no_more_and_keeps_why(hall) -> None:
    nobodys, after = hall.issue(), hall.issue()
    hall.open()

    gone = void(hall, nobodys.number.lower().replace("-", " "))

    assert gone.state == "ended"
    assert hall.order() == [after.number]
    with hall.house.database.reading_core() as connection:
        [note] = notes_of(connection, hall.house.office_no, nobodys.id)
    assert (note.act, note.text, note.actor) == ("void", WHY, SUPERVISOR.reference)


def test_who_voided_a_number_is_told_which_and_nobody_else(hall) -> None:
    nobodys = hall.issue()
    void(hall, nobodys.number)

    with hall.house.database.reading_core() as connection:
        events = select(func.max(EventRow.seq)).where(EventRow.office == hall.house.office_no)
        last = connection.execute(events).scalar_one()
        asked = ((last, SUPERVISOR.reference), (last, "officer:o2"), (0, SUPERVISOR.reference))
        told = [queue.voided_by(connection, hall.house.office_no, *one) for one in asked]

    assert told == [nobodys.number, "", ""]


def test_what_cannot_be_voided_is_named_and_stays(hall) -> None:
    ticket = hall.issue()
    with pytest.raises(BadInput) as both:
        void(hall, "Z-999", " ")
    void(hall, ticket.number)

    with pytest.raises(Conflict) as twice:
        void(hall, ticket.number)

    assert [fault.field for fault in both.value.fields] == ["number", "void-reason"]
    assert twice.value.code == "ticket_not_waiting"


def test_the_booked_time_of_a_void_number_can_be_used_after_all(hall) -> None:
    at = hall.clock.now().astimezone(hall.office.zone).replace(hour=10, minute=0)
    asked = BookAppointment(service="skim", at=at)
    booked = hall.do(lambda tx: appointments.book(tx, hall.office, asked))
    lost = hall.do(lambda tx: queue.check_in(tx, hall.office, code=booked.code))

    void(hall, lost.number)
    later = hall.do(lambda tx: queue.check_in(tx, hall.office, code=booked.code))

    assert lost.appointment_at == later.appointment_at == booked.at
    assert later.number != lost.number
    with hall.house.database.reading_core() as connection:
        assert check_records(connection, hall.house.office_no) == []


def test_the_numbers_of_whose_paper_a_losing_kiosk_never_spoke_are_named(hall) -> None:
    lost = DeviceReport(role="link", address="kiosk", lamp="warning", code="answers_lost")
    losing, sound = (
        KnownStation(name * 32, name, "kiosk", None, "1", None, (lost,) if name == "k" else ())
        for name in ("k", "s")
    )

    def given_by(kiosk: KnownStation):
        hall.clock.pass_(seconds=1)
        actor = Actor("station", kiosk.id, kiosk.name, frozenset({"kiosk"}))
        ask = IssueTicket(service="skim")
        return hall.house.writer().run_alone(
            lambda tx: queue.issue(tx, hall.office, ask), actor=actor
        )

    nobodys, printed, _others = given_by(losing), given_by(losing), given_by(sound)
    hall.do(lambda tx: queue.note_paper(tx, ticket=printed.id, paper=TicketPrinted(state="failed")))

    def named(*stations: KnownStation) -> list[str]:
        at = hall.clock.now()
        with hall.house.database.reading_core() as connection:
            day = hall.office.today(at)
            return numbers_without_word(connection, hall.house.office_no, day, stations, at)

    at_once = named(losing, sound)
    hall.clock.pass_(minutes=3)

    assert at_once == []
    assert named(losing, sound) == [nobodys.number]
    assert named(sound) == []
    void(hall, nobodys.number)
    assert named(losing, sound) == []
