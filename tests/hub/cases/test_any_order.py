"""No sequence of allowed acts reaches a case without its evidence, a number twice, two holders."""

from __future__ import annotations

import itertools

import pytest
from case_desk import NIPS
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from hub.cases import (
    applications,
    branches,
    correcting,
    custody,
    ledger,
    legalising,
    nonconformity,
    payments,
    reopen,
    returning,
    signing,
)
from hub.cases.check import broken_cases
from hub.cases.payments import corrections
from hub.errors import Refused
from hub.models.application import Blank, CustodyRecord, RegisterNumber
from hub.models.casework import DataCorrection

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

    @initialize(start=st.sampled_from(["1", "4", "8", "9", "10", "12"]))
    def begin(self, start: str) -> None:
        """A case is met anywhere on its way, not only at its beginning."""
        for stage in self.desk.procedure.sop.stages:
            if stage.name == start:
                break
            self.do_the_current_step()

    def _do(self, who: str, act) -> None:
        desk, case = self.desk, self.case
        self.attempt(lambda: desk.do(who, lambda tx: act(tx, desk, case)))

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

    @rule(
        who=st.sampled_from(["pindai", "pejabat"]),
        field=st.sampled_from(["birth_place", "phone"]),
        value=st.sampled_from(["Nadir", "+628111111111"]),
    )
    def state_a_correction(self, who: str, field: str, value: str) -> None:
        self._do(
            who,
            lambda tx, desk, case: correcting.state(
                tx, desk.procedure, case, field, value, "salah ketik"
            ),
        )

    @rule(who=st.sampled_from(["pejabat", "supervisor", "pindai"]), agree=st.booleans())
    def settle_the_correction(self, who: str, agree: bool) -> None:
        self._do(
            who,
            lambda tx, desk, case: correcting.settle(
                tx, desk.procedure, case, agree=agree, reason="sudah dilihat"
            ),
        )

    @rule(
        who=st.sampled_from(["loket", "dokumen", "tu"]),
        to=st.sampled_from(["wasdakim", "tata_usaha"]),
    )
    def hand_the_passport_over(self, who: str, to: str) -> None:
        self._do(who, lambda tx, desk, case: custody.offer(tx, desk.procedure, case, to))
        taker = "dokumen" if to == "wasdakim" else "tu"
        self._do(taker, lambda tx, desk, case: custody.accept(tx, desk.procedure, case, "laci"))

    @rule(who=st.sampled_from(["loket", "serah"]), act=st.sampled_from(["lend", "back", "again"]))
    def lend_the_passport(self, who: str, act: str) -> None:
        signed = self.desk.procedure.blobs.put(b"%PDF-1.4 signature")
        acts = {
            "lend": lambda tx, desk, case: custody.release(
                tx, desk.procedure, case, "2026-12-01", signed, "application/pdf"
            ),
            "back": lambda tx, desk, case: custody.come_back(tx, desk.procedure, case, "laci 1"),
            "again": lambda tx, desk, case: custody.take_again(tx, desk.procedure, case, "laci 2"),
        }
        self._do(who, acts[act])

    @rule(who=st.sampled_from(["bendahara", "loket"]))
    def take_the_payment_back(self, who: str) -> None:
        self._do(
            who,
            lambda tx, desk, case: corrections.take_back(tx, desk.procedure, case, "salah perkara"),
        )

    @rule(who=st.sampled_from(["cetak", "supervisor"]))
    def spoil_its_blank(self, who: str) -> None:
        serial = self.desk.view(self.case).blank_serial or "SK 9999"
        self._do(who, lambda tx, _desk, _case: ledger.spoil(tx, serial, "tinta luntur"))

    @rule(who=st.sampled_from(["kakanim", "tu", "cetak"]))
    def sign_from_the_desk(self, who: str) -> None:
        nip = NIPS["kakanim"]
        self._do(who, lambda tx, desk, case: signing.sign_batch(tx, desk.procedure, [case], nip))

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
            stated = select(func.count()).where(
                DataCorrection.application == self.case, DataCorrection.settled_at.is_(None)
            )
            assert session.scalar(stated) <= (self.desk.view(self.case).current is not None)

    @invariant()
    def what_is_signed_and_paid_is_valid(self) -> None:
        view = self.desk.view(self.case)
        with self.desk.database.reading() as session:
            office = self.desk.office_no
            signed = legalising.of_case(session, office, self.case)
            paid = payments.of_case(session, office, self.case) is not None
            signs = signed.number if signed else ""
        done = {step.key for step in view.steps if step.state == "done"}
        if view.current is None and "12" not in done:
            assert not view.register_number, "a case that ended otherwise has no valid number"
            assert not signs
            return
        assert ("7" in done) <= paid
        assert ("8" in done) <= bool(view.register_number and view.blank_serial)
        if "9" in done:
            assert signs == view.register_number

    @invariant()
    def what_was_handed_over_is_not_here_and_has_its_slip(self) -> None:
        view = self.desk.view(self.case)
        done = {step.key for step in view.steps if step.state == "done"}
        if "11" not in done:
            return
        with self.desk.database.reading() as session:
            assert custody.holder(session, self.desk.office_no, self.case) is None
        slips = [one for one in view.documents if one.item == "11.collection_slip"]
        assert [one for one in slips if one.void_since is None]

    def teardown(self) -> None:
        with self.desk.database.reading() as session:
            assert list(broken_cases(session, self.desk.office_no, self.desk.procedure)) == []


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_whatever_officers_do_a_case_stays_sound(desk) -> None:
    run_state_machine_as_test(
        lambda: AnyOrder(desk),
        settings=settings(
            max_examples=10,
            stateful_step_count=16,
            suppress_health_check=list(HealthCheck),
        ),
    )
