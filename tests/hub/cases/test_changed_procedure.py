"""An office changes its procedure file while cases are under way: none is stuck by it."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from sqlalchemy import delete

from hub.cases import in_force, reopen
from hub.cases.changed_procedure import stranding
from hub.cases.check import broken_cases
from hub.cases.payments import matching
from hub.house import House, must_fit, stranded_cases
from hub.models.application import Evidence, StepRecord
from hub.office.command import check
from hub.sop import OWN, SKIM, SopFileError, load_sop

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
TEXT = SKIM.read_text("utf-8")
PAID = {
    "billing_code": "820261120000001", "ntpn": "A1B2C3D4E5F6G7H8", "amount": "3000000",
    "paid_on": "2026-11-23",
}  # fmt: skip


def gates(desk, **after: int) -> None:
    """Let the office's file have these gates alone, each after its step; a new one is `talk`."""
    known = {gate.key: gate for gate in load_sop().gates}
    known.setdefault("talk", msgspec.structs.replace(known["external"], key="talk"))
    moved = tuple(msgspec.structs.replace(known[key], after=step) for key, step in after.items())
    sop = msgspec.structs.replace(desk.procedure.sop, gates=moved)
    desk.procedure = dataclasses.replace(desk.procedure, sop=sop)


def faults(desk) -> dict[str, str]:
    with desk.database.reading() as session:
        found = stranding(session, desk.office_no, desk.procedure.sop)
    return {fault.rule: fault.says for fault in found}


def broken(desk) -> list[str]:
    with desk.database.reading() as session:
        return list(broken_cases(session, desk.office_no, desk.procedure))


def code(desk, case: str) -> str:
    return str(desk.view(case).head.case_code)


def test_a_gate_that_moved_behind_a_case_which_passed_it_is_not_asked_twice(desk) -> None:
    case = desk.go("7")
    gates(desk, biometrics=5, external=8)

    assert faults(desk) == {}
    desk.step_7(case)
    desk.step_8(case)

    assert desk.view(case).current.key == "9"
    assert broken(desk) == []


def ask_for_more(desk, step: int) -> None:
    """Let the office's file ask one more thing of a step, as from a start of the hub on."""
    sop = desk.procedure.sop
    row = msgspec.structs.replace(load_sop().stage("12").rule("slip_in_file"), key="one_more")
    steps = tuple(
        msgspec.structs.replace(one, evidence=(*one.evidence, row)) if one.number == step else one
        for one in sop.steps
    )
    sop = msgspec.structs.replace(sop, steps=steps)
    desk.procedure = dataclasses.replace(desk.procedure, sop=sop)
    desk.do("kiosk", lambda tx: in_force.record(tx, sop))


def test_what_a_step_asks_for_later_is_not_missed_in_cases_that_passed_it_before(desk) -> None:
    before = desk.go("7")
    desk.clock.pass_(minutes=1)

    ask_for_more(desk, 5)
    assert broken(desk) == []

    ask_for_more(desk, 7)
    desk.clock.pass_(minutes=1)
    desk.capture(before, "7.slip", "scan", "image/png")
    desk.complete("bendahara", before, "7", PAID | {"one_more": "yes"})
    desk.do("bendahara", lambda tx: matching.confirm_with_slip(tx, desk.procedure, before))
    assert broken(desk) == []

    with desk.database.writing.begin() as connection:
        connection.execute(delete(Evidence).where(Evidence.key == "one_more"))
    assert broken(desk) == [f"case {before}: step 7 lacks one_more"]


def test_a_gate_is_not_taken_out_while_a_case_stands_at_it_but_after_it(desk) -> None:
    past, there = desk.go("6"), desk.go("external")
    told = len(desk.view(past).history)
    gates(desk, biometrics=5)

    named = faults(desk)
    assert list(named) == ["stage-gone"]
    assert "“external”" in named["stage-gone"]
    assert named["stage-gone"].endswith(f": {code(desk, there)}")
    gates(desk, biometrics=5, external=5)
    desk.step_external(there)
    gates(desk, biometrics=5)

    assert faults(desk) == {}
    assert len(desk.view(past).history) == told
    desk.step_6(past)
    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, past, "5", "pindai ulang"))
    desk.go_on(past)
    assert desk.view(past).head.state == "ARCHIVED"
    assert broken(desk) == []


def test_a_gate_is_not_moved_to_where_cases_would_go_past_it(desk) -> None:
    desk.go("external")
    early, late = desk.go("3"), desk.go("1")
    gates(desk, biometrics=1, external=5)

    named = faults(desk)

    assert list(named) == ["gate-passed-by"]
    assert named["gate-passed-by"].endswith(f": {code(desk, early)}")
    assert any("disagree" in line for line in broken(desk))
    desk.do("loket", lambda tx: reopen.reopen(tx, desk.procedure, early, "1", "gerbang dipindah"))
    assert faults(desk) == {}
    desk.step_1(late)
    assert desk.view(late).current.key == "biometrics"


def test_a_new_gate_is_asked_of_those_that_come_to_it(desk) -> None:
    past, coming = desk.go("6"), desk.go("2")
    gates(desk, talk=2, biometrics=5, external=5)

    assert faults(desk) == {}
    assert broken(desk) == []
    desk.step_2(coming)
    assert desk.view(coming).current.key == "talk"
    desk.step_6(past)
    assert desk.view(past).head.state == "APPROVED"
    assert broken(desk) == []


def test_a_lost_record_of_a_gate_is_still_found(desk) -> None:
    desk.go("6")
    desk.do(
        "kiosk",
        lambda tx: (
            tx.connection.execute(delete(StepRecord).where(StepRecord.step == "external")) and None
        ),
    )

    assert [line for line in broken(desk) if "disagree" in line]


def test_the_check_names_file_line_rule_and_cases_and_the_hub_does_not_serve(
    desk, house: House, capsys
) -> None:
    case = desk.go("external")
    own = house.settings.folder / OWN
    file = house.settings.office_file
    check(file)
    sound = capsys.readouterr().out
    own.write_text(TEXT.replace("after = 5", "after = 55", 1), "utf-8")
    with pytest.raises(SystemExit):
        check(file)
    broken_file = capsys.readouterr().out

    own.write_text(TEXT[: TEXT.index('[[gate]]\nkey = "external"')], "utf-8")
    with pytest.raises(SystemExit) as left:
        check(file)
    named = capsys.readouterr().out
    changed = dataclasses.replace(house, procedure=desk.procedure)
    gates(desk, biometrics=5)
    with pytest.raises(SopFileError) as refused:
        must_fit(dataclasses.replace(changed, procedure=desk.procedure))

    line = TEXT[: TEXT.index("after = 5")].count("\n") + 1
    assert "12 steps, 2 gates (skim.toml)" in sound
    assert f"{OWN}, baris/line {line}: [gate-after] there is no step 55" in broken_file
    assert left.value.code == 1
    assert "[stage-gone]" in named
    assert code(desk, case) in named
    assert "Put it back into the file" in named
    assert str(stranded_cases(house.settings)[0]) in str(refused.value)
