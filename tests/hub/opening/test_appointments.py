"""Booked times: one by one, from a list, and the person at the kiosk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from hub import appointments, queue
from hub.appointments.lists import import_csv
from hub.check import check_records
from hub.errors import BadInput, Refused
from hub.house import House
from hub.models.queue import TicketRow
from hub.office import OfficeConfig
from hub.wire import IssueTicket, Ticket
from hub.wire.opening import AppointmentState, BookAppointment, ImportDone

Act = Callable[..., object]
HEAD = "service,at,segment,language,needs,reference\n"


def at(office: OfficeConfig, local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=office.zone)


def book(act: Act, office: OfficeConfig, local: str = "2026-11-23T10:00") -> AppointmentState:
    asked = BookAppointment(service="skim", at=at(office, local), reference="S-1")
    booked = act(lambda tx: appointments.book(tx, office, asked))
    assert isinstance(booked, AppointmentState)
    return booked


def load(act: Act, office: OfficeConfig, rows: str, **how: bool) -> ImportDone:
    manner = {"dry_run": False, "all_or_none": True} | how
    done = act(lambda tx: import_csv(tx, office, HEAD + rows, **manner))
    assert isinstance(done, ImportDone)
    return done


def booked_today(house: House) -> int:
    with house.database.reading_core() as connection:
        day = house.procedure.office.today(house.clock.now())
        return len(appointments.of_day(connection, house.office_no, day))


def test_waiting_counts_from_the_booked_time(act: Act, office: OfficeConfig, house: House) -> None:
    booked = book(act, office)
    house.clock.pass_(minutes=55)
    ticket = act(lambda tx: queue.check_in(tx, office, code=f"{booked.code[:4]} {booked.code[4:]}"))

    assert isinstance(ticket, Ticket)
    with house.database.reading_core() as connection:
        row = connection.execute(
            select(TicketRow.appointment_at, TicketRow.arrived_at).where(
                TicketRow.office == house.office_no, TicketRow.id == ticket.id
            )
        ).one()
        assert check_records(connection, house.office_no) == []
    assert row.appointment_at == booked.at.astimezone(UTC)
    assert row.arrived_at == booked.at.astimezone(UTC)


def test_who_comes_late_waits_as_walk_ins_do(act: Act, office: OfficeConfig, house: House) -> None:
    booked = book(act, office, "2026-11-23T09:05")
    house.clock.pass_(minutes=60)
    ticket = act(lambda tx: queue.check_in(tx, office, code=booked.code.lower()))

    assert isinstance(ticket, Ticket)
    with house.database.reading_core() as connection:
        arrived = connection.execute(
            select(TicketRow.arrived_at).where(TicketRow.id == ticket.id)
        ).scalar_one()
    assert arrived > booked.at + timedelta(minutes=30)


def test_a_used_up_quota_refuses_nobody_who_is_booked(
    act: Act, office: OfficeConfig, house: House
) -> None:
    services = tuple(msgspec.structs.replace(one, quota=1) for one in office.services)
    office = msgspec.structs.replace(office, service_list=services)
    booked = book(act, office, "2026-11-23T09:15")
    act(lambda tx: queue.issue(tx, office, IssueTicket(service="skim")))

    ticket = act(lambda tx: queue.check_in(tx, office, code=booked.code))
    with pytest.raises(Refused) as refused:
        act(lambda tx: queue.issue(tx, office, IssueTicket(service="skim")))

    assert isinstance(ticket, Ticket)
    assert ticket.number.endswith("-002")
    assert refused.value.code == "quota_used"
    with house.database.reading_core() as connection:
        assert check_records(connection, house.office_no) == []


def test_a_code_gives_one_number(act: Act, office: OfficeConfig, house: House) -> None:
    used, other_day, back = (
        book(act, office),
        book(act, office, "2026-11-24T10:00"),
        book(act, office, "2026-11-23T11:00"),
    )
    act(lambda tx: queue.check_in(tx, office, code=used.code))
    act(lambda tx: appointments.cancel(tx, code=back.code))
    codes = [
        (used.code, "appointment_used"),
        (other_day.code, "appointment_other_day"),
        (back.code, "appointment_cancelled"),
        ("NOSUCHCODE", "appointment_unknown"),
    ]

    for code, expected in codes:
        with pytest.raises(Refused) as refused:
            act(lambda tx, code=code: queue.check_in(tx, office, code=code))
        assert refused.value.code == expected
    with pytest.raises(Refused) as refused:
        act(lambda tx: appointments.cancel(tx, code=used.code))
    assert refused.value.code == "appointment_used"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": "none"}, "service"),
        ({"language": "zz"}, "language"),
        ({"needs": ["wings"]}, "needs"),
        ({"at": datetime(2026, 11, 23, 1, 0, tzinfo=UTC)}, "at"),
        ({"at": datetime(2026, 11, 28, 3, 0, tzinfo=UTC)}, "at"),
        ({"at": datetime(2026, 11, 23, 10, 0)}, "at"),  # noqa: DTZ001 — the fault itself
    ],
)
def test_a_wrong_booking_is_refused_by_field(
    act: Act, office: OfficeConfig, house: House, change: dict, field: str
) -> None:
    right = {"service": "skim", "at": at(office, "2026-11-23T10:00")}

    with pytest.raises(BadInput) as refused:
        act(lambda tx: appointments.book(tx, office, BookAppointment(**(right | change))))

    assert [fault.field for fault in refused.value.fields] == [field]
    assert booked_today(house) == 0


BAD = """skim,2026-11-23 10:00,general,id,,S-1
nosuch,2026-11-23 10:15,general,id,,S-2
skim,2026-11-23,general,id,,S-3
skim,2026-11-23 10:30,gold,id,,S-4
skim,2026-11-28 10:00,general,id,,S-5
skim,2026-11-23 10:45,general,id,step_free,S-6
skim,2026-11-23 11:00,general,id,,S-1
skim,2026-11-23 11:15,general,id,,S-7,too,many
"""
ENDLESS = "skim,2026-11-23 10:00,general,id,," + "x" * 200_000 + "\n"
FAULTY = [(3, "service"), (4, "at"), (5, "segment"), (6, "at"), (8, "reference"), (9, "")]


def test_every_wrong_row_is_named_and_nothing_is_booked(
    act: Act, office: OfficeConfig, house: House
) -> None:
    done = load(act, office, BAD)

    assert [(fault.line, fault.column) for fault in done.faults] == FAULTY
    assert all(" / " in fault.reason for fault in done.faults)
    assert done.booked == []
    assert booked_today(house) == 0


def test_the_right_rows_are_booked_when_asked(act: Act, office: OfficeConfig, house: House) -> None:
    done = load(act, office, BAD, all_or_none=False)

    assert [one.reference for one in done.booked] == ["S-1", "S-6"]
    assert len({one.code for one in done.booked}) == 2
    assert booked_today(house) == 2


def test_a_trial_run_books_nothing(act: Act, office: OfficeConfig, house: House) -> None:
    done = load(act, office, BAD, dry_run=True, all_or_none=False)

    assert len(done.booked) == 2
    assert len(done.faults) == 6
    assert booked_today(house) == 0


def test_the_same_list_again_books_nobody_twice(
    act: Act, office: OfficeConfig, house: House
) -> None:
    rows = "skim,2026-11-23 10:00,,,,S-1\nskim,2026-11-23 10:15,,,,S-2\n"
    load(act, office, rows)
    again = load(act, office, rows + "skim,2026-11-23 10:30,,,,S-3\n", all_or_none=False)

    assert [one.reference for one in again.booked] == ["S-3"]
    assert [fault.line for fault in again.faults] == [2, 3]
    assert booked_today(house) == 3


def test_a_row_that_nobody_can_read_is_named(act: Act, office: OfficeConfig, house: House) -> None:
    done = load(act, office, BAD.splitlines()[0] + "\n" + ENDLESS)

    assert [(fault.line, fault.column) for fault in done.faults] == [(3, "")]
    assert booked_today(house) == 0


def test_a_table_without_its_columns_is_refused(act: Act, office: OfficeConfig) -> None:
    done = act(
        lambda tx: import_csv(
            tx, office, "\ufefflayanan,at\nskim,x\n", dry_run=False, all_or_none=True
        )
    )

    assert isinstance(done, ImportDone)
    assert [(fault.line, fault.column) for fault in done.faults] == [(1, "service"), (1, "layanan")]


def test_a_full_quarter_of_an_hour_takes_no_more_until_one_is_given_back(
    act: Act, office: OfficeConfig, house: House
) -> None:
    first = book(act, office, "2026-11-23T10:00")
    book(act, office, "2026-11-23T10:14")

    with pytest.raises(BadInput) as full:
        book(act, office, "2026-11-23T10:07")

    assert "this quarter of an hour is full" in full.value.fields[0].message
    assert book(act, office, "2026-11-23T10:15").state == "booked"
    act(lambda tx: appointments.cancel(tx, code=first.code))
    assert book(act, office, "2026-11-23T10:07").state == "booked"


def test_a_list_names_the_rows_for_which_no_place_is_left(
    act: Act, office: OfficeConfig, house: House
) -> None:
    book(act, office, "2026-11-23T11:00")
    rows = "".join(f"skim,2026-11-23 11:0{n},general,id,,R{n}\n" for n in range(3))

    done = load(act, office, rows, all_or_none=False)

    assert len(done.booked) == 1
    assert [(fault.line, fault.column) for fault in done.faults] == [(3, "at"), (4, "at")]


def test_the_person_is_called_in_the_language_chosen_at_the_kiosk(
    act: Act, office: OfficeConfig, house: House
) -> None:
    booked = book(act, office)

    ticket = act(lambda tx: queue.check_in(tx, office, code=booked.code, language="en"))

    assert isinstance(ticket, Ticket)
    assert ticket.language == "en"
