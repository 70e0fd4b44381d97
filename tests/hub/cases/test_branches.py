"""The two branches: what sends a case there, who sees it, who may bring it back."""

from __future__ import annotations

import pytest

from hub import cases
from hub.cases import nonconformity, resuming
from hub.errors import BadInput, Conflict, NotAllowed


def resume(desk, login: str, case: str, outcome: str) -> str:
    return desk.do(
        login, lambda tx: resuming.resume(tx, desk.procedure, case, outcome, "sudah diperiksa")
    )


def test_a_match_found_by_hand_diverts_and_a_second_person_refutes_it(desk) -> None:
    case = desk.go("3")

    done = desk.complete(
        "cekal", case, "3", {"decision": "POSSIBLE_MATCH", "national_check": "NC-9"}
    )

    assert (done.state, done.next) == ("ON_HOLD_CEKAL", "3")
    with pytest.raises(NotAllowed) as refused:
        resume(desk, "cekal", case, "FALSE_MATCH")
    assert refused.value.code == "segregation"
    resume(desk, "kakanim", case, "FALSE_MATCH")
    assert desk.complete("cekal", case, "3", {"decision": "CLEAR"}).next == "4"


def test_a_held_case_looks_normal_to_everybody_but_wasdakim_and_the_head(desk) -> None:
    case = desk.go("3")
    desk.complete("cekal", case, "3", {"decision": "POSSIBLE_MATCH"})

    seen = desk.view(case, "cekal")
    unseen = desk.view(case, "loket")

    assert seen.head.state == "ON_HOLD_CEKAL"
    assert [one.value for one in seen.diversion.outcomes] == ["FALSE_MATCH", "LIFTED"]
    assert unseen.head.state == "ENTERED"
    assert unseen.diversion is None
    assert "ekal:" not in " ".join(line.what.id for line in unseen.history)
    assert not [row for row in unseen.current.evidence if row.key == "list_check"]


def test_the_verdict_no_opens_a_nonconformity_and_a_second_person_resumes(desk) -> None:
    case = desk.go("4")

    done = desk.complete("dokumen", case, "4", {"verdict": "TIDAK"}, "Surat jaminan tanpa meterai")

    assert done.state == "ON_HOLD_MISMATCH"
    view = desk.view(case, "loket")
    assert view.diversion.reason == "Surat jaminan tanpa meterai"
    with pytest.raises(Conflict) as refused:
        desk.step_4(case)
    assert refused.value.code == "case_diverted"
    desk.do(
        "pejabat",
        lambda tx: nonconformity.move(tx, desk.procedure, case, "UNDER_REVIEW", "diteliti"),
    )
    resume(desk, "pejabat", case, "CORRECTED")
    assert desk.view(case).head.state == "CEKAL_CLEAR"
    assert desk.step_4(case).next == "5"


def test_not_valid_without_a_document_or_a_reason_sends_nobody_anywhere(desk) -> None:
    case = desk.go("4")

    with pytest.raises(BadInput) as refused:
        desk.complete("dokumen", case, "4", {"verdict": "TIDAK", "verdict_passport": "VALID"})

    assert refused.value.code == "reason_missing"
    assert [fault.field for fault in refused.value.fields] == ["remark"]
    assert desk.view(case).diversion is None


def test_a_refusal_from_outside_is_a_nonconformity(desk) -> None:
    case = desk.go("external")

    done = desk.complete("tu", case, "external", {"decision": "REFUSED"})

    assert done.state == "ON_HOLD_MISMATCH"


def test_an_outcome_must_belong_to_the_branch(desk) -> None:
    case = desk.go("4")
    desk.complete("dokumen", case, "4", {"verdict": "TIDAK"}, "Surat jaminan tanpa meterai")

    with pytest.raises(BadInput) as refused:
        resume(desk, "pejabat", case, "FALSE_MATCH")

    assert refused.value.en == "The outcome must be one of: Corrected, It agrees after all."


def test_without_a_list_a_check_in_the_national_system_is_a_full_alternative(desk) -> None:
    case = desk.go("3")

    with pytest.raises(BadInput) as refused:
        desk.complete("cekal", case, "3", {"decision": "CLEAR"})
    done = desk.complete("cekal", case, "3", {"decision": "CLEAR", "national_check": "NC-1"})

    assert [fault.field for fault in refused.value.fields] == ["list_check"]
    assert done.next == "4"


def test_the_work_list_names_persons_only_where_the_officer_works(desk) -> None:
    case = desk.go("7")

    def listed(login: str):
        with desk.database.reading() as session:
            at = desk.clock.now()
            found = cases.work_list(session, desk.office_no, desk.procedure, desk.staff[login], at)
            return [*found.mine, *found.others]

    [mine], [other] = listed("bendahara"), listed("cetak")
    assert (mine.id, mine.mine, mine.person) == (case, True, "ERIKSSON, ANNA MARIA")
    assert (other.mine, other.person, other.step) == (False, "", "7")
