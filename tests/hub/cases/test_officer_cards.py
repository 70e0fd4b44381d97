"""A card is bound to one officer, and its signature confirms one act of that officer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from devices.piv import wire
from devices.piv.card import PivCard, issue
from devices.piv.proof import block_to_sign, read_certificate, signed_text
from hub import officer_cards
from hub.check import cards_are_what_was_bound
from hub.errors import BadInput, Conflict
from hub.models.officer import OfficerCard
from hub.models.queue import EventRow

ACT = "initials case-1"


def signature(issued, challenge: bytes, purpose: str = ACT) -> bytes:
    """What the card signs, over its own wire."""
    card = PivCard(issued)
    key = read_certificate(issued.certificate).key
    wire.talk(card.respond, wire.select())
    wire.talk(card.respond, wire.verify_pin("123456"))
    block = block_to_sign(key, signed_text(challenge, purpose))
    return wire.signature_in(wire.talk(card.respond, wire.sign(key, block))[0])


@pytest.fixture
def issued():
    return issue()


@pytest.fixture
def bound(desk, issued):
    desk.do("supervisor", bind("pejabat", issued))
    return desk


def bind(login: str, issued):
    return lambda tx: officer_cards.bind(tx, login=login, certificate=issued.certificate)


def drawn(desk, officer: str, purpose: str = ACT) -> bytes:
    return officer_cards.challenge(
        desk.procedure.keyring, officer=officer, purpose=purpose, at=desk.clock.now()
    )


def judge(desk, given: bytes, signed: bytes, *, login="pejabat", purpose=ACT, later=timedelta()):
    with desk.database.reading_core() as connection:
        officer_cards.confirm(
            connection, desk.procedure.keyring, desk.office_no,
            officer=desk.staff[login].id, purpose=purpose, given=given, signature=signed,
            at=desk.clock.now() + later,
        )  # fmt: skip


def kinds(desk) -> list[str]:
    with desk.database.reading() as session:
        return list(session.scalars(select(EventRow.kind).where(EventRow.kind.like("officer.c%"))))


def test_the_officers_own_card_confirms_the_act(bound, issued) -> None:
    given = drawn(bound, bound.staff["pejabat"].id)

    judge(bound, given, signature(issued, given))

    assert kinds(bound) == ["officer.card_bound"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": "initials case-2"}, "card_challenge"),
        ({"login": "kakanim"}, "card_challenge"),
        ({"later": timedelta(minutes=3)}, "card_late"),
    ],
)
def test_a_signature_serves_one_officer_one_act_and_two_minutes(
    bound, issued, change, code
) -> None:
    given = drawn(bound, bound.staff["pejabat"].id)

    with pytest.raises(BadInput) as caught:
        judge(bound, given, signature(issued, given), **change)

    assert caught.value.code == code


def test_a_challenge_of_somebody_else_another_card_and_garbage_are_refused(bound, issued) -> None:
    given = drawn(bound, bound.staff["pejabat"].id)
    altered = given[:-1] + bytes([given[-1] ^ 1])

    for challenge, signed, code in (
        (altered, signature(issued, altered), "card_challenge"),
        (bytes(56), b"", "card_challenge"),
        (b"", b"", "card_challenge"),
        (given, signature(issue(), given), "card_signature"),
        (given, signature(issued, given, "another act"), "card_signature"),
        (given, b"garbage", "card_signature"),
    ):
        with pytest.raises(BadInput) as caught:
            judge(bound, challenge, signed)
        assert caught.value.code == code


def test_who_has_no_card_confirms_nothing(desk, issued) -> None:
    given = drawn(desk, desk.staff["kakanim"].id)

    with pytest.raises(BadInput) as caught:
        judge(desk, given, signature(issued, given), login="kakanim")

    assert caught.value.code == "card_unbound"


def test_one_card_has_one_officer_and_one_officer_one_card(bound, issued) -> None:
    with pytest.raises(Conflict):
        bound.do("supervisor", bind("kakanim", issued))
    bound.do("supervisor", bind("pejabat", issued))
    assert kinds(bound) == ["officer.card_bound"]

    newer = issue(kind="rsa2048")
    bound.do("supervisor", bind("pejabat", newer))
    given = drawn(bound, bound.staff["pejabat"].id)
    judge(bound, given, signature(newer, given))
    with pytest.raises(BadInput):
        judge(bound, given, signature(issued, given))


def test_a_removed_card_confirms_nothing_and_removing_twice_changes_nothing(bound, issued) -> None:
    for _ in range(2):
        bound.do("supervisor", lambda tx: officer_cards.remove(tx, login="pejabat"))
    given = drawn(bound, bound.staff["pejabat"].id)

    with pytest.raises(BadInput):
        judge(bound, given, signature(issued, given))

    assert kinds(bound) == ["officer.card_bound", "officer.card_removed"]


@pytest.mark.parametrize(
    ("login", "certificate", "code"),
    [("nobody", b"x", "officer_unknown"), ("pejabat", b"no certificate", "card_wrong")],
)
def test_what_cannot_be_bound_is_said(desk, login, certificate, code) -> None:
    with pytest.raises(BadInput) as caught:
        desk.do(
            "supervisor",
            lambda tx: officer_cards.bind(tx, login=login, certificate=certificate),
        )

    assert caught.value.code == code


def test_a_changed_binding_is_found_by_the_check(bound, issued) -> None:
    with bound.database.reading_core() as connection:
        assert list(cards_are_what_was_bound(connection, bound.office_no)) == []
    other = update(OfficerCard).values(certificate=issue().certificate)
    bound.do("supervisor", lambda tx: tx.connection.execute(other).rowcount)

    with bound.database.reading_core() as connection:
        [finding] = cards_are_what_was_bound(connection, bound.office_no)

    assert bound.staff["pejabat"].id in finding
