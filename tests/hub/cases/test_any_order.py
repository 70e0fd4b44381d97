"""No sequence of allowed acts reaches a case without its evidence, a number twice, two holders."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from hub.cases import applications, branches, nonconformity, reopen, returning
from hub.cases.check import broken_cases
from hub.errors import Refused
from hub.models.application import Blank, CustodyRecord, RegisterNumber

STAFF = ["loket", "cekal", "dokumen", "pindai", "tu", "pejabat", "bendahara", "cetak", "kakanim",
         "serah", "supervisor"]  # fmt: skip
STEPS = [*map(str, range(1, 13)), "biometrics", "external"]
SERIALS = itertools.count(1)


class AnyOrder(RuleBasedStateMachine):
    """Officers do whatever the hub lets them do, in any order, rightly and wrongly."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.case = desk.open()

    def attempt(self, act) -> None:
        """Try something; a refusal is an answer, anything else a fault of ours."""
        before = self.desk.view(self.case).seq
        try:
            act()
        except Refused:
            assert self.desk.view(self.case).seq == before  # a refusal changes nothing

    @rule()
    def do_the_current_step(self) -> None:
        current = self.desk.view(self.case).current
        if current is None:
            return
        serial = next(SERIALS)
        more = {"7": (f"N{serial:015d}",), "8": (f"SK {serial:04d}",)}.get(current.key, ())
        try:
            getattr(self.desk, f"step_{current.key}")(self.case, *more)
        except Refused:
            return

    @rule(step=st.sampled_from(STEPS), who=st.sampled_from(STAFF))
    def complete_without_evidence(self, step: str, who: str) -> None:
        self.attempt(lambda: self.desk.complete(who, self.case, step, {}))

    @rule(step=st.sampled_from(STEPS), who=st.sampled_from(STAFF))
    def open_again(self, step: str, who: str) -> None:
        self.attempt(
            lambda: self.desk.do(
                who,
                lambda tx: reopen.reopen(tx, self.desk.procedure, self.case, step, "periksa lagi"),
            )
        )

    @rule(who=st.sampled_from(STAFF), to=st.sampled_from(["nonconformity", "cekal"]))
    def divert(self, who: str, to: str) -> None:
        self.attempt(
            lambda: self.desk.do(
                who, lambda tx: branches.divert(tx, self.desk.procedure, self.case, to, "ragu")
            )
        )

    @rule(who=st.sampled_from(["pejabat", "dokumen", "kakanim"]))
    def review_and_settle(self, who: str) -> None:
        desk, case = self.desk, self.case
        self.attempt(
            lambda: desk.do(
                who, lambda tx: nonconformity.move(tx, desk.procedure, case, "UNDER_REVIEW", "ok")
            )
        )
        outcome = "FALSE_MATCH" if who == "kakanim" else "CORRECTED"
        self.attempt(
            lambda: desk.do(
                who, lambda tx: nonconformity.resume(tx, desk.procedure, case, outcome, "beres")
            )
        )

    @rule(who=st.sampled_from(["pejabat", "dokumen"]), place=st.sampled_from(["Zenith", "Contoh"]))
    def correct_a_printed_field(self, who: str, place: str) -> None:
        desk, case = self.desk, self.case
        self.attempt(
            lambda: desk.do(
                who,
                lambda tx: nonconformity.correct(
                    tx, desk.procedure, case, "birth_place", place, "salah"
                ),
            )
        )

    @rule()
    def give_the_file_back(self) -> None:
        desk, case = self.desk, self.case
        self.attempt(
            lambda: desk.do("loket", lambda tx: returning.return_file(tx, desk.procedure, case, ""))
        )

    @rule(sure=st.integers(0, 9))
    def withdraw(self, sure: int) -> None:
        if sure:
            return
        desk, case = self.desk, self.case
        self.attempt(
            lambda: desk.do(
                "loket", lambda tx: applications.withdraw(tx, desk.procedure, case, "batal")
            )
        )

    @invariant()
    def one_holder_and_one_number(self) -> None:
        with self.desk.database.reading() as session:
            for table, open_ in (
                (CustodyRecord, CustodyRecord.ended_at.is_(None)),
                (RegisterNumber, RegisterNumber.voided_at.is_(None)),
            ):
                query = select(func.count()).where(table.application == self.case, open_)
                assert session.scalar(query) <= 1
            used = select(func.count()).where(Blank.application == self.case, Blank.state == "used")
            assert session.scalar(used) <= 1

    def teardown(self) -> None:
        with self.desk.database.reading() as session:
            assert list(broken_cases(session, self.desk.office_no, self.desk.procedure)) == []


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_whatever_officers_do_a_case_stays_sound(desk) -> None:
    run_state_machine_as_test(
        lambda: AnyOrder(desk),
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
