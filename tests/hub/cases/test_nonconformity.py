"""SOP Ketidaksesuaian: kinds, states, deadlines, deciders, and the way back."""

from __future__ import annotations

from datetime import date

import pytest

from hub.cases import applications, branches, nonconformity
from hub.cases.check import broken_cases
from hub.errors import BadInput, Conflict, NotAllowed


def opened(desk, nature="DATA_MISMATCH"):
    case = desk.go("4")
    desk.do(
        "dokumen",
        lambda tx: branches.divert(
            tx, desk.procedure, case, "nonconformity", "nama tidak sama", nature
        ),
    )
    return case


def move(desk, login, case, state, note="catatan"):
    desk.do(login, lambda tx: nonconformity.move(tx, desk.procedure, case, state, note))


def settle(desk, login, case, outcome="CORRECTED"):
    desk.do(
        login, lambda tx: nonconformity.resume(tx, desk.procedure, case, outcome, "sudah benar")
    )


def correct(desk, login, case, field, value):
    desk.do(
        login,
        lambda tx: nonconformity.correct(tx, desk.procedure, case, field, value, "salah ketik"),
    )


def test_it_goes_on_by_its_states_with_a_deadline_in_working_days(desk) -> None:
    case = opened(desk)
    move(desk, "pejabat", case, "UNDER_REVIEW")
    move(desk, "pejabat", case, "NEED_APPLICANT", "surat panggilan 12")

    branch = desk.view(case).diversion

    assert branch.nature.en == "Data differ (form, MRZ, chip, card, scan)"
    assert branch.state.en == "Waiting for the applicant"
    # 14 working days after 23 November 2026
    assert branch.deadline_on == date(2026, 12, 11)
    assert [step.note for step in branch.steps] == ["catatan", "surat panggilan 12"]


def test_a_state_out_of_order_is_not_possible(desk) -> None:
    case = opened(desk)

    with pytest.raises(Conflict) as refused:
        move(desk, "pejabat", case, "BAP")

    assert refused.value.code == "move_not_possible"
    assert "Diteliti" in refused.value.id


def test_only_wasdakim_takes_a_case_into_examination(desk) -> None:
    case = opened(desk)
    move(desk, "pejabat", case, "UNDER_REVIEW")

    with pytest.raises(NotAllowed):
        move(desk, "pejabat", case, "BAP")
    move(desk, "dokumen", case, "BAP")


def test_it_is_reviewed_before_it_is_settled(desk) -> None:
    case = opened(desk)

    with pytest.raises(Conflict) as refused:
        settle(desk, "pejabat", case)
    move(desk, "pejabat", case, "UNDER_REVIEW")
    settle(desk, "pejabat", case)

    assert refused.value.code == "review_first"
    assert desk.view(case).current.key == "4"


def test_the_answers_of_the_step_tell_the_kind(desk) -> None:
    case = desk.go("4")
    desk.complete("dokumen", case, "4", {"verdict_guarantor": "INVALID", "verdict": "TIDAK"})

    assert desk.view(case).diversion.nature.en == "Guarantor not valid"


def test_yes_is_refused_while_a_verdict_says_not_valid(desk) -> None:
    case = desk.go("4")
    values = {
        "verdict_passport": "VALID", "verdict_dokim": "INVALID", "verdict_guarantor": "VALID",
        "route": "5Y_CONSEC", "signed_by": "A", "signed_dokim": "on", "signed_passport": "on",
    }  # fmt: skip

    with pytest.raises(BadInput) as refused:
        desk.complete("dokumen", case, "4", {**values, "verdict": "YA"})

    assert [fault.field for fault in refused.value.fields] == ["verdict"]


def test_who_found_the_error_does_not_correct_it(desk) -> None:
    case = opened(desk)

    with pytest.raises(NotAllowed) as refused:
        correct(desk, "dokumen", case, "birth_place", "Contoh")
    correct(desk, "pejabat", case, "birth_place", "Contoh")

    assert refused.value.code == "segregation"
    assert next(r.value for r in desk.view(case).values if r.field == "birth_place") == "Contoh"


def test_a_printed_field_corrected_at_step_10_voids_number_and_blank(desk) -> None:
    case = desk.go("10")
    before = desk.view(case)
    desk.do(
        "pindai",
        lambda tx: branches.divert(
            tx, desk.procedure, case, "nonconformity", "tempat lahir", "POST_ISSUE_CORRECTION"
        ),
    )
    move(desk, "dokumen", case, "UNDER_REVIEW")
    correct(desk, "dokumen", case, "birth_place", "Contoh")
    settle(desk, "dokumen", case)

    view = desk.view(case)
    assert (before.register_number != "", view.register_number) == (True, "")
    assert view.current.key == "8"
    desk.step_8(case, serial="SK 0002")
    for step in ("9", "10"):
        getattr(desk, f"step_{step}")(case)
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []


def test_an_unprinted_field_corrected_at_step_10_keeps_the_number(desk) -> None:
    case = desk.go("10")
    number = desk.view(case).register_number
    desk.do(
        "pindai",
        lambda tx: branches.divert(
            tx, desk.procedure, case, "nonconformity", "telepon", "POST_ISSUE_CORRECTION"
        ),
    )
    move(desk, "dokumen", case, "UNDER_REVIEW")
    correct(desk, "dokumen", case, "phone", "0812 0000 009")
    settle(desk, "dokumen", case)

    view = desk.view(case)
    assert (view.register_number, view.current.key) == (number, "10")


def test_only_the_head_rejects_from_within_it(desk) -> None:
    case = opened(desk)

    def reject(login):
        desk.do(
            login,
            lambda tx: applications.reject(tx, desk.procedure, case, "palsu", "Pasal 24"),
        )

    with pytest.raises(NotAllowed):
        reject("pejabat")
    reject("kakanim")

    assert desk.view(case).head.state == "REJECTED"
