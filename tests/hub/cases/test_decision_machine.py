"""Whatever people and lists do in whatever order: two decide, nobody passes with an open hit."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from case_desk import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from listed import ANNA, OTHERS, Office
from msgspec.structs import replace as replaced

from devices.emrtd.personalize import Passport
from hub.cases.check import broken_cases
from hub.cases.screening.states import (
    DIFFERENT,
    PASSING,
    SAME,
    Settled,
    State,
    Verdict,
    settle,
    state_of,
)
from hub.clock import SystemClock
from hub.errors import Refused
from hub.house import open_house
from hub.settings import settings_for

CHOICES = st.sampled_from([SAME, DIFFERENT])
JUDGES = st.sampled_from(["cekal", "cekal-2", "kepala", "kakanim", "loket"])


@given(st.lists(st.tuples(st.integers(1, 3), CHOICES), max_size=6))
def test_an_entry_is_settled_by_two_who_agree_or_by_the_third(given_verdicts) -> None:
    by_place = dict(given_verdicts)

    how = settle(Verdict(place, choice, str(place)) for place, choice in given_verdicts)

    first, second, third = (by_place.get(place) for place in (1, 2, 3))
    decided = first is not None and second is not None and (first == second or third is not None)
    assert (how in (Settled.TRUE, Settled.FALSE)) == decided
    if decided:
        final = first if first == second else third
        assert (how is Settled.TRUE) == (final == SAME)


@given(st.dictionaries(st.text(max_size=3), st.sampled_from(Settled), min_size=1, max_size=5))
def test_one_confirmed_entry_holds_and_only_all_refuted_let_go(stands) -> None:
    state = state_of(stands)

    assert (state is State.ON_HOLD) == (Settled.TRUE in stands.values())
    assert (state is State.FALSE_MATCH) == (set(stands.values()) == {Settled.FALSE})


class Decisions(RuleBasedStateMachine):
    """One case, five officers, a list that changes under them."""

    folder: Path
    passport: Passport

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        shutil.copytree(self.folder, self.place / "hub")
        shutil.copy(self.folder.with_name("hub.key"), self.place / "hub.key")
        self.house = open_house(settings_for(self.place / "hub"), SystemClock())
        self.desk = Desk(self.house, SystemClock(), self.passport)
        self.office = Office(self.desk)
        self.changes = 0
        self.office.load([*OTHERS, ANNA])
        self.case = self.desk.go("3")
        self.office.screen(self.case)
        self.ended = False

    def teardown(self) -> None:
        self.house.database.close()
        shutil.rmtree(self.place)

    def state(self) -> str:
        return self.office.check(self.case).state

    @rule(who=JUDGES, choice=CHOICES)
    def judge(self, who: str, choice: str) -> None:
        before = self.state()
        try:
            self.office.judge(who, self.case, choice)
        except Refused:
            assert self.state() == before

    @rule(who=JUDGES, outcome=st.sampled_from(["LIFTED", "EXPIRED", "REFERRED", "REJECTED"]))
    def propose(self, who: str, outcome: str) -> None:
        try:
            self.office.propose(who, self.case, outcome)
        except Refused:
            return
        assert who == "kepala"

    @rule(who=JUDGES, agree=st.booleans())
    def decide(self, who: str, agree: bool) -> None:
        before = self.state()
        try:
            self.office.decide(who, self.case, agree=agree, basis="Pasal contoh")
        except Refused:
            assert self.state() == before
            return
        assert who == "kakanim"
        assert before in (State.ON_HOLD, State.REFERRED)

    @precondition(lambda self: self.changes < 3)
    @rule(how=st.sampled_from(["same", "changed", "withdrawn"]))
    def change_the_list(self, how: str) -> None:
        self.changes += 1
        if how == "withdrawn":
            self.office.load([], kind="update", withdrawn=["C-1"])
        else:
            entry = ANNA if how == "same" else replaced(ANNA, decree=f"KEP-{self.changes}")
            self.office.load([entry], kind="update")
        self.office.screen(self.case)

    @rule()
    def try_to_pass(self) -> None:
        before = self.state()
        try:
            self.desk.complete("cekal", self.case, "3", {"decision": "CLEAR"})
        except Refused:
            return
        assert State(before) in PASSING | {State.NO_CANDIDATE}

    @invariant()
    def it_is_sound(self) -> None:
        with self.desk.database.reading() as session:
            found = list(broken_cases(session, self.desk.office_no, self.desk.procedure))
        assert found == []


def test_the_decision_holds_in_any_order(empty_house: Path, passport: Passport) -> None:
    Decisions.folder, Decisions.passport = empty_house, passport

    run_state_machine_as_test(
        Decisions,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            suppress_health_check=list(HealthCheck),
        ),
    )
