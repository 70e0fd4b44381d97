"""A class is declared without proof; an officer confirms it or takes it back, with a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.errors import BadInput, Conflict
from hub.models.queue import EventRow
from hub.queue import classes
from hub.queue.desk_tickets import issue_at_desk
from hub.tickets import acts
from hub.wire.queue import DeskTicket


def put(hall, ticket, segment, reason="", group=None):
    return hall.do(
        lambda tx: classes.put_into_class(
            tx, hall.office, ticket=ticket.id, segment=segment, reason=reason, group=group
        )
    )


def at_desk(hall, **wanted):
    ask = DeskTicket(service="skim", **wanted)
    return hall.do(lambda tx: issue_at_desk(tx, hall.office, ask, counter=1))


def events(hall):
    with hall.house.database.reading_core() as connection:
        rows = connection.execute(
            select(EventRow.kind, EventRow.body).where(EventRow.office == hall.house.office_no)
        )
        return [(row.kind, row.body) for row in rows]


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

    put(hall, elderly, "priority", group="elderly")

    assert hall.order() == [elderly.number, first.number]


def test_a_confirmed_class_changes_nothing_but_the_record(hall):
    declared = hall.issue(segment="priority")

    after = put(hall, declared, "priority", "bersama anak", "elderly")

    assert after.segment == "priority"
    assert notes(hall, declared) == [
        ("class", "Prioritas ditegaskan: Lansia, di atas 60 tahun – bersama anak")
    ]


def test_priority_at_the_desk_says_for_which_vulnerable_group(hall):
    waiting = hall.issue()
    nursing = at_desk(hall, segment="priority", group="pregnant")
    hall.open()

    assert hall.order() == [nursing.number, waiting.number]
    assert notes(hall, nursing) == [("class", "Prioritas diberikan petugas: Hamil atau menyusui")]
    assert notes(hall, at_desk(hall)) == [], "a general number needs no reason"


def test_the_vulnerable_group_is_in_no_event_and_in_no_answer(hall):
    declared = hall.issue(segment="priority")
    given = at_desk(hall, segment="priority", group="disability")
    after = put(hall, declared, "priority", group="sick")

    told = f"{events(hall)} {given} {after}".lower()
    for word in ("disab", "sick", "sakit", "rentan"):
        assert word not in told, word
    assert "ticket.classed" in told


@pytest.mark.parametrize(("group", "code"), [(None, "reason_missing"), ("vip", "group_unknown")])
def test_priority_without_a_vulnerable_group_is_refused_and_nothing_changes(hall, group, code):
    ticket = hall.issue()
    before = events(hall)

    for act in (
        lambda: at_desk(hall, segment="priority", group=group),
        lambda: put(hall, ticket, "priority", "kenalan", group),
    ):
        with pytest.raises(BadInput) as refused:
            act()
        assert refused.value.code == code
        assert [fault.field for fault in refused.value.fields] == ["group"]
        assert "Lansia" in refused.value.id
        assert "elderly" in refused.value.en
    assert events(hall) == before
    assert notes(hall, ticket) == []
    assert at_desk(hall).number == "A-002", "no number was used up"


@pytest.mark.parametrize(
    ("segment", "reason", "code"),
    [("general", " ", "reason_missing"), ("gold", "x", "segment_unknown")],
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
        put(hall, ticket, "priority", group="sick")

    assert refused.value.code == "ticket_over"


def test_undoing_a_call_after_the_class_was_changed_counts_right(hall):
    ticket = hall.issue(segment="priority")
    hall.open()
    called = hall.call()
    put(hall, called, "general", "salah tekan")

    hall.undo(called)

    assert hall.order() == [ticket.number]
