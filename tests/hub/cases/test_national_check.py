"""A check in the national system: who made it need not be who records it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_desk import Desk
from listed import OTHERS, Office

from devices.emrtd.personalize import Passport, personalize
from hub.cases.screening import checks
from hub.cases.screening.invariants import broken_screening
from hub.cases.screening.national import MadeByHand, made_at, record_national
from hub.cases.screening.standing import standing
from hub.cases.screening.subject import open_detail
from hub.errors import BadInput, NotAllowed
from hub.models.application import Application
from hub.models.cekal import CekalCheck

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def passport() -> Passport:
    return personalize()


@pytest.fixture
def desk(house, clock, passport) -> Desk:
    return Desk(house, clock, passport)


def record(desk: Desk, by: str, case: str, made: MadeByHand) -> str:
    def run(tx) -> str:
        row = tx.session.get_one(Application, (tx.office, case))
        return record_national(tx, desk.procedure, row, made).id

    return desk.do(by, run)


def found(desk: Desk, case: str) -> CekalCheck:
    with desk.database.reading() as session:
        check = checks.newest(session, desk.office_no, case, checks.NATIONAL)
        assert check is not None
        session.expunge(check)
        return check


def why(desk: Desk, case: str) -> str:
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        return standing(session, desk.procedure, row, desk.clock.now()).why


def broken(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return list(broken_screening(session, desk.office_no, desk.procedure))


def test_a_colleagues_check_keeps_who_made_it_and_who_recorded_it(desk, clock) -> None:
    case = desk.go("3")
    made = clock.now() - timedelta(hours=3)
    maker, recorder = desk.staff["cekal"].id, desk.staff["cekal-2"].id

    record(desk, "cekal-2", case, MadeByHand("NC-7", False, maker, made, blob="0" * 32))

    check = found(desk, case)
    assert (check.decided_by, check.by) == (maker, recorder)
    assert made_at(check) == made
    assert check.at >= clock.now()
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        assert open_detail(desk.procedure.keyring, row, check).reference == "NC-7"
    assert why(desk, case) == "passes"
    assert broken(desk) == []


def test_a_check_counts_from_when_it_was_made(desk, clock) -> None:
    days = desk.procedure.office.cekal.national_check_days
    case = desk.go("3")
    made = clock.now() - timedelta(days=days) + timedelta(minutes=5)
    record(desk, "cekal", case, MadeByHand("NC-8", False, made_at=made))
    assert why(desk, case) == "passes"

    clock.pass_(minutes=6)

    assert why(desk, case) == "waiting"


def test_what_a_colleague_found_holds_however_old_it_is(desk, clock) -> None:
    Office(desk).load(OTHERS)
    case = desk.go("3")
    made = clock.now() - timedelta(days=200)

    record(desk, "cekal-2", case, MadeByHand("NC-9", True, desk.staff["cekal"].id, made, "0" * 32))

    assert why(desk, case) == "blocked"


def test_who_found_somebody_does_not_clear_them(desk, clock) -> None:
    case = desk.go("3")
    maker, recorder = desk.staff["cekal"].id, desk.staff["cekal-2"].id
    desk.staff["cekal-3"] = desk.employ("cekal-3", {"watchlist_examiner"})
    hours_ago = clock.now() - timedelta(hours=1)
    record(desk, "cekal-2", case, MadeByHand("NC-9", True, maker, hours_ago, "0" * 32))

    for by, made_by in (("cekal", ""), ("cekal-2", ""), ("cekal-3", recorder), ("cekal-3", maker)):
        with pytest.raises(NotAllowed) as refused:
            record(desk, by, case, MadeByHand("NC-10", False, made_by, hours_ago, "0" * 32))
        assert refused.value.code == "segregation"
    assert why(desk, case) == "blocked"

    record(desk, "cekal-3", case, MadeByHand("NC-11", False))
    assert why(desk, case) == "passes"


@pytest.mark.parametrize(
    ("made", "fields"),
    [
        ({"reference_no": " "}, ["reference_no"]),
        ({"made_by": "cekal", "hours": None}, ["made_at"]),
        ({"made_by": "cekal", "blob": None}, ["scan"]),
        ({"made_by": "cekal", "hours": None, "blob": None}, ["made_at", "scan"]),
        ({"made_by": "bendahara"}, ["made_by"]),
        ({"made_by": "nobody"}, ["made_by"]),
        ({"hours": -1}, ["made_at"]),
        ({"hours": 24 * 31}, ["made_at"]),
    ],
)
def test_what_is_missing_is_named(desk, clock, made, fields) -> None:
    case = desk.go("3")
    login = made.get("made_by", "")
    maker = desk.staff[login].id if login in desk.staff else login
    hours = made.get("hours", 3)
    at = None if hours is None else clock.now() - timedelta(hours=hours)
    by_hand = MadeByHand(
        made.get("reference_no", "NC-1"), False, maker, at, made.get("blob", "0" * 32)
    )

    with pytest.raises(BadInput) as refused:
        record(desk, "cekal-2", case, by_hand)

    assert [fault.field for fault in refused.value.fields] == fields
    assert all(" / " in fault.message for fault in refused.value.fields)
    with desk.database.reading() as session:
        assert checks.newest(session, desk.office_no, case) is None
