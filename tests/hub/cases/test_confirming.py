"""Values of the office's file that an officer confirms on the page: papers stop being specimens."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from hub import confirming
from hub.cases.history_paper import headed
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.confirmation import Confirmation
from hub.models.queue import EventRow
from hub.office.confirmations import is_specimen, unconfirmed, values

LETTER, DATED = "W.00-UM.01.01-0100/2026", "2026-11-20"


@pytest.fixture
def real(desk):
    """The desk of an office whose file no longer calls itself a specimen."""
    office = desk.procedure.office
    desk.procedure = dataclasses.replace(
        desk.procedure, office=replace(office, office=replace(office.office, specimen=False))
    )
    return desk


def in_force(desk) -> list[tuple[str, str]]:
    today = desk.procedure.office.today(desk.clock.now())
    return [one.known_as for one in values(desk.procedure.office, today) if one.when == "now"]


def confirm(desk, shown, login="kakanim", source=LETTER, dated=DATED):
    office = desk.procedure.office
    return desk.do(
        login, lambda tx: confirming.confirm(tx, office, shown, source=source, dated=dated)
    )


def specimen(desk, case: str = "") -> bool:
    with desk.database.reading() as session:
        at = desk.clock.now()
        return headed(session, desk.office_no, desk.procedure, at, case).specimen


def test_papers_are_specimens_until_the_last_value_in_force_is_confirmed(real) -> None:
    case = real.open()
    *most, last = in_force(real)

    assert confirm(real, most) == 6
    assert specimen(real)
    confirm(real, [last])

    assert not specimen(real)
    assert not specimen(real, case)


def test_a_withdrawn_confirmation_makes_papers_specimens_again_and_stays_on_record(real) -> None:
    confirm(real, in_force(real))
    with real.database.reading() as session:
        query = select(Confirmation.id).where(Confirmation.value == "register")
        row = session.scalars(query).one()
    office = real.procedure.office

    with pytest.raises(BadInput, match="Say why"):
        real.do("kakanim", lambda tx: confirming.withdraw(tx, office, row, ""))
    real.do("kakanim", lambda tx: confirming.withdraw(tx, office, row, "format baru"))

    assert specimen(real)
    with real.database.reading() as session:
        today = office.today(real.clock.now())
        shown = confirming.standings(session, real.office_no, office, today)
        [register] = [one for one in shown if one.value.key == "register"]
        kinds = session.scalars(select(EventRow.kind).where(EventRow.subject == row)).all()
        before = [(one.by_name, one.withdrawn_why) for one in register.before]
    assert not register.holds
    assert before == [("Contoh Kakanim", "format baru")]
    assert sorted(kinds) == ["value.confirmed", "value.withdrawn"]
    with pytest.raises(Conflict, match="withdrawn it before"):
        real.do("kakanim", lambda tx: confirming.withdraw(tx, office, row, "lagi"))


def test_a_value_that_changes_is_unconfirmed_and_back_again_confirmed_as_it_was(real) -> None:
    before, shown = real.procedure, in_force(real)
    confirm(real, shown)
    dearer = replace(before.office.tariffs[0], amount=3_500_000)
    real.procedure = dataclasses.replace(before, office=replace(before.office, tariffs=(dearer,)))

    assert specimen(real)
    with pytest.raises(Conflict) as stale:
        confirm(real, [one for one in shown if one[0].startswith("tariff")])
    assert stale.value.code == "value_changed"
    real.procedure = before
    assert not specimen(real)


def test_only_who_legalises_confirms_and_by_a_letter_that_is_there(real) -> None:
    shown = in_force(real)

    with pytest.raises(NotAllowed):
        confirm(real, shown, login="supervisor")
    with pytest.raises(BadInput, match="Choose"):
        confirm(real, [])
    tomorrow = str(real.procedure.office.today(real.clock.now()) + timedelta(days=1))
    for source, dated, field in (
        ("", DATED, "source"),
        (LETTER, tomorrow, "source_on"),
        (LETTER, "31-02-2026", "source_on"),
    ):
        with pytest.raises(BadInput) as wrong:
            confirm(real, shown, source=source, dated=dated)
        assert [fault.field for fault in wrong.value.fields] == [field]
    assert specimen(real)


def test_file_and_page_add_up(real) -> None:
    before, shown = real.procedure, in_force(real)
    confirm(real, shown)
    vouched = replace(before.office.register, confirmed=True, confirmed_by="Contoh, 2026-11-20")
    real.procedure = dataclasses.replace(before, office=replace(before.office, register=vouched))

    assert not specimen(real)
    with pytest.raises(Conflict, match="already"):
        confirm(real, [one for one in shown if one[0] == "register"])
    with real.database.reading() as session:
        query = select(Confirmation.id).where(Confirmation.value == "register")
        row = session.scalars(query).one()
    with pytest.raises(Conflict, match="confirmed = false there first"):
        real.do(
            "kakanim",
            lambda tx: confirming.withdraw(tx, real.procedure.office, row, "salah"),
        )


def test_a_later_tariff_matters_from_its_first_day_and_an_old_checklist_to_its_cases(real) -> None:
    office = real.procedure.office
    today = office.today(real.clock.now())
    later = replace(
        office.tariffs[0], amount=4_000_000, valid_from=date(2027, 1, 1), confirmed=False
    )
    office = replace(office, tariffs=(*office.tariffs, later))
    known = {one.known_as for one in values(office, today) if one.when == "now"}

    assert {one.key: one.when for one in values(office, today)} | {"register": "now"} == {
        "tariff SKIM 2024-12-18": "now",
        "tariff SKIM 2027-01-01": "later",
        "checklist IMI-GR.01.14-1111 2014-1": "past",
        "checklist IMI-GR.01.14-1111 2026-1": "now",
    } | {one: "now" for one in ("register", "retention", "stay", "deadlines", "cekal")}
    assert not is_specimen(office, today, known)
    assert is_specimen(office, today, known, ["checklist IMI-GR.01.14-1111 2014-1"])
    assert unconfirmed(office, date(2027, 1, 1), known) == ("tariff SKIM",)
