"""An act is taken back within a minute by whoever did it; the audit keeps both."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.errors import Conflict, NotAllowed
from hub.models.queue import EventRow
from hub.queue import board


def events_of(hall, ticket) -> list[str]:
    query = select(EventRow.kind).where(EventRow.subject == ticket.id).order_by(EventRow.seq)
    with hall.house.database.reading_core() as connection:
        return list(connection.execute(query).scalars())


def test_a_call_is_taken_back_and_the_person_keeps_the_place(hall, clock) -> None:
    hall.open(1, "intake")
    first, second = hall.issue(), hall.issue()
    hall.call()

    undone = hall.undo(first)

    assert (undone.state, undone.counter, undone.calls) == ("waiting", None, 0)
    assert events_of(hall, first) == ["ticket.issued", "ticket.called", "ticket.undone"]
    with hall.house.database.reading_core() as connection:
        assert board.last_calls(connection, hall.house.office_no, hall.office, clock.now()) == []
    assert hall.order() == [first.number, second.number]


def test_a_call_taken_back_does_not_count_for_the_ratio(hall) -> None:
    hall.open(1, "intake")
    general = hall.issue()
    first, second = hall.issue(segment="priority"), hall.issue(segment="priority")
    hall.call()
    hall.undo(first)

    order = hall.order()

    assert order == [first.number, second.number, general.number]


def test_an_absence_is_taken_back(hall) -> None:
    hall.open(1, "intake")
    ticket = hall.issue()
    hall.absent(hall.call())

    undone = hall.undo(ticket)

    assert (undone.state, undone.counter) == ("called", 1)
    assert hall.start(undone).state == "serving"


def test_a_finish_is_taken_back_with_its_beginning(hall, clock) -> None:
    hall.open(1, "intake")
    hall.issue()
    began = hall.start(hall.call())
    clock.pass_(minutes=3)
    done = hall.finish(began)

    undone = hall.undo(done)

    assert (undone.state, undone.started_at) == ("serving", began.started_at)
    assert undone.finished_at is None


def test_a_transfer_is_taken_back_until_somebody_calls(hall) -> None:
    hall.open(1, "intake")
    hall.open(2, "biometrics")
    ticket = hall.issue()
    hall.call(1)
    hall.transfer(ticket, lane="biometrics")
    assert hall.undo(ticket).state == "called"

    hall.transfer(ticket, lane="biometrics")
    hall.call(2, by="o2")

    with pytest.raises(NotAllowed) as refused:
        hall.undo(ticket)
    assert refused.value.code == "undo_not_yours"


def test_a_minute_later_it_is_too_late(hall, clock) -> None:
    hall.open(1, "intake")
    ticket = hall.issue()
    hall.call()
    clock.pass_(seconds=61)

    with pytest.raises(Conflict) as refused:
        hall.undo(ticket)

    assert refused.value.code == "undo_too_late"


def test_only_who_did_it_may_undo_it(hall) -> None:
    hall.open(1, "intake")
    ticket = hall.issue()
    hall.call()

    with pytest.raises(NotAllowed) as refused:
        hall.undo(ticket, by="somebody else")

    assert refused.value.code == "undo_not_yours"


def test_a_finish_is_not_taken_back_to_a_busy_counter_but_after_the_call_is(hall) -> None:
    hall.open(1, "intake")
    first, second = hall.issue(), hall.issue()
    hall.finish(hall.call())
    hall.call()
    with pytest.raises(Conflict) as refused:
        hall.undo(first)
    assert refused.value.code == "counter_busy"

    hall.undo(second)

    assert hall.undo(first).state == "called"


@pytest.mark.parametrize("act", ["issue", "start", "return", "park"])
def test_other_acts_are_not_undone(hall, act) -> None:
    hall.open(1, "intake")
    ticket = hall.issue()
    if act != "issue":
        called = hall.call()
        if act == "start":
            hall.start(called)
        elif act == "park":
            hall.park(called)
        else:
            hall.absent(called)
            hall.return_(called)

    with pytest.raises(Conflict) as refused:
        hall.undo(ticket)

    assert refused.value.code == "nothing_to_undo"


def test_an_act_is_undone_once(hall) -> None:
    hall.open(1, "intake")
    ticket = hall.issue()
    hall.call()
    hall.undo(ticket)

    with pytest.raises(Conflict) as refused:
        hall.undo(ticket)

    assert refused.value.code == "nothing_to_undo"
