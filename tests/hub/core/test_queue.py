"""The queue's verbs, each as one command on a real database."""

from __future__ import annotations

import pytest

from hub import check, queue, tickets
from hub.errors import BadInput, Conflict, NotFound
from hub.house import House
from hub.queue import board, counters
from hub.queue.why import why as why_of
from hub.wire import IssueTicket, Ticket
from hub.writer import Actor, Tx

OFFICER = Actor("officer", "o1", "Contoh", frozenset({"counter_officer"}), 1)


@pytest.fixture
def office(house: House):
    return house.procedure.office


@pytest.fixture
def do(house: House):
    writer = house.writer()
    return lambda command: writer.run_alone(command, actor=OFFICER)


def issue(do, office, service: str = "skim", **wanted: object) -> Ticket:
    return do(lambda tx: queue.issue(tx, office, IssueTicket(service=service, **wanted)))


def open_counter(do, office, counter: int = 1, lanes: tuple[str, ...] = ("intake",)) -> None:
    do(lambda tx: counters.open_counter(tx, office, counter=counter, lanes=lanes))


def call(do, office, counter: int = 1, **wanted: object) -> Ticket | None:
    return do(lambda tx: queue.call_next(tx, office, counter=counter, **wanted))


def sound(house: House) -> None:
    with house.database.reading_core() as connection:
        assert check.check_records(connection, house.office_no) == []


def test_numbers_rise_by_one_and_say_how_many_are_ahead(house, do, office) -> None:
    first, second = issue(do, office), issue(do, office)

    assert (first.number, second.number) == ("A-001", "A-002")
    assert (first.ahead, second.ahead) == (0, 1)
    assert second.estimate is not None
    assert second.estimate.low_min < second.estimate.high_min
    sound(house)


def test_another_day_begins_at_one_again(do, office, clock) -> None:
    issue(do, office)

    clock.pass_(days=1)

    assert issue(do, office).number == "A-001"


def test_an_unknown_service_is_refused_with_the_known_ones(do, office) -> None:
    with pytest.raises(BadInput) as refused:
        issue(do, office, service="visa")

    assert refused.value.fields[0].field == "service"
    assert "information" in refused.value.fields[0].message


def test_outside_hours_no_number_is_given(house, do, office, clock) -> None:
    clock.pass_(hours=12)

    with pytest.raises(Conflict) as refused:
        issue(do, office)

    assert refused.value.code == "queue_closed"
    sound(house)


def test_a_used_up_quota_is_said_in_words(do, office) -> None:
    quota = office.service("skim").quota
    for _ in range(quota):
        issue(do, office)

    with pytest.raises(Conflict) as refused:
        issue(do, office)

    assert refused.value.code == "quota_used"
    assert str(quota) in refused.value.id


def test_the_longest_waiting_is_called_first(do, office, clock) -> None:
    open_counter(do, office)
    first = issue(do, office)
    clock.pass_(minutes=1)
    issue(do, office)

    called = call(do, office)

    assert called is not None
    assert called.id == first.id
    assert (called.state, called.counter, called.calls) == ("called", 1, 1)


def test_nobody_waiting_is_no_error(do, office) -> None:
    open_counter(do, office)

    assert call(do, office) is None


def test_a_counter_calls_one_person_at_a_time(do, office) -> None:
    open_counter(do, office)
    issue(do, office)
    issue(do, office)
    call(do, office)

    with pytest.raises(Conflict) as refused:
        call(do, office)

    assert refused.value.code == "counter_busy"


@pytest.mark.parametrize("act", ["paused", "closed"])
def test_a_counter_that_is_not_open_calls_nobody(do, office, act) -> None:
    open_counter(do, office)
    if act == "paused":
        do(lambda tx: counters.pause_counter(tx, office, counter=1, reason="istirahat"))
    else:
        do(lambda tx: counters.close_counter(tx, office, counter=1))
    issue(do, office)

    with pytest.raises(Conflict) as refused:
        call(do, office)

    assert refused.value.code == f"counter_{act}"


def test_an_unknown_counter_is_not_found(do, office) -> None:
    with pytest.raises(NotFound):
        open_counter(do, office, counter=77)


def test_after_two_priority_calls_the_general_queue_has_a_turn(house, do, office, clock) -> None:
    open_counter(do, office)
    for _ in range(2):
        issue(do, office)
    for _ in range(3):
        issue(do, office, segment="priority")

    order = []
    for _ in range(5):
        called = call(do, office)
        order.append(called.segment)
        do(lambda tx, ticket=called.id: queue.finish(tx, ticket=ticket))

    assert order == ["priority", "priority", "general", "priority", "general"]
    sound(house)


def test_whoever_waits_over_the_maximum_goes_before_priority(do, office, clock) -> None:
    open_counter(do, office)
    old = issue(do, office)
    clock.pass_(minutes=office.lane("intake").max_wait_min + 1)
    issue(do, office, segment="priority")

    assert call(do, office).id == old.id


