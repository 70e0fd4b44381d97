"""The same command twice, two officers at once, and passports that change hands."""

from __future__ import annotations

import asyncio

import pytest

from hub.cases import blanks, custody, steps
from hub.cases.steps import StepDone
from hub.errors import BadInput, Conflict
from hub.models.application import Evidence

TICKS = {
    f"checklist.{item}": "on"
    for item in (
        "form",
        "guarantor_letter",
        "guarantee",
        "passport",
        "passport.copy",
        "stay_permit",
        "stay_permit.copy",
    )
}
VALUES = {**TICKS, "receipt": "paper", "custody_place": "Loket 1"}


def test_a_double_click_completes_a_step_once_and_gives_the_same_answer(desk, house) -> None:
    case = desk.open()

    async def twice() -> list[object]:
        writer = house.writer()
        writer.start()
        try:
            clicks = [
                writer.run(
                    lambda tx: steps.complete(tx, desk.procedure, case, "1", VALUES),
                    actor=desk.staff["loket"],
                    key="one-click",
                    name="step 1",
                    answer=StepDone,
                )
                for _ in range(2)
            ]
            return list(await asyncio.gather(*clicks))
        finally:
            await writer.stop()

    first, second = asyncio.run(twice())

    assert first.value == second.value
    assert (first.replayed, second.replayed) == (False, True)
    assert first.seq == second.seq


def test_two_treasurers_at_once_record_one_payment(desk, house) -> None:
    case = desk.go("7")
    desk.staff["bendahara2"] = desk.employ("bendahara2", {"treasurer"})
    desk.capture(case, "7.slip", "scan", "image/png")
    values = {
        "billing_code": "820261120000001",
        "ntpn": "A1B2C3D4E5F6G7H8",
        "amount": "3000000",
        "paid_on": "2026-11-23",
    }

    async def both() -> list[object]:
        writer = house.writer()
        writer.start()
        try:
            calls = [
                writer.run(
                    lambda tx: steps.complete(tx, desk.procedure, case, "7", values),
                    actor=desk.staff[login],
                )
                for login in ("bendahara", "bendahara2")
            ]
            return list(await asyncio.gather(*calls, return_exceptions=True))
        finally:
            await writer.stop()

    outcomes = asyncio.run(both())

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Done"]
    assert desk.view(case).proof_number.endswith("-B1")


def test_evidence_supplied_before_counts_when_the_step_is_completed(desk) -> None:
    case = desk.open()
    for key, value in VALUES.items():
        desk.supply("loket", case, key, value)

    done = desk.complete("loket", case, "1", {})

    assert done.next == "2"


def test_replaced_evidence_is_voided_and_never_erased(desk) -> None:
    case = desk.go("4")
    desk.supply("dokumen", case, "signed_by", "Orang Pertama")
    desk.supply("dokumen", case, "signed_by", "Orang Kedua")

    row = next(row for row in desk.view(case).current.evidence if row.key == "signed_by")
    assert row.value == "Orang Kedua"
    with desk.database.reading() as session:
        kept = session.query(Evidence).filter_by(step="4", key="signed_by").all()
        assert sorted(row.voided_at is None for row in kept) == [False, True]


def test_a_tick_can_be_taken_back_before_the_step_is_completed(desk) -> None:
    case = desk.open()
    desk.supply("loket", case, "checklist.passport", "on")

    desk.supply("loket", case, "checklist.passport", "")

    row = next(r for r in desk.view(case).current.evidence if r.key == "checklist.passport")
    assert not row.supplied


def test_a_row_that_the_step_does_not_have_is_refused(desk) -> None:
    case = desk.open()

    with pytest.raises(BadInput) as refused:
        desk.supply("loket", case, "ntpn", "A1B2C3D4E5F6G7H8")

    assert refused.value.code == "row_unknown"


def test_a_wrong_single_value_is_refused_at_once(desk) -> None:
    case = desk.go("7")

    with pytest.raises(BadInput) as refused:
        desk.supply("bendahara", case, "ntpn", "too short")

    assert [fault.field for fault in refused.value.fields] == ["ntpn"]


def test_a_passport_has_one_holder_and_every_move_is_kept(desk) -> None:
    case = desk.go("2")

    with pytest.raises(Conflict) as refused:
        desk.do("loket", lambda tx: custody.take(tx, case, "laci 9"))
    desk.do("loket", lambda tx: custody.offer(tx, desk.procedure, case, "wasdakim"))
    desk.do("dokumen", lambda tx: custody.accept(tx, desk.procedure, case, "Wasdakim, laci 2"))

    assert refused.value.code == "custody_open"
    assert desk.view(case).head.custody.location == "Wasdakim, laci 2"
    with desk.database.reading() as session:
        endings = [record.ending for record in custody.records(session, desk.office_no, case)]
    assert endings == ["moved", ""]


def test_a_passport_that_is_not_held_cannot_be_given_back(desk) -> None:
    case = desk.open()

    with pytest.raises(Conflict) as refused:
        desk.do("loket", lambda tx: custody.give_back(tx, case, "x"))

    assert refused.value.code == "custody_not_open"


def test_a_spoiled_or_used_blank_is_not_used_again(desk) -> None:
    desk.go("9")
    desk.stock("SK0002")
    desk.do("cetak", lambda tx: blanks.spoil(tx, "sk0002", "tinta luntur"))

    with desk.database.reading() as session:
        assert blanks.in_stock(session, desk.office_no) == ()
    for serial in ("SK0001", "SK0002"):
        with pytest.raises(Conflict) as refused:
            desk.do("cetak", lambda tx, serial=serial: blanks.spoil(tx, serial, "x"))
        assert refused.value.code == "blank_not_in_stock"
    with pytest.raises(Conflict):
        desk.stock("SK0001")
