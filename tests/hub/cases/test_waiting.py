"""Two clocks: working days belong to whoever the case waited for, and add up to the lead time."""

from __future__ import annotations

import csv
import dataclasses
import io
from datetime import UTC, date, datetime

import msgspec
import pytest
from openpyxl import load_workbook

from hub.cases import equipment, qualifications, stoppages
from hub.cases.open_cases import whole_list
from hub.cases.waiting import PARTIES, Span, attribute
from hub.errors import BadInput, Conflict, NotAllowed
from hub.office import SAMPLE_OFFICE, load_office
from hub.web.officer.list_files import as_csv, as_xlsx
from hub.web.words import Speech

OFFICE = load_office(SAMPLE_OFFICE)


def at(day: int, hour: int = 9) -> datetime:
    """A local hour of November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=OFFICE.zone).astimezone(UTC)


def test_every_working_day_is_one_partys_and_they_add_up_to_the_lead_time() -> None:
    spans = [
        Span(at(23), at(24, 10), "officer"),
        Span(at(24, 10), at(27, 11), "external"),
        Span(at(27, 11), at(30, 9), "applicant"),
    ]

    days = attribute(OFFICE, at(23), at(30), spans, [])

    assert days == {"external": 3, "applicant": 2}
    assert sum(days.values()) == OFFICE.working_days(date(2026, 11, 23), date(2026, 11, 30))


def test_a_day_without_the_national_system_is_nobodys_fault_in_the_office() -> None:
    spans = [Span(at(23), at(26), "officer")]
    stopped = [Span(at(24, 7), at(24, 16), "national"), Span(at(25, 7), at(25, 9), "power")]

    days = attribute(OFFICE, at(23), at(26), spans, stopped)

    assert days == {"officer": 2, "national": 1}


def test_the_page_says_whom_the_case_waited_for(desk) -> None:
    case = desk.go("7")
    desk.clock.pass_(days=3)

    head = desk.view(case).head

    assert dict(head.waited) == {"applicant": head.lead_days}
    assert {party for party, _ in head.waited} <= set(PARTIES)


def test_a_stoppage_is_noted_once_and_ended_once(desk) -> None:
    desk.do("supervisor", lambda tx: stoppages.begin(tx, "national", "PDN"))

    with pytest.raises(Conflict):
        desk.do("supervisor", lambda tx: stoppages.begin(tx, "national"))
    desk.do("tu", lambda tx: stoppages.end(tx, "national"))
    with pytest.raises(Conflict):
        desk.do("supervisor", lambda tx: stoppages.end(tx, "national"))
    with pytest.raises(NotAllowed):
        desk.do("loket", lambda tx: stoppages.begin(tx, "power"))


def test_the_work_list_opens_in_a_spreadsheet_and_holds_no_formula(desk) -> None:
    case = desk.go("2")
    with desk.database.reading() as session:
        at, loket = desk.clock.now(), desk.staff["loket"]
        rows = tuple(whole_list(session, desk.office_no, desk.procedure, loket, at))
    speech = Speech("en", OFFICE.zone)

    lines = list(csv.reader(io.StringIO(as_csv(rows, speech).decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(as_xlsx(rows, speech))).active

    assert lines[1][0] == desk.view(case).head.case_code
    assert [cell.value or "" for cell in sheet[2]] == lines[1]
    formula = as_csv([dataclasses.replace(rows[0], person="=cmd()")], speech).decode()
    assert "'=cmd()" in formula.splitlines()[1].split(",")


# ── the sheet works ──────────────────────────────────────────────────────────


def test_who_lacks_a_qualification_is_warned_and_the_date_counts(desk) -> None:
    case = desk.go("2")
    for number in (1, 2, 3, 4):
        until = date(2026, 1, 1) if number == 4 else None
        desk.do(
            "supervisor",
            lambda tx, n=number, u=until: qualifications.note(
                tx, desk.procedure, "loket", n, date(2020, 1, 1), u
            ),
        )

    lacking = desk.view(case, "loket").current.lacking

    assert lacking == desk.procedure.sop.sheet.qualification[3:]
    assert desk.step_2(case).next == "3"  # a warning, not a wall


def test_where_the_office_enforces_it_a_supervisors_reason_lets_one_officer_on(desk) -> None:
    case = desk.go("2")
    strict = msgspec.structs.replace(desk.procedure.office.office, qualifications="enforced")
    office = msgspec.structs.replace(desk.procedure.office, office=strict)
    desk.procedure = dataclasses.replace(desk.procedure, office=office)

    with pytest.raises(NotAllowed) as refused:
        desk.step_2(case)
    with pytest.raises(BadInput):
        desk.do(
            "supervisor",
            lambda tx: qualifications.give_leave(tx, desk.procedure, case, "loket", " "),
        )
    desk.do(
        "supervisor",
        lambda tx: qualifications.give_leave(
            tx, desk.procedure, case, "loket", "pelatihan Januari"
        ),
    )

    assert refused.value.code == "qualification_missing"
    view = desk.view(case, "loket")
    assert view.current.has_leave
    [leave] = [one for one in view.history if one.what.id.startswith("Supervisor memberi izin")]
    assert (leave.what.id.partition(": ")[2], leave.remark) == ("Contoh Loket", "pelatihan Januari")
    assert desk.step_2(case).next == "3"


def test_the_equipment_lines_are_the_counters_opening_check(desk) -> None:
    day = desk.procedure.office.today(desk.clock.now())

    failing = desk.do(
        "loket",
        lambda tx: equipment.check(tx, desk.procedure, 1, {1: True, 2: True}, "kamera mati"),
    )

    with desk.database.reading() as session:
        lines = equipment.of_counter(session, desk.procedure, desk.office_no, 1, day)
    assert failing == 1
    assert [(line.works, line.note) for line in lines] == [
        (True, ""), (True, ""), (False, "kamera mati"),
    ]  # fmt: skip