def test_out_of_order_needs_a_reason_and_is_marked(house, do, office, clock) -> None:
    open_counter(do, office)
    issue(do, office)
    clock.pass_(minutes=1)
    later = issue(do, office)

    with pytest.raises(BadInput):
        call(do, office, ticket=later.id)
    called = call(do, office, ticket=later.id, reason="kembali dari bank")

    assert called.id == later.id
    with house.database.reading_core() as connection:
        why = why_of(connection, house.office_no, office, later.id, clock.now())
    assert why.reason == "kembali dari bank"
    assert not any(one.chosen for one in why.candidates)


def test_recall_start_finish_and_the_counter_is_free(house, do, office) -> None:
    open_counter(do, office)
    issue(do, office)
    ticket = call(do, office).id

    assert do(lambda tx: queue.recall(tx, office, ticket=ticket)).calls == 2
    assert do(lambda tx: queue.start(tx, ticket=ticket)).state == "serving"
    assert do(lambda tx: queue.finish(tx, ticket=ticket)).state == "finished"

    with house.database.reading_core() as connection:
        assert tickets.at_counter(connection, house.office_no, 1) is None
    sound(house)


def test_recall_has_a_limit(do, office) -> None:
    open_counter(do, office)
    issue(do, office)
    ticket = call(do, office).id
    for _ in range(office.queue.recall_limit - 1):
        do(lambda tx: queue.recall(tx, office, ticket=ticket))

    with pytest.raises(Conflict) as refused:
        do(lambda tx: queue.recall(tx, office, ticket=ticket))

    assert refused.value.code == "recall_limit"


def test_an_absent_person_returns_behind_the_next_three(house, do, office, clock) -> None:
    open_counter(do, office)
    lost = issue(do, office)
    call(do, office)
    do(lambda tx: queue.absent(tx, office, ticket=lost.id))
    for _ in range(4):
        clock.pass_(minutes=1)
        issue(do, office)

    do(lambda tx: queue.return_(tx, office, ticket=lost.id))

    order = []
    for _ in range(5):
        called = call(do, office)
        order.append(called.number)
        do(lambda tx, ticket=called.id: queue.finish(tx, ticket=ticket))
    assert order == ["A-002", "A-003", "A-004", "A-001", "A-005"]
    sound(house)


def test_returning_too_late_is_refused(do, office, clock) -> None:
    open_counter(do, office)
    lost = issue(do, office)
    call(do, office)
    do(lambda tx: queue.absent(tx, office, ticket=lost.id))
    clock.pass_(minutes=office.queue.return_within_min + 1)

    with pytest.raises(Conflict) as refused:
        do(lambda tx: queue.return_(tx, office, ticket=lost.id))

    assert refused.value.code == "return_too_late"


def test_a_transferred_ticket_keeps_number_and_arrival(house, do, office, clock) -> None:
    open_counter(do, office, lanes=("intake", "biometrics"))
    first = issue(do, office)
    call(do, office)
    clock.pass_(minutes=1)
    issue(do, office, service="biometrics")

    moved = do(lambda tx: queue.transfer(tx, office, ticket=first.id, lane="biometrics"))

    assert (moved.number, moved.lane, moved.state) == ("A-001", "biometrics", "waiting")
    assert call(do, office).id == first.id
    sound(house)


def test_a_ticket_reserved_for_a_counter_is_called_only_there(do, office) -> None:
    open_counter(do, office, counter=1)
    open_counter(do, office, counter=2)
    ticket = issue(do, office)
    call(do, office, counter=1)
    do(lambda tx: queue.transfer(tx, office, ticket=ticket.id, counter=1))

    assert call(do, office, counter=2) is None
    assert call(do, office, counter=1).id == ticket.id


def test_a_finished_ticket_takes_no_further_act(do, office) -> None:
    open_counter(do, office)
    issue(do, office)
    ticket = call(do, office).id
    do(lambda tx: queue.finish(tx, ticket=ticket))

    for act in (queue.start, queue.finish, queue.park):
        with pytest.raises(Conflict):
            do(lambda tx, act=act: act(tx, ticket=ticket))
    with pytest.raises(Conflict):
        do(lambda tx: queue.absent(tx, office, ticket=ticket))


def test_the_snapshot_agrees_with_the_feed_position(house, do, office, clock) -> None:
    open_counter(do, office)
    issue(do, office)
    issue(do, office)
    called = call(do, office)
    clock.pass_(minutes=3, seconds=1)

    with house.database.reading_core() as connection:
        state = board.queue_state(connection, house.office_no, office, clock.now())

    intake = next(lane for lane in state.lanes if lane.lane == "intake")
    assert (intake.waiting, intake.longest_wait_s) == (1, 180)
    assert [one.number for one in state.last_calls] == [called.number]
    assert next(one for one in state.counters if one.counter == 1).ticket.id == called.id
    assert state.seq == house_seq(house)


def house_seq(house: House) -> int:
    with house.database.reading_core() as connection:
        return board.position(connection, house.office_no)


def test_numbers_after_999_have_four_digits(house, do, office) -> None:
    from sqlalchemy import insert

    from hub.models.queue import NumberSeries

    def skip(tx: Tx) -> None:
        tx.connection.execute(
            insert(NumberSeries).values(
                office=tx.office, day=office.today(tx.at), prefix="I", last=999
            )
        )

    do(skip)

    assert issue(do, office, service="information").number == "I-1000"
