"""What cannot be done is refused by code, field and remedy; nothing changes, no event is written.

Unknown fields and bodies of 10 MB are the interface's: tests/hub/api/test_requests_refused.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import MetaData

from hub import queue
from hub.errors import Refused
from hub.house import House
from hub.models.schema import Base
from hub.opening import days
from hub.queue import classes, counters, desk_tickets, undoing
from hub.wire import IssueTicket
from hub.wire.queue import ServeDirectly

Attempt = Callable[[object], object]


def everything(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the office's database: tickets, counts, events, all of it."""
    tables: MetaData = Base.metadata
    with house.database.reading_core() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in tables.sorted_tables
        }


def ended(hall):
    """A ticket that is finished, at counter 1, which is open and free."""
    hall.open(1, "intake")
    hall.issue()
    return hall.finish(hall.call())


def with_quota(hall, quota: int) -> None:
    hall.office = msgspec.structs.replace(
        hall.office,
        service_list=tuple(
            msgspec.structs.replace(one, quota=quota) for one in hall.office.services
        ),
    )


def _issue(hall, service: str = "skim"):
    return lambda tx: queue.issue(tx, hall.office, IssueTicket(service=service))


def unknown_service(hall) -> list[Attempt]:
    ask = ServeDirectly(service="wings", reason="x")
    hall.open(1)
    return [
        _issue(hall, "wings"),
        lambda tx: desk_tickets.serve(tx, hall.office, ask, counter=1),
    ]


def service_outside_its_hours(hall) -> list[Attempt]:
    hall.open(2)
    hall.clock.pass_(hours=12)
    ask = ServeDirectly(service="payment", reason="x")
    return [
        _issue(hall, "payment"),
        lambda tx: desk_tickets.serve(tx, hall.office, ask, counter=2),
    ]


def day_that_was_closed(hall) -> list[Attempt]:
    today = hall.office.today(hall.clock.now())
    hall.do(lambda tx: days.close(tx, hall.office, day=today))
    return [_issue(hall)]


def used_up_quota(hall) -> list[Attempt]:
    with_quota(hall, 2)
    hall.issue(), hall.issue()
    hall.open(1)
    ask = ServeDirectly(service="skim", reason="x")
    return [_issue(hall), lambda tx: desk_tickets.serve(tx, hall.office, ask, counter=1)]


def unknown_lane(hall) -> list[Attempt]:
    hall.open(1, "intake")
    hall.issue()
    at = hall.call()
    return [
        lambda tx: queue.transfer(tx, hall.office, ticket=at.id, lane="wings"),
    ]


def lane_that_the_counter_does_not_serve(hall) -> list[Attempt]:
    return [lambda tx: counters.open_counter(tx, hall.office, counter=1, lanes=["payment"])]


def finished_ticket(hall) -> list[Attempt]:
    over = ended(hall).id
    office = hall.office
    hall.clock.pass_(seconds=61)
    return [
        lambda tx: queue.start(tx, ticket=over),
        lambda tx: queue.finish(tx, ticket=over),
        lambda tx: queue.recall(tx, office, ticket=over),
        lambda tx: queue.absent(tx, office, ticket=over),
        lambda tx: queue.return_(tx, office, ticket=over),
        lambda tx: queue.park(tx, ticket=over),
        lambda tx: queue.resume(tx, office, ticket=over),
        lambda tx: queue.transfer(tx, office, ticket=over, lane="payment"),
        lambda tx: queue.call_next(tx, office, counter=1, ticket=over, reason="kenal"),
        lambda tx: queue.give_back(tx, ticket=over),
        lambda tx: classes.put_into_class(tx, office, ticket=over, segment="general", reason="x"),
    ]


def closed_counter(hall) -> list[Attempt]:
    hall.open(1, "intake")
    hall.issue()
    aside = hall.park(hall.call())
    hall.do(lambda tx: counters.close_counter(tx, hall.office, counter=1))
    ask = ServeDirectly(service="skim", reason="x")
    return [
        lambda tx: queue.call_next(tx, hall.office, counter=1),
        lambda tx: desk_tickets.serve(tx, hall.office, ask, counter=1),
        lambda tx: queue.resume(tx, hall.office, ticket=aside.id, counter=1),
    ]


def stale_page(hall) -> list[Attempt]:
    """The officer's page still shows a called person whom a colleague has marked absent."""
    hall.open(1, "intake")
    hall.issue()
    gone = hall.absent(hall.call()).id
    return [
        lambda tx: queue.start(tx, ticket=gone),
        lambda tx: queue.recall(tx, hall.office, ticket=gone),
        lambda tx: queue.finish(tx, ticket=gone),
        lambda tx: queue.transfer(tx, hall.office, ticket=gone, counter=2),
    ]


CASES = {
    unknown_service: ({"ticket_request"}, "service"),
    service_outside_its_hours: ({"queue_closed"}, "service"),
    day_that_was_closed: ({"queue_closed"}, "service"),
    used_up_quota: ({"quota_used"}, "service"),
    unknown_lane: ({"lane_unknown"}, "lane"),
    lane_that_the_counter_does_not_serve: ({"lane_not_here"}, "lanes"),
    finished_ticket: (
        {"ticket_not_called", "ticket_not_at_counter", "ticket_not_absent", "ticket_not_parked",
         "ticket_not_waiting", "ticket_over"},
        "ticket",
    ),
    closed_counter: ({"counter_closed"}, "counter"),
    stale_page: ({"ticket_not_called", "ticket_not_at_counter"}, "ticket"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_it_is_refused_by_code_and_field_with_a_remedy_and_nothing_changes(hall, case) -> None:
    codes, field = CASES[case]
    attempts = case(hall)
    before = everything(hall.house)

    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            hall.do(attempt)

        problem = refused.value.problem()
        assert problem.code in codes
        assert [fault.field for fault in problem.fields] == [field], problem
        # what is wrong and what to do are two sentences, in each language
        assert problem.detail.count(".") + problem.detail.count(":") > 1, problem.detail
        assert problem.detail_id.count(".") + problem.detail_id.count(":") > 1, problem.detail_id
        assert problem.detail != problem.detail_id
        assert everything(hall.house) == before


def test_a_stale_undo_changes_nothing(hall) -> None:
    over = ended(hall)
    hall.clock.pass_(seconds=hall.office.queue.undo_within_s + 1)
    before = everything(hall.house)

    with pytest.raises(Refused) as refused:
        hall.do(lambda tx: undoing.undo(tx, hall.office, ticket=over.id))

    assert refused.value.code == "undo_too_late"
    assert everything(hall.house) == before
    assert timedelta(seconds=hall.office.queue.undo_within_s) == timedelta(minutes=1)
