"""A class is declared without proof; an officer confirms it or takes it back, with a reason."""

from __future__ import annotations

import pytest

from hub.errors import BadInput, Conflict
from hub.queue import classes
from hub.tickets import acts


def put(hall, ticket, segment, reason="lansia"):
    return hall.do(
        lambda tx: classes.put_into_class(
            tx, hall.office, ticket=ticket.id, segment=segment, reason=reason
        )
    )


def notes(hall, ticket):
    with hall.house.database.reading_core() as connection:
        found = acts.notes_of(connection, hall.house.office_no, ticket.id)
    return [(note.act, note.text) for note in found]


def test_a_class_that_is_taken_back_waits_among_the_others(hall):
    first = hall.issue()
    declared = hall.issue(segment="priority")
    hall.open()

    put(hall, declared, "general", "tidak termasuk golongan")

    assert hall.order() == [first.number, declared.number]
    assert notes(hall, declared) == [("class", "Prioritas → Umum: tidak termasuk golongan")]


def test_a_class_given_to_a_waiting_ticket_lets_it_go_first(hall):
    first, elderly = hall.issue(), hall.issue()
    hall.open()

    put(hall, elderly, "priority")

    assert hall.order() == [elderly.number, first.number]


def test_a_confirmed_class_changes_nothing_but_the_record(hall):
    declared = hall.issue(segment="priority")

    after = put(hall, declared, "priority", "kursi roda")

    assert after.segment == "priority"
    assert notes(hall, declared) == [("class", "Prioritas ditegaskan: kursi roda")]


@pytest.mark.parametrize(
    ("segment", "reason", "code"),
    [("priority", " ", "reason_missing"), ("gold", "x", "segment_unknown")],
)
def test_a_class_needs_a_reason_and_must_be_the_offices(hall, segment, reason, code):
    ticket = hall.issue()

    with pytest.raises(BadInput) as refused:
        put(hall, ticket, segment, reason)

    assert refused.value.code == code
    assert notes(hall, ticket) == []


def test_a_ticket_that_is_over_keeps_its_class(hall):
    ticket = hall.issue()
    hall.open()
    hall.finish(hall.call())

    with pytest.raises(Conflict) as refused:
        put(hall, ticket, "priority")

    assert refused.value.code == "ticket_over"


def test_undoing_a_call_after_the_class_was_changed_counts_right(hall):
    ticket = hall.issue(segment="priority")
    hall.open()
    called = hall.call()
    put(hall, called, "general")

    hall.undo(called)

    assert hall.order() == [ticket.number]
