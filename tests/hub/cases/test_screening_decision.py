"""SOP Cekal from the check to the decision: two people, nothing by itself, nothing forgotten."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from listed import ANNA, OTHERS, Office
from msgspec.structs import replace as replaced

from hub.cases.check import broken_cases
from hub.cases.screening.due import due
from hub.cases.screening.subject import open_detail
from hub.cases.screening.verdicts import confirm_clear
from hub.cases.screening.versions import in_force
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.application import Application
from hub.models.cekal import CekalPass

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


@pytest.fixture
def office(desk) -> Office:
    return Office(desk)


def broken(desk) -> list[str]:
    with desk.database.reading() as session:
        return list(broken_cases(session, desk.office_no, desk.procedure))


def waiting(desk) -> list[str]:
    """Return the cases that are to be asked for."""
    with desk.database.reading() as session:
        listed = in_force(session, desk.office_no, desk.clock.now())
        assert listed is not None
        today = desk.procedure.office.today(desk.clock.now())
        found = due(session, desk.office_no, desk.procedure, listed, today)
        return [subject.query.id for subject in found]


def passed(desk, case: str) -> dict[str, str]:
    with desk.database.reading() as session:
        rows = session.query(CekalPass).filter_by(application=case)
        return {row.step: row.list_version for row in rows}


def refusal(kind, act):
    with pytest.raises(kind) as refused:
        act()
    return refused.value


def only_list(desk, case: str) -> object:
    """Complete step 3 with nothing but the office's own list."""
    return desk.complete("cekal", case, "3", {"decision": "CLEAR"})


def test_a_version_counts_when_another_person_verified_it(desk, office) -> None:
    name = office.enter(OTHERS)
    assert refusal(NotAllowed, lambda: office.verify(name, by="input")).code == "segregation"
    assert refusal(NotAllowed, lambda: office.verify(name, by="cekal")).code == "role_missing"
    assert refusal(NotAllowed, lambda: office.enter(OTHERS, by="verifikasi")).code == "role_missing"
    with desk.database.reading() as session:
        assert in_force(session, desk.office_no, desk.clock.now()) is None

    office.verify(name)

    with desk.database.reading() as session:
        assert in_force(session, desk.office_no, desk.clock.now()).versions == ("V1",)
    assert refusal(Conflict, lambda: office.verify(name)).code == "list_judged"


def test_a_refused_version_needs_a_reason_and_never_counts(desk, office) -> None:
    name = office.enter(OTHERS)
    assert refusal(BadInput, lambda: office.verify(name, good=False)).fields[0].field == "reason"

    office.verify(name, good=False, reason="nomor keputusan salah")

    with desk.database.reading() as session:
        assert in_force(session, desk.office_no, desk.clock.now()) is None


def test_a_version_takes_effect_at_its_time(desk, office, clock) -> None:
    office.load(OTHERS)
    office.load([ANNA], kind="update", effective=desk.clock.now() + timedelta(hours=2))

    def names() -> tuple[str, ...]:
        with desk.database.reading() as session:
            return in_force(session, desk.office_no, desk.clock.now()).versions

    assert names() == ("V1",)
    clock.pass_(hours=2)
    assert names() == ("V1", "V2")


def test_nobody_alike_is_confirmed_by_one_person_and_lets_step_3_pass(desk, office) -> None:
    office.load(OTHERS)
    case = desk.go("3")
    assert waiting(desk) == [case]

    office.screen(case)

    assert office.check(case).state == "NO_CANDIDATE"
    assert waiting(desk) == []
    assert only_list(desk, case).next == "4"
    assert office.check(case).state == "CLEAR"
    assert passed(desk, case) == {"3": "V1"}
    assert broken(desk) == []


