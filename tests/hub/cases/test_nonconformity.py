"""SOP Ketidaksesuaian: kinds, states, deadlines, deciders, and the way back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.cases import applications, branches, nonconformity
from hub.cases.check import broken_cases
from hub.cases.open_nonconformities import open_nonconformities
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


def work_list(desk, login, **asked):
    with desk.database.reading() as session:
        return open_nonconformities(
            session, desk.office_no, desk.procedure, desk.staff[login], desk.clock.now(), **asked
        )


def test_the_work_list_names_age_deadline_and_who_must_act(desk) -> None:
    waiting, fresh = opened(desk), opened(desk, "DOC_MISSING")
    move(desk, "pejabat", waiting, "UNDER_REVIEW")
    move(desk, "pejabat", waiting, "NEED_APPLICANT", "surat panggilan 12")

    first, second = work_list(desk, "pejabat").rows
    desk.clock.at += timedelta(days=21)
    [late] = work_list(desk, "pejabat", who="applicant").rows

    assert [first.application, second.application] == [waiting, fresh]
    assert (first.age_days, first.days_left, first.roles) == (0, 14, ())
    assert (first.note, second.note) == ("surat panggilan 12", "nama tidak sama")
    assert (second.roles, second.mine) == (("approver", "document_examiner", "supervisor"), True)
    assert (late.late, late.age_days) == (True, 15)
    assert [row.application for row in work_list(desk, "tu", who="me").rows] == []


def test_a_settled_one_leaves_the_list_and_its_notes_stay_in_the_history(desk) -> None:
    case = opened(desk)
    move(desk, "pejabat", case, "UNDER_REVIEW", "akta asli diminta")
    correct(desk, "pejabat", case, "birth_place", "Contoh")
    settle(desk, "pejabat", case)

    said = [(line.what.id, line.remark) for line in desk.view(case).history]

    assert work_list(desk, "pejabat").count == 0
    assert [one for one in said if one[1]] == [
        ("Dialihkan: SOP Penanganan Ketidaksesuaian", "nama tidak sama"),
        ("Ketidaksesuaian berlanjut: Diteliti", "akta asli diminta"),
        ("Ketidaksesuaian berlanjut: data dikoreksi", "salah ketik"),
        ("Dilanjutkan kembali", "sudah benar"),
    ]
