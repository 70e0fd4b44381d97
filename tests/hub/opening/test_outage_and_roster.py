"""After an outage: served by hand in one action. And the day's roster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from hub import queue
from hub.check import check_records
from hub.errors import BadInput, Refused
from hub.house import House
from hub.models.officer import Officer
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.opening import outage, roster
from hub.queue import counters
from hub.wire import IssueTicket, Ticket
from hub.wire.opening import RosterEntry, RosterState
from hub.writer import Tx

Act = Callable[..., object]
MONDAY = date(2026, 11, 23)


def issue(act: Act, office: OfficeConfig, count: int, service: str = "information") -> None:
    for _ in range(count):
        act(lambda tx: queue.issue(tx, office, IssueTicket(service=service)))


def by_hand(act: Act, office: OfficeConfig, house: House, numbers: str, **more: object) -> object:
    now = house.clock.now()
    told = {
        "served_from": now - timedelta(minutes=30),
        "served_to": now,
        "reason": "listrik padam",
    } | more
    ranges = outage.parse_ranges(numbers)
    return act(lambda tx: outage.serve_by_hand(tx, office, numbers=ranges, **told))


def called(act: Act, office: OfficeConfig) -> list[str]:
    act(lambda tx: counters.open_counter(tx, office, counter=1))
    numbers = []
    while (ticket := act(lambda tx: queue.call_next(tx, office, counter=1))) is not None:
        assert isinstance(ticket, Ticket)
        numbers.append(ticket.number)
        act(lambda tx, ticket=ticket: queue.finish(tx, ticket=ticket.id))
    return numbers


def test_nobody_served_by_hand_is_called_again(
    act: Act, office: OfficeConfig, house: House
) -> None:
    issue(act, office, 6)
    issue(act, office, 2, "skim")
    house.clock.pass_(minutes=40)
    done = by_hand(act, office, house, "I-002 – I-004, a-1")

    assert done.numbers == ["A-001", "I-002", "I-003", "I-004"]  # type: ignore[attr-defined]
    assert called(act, office) == ["I-001", "I-005", "I-006", "A-002"]
    with house.database.reading_core() as connection:
        assert check_records(connection, house.office_no) == []
    with pytest.raises(Refused) as refused:
        by_hand(act, office, house, "I-002–I-004")
    assert refused.value.code == "nobody_left"


def test_who_is_at_a_counter_or_came_after_the_outage_stays(
    act: Act, office: OfficeConfig, house: House
) -> None:
    issue(act, office, 2)
    act(lambda tx: counters.open_counter(tx, office, counter=1))
    act(lambda tx: queue.call_next(tx, office, counter=1))
    house.clock.pass_(minutes=40)
    end = house.clock.now()
    house.clock.pass_(minutes=5)
    issue(act, office, 1)
    done = by_hand(act, office, house, "I-001 - I-009", served_to=end)

    assert done.numbers == ["I-002"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("numbers", "more", "field"),
    [
        ("", {}, "numbers"),
        ("I-005 – I-002", {}, "numbers"),
        ("I-001 – A-002", {}, "numbers"),
        ("everybody", {}, "numbers"),
        ("I-001 – I-900", {}, "numbers"),
        ("I-001", {"reason": " "}, "reason"),
    ],
)
def test_a_wrong_action_changes_nothing(
    act: Act, office: OfficeConfig, house: House, numbers: str, more: dict, field: str
) -> None:
    issue(act, office, 3)

    with pytest.raises(BadInput) as refused:
        by_hand(act, office, house, numbers, **more)

    assert {fault.field for fault in refused.value.fields} == {field}
    assert called(act, office) == ["I-001", "I-002", "I-003"]


def test_the_hours_of_the_outage_must_be_over_and_in_order(
    act: Act, office: OfficeConfig, house: House
) -> None:
    now = house.clock.now()
    for start, end in ((now, now - timedelta(minutes=1)), (now, now + timedelta(hours=1))):
        with pytest.raises(BadInput) as refused:
            by_hand(act, office, house, "I-001", served_from=start, served_to=end)
        assert [fault.field for fault in refused.value.fields] == ["served_to"]


def staff(act: Act, house: House) -> dict[str, str]:
    """Enter two officers of one name, another, and one who has left; return who is known."""
    people = {"siti": "Contoh Siti", "budi": "Contoh Budi", "budi2": "Contoh Budi", "lama": "Lama"}

    def employ(tx: Tx) -> None:
        for login, name in people.items():
            active = login != "lama"
            row = Officer(office=tx.office, id=new_id(), login=login, name=name, active=active)
            row.password_hash, row.roles, row.created_at = "-", "counter_officer", tx.at
            tx.session.add(row)

    act(employ)
    with house.database.reading_core() as connection:
        return roster.staff(connection, house.office_no)


def entry(counter: int = 1, starts: str = "08:00", ends: str = "12:00", **more: object):
    return RosterEntry(counter=counter, starts=starts, ends=ends, **more)  # type: ignore[arg-type]


def test_a_roster_is_planned_replaced_and_written_as_csv(
    act: Act, office: OfficeConfig, house: House
) -> None:
    known = staff(act, house)
    act(lambda tx: roster.plan(tx, office, MONDAY, [entry(), entry(2)]))
    planned = act(
        lambda tx: roster.plan(
            tx, office, MONDAY, [entry(4, lanes=["payment"], officer="Contoh  SITI"), entry(1)]
        )
    )

    assert isinstance(planned, RosterState)
    assert [one.counter for one in planned.entries] == [1, 4]
    text = roster.write_csv(planned)
    assert text.splitlines() == [
        "day,counter,starts,ends,lanes,officer",
        "2026-11-23,1,08:00,12:00,,",
        "2026-11-23,4,08:00,12:00,payment,siti",
    ]
    entries, faults = roster.read_csv(office, known, text)
    assert (len(entries), faults) == (2, [])


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ([entry(9)], "entries[0].counter"),
        ([entry(ends="07:00")], "entries[0].ends"),
        ([entry(4, lanes=["intake"])], "entries[0].lanes"),
        ([entry(), entry(starts="11:00", ends="13:00")], "entries[1].starts"),
        ([entry(officer="nobody")], "entries[0].officer"),
        ([entry(officer="lama")], "entries[0].officer"),
        ([entry(officer="Contoh Budi")], "entries[0].officer"),
        ([entry(officer="siti"), entry(2, officer="Contoh Siti")], "entries[1].officer"),
    ],
)
def test_a_wrong_roster_changes_nothing(
    act: Act, office: OfficeConfig, house: House, entries: list[RosterEntry], field: str
) -> None:
    staff(act, house)

    with pytest.raises(BadInput) as refused:
        act(lambda tx: roster.plan(tx, office, MONDAY, entries))

    assert [fault.field for fault in refused.value.fields] == [field]
    with house.database.reading_core() as connection:
        assert roster.read(connection, house.office_no, MONDAY).entries == []


def test_an_officer_whom_nobody_knows_is_named_by_line(
    act: Act, office: OfficeConfig, house: House
) -> None:
    known = staff(act, house)
    table = "counter,starts,ends,lanes,officer\n1,08:00,12:00,,SITI\n2,08:00,12:00,,sitti\n"

    entries, faults = roster.read_csv(office, known, table)

    assert [one.counter for one in entries] == [1]
    assert [(fault.line, fault.column) for fault in faults] == [(3, "officer")]


def test_a_wrong_roster_table_names_its_lines(office: OfficeConfig) -> None:
    table = "counter,starts,ends,lanes\n1,8:00,12:00,\nx,08:00,12:00,\n2,08:00,12:00,intake\n"
    entries, faults = roster.read_csv(office, {}, table)

    assert [one.counter for one in entries] == [2]
    assert [(fault.line, fault.column) for fault in faults] == [(2, "starts"), (3, "counter")]


@pytest.mark.parametrize("cell", ["9" * 5000, "x" * 200_000], ids=["digits", "endless"])
def test_a_cell_that_nobody_can_read_is_a_wrong_row(office: OfficeConfig, cell: str) -> None:
    table = f"counter,starts,ends,lanes\n2,08:00,12:00,intake\n{cell},08:00,12:00,intake\n"
    entries, faults = roster.read_csv(office, {}, table)

    assert [one.counter for one in entries] == [2]
    assert [fault.line for fault in faults] == [3]
