"""Why this person is next, and why another one still waits."""

from __future__ import annotations

import pytest

from hub.errors import BadInput, Conflict, NotFound
from hub.opening import leftovers
from hub.queue import counters
from hub.queue import why as reasons
from hub.queue.desk_tickets import serve
from hub.wire.queue import ServeDirectly


def why(hall, ticket):
    with hall.house.database.reading_core() as connection:
        return reasons.why(
            connection, hall.house.office_no, hall.office, ticket.id, hall.clock.now()
        )


def test_a_call_keeps_the_heads_with_their_scores_at_that_instant(hall, clock) -> None:
    hall.open(1, "intake", "information")
    first = hall.issue()
    clock.pass_(minutes=2)
    hall.issue("information", segment="priority")
    behind = hall.issue()
    clock.pass_(minutes=3)
    called = hall.call()
    clock.pass_(minutes=30)

    told = why(hall, called)

    heads = {one.number: one for one in told.candidates}
    assert set(heads) == {"I-001", first.number}
    assert [one.chosen for one in told.candidates] == [True, False]
    assert heads["I-001"].rule == "priority"
    assert heads["I-001"].score == pytest.approx(18, abs=0.2)
    assert heads[first.number].waited_s == pytest.approx(303, abs=3)
    assert behind.number not in heads
    assert (told.counter, told.state, told.out_of_order) == (1, "called", False)


def test_a_turn_given_by_the_ratio_says_what_this_counter_called_before(hall) -> None:
    hall.open(1, "intake")
    hall.open(2, "intake")
    for segment in ("priority", "priority", "priority", "priority", "general"):
        hall.issue(segment=segment)
    for _ in range(2):
        hall.finish(hall.call(1))

    at_two, at_one = hall.call(2), hall.call(1)

    assert (at_two.segment, at_one.segment) == ("priority", "general")
    heads = {one.rule: one.words.id for one in why(hall, at_one).candidates}
    assert heads["ratio"] == "Giliran antrean umum setelah 2 prioritas di loket ini, 0 menit"
    assert heads["yields"].endswith("memberi giliran setelah 2 berturut-turut di loket ini")
    assert {one.rule for one in why(hall, at_two).candidates} == {"priority", "longest"}


def test_who_waits_is_told_each_counter_and_its_place_there(hall) -> None:
    hall.open(1, "intake")
    hall.open(2, "intake", languages=["id"])
    hall.issue(language="en")
    ticket = hall.issue(language="en")

    told = why(hall, ticket)

    chances = {one.counter: one for one in told.counters}
    assert told.ahead == 1
    assert (chances[1].able, chances[1].place) == (True, 2)
    assert (chances[2].able, chances[2].place) == (False, None)
    assert "bahasa" in chances[2].words.id
    assert told.candidates[0].number == "A-001"


def test_a_closed_and_a_paused_counter_are_named_so(hall) -> None:
    hall.open(2, "intake")
    hall.do(lambda tx: counters.pause_counter(tx, hall.office, counter=2, reason="salat"))
    ticket = hall.issue()

    told = why(hall, ticket)

    assert {one.counter: one.words.en for one in told.counters} == {1: "closed", 2: "paused"}


def test_people_whom_no_open_counter_can_call_are_found(hall) -> None:
    hall.open(1, "intake", languages=["id"])
    hall.issue()
    hall.issue(language="en")

    with hall.house.database.reading_core() as connection:
        [stranded] = reasons.stranded(connection, hall.house.office_no, hall.office)

    assert (stranded.group.lane, stranded.group.language, stranded.waiting) == ("intake", "en", 1)
    assert "language" in stranded.missing


def test_calls_out_of_order_and_services_without_a_ticket_are_listed(hall) -> None:
    hall.open(1, "intake", "information")
    first, second = hall.issue(), hall.issue()
    hall.finish(hall.call(ticket=second.id, reason="kembali dari bank"))
    ask = ServeDirectly(service="information", reason="bertanya")
    hall.finish(hall.do(lambda tx: serve(tx, hall.office, ask, counter=1)))
    hall.finish(hall.call(ticket=first.id, reason="memang berikutnya"))

    with hall.house.database.reading_core() as connection:
        listed = reasons.out_of_order(
            connection, hall.house.office_no, hall.office, hall.clock.now()
        )

    assert [(one.number, one.reason) for one in listed] == [
        ("I-001", "bertanya"), (second.number, "kembali dari bank"),
    ]  # fmt: skip
    assert listed[0].actor == "officer:o1"


def test_a_person_served_without_a_ticket_has_a_number_and_is_at_the_counter(hall) -> None:
    hall.open(1, "information")
    ask = ServeDirectly(service="information", reason="bertanya")

    given = hall.do(lambda tx: serve(tx, hall.office, ask, counter=1))

    assert (given.number, given.state, given.counter) == ("I-001", "serving", 1)
    assert why(hall, given).out_of_order
    with pytest.raises(Conflict) as refused:
        hall.do(lambda tx: serve(tx, hall.office, ask, counter=1))
    assert refused.value.code == "counter_busy"


@pytest.mark.parametrize("reason", ["", "   "])
def test_serving_without_a_ticket_needs_a_reason(hall, reason) -> None:
    hall.open(1, "information")
    ask = ServeDirectly(service="information", reason=reason)

    with pytest.raises(BadInput) as refused:
        hall.do(lambda tx: serve(tx, hall.office, ask, counter=1))

    assert refused.value.code == "reason_missing"


def test_a_closed_counter_serves_nobody(hall) -> None:
    ask = ServeDirectly(service="information", reason="bertanya")

    with pytest.raises(Conflict) as refused:
        hall.do(lambda tx: serve(tx, hall.office, ask, counter=1))

    assert refused.value.code == "counter_closed"


def test_a_ticket_that_ended_without_a_call_has_no_why(hall, clock) -> None:
    ticket = hall.issue()
    clock.pass_(days=1)
    hall.do(lambda tx: leftovers.end_waiting(tx, hall.office))

    with pytest.raises(NotFound) as refused:
        why(hall, ticket)

    assert refused.value.code == "not_called_yet"
