"""A visitor gives the own number back: once, undone by staff within a minute, counted as such."""

from __future__ import annotations

import pytest

from hub import queue
from hub.errors import Conflict, NotAllowed
from hub.opening import days
from hub.writer import Actor

VISITOR = Actor("visitor", "v" * 32, "")
KIOSK = Actor("station", "k" * 32, "kios 1", frozenset({"kiosk"}))
AGENT = Actor("station", "a" * 32, "agen 1", frozenset({"agent"}))


def by(hall, actor, command):
    return hall.house.writer().run_alone(command, actor=actor)


def give_back(hall, ticket):
    return by(hall, VISITOR, lambda tx: queue.give_back(tx, ticket=ticket.id))


def undo(hall, ticket, actor):
    return by(hall, actor, lambda tx: queue.undo(tx, hall.office, ticket=ticket.id))


def test_a_number_given_back_is_called_no_more(hall) -> None:
    mine, after = hall.issue(), hall.issue()
    hall.open()

    assert give_back(hall, mine).state == "ended"

    assert hall.order() == [after.number]


@pytest.mark.parametrize("staff", [Actor("officer", "o9", ""), AGENT], ids=["officer", "agent"])
def test_any_of_the_staff_undoes_it_within_a_minute_at_the_old_place(hall, staff) -> None:
    mine, after = hall.issue(), hall.issue()
    hall.open()
    give_back(hall, mine)
    hall.clock.pass_(seconds=59)

    undo(hall, mine, staff)

    assert hall.order() == [mine.number, after.number]


def test_after_a_minute_and_by_a_kiosk_it_stays_given_back(hall) -> None:
    mine = hall.issue()
    give_back(hall, mine)

    with pytest.raises(NotAllowed) as refused:
        undo(hall, mine, KIOSK)
    hall.clock.pass_(seconds=61)
    with pytest.raises(Conflict) as late:
        undo(hall, mine, Actor("officer", "o9", ""))

    assert (refused.value.code, late.value.code) == ("undo_not_yours", "undo_too_late")


def test_who_is_called_or_gone_cannot_give_back(hall) -> None:
    hall.open()
    hall.issue()
    called = hall.call()

    with pytest.raises(Conflict) as at_counter:
        give_back(hall, called)
    hall.finish(called)
    with pytest.raises(Conflict) as over:
        give_back(hall, called)

    assert at_counter.value.code == over.value.code == "ticket_not_waiting"


@pytest.mark.parametrize("act", ["give back", "finish"])
def test_when_the_day_is_closed_nothing_of_it_is_undone(hall, act) -> None:
    officer = Actor("officer", "o1", "")
    hall.open()
    over = hall.issue()
    give_back(hall, over) if act == "give back" else hall.finish(hall.call())
    day = hall.office.today(hall.clock.now())
    hall.do(lambda tx: days.close(tx, hall.office, day=day))

    with pytest.raises(Conflict) as refused:
        undo(hall, over, officer)

    assert refused.value.code == "nothing_to_undo"


def test_closing_the_day_accounts_for_it_as_given_back(hall) -> None:
    mine, left = hall.issue(), hall.issue()
    give_back(hall, mine)
    day = hall.office.today(hall.clock.now())

    report = hall.do(lambda tx: days.close(tx, hall.office, day=day))

    [service] = report.services
    assert (service.issued, service.ended, service.given_back) == (2, 2, 1)
    [series] = report.series
    assert (series.last, series.tickets, series.void, series.returned) == (2, 2, 0, 0)
    assert left.number == "A-002"
