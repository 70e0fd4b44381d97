"""The invariants of cases: silent on a sound office, loud on a damaged one."""

from __future__ import annotations

from sqlalchemy import delete, update

from hub.cases.check import broken_cases
from hub.models.application import (
    Application,
    Blank,
    CustodyRecord,
    Evidence,
    Payment,
    RegisterNumber,
)
from hub.models.correspondence import Legalisation
from hub.models.station import BlobRow


def broken(desk) -> list[str]:
    with desk.database.reading() as session:
        return list(broken_cases(session, desk.office_no, desk.procedure))


def test_a_sound_office_has_nothing_to_report(desk) -> None:
    desk.go("never")
    desk.go("6")
    desk.open()

    assert broken(desk) == []


def test_a_file_that_nobody_recorded_is_reported(desk) -> None:
    case = desk.go("6")
    blob = desk.view(case).documents[-1].blob
    desk.do(
        "kiosk",
        lambda tx: tx.connection.execute(delete(BlobRow).where(BlobRow.id == blob)) and None,
    )

    assert [line for line in broken(desk) if blob in line]


def test_a_file_of_any_kind_that_nobody_recorded_is_reported(desk) -> None:
    desk.go("never")
    lost = "e" * 32
    desk.do(
        "kiosk",
        lambda tx: tx.connection.execute(update(CustodyRecord).values(signature=lost)) and None,
    )

    assert f"custody name the file {lost}, which is not recorded" in broken(desk)


def test_lost_evidence_a_gap_and_a_wrong_position_are_reported(desk) -> None:
    case = desk.go("9")

    def damage(tx) -> None:
        tx.connection.execute(delete(Evidence).where(Evidence.key == "verdict"))
        tx.connection.execute(update(RegisterNumber).values(seq=7))
        tx.connection.execute(update(Application).values(position="10"))

    desk.do("kiosk", damage)

    lines = broken(desk)
    assert "register numbers of 2026 have a gap" in lines
    assert f"case {case}: step 4 lacks verdict" in lines
    assert any("disagree" in line for line in lines)


def test_money_passports_and_blanks_that_disagree_are_reported(desk) -> None:
    desk.go("11")

    def damage(tx) -> None:
        tx.connection.execute(update(Payment).values(voided_at=tx.at))
        tx.connection.execute(update(CustodyRecord).values(released=True))
        tx.connection.execute(update(Blank).values(state="lost"))
        tx.connection.execute(update(Legalisation).values(number="X-1"))

    desk.do("kiosk", damage)

    found = broken(desk)
    for words in ("void and counter-entry disagree", "lent, and held", "'lost'", "signs another"):
        assert any(words in line for line in found), (words, found)


def test_a_package_of_a_case_that_goes_on_is_reported(desk) -> None:
    case = desk.go("never")
    change = update(Application).where(Application.id == case).values(ended_at=None)
    desk.do("kiosk", lambda tx: tx.connection.execute(change) and None)

    assert [line for line in broken(desk) if "its case goes on" in line]
