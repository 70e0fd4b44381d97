"""A case's person comes again at a booked time: offered, changed, given back, shown, checked in."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from hub import appointments, opening, queue, stations
from hub.cases import applications, custody, inviting, notifying, public_page, reopen
from hub.cases.check import broken_cases
from hub.cases.notifying import Tried
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.opening import Appointment
from hub.models.queue import TicketRow
from hub.office import Holiday
from hub.opening import numbers
from hub.web.api.tickets import issuing
from hub.wire import IssueTicket, Words
from hub.wire.opening import OfflineTicket

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
TOLD = Tried("phone", "reached", "lewat penjamin")
TOMORROW = "2026-11-24T09:30:00+07:00"
LATER = "2026-11-25T10:00:00+07:00"


def invite(desk, case: str, wanted: str = TOMORROW, *, by: str = "loket", why: str = "") -> str:
    return desk.do(by, lambda tx: inviting.invite(tx, desk.procedure, case, wanted, TOLD, why))


def time_of(desk, case: str):
    with desk.database.reading() as session:
        at = desk.clock.now()
        return inviting.time_of(session, desk.office_no, desk.procedure, case, at)


def offer(desk, case: str) -> inviting.Offer:
    with desk.database.reading() as session:
        at = desk.clock.now()
        return inviting.offer(session, desk.office_no, desk.procedure, case, at)


def rows(desk, case: str) -> list[tuple[str, str, str]]:
    query = select(Appointment.state, Appointment.place, Appointment.why).where(
        Appointment.application == case
    )
    with desk.database.reading() as session:
        return [tuple(row) for row in session.execute(query.order_by(Appointment.booked_at))]


def contacts(desk, case: str) -> int:
    with desk.database.reading() as session:
        return len(notifying.contacts_of(session, desk.office_no, case))


def unbroken(desk) -> list[str]:
    with desk.database.reading() as session:
        return list(broken_cases(session, desk.office_no, desk.procedure))


def check_in(desk, code: str):
    return desk.do("kiosk", lambda tx: queue.check_in(tx, desk.procedure.office, code=code))


@pytest.mark.parametrize(("step", "service"), [("7", "payment"), ("11", "collection")])
def test_a_time_is_booked_in_the_lane_where_the_case_waits(desk, step: str, service: str) -> None:
    case = desk.go(step)

    invite(desk, case)

    booked, view = time_of(desk, case), desk.view(case)
    assert booked.service == desk.procedure.office.service(service).name
    assert booked.at == datetime.fromisoformat(TOMORROW)
    assert view.head.appointment == booked
    assert any(line.what.en == "Appointment: booked" for line in view.history)
    assert contacts(desk, case) == 1
    assert unbroken(desk) == []


def test_what_is_offered_are_the_quarters_of_the_hours_and_their_places(desk) -> None:
    case, other = desk.go("7"), desk.go("7")
    invite(desk, other)

    offered = offer(desk, case)
    day = offered.day("2026-11-24")

    assert [one.day for one in offered.days[:2]] == [date(2026, 11, 23), date(2026, 11, 24)]
    assert len(offered.days) == 15
    assert not {one.day.weekday() for one in offered.days} & {5, 6}
    local = [one.at.strftime("%H:%M") for one in day.places]
    assert (local[0], local[15:17], local[-1]) == ("08:00", ["11:45", "13:00"], "15:00")
    assert {one.at.strftime("%H:%M"): one.free for one in day.places}["09:30"] == 1
    assert offered.day("") == day  # today is there to choose, tomorrow is offered first
    assert all(one.at > desk.clock.now() for one in offered.days[0].places)


def test_a_full_quarter_is_refused_and_nothing_is_kept_of_the_try(desk) -> None:
    cases = [desk.go("7") for _ in range(3)]
    for case in cases[:2]:
        invite(desk, case)

    with pytest.raises(BadInput) as full:
        invite(desk, cases[2])

    assert "penuh" in full.value.fields[0].message
    assert (contacts(desk, cases[2]), rows(desk, cases[2])) == (0, [])
    taken = [one for one in offer(desk, cases[2]).day("2026-11-24").places if not one.is_free]
    assert [one.at for one in taken] == [datetime.fromisoformat(TOMORROW)]


def test_a_full_day_names_the_nearest_with_a_place(desk) -> None:
    case = desk.go("7")
    offered = offer(desk, case)
    full = dataclasses.replace(offered.days[1], places=())
    last = dataclasses.replace(offered.days[-1], places=())
    offered = dataclasses.replace(offered, days=(offered.days[0], full, *offered.days[2:-1], last))

    assert offered.next_with_places(full) == offered.days[2]
    assert offered.next_with_places(last) == offered.days[0]
    assert offered.day("") == offered.days[2]


def test_a_standing_time_changes_only_with_a_reason_and_a_refused_change_keeps_it(desk) -> None:
    case = desk.go("7")
    invite(desk, case)

    for wanted, why, field in ((LATER, "", "why"), ("", "applicant", "at")):
        with pytest.raises(BadInput) as refused:
            invite(desk, case, wanted, why=why)
        assert [one.field for one in refused.value.fields] == [field]
        assert time_of(desk, case).at == datetime.fromisoformat(TOMORROW)
    invite(desk, case, LATER, why="applicant")

    assert time_of(desk, case).at == datetime.fromisoformat(LATER)
    assert rows(desk, case) == [("cancelled", "7", "applicant"), ("booked", "7", "")]


def test_a_time_is_called_off_with_a_reason_by_those_who_may(desk) -> None:
    case = desk.go("7")
    invite(desk, case)

    def call_off(by: str, why: str) -> str:
        return desk.do(by, lambda tx: inviting.call_off(tx, desk.procedure, case, why))

    with pytest.raises(NotAllowed):
        call_off("bendahara", "unable")
    with pytest.raises(BadInput):
        call_off("loket", "because")
    call_off("loket", "unable")
    with pytest.raises(Conflict) as again:
        call_off("loket", "unable")

    assert again.value.code == "no_appointment"
    assert rows(desk, case) == [("cancelled", "7", "unable")]


def test_a_missed_day_gives_way_to_another_time(desk) -> None:
    case = desk.go("7")
    invite(desk, case)
    desk.clock.pass_(days=2)

    assert time_of(desk, case).missed
    invite(desk, case, "2026-11-26T09:00:00+07:00")

    assert rows(desk, case) == [("cancelled", "7", "missed"), ("booked", "7", "")]


def with_rules(desk, **rules: object) -> None:
    office = msgspec.structs.replace(desk.procedure.office, **rules)
    desk.procedure = dataclasses.replace(desk.procedure, office=office)


def broken(desk) -> list[tuple[str | None, str]]:
    with desk.database.reading_core() as connection:
        found = appointments.broken_times(
            connection, desk.office_no, desk.procedure.office, desk.clock.now()
        )
    return [(one.application, one.why.en) for one in found]


def test_a_day_that_became_a_holiday_is_found_again_and_told_anew(desk) -> None:
    case, other = desk.go("7"), desk.go("7")
    invite(desk, case)
    invite(desk, other, LATER)
    before = broken(desk)
    holiday = Holiday(date=date(2026, 11, 24), name=Words(id="Libur", en="Closed by decree"))
    with_rules(desk, holidays=(*desk.procedure.office.holidays, holiday))

    found, shown = broken(desk), time_of(desk, case)
    invite(desk, case, "2026-11-26T09:00:00+07:00")  # the office's own reason is not asked for

    assert (before, found) == ([], [(case, "Closed by decree")])
    assert (shown.stands, shown.broken.en) == (False, "Closed by decree")
    assert time_of(desk, case).stands
    assert rows(desk, case)[0] == ("cancelled", "7", "office")
    assert broken(desk) == []


def test_a_stop_breaks_the_times_of_its_day_until_it_is_ended(desk) -> None:
    case, other = desk.go("7"), desk.go("7")
    invite(desk, case, "2026-11-23T14:00:00+07:00")
    invite(desk, other)
    words = Words(id="Listrik padam.", en="No power.")
    desk.do("supervisor", lambda tx: opening.stop(tx, scope="numbers", text=words))
    stopped = broken(desk)
    desk.do("supervisor", opening.resume)

    assert stopped == [(case, "The queue is stopped for now")]
    assert broken(desk) == []


def test_a_service_that_books_no_more_keeps_what_was_booked_and_it_can_be_called_off(desk) -> None:
    case, other = desk.go("7"), desk.go("7")
    invite(desk, case)
    services = [
        msgspec.structs.replace(one, booked_per_quarter=0) for one in desk.procedure.office.services
    ]
    with_rules(desk, service_list=tuple(services))

    offered = offer(desk, case)
    with pytest.raises(Conflict) as refused:
        offer(desk, other)
    desk.do("loket", lambda tx: inviting.call_off(tx, desk.procedure, case, "office"))

    assert refused.value.code == "not_bookable"
    assert offered.booked.stands
    assert not [place for day in offered.days for place in day.free]
    assert rows(desk, case) == [("cancelled", "7", "office")]


def test_the_time_is_given_back_when_the_case_goes_on_or_back_without_it(desk) -> None:
    case = desk.go("7")
    invite(desk, case)
    desk.step_7(case)
    gone_on = rows(desk, case)
    for step in (desk.step_8, desk.step_9, desk.step_10):
        step(case)
    invite(desk, case)
    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "7", "salah slip"))

    assert gone_on == [("cancelled", "7", "moved_on")]
    assert rows(desk, case)[1:] == [("cancelled", "11", "moved_on")]
    assert unbroken(desk) == []


def test_an_ended_case_gives_its_time_back_and_books_one_for_the_passport(desk) -> None:
    case = desk.go("7")
    invite(desk, case)
    desk.do("loket", lambda tx: applications.withdraw(tx, desk.procedure, case, "mundur"))
    invite(desk, case, LATER)
    booked = time_of(desk, case)
    signed = desk.procedure.blobs.put(b"signed")
    desk.do(
        "serah",
        lambda tx: custody.give_back_after_end(tx, desk.procedure, case, signed, "image/png"),
    )

    assert booked.service.en == "Collect a document"
    assert rows(desk, case) == [("cancelled", "7", "ended"), ("cancelled", "end", "moved_on")]
    assert unbroken(desk) == []


def test_a_deadline_ends_no_case_whose_person_is_booked(desk) -> None:
    case = desk.go("7")
    invite(desk, case, "2027-02-04T09:30:00+07:00")
    desk.clock.pass_(days=61)  # the deadline is over, the day is not

    def lapse() -> str:
        return desk.do("pejabat", lambda tx: notifying.lapse(tx, desk.procedure, case, "lewat"))

    with pytest.raises(Conflict) as refused:
        lapse()
    desk.clock.pass_(days=20)

    assert refused.value.code == "appointment_stands"
    assert lapse() == "EXPIRED_UNPAID"


def test_the_code_at_the_kiosk_gives_a_ticket_of_the_case(desk) -> None:
    case, late = desk.go("7"), desk.go("7")
    for one in (case, late):
        invite(desk, one)
    codes = {one: time_of(desk, one).code for one in (case, late)}
    desk.clock.pass_(days=1, minutes=25)  # 09:25 of that day

    ticket = check_in(desk, codes[case])
    desk.clock.pass_(minutes=40)
    behind = check_in(desk, codes[late])
    walk_in = desk.clock.now() - timedelta(minutes=1)

    assert (ticket.application, ticket.lane) == (case, "payment")
    with desk.database.reading() as session:
        arrived = {
            one.application: one.arrived_at for one in session.scalars(select(TicketRow)).all()
        }
    assert arrived[case] == datetime.fromisoformat(TOMORROW)
    assert arrived[late] > walk_in
    assert behind.application == late
    assert rows(desk, case) == [("arrived", "7", "")]
    with pytest.raises(Conflict):
        check_in(desk, codes[case])
    desk.step_7(case)  # who came keeps what they came with
    assert rows(desk, case) == [("arrived", "7", "")]


def number_for(desk, case: str, service: str = "payment"):
    ask = IssueTicket(service=service, application=desk.view(case).head.case_code)
    return desk.do("kiosk", issuing(desk.procedure.office, ask))


def waits_since(desk, ticket: str) -> tuple[datetime, datetime | None]:
    query = select(TicketRow.arrived_at, TicketRow.appointment_at).where(TicketRow.id == ticket)
    with desk.database.reading() as session:
        return session.execute(query).one()


def test_an_ordinary_number_of_the_case_uses_its_booked_time_up(desk) -> None:
    early, later, elsewhere = desk.go("7"), desk.go("7"), desk.go("7")
    for one, at in ((early, TOMORROW), (later, TOMORROW), (elsewhere, "2026-11-24T10:00:00+07:00")):
        invite(desk, one, at)
    code = time_of(desk, early).code
    booked = datetime.fromisoformat(TOMORROW)
    desk.clock.pass_(days=1, minutes=25)  # 09:25 of that day

    other_lane = number_for(desk, elsewhere, "information")
    first = number_for(desk, early)
    second = number_for(desk, early)
    desk.clock.pass_(minutes=10)
    third = number_for(desk, later)
    with pytest.raises(Conflict) as used:
        check_in(desk, code)

    assert waits_since(desk, first.id) == (first.issued_at, booked)
    assert waits_since(desk, second.id) == (second.issued_at, None)
    assert waits_since(desk, third.id) == (booked, booked)
    assert waits_since(desk, other_lane.id)[1] is None
    assert used.value.code == "appointment_used"
    assert [rows(desk, one)[0][0] for one in (early, later, elsewhere)] == [
        "arrived", "arrived", "booked"
    ]  # fmt: skip
    assert unbroken(desk) == []


def test_a_number_that_a_kiosk_gave_alone_uses_the_booked_time_up(desk) -> None:
    case = desk.go("7")
    invite(desk, case)
    desk.clock.pass_(days=1, minutes=40)
    office = desk.procedure.office
    token = desk.do("supervisor", lambda tx: stations.add(tx, office, kind="kiosk", name="kios 7"))
    with desk.database.reading_core() as connection:
        desk.staff["alone"] = stations.by_token(connection, desk.office_no, token)

    def take_over(tx):
        told = OfflineTicket(service="payment", serial=1, given_at=desk.clock.now())
        ticket = numbers.accept_offline(tx, office, told, application=case)
        queue.use_booking(tx, office, ticket)
        return ticket

    ticket = desk.do("alone", take_over)

    assert waits_since(desk, ticket.id)[1] == datetime.fromisoformat(TOMORROW)
    assert rows(desk, case) == [("arrived", "7", "")]


def test_a_time_given_back_is_no_number_at_the_kiosk(desk) -> None:
    case = desk.go("7")
    invite(desk, case)
    code = time_of(desk, case).code
    desk.step_7(case)
    desk.clock.pass_(days=1)

    with pytest.raises(Conflict) as refused:
        check_in(desk, code)

    assert refused.value.code == "appointment_cancelled"


def test_another_office_takes_no_place_and_its_times_are_not_seen(desk) -> None:
    case = desk.go("7")
    invite(desk, case)
    elsewhere = desk.office_no + 1

    with desk.database.reading_core() as connection:
        found = appointments.of_cases(connection, elsewhere, [case])
        service = desk.procedure.office.service("payment")
        [day] = [
            appointments.places_on(
                connection, elsewhere, desk.procedure.office, service,
                date(2026, 11, 24), desk.clock.now(),
            )
        ]  # fmt: skip

    assert found == {}
    assert {one.free for one in day.places} == {2}


def test_the_applicants_page_shows_the_time_until_its_day_is_over(desk) -> None:
    case = desk.go("7")
    invite(desk, case)

    def page() -> public_page.CasePage:
        with desk.database.reading() as session:
            return public_page.read(session, desk.office_no, desk.procedure, case, desk.clock.now())

    shown = page()
    desk.clock.pass_(days=2)

    assert shown.appointment == dataclasses.replace(shown.appointment, missed=False)
    assert shown.appointment_qr.startswith("<svg")
    assert (page().appointment, page().appointment_qr) == (None, "")


def listed(desk) -> list[str]:
    with desk.database.reading() as session:
        at = desk.clock.now()
        found = notifying.notify_list(session, desk.office_no, desk.procedure, at)
    return [row.application for row in found.rows]


def test_nobody_is_called_who_waits_in_the_house_with_a_ticket_of_the_case(desk) -> None:
    case = desk.go("7")
    invite(desk, case)
    desk.clock.pass_(days=1, minutes=25)
    before = listed(desk)

    ticket = check_in(desk, time_of(desk, case).code)
    meanwhile = listed(desk)
    desk.do("supervisor", lambda tx: queue.give_back(tx, ticket=ticket.id))

    assert (before, meanwhile, listed(desk)) == ([case], [], [case])


def test_nobody_is_called_for_a_document_that_they_have(desk) -> None:
    case = desk.go("12")
    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "10", "salah pindai"))
    desk.step_10(case)
    record_only = listed(desk)
    with pytest.raises(Conflict) as uninvited:
        invite(desk, case)

    desk.do("serah", lambda tx: custody.take_again(tx, desk.procedure, case, "laci 3"))

    assert uninvited.value.code == "nobody_to_notify"
    assert (record_only, listed(desk)) == ([], [case])
