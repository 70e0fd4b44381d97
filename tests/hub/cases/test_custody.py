"""A passport's way: offered, accepted by scan, lent and back, given back; never two holders."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace as replaced

from hub.cases import applications, custody, reopen
from hub.cases.check import broken_cases
from hub.errors import BadInput, Conflict, NotAllowed, Refused


def signed(desk) -> object:
    return desk.procedure.blobs.put(b"%PDF-1.4 signature")


def offer(desk, case: str, login: str = "loket", to: str = "wasdakim") -> str:
    return desk.do(login, lambda tx: custody.offer(tx, desk.procedure, case, to))


def accept(desk, case: str, login: str = "dokumen", place: str = "Wasdakim, laci 2") -> str:
    return desk.do(login, lambda tx: custody.accept(tx, desk.procedure, case, place))


def lend(desk, case: str, login: str = "loket", due_on: str = "2026-11-27") -> str:
    file = signed(desk)
    return desk.do(
        login,
        lambda tx: custody.release(tx, desk.procedure, case, due_on, file, "application/pdf"),
    )


def where(desk) -> dict[str, custody.Whereabouts]:
    with desk.database.reading() as session:
        rows = custody.whereabouts(session, desk.office_no, desk.procedure, desk.clock.now())
    return {row.application: row for row in rows}


def test_a_passport_stays_with_its_holder_until_it_is_accepted(desk) -> None:
    case = desk.go("2")

    offer(desk, case)
    assert where(desk)[case].holder_name == "Contoh Loket"
    assert where(desk)[case].offered_to == "wasdakim"
    accept(desk, case)

    assert where(desk)[case].holder_name == "Contoh Dokumen"
    assert where(desk)[case].location == "Wasdakim, laci 2"


def test_a_passport_that_another_section_holds_is_handed_over_to_nobody(desk) -> None:
    case = desk.go("11")
    offer(desk, case)
    accept(desk, case)

    with pytest.raises(NotAllowed) as refused:
        desk.step_11(case)
    offer(desk, case, "dokumen", "darinsuk")
    accept(desk, case, "serah", "Loket 2")
    desk.step_11(case)

    assert refused.value.code == "other_section"
    assert where(desk) == {}


@pytest.mark.parametrize(("scanned", "code"), [("", "not_scanned"), ("other", "other_passport")])
def test_on_the_page_of_a_passport_its_own_code_is_scanned(desk, scanned, code) -> None:
    case, other = desk.go("2"), desk.go("2")
    offer(desk, case)
    read = other if scanned else ""

    with pytest.raises(BadInput) as refused:
        desk.do("dokumen", lambda tx: custody.accept(tx, desk.procedure, read, "laci", of=case))

    assert (refused.value.code, refused.value.fields[0].field) == (code, "scanned")
    assert where(desk)[case].holder_name == "Contoh Loket"


def test_the_code_on_the_receipt_accepts_it(desk) -> None:
    case = desk.go("2")
    offer(desk, case)

    assert accept(desk, desk.view(case).head.case_code) == case


def test_only_the_holder_hands_over_and_only_that_section_accepts(desk) -> None:
    case = desk.go("2")

    with pytest.raises(NotAllowed) as stranger:
        offer(desk, case, "pindai")
    with pytest.raises(Conflict) as early:
        accept(desk, case)
    offer(desk, case)
    with pytest.raises(NotAllowed) as other:
        accept(desk, case, "pindai")

    assert stranger.value.code == "not_the_holder"
    assert early.value.code == "not_offered"
    assert other.value.code == "other_section"


def test_a_lent_passport_comes_back_and_is_not_endorsed_meanwhile(desk) -> None:
    case = desk.go("8")
    lend(desk, case)

    with pytest.raises(Conflict) as away:
        desk.step_8(case)
    desk.clock.pass_(days=7)
    assert where(desk)[case].overdue
    desk.do("loket", lambda tx: custody.come_back(tx, desk.procedure, case, "Loket 1"))

    assert away.value.code == "passport_away"
    assert not where(desk)[case].lent


def test_lending_needs_a_day_and_a_goes_on_case_is_not_given_back(desk) -> None:
    case = desk.go("3")

    with pytest.raises(BadInput):
        lend(desk, case, due_on="2026-11-23")
    file = signed(desk)
    with pytest.raises(Conflict) as goes_on:
        desk.do(
            "loket",
            lambda tx: custody.give_back_after_end(
                tx, desk.procedure, case, file, "application/pdf"
            ),
        )

    assert goes_on.value.code == "case_goes_on"


def test_an_ended_case_asks_for_its_passport_to_be_given_back(desk) -> None:
    case = desk.go("6")
    desk.do("loket", lambda tx: applications.withdraw(tx, desk.procedure, case, "pulang"))
    assert where(desk)[case].to_return

    file = signed(desk)
    desk.do(
        "loket",
        lambda tx: custody.give_back_after_end(tx, desk.procedure, case, file, "application/pdf"),
    )

    assert where(desk) == {}


@pytest.fixture
def per_visit(desk):
    """The same office where applicants keep their passports between visits."""
    office = desk.procedure.office
    identity = replaced(office.office, custody="visit")
    desk.procedure = dataclasses.replace(desk.procedure, office=replaced(office, office=identity))
    return desk


def end_visit(desk, case: str, login: str = "loket") -> str:
    file = signed(desk)
    return desk.do(
        login,
        lambda tx: custody.give_back_after_end(tx, desk.procedure, case, file, "application/pdf"),
    )


def take_again(desk, case: str, login: str = "loket") -> str:
    return desk.do(login, lambda tx: custody.take_again(tx, desk.procedure, case, "laci 5"))


def test_per_visit_a_passport_goes_home_and_comes_back_where_it_is_needed(per_visit) -> None:
    case = per_visit.go("8")
    end_visit(per_visit, case)
    at_home = where(per_visit)

    with pytest.raises(Conflict) as away:
        per_visit.step_8(case)
    take_again(per_visit, case)
    with pytest.raises(Conflict) as twice:
        take_again(per_visit, case)
    per_visit.step_8(case, "SK 0002")
    end_visit(per_visit, case)
    for step in ("9", "10", "11", "12"):
        getattr(per_visit, f"step_{step}")(case)

    assert at_home == {}
    assert away.value.code == "passport_away"
    assert per_visit.view(case).register_number.endswith("0001/2026"), "none was used up"
    assert twice.value.code == "custody_open"
    with per_visit.database.reading() as session:
        assert list(broken_cases(session, per_visit.office_no, per_visit.procedure)) == []


def test_nobody_gives_back_a_passport_that_lies_in_another_section_or_on_the_way(per_visit) -> None:
    case = per_visit.go("3")
    offer(per_visit, case)
    with pytest.raises(Conflict) as moving:
        end_visit(per_visit, case)
    accept(per_visit, case)
    with pytest.raises(NotAllowed) as elsewhere:
        end_visit(per_visit, case)
    offer(per_visit, case, "dokumen", "darinsuk")
    accept(per_visit, case, "serah", "Loket 3")

    end_visit(per_visit, case)

    assert (moving.value.code, elsewhere.value.code) == ("on_the_way", "other_section")
    assert where(per_visit) == {}


def test_per_visit_a_passport_left_behind_is_shown_the_next_day(per_visit) -> None:
    case = per_visit.go("3")
    today = where(per_visit)[case].to_return
    per_visit.clock.pass_(days=1)

    assert not today
    assert where(per_visit)[case].to_return


def test_no_passport_is_taken_before_step_1_or_after_the_end(desk) -> None:
    draft, ended = desk.open(), desk.go("never")

    with pytest.raises(Conflict) as early:
        take_again(desk, draft)
    with pytest.raises(Conflict) as late:
        take_again(desk, ended)

    assert early.value.code == "not_received"
    assert late.value.code == "case_ended"


def test_step_1_opened_again_takes_no_second_passport(desk) -> None:
    case = desk.go("2")
    desk.do(
        "supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "1", "Berkas bertambah")
    )

    desk.step_1(case)

    assert where(desk)[case].holder_name == "Contoh Loket"


PEOPLE = st.sampled_from(["loket", "dokumen", "pindai", "tu", "serah"])
SECTIONS = st.sampled_from(["darinsuk", "wasdakim", "insarkom", "tata_usaha"])


class Ways(RuleBasedStateMachine):
    """Everybody tries everything with the passport of one new case."""

    desk = None

    def __init__(self) -> None:
        super().__init__()
        self.case = self.desk.go("2")

    @rule(who=PEOPLE, to=SECTIONS)
    def offers(self, who: str, to: str) -> None:
        self._try(lambda: offer(self.desk, self.case, who, to))

    @rule(who=PEOPLE)
    def accepts(self, who: str) -> None:
        self._try(lambda: accept(self.desk, self.case, who, "laci"))

    @rule(who=PEOPLE)
    def lends(self, who: str) -> None:
        self._try(lambda: lend(self.desk, self.case, who))

    @rule(who=PEOPLE)
    def takes_back(self, who: str) -> None:
        desk = self.desk
        self._try(
            lambda: desk.do(who, lambda tx: custody.come_back(tx, desk.procedure, self.case, "a"))
        )

    @rule(who=PEOPLE)
    def takes(self, who: str) -> None:
        self._try(lambda: self.desk.do(who, lambda tx: custody.take(tx, self.case, "laci")))

    @rule(who=PEOPLE)
    def ends_the_visit(self, who: str) -> None:
        self._try(lambda: end_visit(self.desk, self.case, who))

    @rule(who=PEOPLE)
    def takes_it_at_the_next(self, who: str) -> None:
        self._try(lambda: take_again(self.desk, self.case, who))

    @invariant()
    def one_holder_and_an_unbroken_way(self) -> None:
        with self.desk.database.reading() as session:
            way = custody.records(session, self.desk.office_no, self.case)
            times = [(record.taken_at, record.ended_at) for record in way]
        visits = self.desk.procedure.office.office.custody == "visit"
        assert [ended for _, ended in times].count(None) in ((0, 1) if visits else (1,))
        for before, after in itertools.pairwise(times):
            assert before[1] is not None
            assert before[1] <= after[0] if visits else before[1] == after[0]

    @staticmethod
    def _try(act) -> None:
        with contextlib.suppress(Refused):
            act()


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_no_sequence_of_acts_gives_a_passport_two_holders(desk) -> None:
    Ways.desk = desk

    run_state_machine_as_test(Ways, settings=settings(max_examples=6, stateful_step_count=12))


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_no_sequence_of_visits_gives_a_passport_two_holders(per_visit) -> None:
    Ways.desk = per_visit

    run_state_machine_as_test(Ways, settings=settings(max_examples=6, stateful_step_count=12))