def test_with_a_list_but_no_answer_yet_nobody_is_clear(desk, office) -> None:
    office.load(OTHERS)
    case = desk.go("3")

    refused = refusal(BadInput, lambda: only_list(desk, case))

    assert [fault.field for fault in refused.fields] == ["list_check"]

    typed = {"decision": "CLEAR", "list_check": "V1: 0"}
    refused = refusal(BadInput, lambda: desk.complete("cekal", case, "3", typed))
    assert [fault.field for fault in refused.fields] == ["list_check"], "found, never typed"


def test_two_people_refute_a_hit_and_it_is_remembered_for_this_person(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    case = desk.go("3")
    office.screen(case)
    waits = desk.go("3")
    office.screen(waits)
    assert office.check(case).state == office.check(waits).state == "POSSIBLE_MATCH"
    assert refusal(BadInput, lambda: only_list(desk, case)).fields[0].field == "list_check"

    assert office.judge("cekal", case, "DIFFERENT") == "POSSIBLE_MATCH"
    assert refusal(NotAllowed, lambda: office.judge("cekal", case, "DIFFERENT")).code == (
        "segregation"
    )
    assert office.judge("kepala", case, "DIFFERENT") == "FALSE_MATCH"

    assert only_list(desk, case).next == "4"
    assert only_list(desk, waits).next == "4"
    other = desk.go("3")
    office.screen(other)
    assert office.check(other).state == "FALSE_MATCH"
    assert broken(desk) == []


def test_what_one_case_refuted_and_another_confirmed_is_looked_at_anew(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    confirmed, refuted = desk.go("3"), desk.go("3")
    for case in (confirmed, refuted):
        office.screen(case)
    office.judge("cekal", confirmed, "SAME")
    assert office.judge("cekal-2", confirmed, "SAME") == "ON_HOLD"
    office.judge("cekal", refuted, "DIFFERENT")
    assert office.judge("kepala", refuted, "DIFFERENT") == "FALSE_MATCH"

    other = desk.go("3")
    office.screen(other)

    assert office.check(other).state == "POSSIBLE_MATCH"
    assert broken(desk) == []


def test_a_changed_entry_is_looked_at_anew(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    case = desk.go("3")
    office.screen(case)
    office.judge("cekal", case, "DIFFERENT")
    office.judge("kepala", case, "DIFFERENT")

    office.load([replaced(ANNA, names=["ERIKSSON ANNA MARIA"])], kind="update")

    assert waiting(desk) == [case]
    office.screen(case)
    assert office.check(case).state == "POSSIBLE_MATCH"


def test_two_people_confirm_and_the_case_is_held_until_kakanim_lifts_it(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    case = desk.go("3")
    office.screen(case)

    office.judge("cekal", case, "SAME")
    assert office.judge("cekal-2", case, "SAME") == "ON_HOLD"

    assert desk.view(case, "cekal").head.state == "ON_HOLD_CEKAL"
    assert desk.view(case, "loket").head.state == "ENTERED"
    assert refusal(NotAllowed, lambda: office.propose("cekal", case, "LIFTED")).code == (
        "role_missing"
    )
    assert refusal(Conflict, lambda: office.decide("kakanim", case)).code == "nothing_proposed"
    office.propose("kepala", case, "LIFTED")
    assert refusal(NotAllowed, lambda: office.decide("kepala", case)).code == "role_missing"
    office.decide("kakanim", case)
    assert desk.view(case, "cekal").head.state == "ENTERED"
    assert only_list(desk, case).next == "4"
    office.load(OTHERS[:1], kind="update")
    office.screen(case)
    assert office.check(case).state == "CLEAR"
    assert broken(desk) == []


def test_a_declined_proposal_leaves_the_case_held_and_may_be_made_anew(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    case = desk.go("3")
    office.screen(case)
    office.judge("cekal", case, "SAME")
    office.judge("cekal-2", case, "SAME")
    office.propose("kepala", case, "LIFTED")

    office.decide("kakanim", case, agree=False)

    assert office.check(case).state == "ON_HOLD"
    office.propose("kepala", case, "REFERRED")
    office.decide("kakanim", case)
    assert office.check(case).state == "REFERRED"
    assert desk.view(case, "cekal").head.state == "ON_HOLD_CEKAL"
    office.propose("kepala", case, "REJECTED")
    assert refusal(BadInput, lambda: office.decide("kakanim", case)).fields[0].field == (
        "legal_basis"
    )
    office.decide("kakanim", case, basis="Pasal contoh")
    assert desk.view(case, "cekal").head.state == "REJECTED"
    assert broken(desk) == []


def test_two_who_disagree_need_a_third(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    case = desk.go("3")
    office.screen(case)
    office.judge("cekal", case, "DIFFERENT")
    assert office.judge("kepala", case, "SAME") == "DISPUTED"

    assert refusal(NotAllowed, lambda: office.judge("cekal-2", case, "SAME")).code == "role_missing"
    assert office.judge("kakanim", case, "DIFFERENT") == "FALSE_MATCH"
    assert broken(desk) == []


def test_a_verdict_without_reason_or_comparison_names_the_fields(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    case = desk.go("3")
    office.screen(case)

    refused = refusal(BadInput, lambda: office.judge("cekal", case, "", reason=" "))

    assert [fault.field for fault in refused.fields] == ["choice", "reason"]


@pytest.mark.parametrize(
    "change",
    [{"kind": "tangkal"}, {"valid_to": "2026-11-22"}, {"valid_from": "2026-11-24"}],
    ids=["tangkal", "expired", "not yet"],
)
def test_what_does_not_hold_is_shown_but_one_person_may_clear(desk, office, change) -> None:
    office.load([*OTHERS, replaced(ANNA, **change)])
    case = desk.go("3")

    office.screen(case)

    assert office.check(case).state == "NO_CANDIDATE"
    assert only_list(desk, case).next == "4"


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ({"valid_from": "2026-11-24"}, "NO_CANDIDATE", "POSSIBLE_MATCH"),
        ({"valid_to": "2026-11-23"}, "POSSIBLE_MATCH", "NO_CANDIDATE"),
    ],
    ids=["begins", "ends"],
)
def test_a_ban_that_begins_or_ends_overnight_is_checked_anew(
    desk, office, clock, change, before, after
) -> None:
    office.load([*OTHERS, replaced(ANNA, **change)])
    case = desk.go("3")
    office.screen(case)
    assert (office.check(case).state, waiting(desk)) == (before, [])
    if before == "NO_CANDIDATE":
        office.clear(case)

    clock.pass_(days=1)

    assert waiting(desk) == [case]
    refused = refusal(BadInput, lambda: only_list(desk, case))
    assert [fault.field for fault in refused.fields] == ["list_check"]
    office.screen(case)
    assert (office.check(case).state, waiting(desk)) == (after, [])


def shown_and_holding(desk, office, **kinds) -> tuple[list[str], str]:
    """Return the entries that a check shows and its state, in an office with other kinds."""
    rules = replaced(desk.procedure.office.cekal, **kinds)
    own = replaced(desk.procedure.office, cekal=rules)
    office.load([ANNA, replaced(ANNA, id="T-1", kind="tangkal")])
    case = desk.go("3")
    office.procedure = dataclasses.replace(desk.procedure, office=own)
    office.screen(case)
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        detail = open_detail(desk.procedure.keyring, row, office.check(case))
    return sorted(one.entry.id for one in detail.found), office.check(case).state


@pytest.mark.parametrize(
    ("kinds", "shown", "state"),
    [
        ({"holds": ("tangkal",)}, ["C-1", "T-1"], "POSSIBLE_MATCH"),
        ({"shown": ("cegah",), "holds": ("cegah",)}, ["C-1"], "POSSIBLE_MATCH"),
        ({"shown": ("tangkal",), "holds": ()}, ["T-1"], "NO_CANDIDATE"),
    ],
)
def test_which_kinds_are_shown_and_which_hold_is_the_offices_rule(
    desk, office, kinds, shown, state
) -> None:
    assert shown_and_holding(desk, office, **kinds) == (shown, state)


def test_a_withdrawn_entry_holds_nobody(desk, office) -> None:
    office.load([*OTHERS, ANNA])
    office.load([], kind="update", withdrawn=["C-1"])
    case = desk.go("3")

    office.screen(case)

    assert office.check(case).state == "NO_CANDIDATE"


@pytest.mark.parametrize("step", ["6", "9", "11"])
def test_a_re_check_that_hits_stops_the_step_in_words_that_say_nothing(desk, office, step) -> None:
    office.load(OTHERS)
    case = desk.go("3")
    office.screen(case)
    only_list(desk, case)
    for stage in desk.procedure.sop.stages:
        if stage.name == step:
            break
        if stage.name in desk.procedure.office.cekal.recheck_before:
            office.screen(case)
        if stage.name not in ("1", "2", "3"):
            getattr(desk, f"step_{stage.name}")(case)
    before = desk.view(case, "serah")

    office.load([ANNA], kind="update")
    office.screen(case)

    assert office.check(case).state == "POSSIBLE_MATCH"
    refused = refusal(Conflict, lambda: getattr(desk, f"step_{step}")(case))
    assert (refused.code, refused.id) == ("refer_to_wasdakim", "Rujuk ke Wasdakim.")
    after = desk.view(case, "serah")
    assert (after.head.state, after.history) == (before.head.state, before.history)
    office.judge("cekal", case, "DIFFERENT")
    office.judge("kepala", case, "DIFFERENT")
    assert getattr(desk, f"step_{step}")(case).step == step
    assert broken(desk) == []


def test_before_step_6_a_check_of_an_earlier_day_does_not_do(desk, office, clock) -> None:
    office.load(OTHERS)
    case = desk.go("3")
    office.screen(case)
    only_list(desk, case)
    clock.pass_(days=1)
    for step in ("4", "5", "biometrics", "external"):
        getattr(desk, f"step_{step}")(case)

    assert refusal(Conflict, lambda: desk.step_6(case)).code == "refer_to_wasdakim"
    assert waiting(desk) == [case]
    clock.pass_(minutes=1)
    office.screen(case)
    assert office.check(case).state == "CLEAR"
    assert desk.step_6(case).next == "7"


def test_a_check_by_hand_counts_for_its_days_and_never_over_a_hit(desk, office, clock) -> None:
    case = desk.go("6")
    days = desk.procedure.office.cekal.national_check_days
    clock.pass_(days=days, minutes=1)

    assert refusal(Conflict, lambda: desk.step_6(case)).code == "refer_to_wasdakim"

    other = desk.go("6")
    office.load([*OTHERS, ANNA])
    office.screen(other)
    assert refusal(Conflict, lambda: desk.step_6(other)).code == "refer_to_wasdakim"


def test_an_answer_for_a_list_that_changed_meanwhile_is_dropped(desk, office) -> None:
    office.load(OTHERS)
    case = desk.go("3")
    office.screen(case)
    check = office.check(case).id
    office.load([ANNA], kind="update")
    office.screen(case)

    with pytest.raises(Conflict) as refused:
        desk.do("cekal", lambda tx: confirm_clear(tx, desk.procedure, check))

    assert refused.value.code == "check_superseded"


def test_damage_is_reported(desk, office) -> None:
    office.load(OTHERS)
    case = desk.go("3")
    office.screen(case)
    only_list(desk, case)

    def damage(tx) -> None:
        tx.session.query(CekalPass).delete()
        check = office.check(case)
        tx.session.merge(check).decided_by = ""

    desk.do("kiosk", damage)

    lines = broken(desk)
    assert f"case {case}: step 3 was completed without a check of the list" in lines
    assert any("nobody confirmed" in line for line in lines)
