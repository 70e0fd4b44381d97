"""Numbered blanks and the register: two persons destroy, no number is used twice, none is lost."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hub.cases import applications, blanks, ledger
from hub.errors import BadInput, Conflict, NotAllowed, Refused
from hub.models.application import Blank, RegisterNumber


def test_serials_are_read_one_by_one_or_as_a_range() -> None:
    assert ledger.serials_of("cth008-CTH011\n sk1") == (
        "CTH008",
        "CTH009",
        "CTH010",
        "CTH011",
        "SK1",
    )


@pytest.mark.parametrize("text", ["", "A1 A1", "A5-A1", "A1-B3", "A1-A9999"])
def test_serials_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        ledger.serials_of(text)


def test_two_persons_destroy_a_spoiled_blank_and_its_serial_stays(desk) -> None:
    desk.stock("SK1", "SK2")
    desk.do("cetak", lambda tx: ledger.spoil(tx, "SK1", "tinta luntur"))
    with pytest.raises(Conflict):
        desk.do("cetak", lambda tx: ledger.propose(tx, ["SK2"]))
    desk.do("cetak", lambda tx: ledger.propose(tx, ["SK1"]))
    with pytest.raises(NotAllowed):
        desk.do("cetak", lambda tx: ledger.confirm_destroyed(tx, ["SK1"]))

    desk.do("supervisor", lambda tx: ledger.confirm_destroyed(tx, ["SK1"]))

    with pytest.raises(Conflict) as known:
        desk.do("cetak", lambda tx: ledger.receive(tx, ["SK1"]))
    assert known.value.code == "blank_known"
    with desk.database.reading() as session:
        assert ledger.stock(session, desk.office_no).counts == {"received": 1, "destroyed": 1}
        said = blanks.became(blanks.find(session, desk.office_no, "SK1"))
    assert said.en == "destroyed"
    assert blanks.became(Blank(state="spoiled")).en == "written off as spoiled"
    assert blanks.became(None).en == "unknown"


def test_a_void_number_stays_in_the_register_with_its_reason(desk) -> None:
    case = desk.go("9")
    desk.do("loket", lambda tx: applications.withdraw(tx, desk.procedure, case, "pulang"))

    with desk.database.reading() as session:
        [line] = every_line(session, desk.office_no)
        assert (line.number.seq, line.number.void_reason) == (1, "ditarik / withdrawn")


def every_line(session, office: int) -> list[ledger.RegisterLine]:
    first = ledger.register(session, office, 2026)
    others = (ledger.register(session, office, 2026, page) for page in range(2, first.pages + 1))
    return [*first.rows, *(line for page in others for line in page.rows)]


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_the_register_is_read_in_pages_and_no_number_is_out_of_reach(desk) -> None:
    case = desk.go("2")

    def numbered(tx) -> None:
        for seq in range(1, 107):
            tx.session.add(
                RegisterNumber(
                    office=tx.office,
                    year=2026,
                    seq=seq,
                    number=f"R-{seq}",
                    application=case,
                    given_at=tx.at,
                    given_by=tx.actor.id,
                    voided_at=tx.at,
                    void_reason="uji",
                )
            )

    desk.do("cetak", numbered)

    with desk.database.reading() as session:
        last = ledger.register(session, desk.office_no, 2026, 99)
        on_last = [line.number.seq for line in last.rows]
        everywhere = [line.number.seq for line in every_line(session, desk.office_no)]

    assert (last.page, last.pages, last.count) == (3, 3, 106)
    assert on_last == [6, 5, 4, 3, 2, 1]
    assert everywhere == list(range(106, 0, -1))


class Register(RuleBasedStateMachine):
    """Cases at step 8 take blanks, lose them, and take others, in any order."""

    desk = None
    cases: tuple[str, ...] = ()
    serial = 0

    @rule(case=st.integers(0, 2), old=st.booleans())
    def takes(self, case: int, old: bool) -> None:
        desk = self.desk
        if not old:
            type(self).serial += 1
            desk.stock(f"M{self.serial}")
        self._try(lambda: desk.supply("cetak", self.cases[case], "blank_serial", f"M{self.serial}"))

    @rule(case=st.integers(0, 2))
    def voids(self, case: int) -> None:
        self.desk.do("cetak", lambda tx: blanks.void(tx, self.cases[case], "salah cetak"))

    @rule()
    def spoils(self) -> None:
        serial = f"M{self.serial}"
        self._try(lambda: self.desk.do("cetak", lambda tx: ledger.spoil(tx, serial, "rusak")))

    @invariant()
    def nothing_is_used_twice_and_nothing_is_missing(self) -> None:
        with self.desk.database.reading() as session:
            office = self.desk.office_no
            lines = every_line(session, office)
            seqs = sorted(line.number.seq for line in lines)
            valid = [line.number.application for line in lines if line.number.voided_at is None]
            used = [blanks.of_case(session, office, case) for case in self.cases]
            serials = [blank.serial for blank in used if blank is not None]
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(valid) == len(set(valid)) == len(serials) == len(set(serials))

    @staticmethod
    def _try(act) -> None:
        with contextlib.suppress(Refused):
            act()


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_no_sequence_of_acts_uses_a_number_or_a_blank_twice(desk) -> None:
    Register.desk = desk
    Register.cases = tuple(desk.go("7") for _ in range(3))
    for n, case in enumerate(Register.cases):
        desk.step_7(case, ntpn=f"{n}1B2C3D4E5F6G7H8")

    run_state_machine_as_test(Register, settings=settings(max_examples=6, stateful_step_count=15))
