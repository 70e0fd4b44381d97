"""The steps on paper: forms for the day without power, and what was done then entered later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_desk import COPIED, MANDATORY

from hub.cases import steps
from hub.cases.check import broken_cases
from hub.cases.hand_forms import hand_forms
from hub.errors import BadInput

STEP_1 = {f"checklist.{item}": "on" for item in (*MANDATORY, *COPIED)} | {
    "custody_place": "Loket 1, laci 2",
    "receipt": "paper",
}


def test_each_stage_has_a_form_that_asks_for_every_row_it_must_leave(desk) -> None:
    sop = desk.procedure.sop
    forms = hand_forms(desk.procedure, desk.procedure.office.today(desk.clock.now()))

    assert [form.stage.name for form in forms] == [stage.name for stage in sop.stages]
    for form in forms:
        asked = {line.label.id for line in form.lines}
        plain = [r for r in form.stage.evidence if r.kind not in ("checklist", "scans", "fields")]
        assert {rule.label.id for rule in plain} <= asked, form.stage.name
    received = {line.label.id: line.boxes for line in forms[0].lines}
    assert len(received["Tujuan permohonan"]) == 2
    assert len(received["Dasar permohonan"]) == 4
    keyed = next(form for form in forms if any(r.kind == "fields" for r in form.stage.evidence))
    assert {field.label.id for field in sop.fields} <= {line.label.id for line in keyed.lines}


def test_a_step_done_on_paper_says_when_and_that_it_was_entered_later(desk) -> None:
    case = desk.open()
    then = desk.clock.now() - timedelta(days=1)
    desk.begin("loket", case)
    desk.clock.pass_(minutes=3)

    desk.do(
        "loket",
        lambda tx: steps.complete(
            tx, desk.procedure, case, "1", STEP_1, paper=steps.Paper("paper", "Map merah 3", then)
        ),
    )
    line = next(one for one in desk.view(case).history if one.kept)

    local = then.astimezone(desk.procedure.office.zone)
    assert line.kept.id == (
        f"di atas kertas: Map merah 3; dikerjakan {local:%d-%m-%Y %H.%M}, "
        "dicatat kemudian dari kertas"
    )
    assert line.at > then
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []
    head = desk.view(case).head
    assert head.touch_s == 0, "typing what was done on paper is no touch time"
    days = desk.procedure.office.office.promised_working_days
    assert head.promised_on == desk.procedure.office.working_day_after(local.date(), days)


@pytest.mark.parametrize("hours", [-24 * 15, 1])
def test_work_on_paper_lies_neither_ahead_nor_long_before_the_case(desk, hours) -> None:
    case = desk.open()
    then = desk.clock.now() + timedelta(hours=hours)

    with pytest.raises(BadInput) as refused:
        desk.do(
            "loket",
            lambda tx: steps.complete(
                tx, desk.procedure, case, "1", STEP_1, paper=steps.Paper("paper", "", then)
            ),
        )

    assert [fault.field for fault in refused.value.fields] == ["done_at"]
    assert desk.view(case).current.key == "1"
