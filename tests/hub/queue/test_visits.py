"""A visit keeps its number: transferred, parked, absent, back, ended at closing time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub import tickets
from hub.errors import BadInput, Conflict
from hub.opening import leftovers
from hub.queue import counters
from hub.tickets import acts as ticket_acts


def row(hall, ticket):
    with hall.house.database.reading_core() as connection:
        return tickets.find_row(connection, hall.house.office_no, ticket.id)


def test_a_person_who_returns_goes_behind_the_next_three_of_the_same_class(hall) -> None:
    hall.open(1, "intake")
    lost = hall.issue()
    hall.absent(hall.call())
    general = [hall.issue().number for _ in range(4)]
    priority = hall.issue(segment="priority").number

    hall.return_(lost)

    assert hall.order() == [priority, *general[:3], lost.number, general[3]]


def test_a_priority_person_who_returns_overtakes_no_priority_person(hall, clock) -> None:
    hall.open(1, "intake")
    for _ in range(3):
        hall.issue()
    clock.pass_(minutes=5)
    lost = hall.issue(segment="priority")
    hall.absent(hall.call())
    others = [hall.issue(segment="priority").number for _ in range(2)]

    hall.return_(lost)

    order = hall.order()
    assert [one for one in order if one in (*others, lost.number)] == [*others, lost.number]


def test_a_person_returns_once(hall) -> None:
    hall.open(1, "intake")
    lost = hall.issue()
    hall.absent(hall.call())
    hall.return_(lost)
    hall.absent(hall.call())

    with pytest.raises(Conflict) as refused:
        hall.return_(lost)

    assert refused.value.code == "return_used"


def test_who_was_called_out_of_order_gains_nothing_by_leaving(hall, clock) -> None:
    hall.open(1, "intake")
    first = hall.issue()
    clock.pass_(minutes=10)
    late = hall.issue()
    hall.call(ticket=late.id, reason="salah panggil")
    hall.absent(late)

    hall.return_(late)

    assert hall.order() == [first.number, late.number]


def test_a_ticket_goes_back_at_its_original_arrival(hall, clock) -> None:
    hall.open(1, "intake", "biometrics")
    lost = hall.issue()
    hall.absent(hall.call())
    others = [hall.issue() for _ in range(4)]
    hall.return_(lost)
    for _ in range(3):
        hall.finish(hall.call())
    here = hall.call()
    hall.transfer(here, lane="biometrics")
    here = hall.call()

    back = hall.transfer(here, back=True)

    assert (here.id, back.lane, back.number) == (lost.id, "intake", lost.number)
    assert row(hall, lost).arrived_at == row(hall, lost).issued_at
    assert hall.order() == [lost.number, others[3].number]


def test_papers_that_were_missing_bring_a_finished_ticket_back_at_its_arrival(hall, clock) -> None:
    hall.open(1, "intake")
    first = hall.issue()
    hall.finish(hall.call(), outcome="incomplete", note="KTP penjamin")
    clock.pass_(minutes=30)
    second = hall.issue()

    hall.transfer(first, back=True)

    assert hall.order() == [first.number, second.number]
    with hall.house.database.reading_core() as connection:
        notes = ticket_acts.notes_of(connection, hall.house.office_no, first.id)
    assert [note.text for note in notes] == ["KTP penjamin"]


@pytest.mark.parametrize("outcome", ["done", "referred", "other"])
def test_only_missing_papers_bring_a_finished_ticket_back(hall, outcome) -> None:
    hall.open(1, "intake")
    hall.issue()
    done = hall.finish(hall.call(), outcome=outcome)

    with pytest.raises(Conflict) as refused:
        hall.transfer(done, back=True)

    assert refused.value.code == "ticket_not_at_counter"


def test_a_transfer_names_where_to(hall) -> None:
    hall.open(1, "intake")
    hall.issue()
    here = hall.call()

    with pytest.raises(BadInput) as refused:
        hall.transfer(here)

    assert refused.value.code == "target_missing"


def test_who_waits_for_a_counter_that_closes_waits_for_any(hall) -> None:
    hall.open(1, "intake")
    hall.open(2, "intake")
    ticket = hall.issue()
    hall.call(1)
    hall.transfer(ticket, counter=2)
    assert hall.call(1) is None

    hall.do(lambda tx: counters.close_counter(tx, hall.office, counter=2))

    assert hall.call(1).id == ticket.id


def test_a_named_counter_calls_the_ticket_whatever_lanes_it_is_open_for(hall) -> None:
    hall.open(1, "intake")
    hall.open(2, "payment")
    ticket = hall.issue()
    hall.call(1)

    hall.transfer(ticket, counter=2)

    assert hall.call(2).id == ticket.id


def test_a_parked_ticket_frees_its_counter_and_goes_on_there(hall, clock) -> None:
    hall.open(1, "intake")
    first, second = hall.issue(), hall.issue()
    hall.start(hall.call())
    clock.pass_(minutes=4)
    hall.park(first)
    hall.finish(hall.call())
    clock.pass_(minutes=10)

    again = hall.resume(first, counter=1)

    assert (again.id, again.state, again.counter) == (first.id, "serving", 1)
    clock.pass_(minutes=2)
    hall.finish(again)
    served = row(hall, first)
    assert served.served_s == 240
    assert served.finished_at - served.started_at == timedelta(minutes=2)
    assert second.number == "A-002"


def test_a_parked_ticket_waits_again_at_its_arrival(hall, clock) -> None:
    hall.open(1, "intake")
    first = hall.issue()
    hall.park(hall.call())
    second = hall.issue()

    hall.resume(first)

    assert hall.order() == [first.number, second.number]


def test_a_parked_ticket_needs_a_free_counter(hall) -> None:
    hall.open(1, "intake")
    first = hall.issue()
    hall.park(hall.call())
    hall.issue()
    hall.call()

    with pytest.raises(Conflict) as refused:
        hall.resume(first, counter=1)

    assert refused.value.code == "counter_busy"


def end_waiting(hall) -> int:
    return hall.do(lambda tx: leftovers.end_waiting(tx, hall.office))


def test_closing_time_ends_what_waits_and_nothing_else(hall, clock) -> None:
    hall.open(1, "intake")
    serving, parked, waiting = (hall.issue() for _ in range(3))
    hall.park(hall.call())
    hall.resume(serving, counter=1)
    hall.park(serving)
    here = hall.call()
    assert end_waiting(hall) == 0

    clock.pass_(hours=8)  # 17.00: an hour after the last service hour

    assert end_waiting(hall) == 2
    assert end_waiting(hall) == 0
    states = {ticket.id: row(hall, ticket).state for ticket in (serving, parked, waiting)}
    assert sorted(states.values()) == ["called", "ended", "ended"]
    assert states[here.id] == "called"
    hall.finish(here)


def test_an_office_that_ends_nothing_by_itself_says_so_in_its_file(hall, clock) -> None:
    hall.change(ends_waiting_after_close_min=None)
    hall.issue()

    clock.pass_(days=3)

    assert end_waiting(hall) == 0


def test_yesterdays_tickets_end_before_todays_closing_time(hall, clock) -> None:
    hall.issue()

    clock.pass_(days=1)

    assert end_waiting(hall) == 1


def test_an_unknown_outcome_is_refused(hall) -> None:
    hall.open(1, "intake")
    hall.issue()
    here = hall.call()

    with pytest.raises(BadInput) as refused:
        hall.finish(here, outcome="vanished")

    assert refused.value.fields[0].field == "outcome"
