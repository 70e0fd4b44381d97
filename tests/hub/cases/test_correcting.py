"""A correction after printing takes two persons; what was printed is done and signed again."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from hub.cases import applications, correcting, persons
from hub.cases.check import broken_cases
from hub.cases.history import history
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.application import Application, RegisterNumber
from hub.models.casework import DataCorrection
from hub.models.correspondence import Legalisation


def state(desk, case: str, field: str = "birth_place", value: str = "Nadir", login: str = "pindai"):
    cause = "Salah ketik pada formulir"
    return desk.do(
        login, lambda tx: correcting.state(tx, desk.procedure, case, field, value, cause)
    )


def settle(desk, case: str, login: str = "pejabat", *, agree: bool = True, reason: str = ""):
    return desk.do(
        login,
        lambda tx: correcting.settle(tx, desk.procedure, case, agree=agree, reason=reason),
    )


def sound(desk) -> list[str]:
    with desk.database.reading() as session:
        return list(broken_cases(session, desk.office_no, desk.procedure))


def test_a_printed_field_is_corrected_by_two_and_printed_and_legalised_again(desk) -> None:
    case = desk.go("10")
    first = desk.view(case).register_number

    state(desk, case)
    waiting = desk.view(case, "pejabat").correction
    settle(desk, case)

    assert waiting is not None
    assert (waiting.said.old, waiting.said.new, waiting.printed) == ("Zenith", "Nadir", True)
    after = desk.view(case)
    assert after.current.key == "8"
    assert after.register_number == ""
    assert after.correction is None
    with desk.database.reading() as session:
        numbers = session.scalars(select(RegisterNumber)).all()
        signed = session.scalars(select(Legalisation)).all()
        reasons = [one.void_reason for one in numbers if one.application == case]
        valid = [one.id for one in signed if one.application == case and not one.voided_at]
    assert first
    assert reasons == ["Salah ketik pada formulir"]
    assert valid == []
    desk.step_8(case, "SK 0002")
    desk.step_9(case)
    assert desk.step_10(case).state == "READY"
    assert sound(desk) == []


def test_a_field_that_is_not_printed_is_an_audited_edit(desk) -> None:
    case = desk.go("10")
    number = desk.view(case).register_number

    state(desk, case, "phone", "+628120000000")
    settle(desk, case)

    assert desk.view(case).register_number == number
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        lines = history(session, desk.procedure, row, {}, sees_cekal=False)
    remarks = [line.remark for line in lines if line.what.en.startswith("Correction")]
    assert remarks == [
        "Telepon / Telephone: +62811 → +628120000000 · Salah ketik pada formulir",
        "Telepon / Telephone: dipastikan / confirmed",
    ]
    assert desk.step_10(case).state == "READY"


def test_who_stated_it_may_not_confirm_it(desk) -> None:
    case = desk.go("10")
    both = desk.staff["pindai"]
    roles = both.roles | {"approver"}
    desk.staff["both"] = type(both)("officer", both.id, both.name, roles, 1)
    state(desk, case, login="both")

    with pytest.raises(NotAllowed) as refused:
        settle(desk, case, "both")

    assert refused.value.code == "segregation"
    assert not desk.view(case, "both").correction.may_settle


def test_a_letter_lets_one_person_state_and_confirm_it_and_the_case_keeps_the_letter(desk) -> None:
    case = desk.go("10")
    both = desk.staff["pindai"]
    desk.staff["both"] = type(both)("officer", both.id, both.name, both.roles | {"approver"}, 1)
    desk.relax("correction_two_persons", "W.00-KP.04.01-0003/2026", date(2026, 11, 30))
    state(desk, case, login="both")

    offered = desk.view(case, "both").correction.may_settle
    settle(desk, case, "both")

    assert offered
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        lines = history(session, desk.procedure, row, {}, sees_cekal=False)
    assert any(line.what.en.endswith("W.00-KP.04.01-0003/2026") for line in lines)


def test_the_step_cannot_end_while_a_correction_waits_and_none_is_stated_twice(desk) -> None:
    case = desk.go("10")
    state(desk, case)

    with pytest.raises(Conflict) as ended:
        desk.step_10(case)
    with pytest.raises(Conflict) as twice:
        state(desk, case, "address", "Jalan Lain")

    assert ended.value.code == twice.value.code == "correction_open"
    assert desk.view(case).current.key == "10"


def test_a_refused_correction_changes_nothing_and_needs_its_reason(desk) -> None:
    case = desk.go("10")
    state(desk, case)

    with pytest.raises(BadInput) as bare:
        settle(desk, case, agree=False)
    outcome = settle(desk, case, agree=False, reason="Akta menyebut Zenith")

    assert [fault.field for fault in bare.value.fields] == ["correction-reason"]
    assert outcome == "REFUSED"
    assert desk.step_10(case).state == "READY"


def test_only_the_step_that_checks_the_page_states_a_correction(desk) -> None:
    case = desk.go("9")

    with pytest.raises(Conflict) as early:
        state(desk, case)
    desk.step_9(case)
    with pytest.raises(NotAllowed):
        state(desk, case, login="loket")

    assert early.value.code == "correction_not_here"


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("unknown", "x", "correction-field"),
        ("birth_place", " ", "correction-value"),
        ("birth_date", "2031-13-45", "correction-value"),
        ("nik", "123", "correction-value"),
    ],
)
def test_what_cannot_be_is_named(desk, field, value, wrong) -> None:
    case = desk.go("10")

    with pytest.raises(BadInput) as refused:
        state(desk, case, field, value)

    assert [fault.field for fault in refused.value.fields] == [wrong]


def test_a_value_changed_meanwhile_is_not_overwritten(desk) -> None:
    case = desk.go("10")
    state(desk, case)

    def change(tx) -> None:
        row = tx.session.get_one(Application, (desk.office_no, case))
        persons.write(tx, desk.procedure.keyring, row, persons.OFFICER, {"birth_place": "Apex"})

    desk.do("loket", change)

    with pytest.raises(Conflict) as refused:
        settle(desk, case)

    assert refused.value.code == "values_stale"


def test_a_case_that_ends_drops_its_correction(desk) -> None:
    case = desk.go("10")
    state(desk, case)
    desk.do(
        "pejabat",
        lambda tx: applications.withdraw(tx, desk.procedure, case, "Pemohon menarik diri"),
    )

    with desk.database.reading() as session:
        [outcome] = session.scalars(select(DataCorrection.outcome)).all()
    assert outcome == "DROPPED"
    assert sound(desk) == []
