"""The work list at an office with many cases: pages, one role, late ones, all of them in a file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from hub.cases import applications, open_cases, persons, search
from hub.cases.open_cases import PAGE, Asked
from hub.models.application import Application
from hub.models.schema import new_id


@pytest.fixture
def crowd(desk):
    """70 cases wait at step 7, 5 at step 2; every tenth is late, the last one waits longest."""
    desk.do("kiosk", lambda tx: _fill(tx, desk))
    return desk


def _fill(tx, desk) -> None:
    office, keyring = desk.office_no, desk.procedure.keyring
    today = desk.procedure.office.today(tx.at)
    rows = []
    for n in range(75):
        identity = new_id()
        key = keyring.wrap(keyring.new_data_key(), persons.key_place(office, identity))
        rows.append(
            {"office": office, "id": identity, "case_code": f"CTH-X-{n:03d}",
             "sop": desk.procedure.sop.number, "state": "APPROVED",
             "position": "7" if n < 70 else "2", "purpose": "PERNYATAAN", "basis": "KELUARGA",
             "language": "id", "passport_source": "typed", "data_key": key,
             "passport_index": identity, "receipt_index": identity, "opened_at": tx.at,
             "moved_at": tx.at - timedelta(hours=n),
             "promised_on": today + timedelta(days=-1 if n % 10 == 0 else 5)}
        )  # fmt: skip
    tx.session.execute(insert(Application), rows)


def ask(desk, login: str, asked: Asked):
    with desk.database.reading() as session:
        return open_cases.work_list(
            session, desk.office_no, desk.procedure, desk.staff[login], desk.clock.now(), asked
        )


def test_a_page_holds_fifty_and_the_longest_waiting_stand_first(crowd) -> None:
    first, second = (ask(crowd, "bendahara", Asked(page=page)) for page in (1, 2))

    assert (first.mine_count, first.others_count, first.pages) == (70, 5, 2)
    codes = [row.case_code for row in (*first.mine, *second.mine)]
    assert len(first.mine) == PAGE
    assert codes == [f"CTH-X-{n:03d}" for n in reversed(range(70))]
    assert len(first.others) == 5
    assert second.others == ()


def test_a_page_that_is_not_there_is_the_last(crowd) -> None:
    assert ask(crowd, "bendahara", Asked(page=99)).page == 2


def test_one_role_and_late_cases_only(crowd) -> None:
    keyers = ask(crowd, "bendahara", Asked(role="data_operator"))
    late = ask(crowd, "bendahara", Asked(late=True))

    assert (keyers.mine_count, keyers.others_count) == (0, 5)
    assert late.mine_count == 7
    assert all(row.late for row in (*late.mine, *late.others))


def test_a_file_holds_every_line_of_the_list(crowd) -> None:
    with crowd.database.reading() as session:
        rows = list(
            open_cases.whole_list(
                session,
                crowd.office_no,
                crowd.procedure,
                crowd.staff["bendahara"],
                crowd.clock.now(),
                Asked(late=True),
            )
        )

    assert len(rows) == 8


def test_a_case_that_comes_to_its_next_step_begins_to_wait_anew(desk) -> None:
    case = desk.open()
    desk.clock.pass_(hours=2)
    desk.step_1(case)

    [row] = ask(desk, "loket", Asked()).mine

    assert row.waiting_since.replace(microsecond=0) == desk.clock.now()


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_finding_a_case_looks_up_an_index_by_more_than_its_office(desk) -> None:
    asked: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, values, _context, _many) -> None:
        asked.append((statement, values))

    listening = (desk.database.readers, "before_cursor_execute", note)
    event.listen(*listening)
    with desk.database.reading() as session:
        keyring = desk.procedure.keyring
        applications.find(session, desk.office_no, desk.procedure, "CTH-261123-0042-K")
        search.by_name(session, desk.office_no, keyring, "Eriksson")
        search.by_number(session, desk.office_no, keyring, "L898902C3")
    event.remove(*listening)
    with desk.database.readers.connect() as connection:
        plans = [
            step[3]
            for statement, values in asked
            if statement.startswith("SELECT")
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]

    assert len(plans) >= 9
    assert [plan for plan in plans if plan.startswith("SCAN") or plan.endswith("(office=?)")] == []
