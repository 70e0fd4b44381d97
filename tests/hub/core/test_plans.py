"""Issue and call search by index, however many wait: asked of SQLite for their real statements."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub import queue
from hub.house import House
from hub.queue import counters
from hub.remembered import Memory, Request
from hub.wire import IssueTicket
from hub.writer import Actor, Tx

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
OFFICER = Actor("officer", "o1", "Contoh", frozenset({"counter_officer"}), 1)


@pytest.fixture
def plans_of(house: House) -> Callable[[Callable[[Tx], object]], dict[str, str]]:
    """Run a command and return the plan of each of its statements on the busy tables."""

    def explain(tx: Tx, statement: str) -> str:
        cursor = tx.connection.connection.cursor()
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return "; ".join(str(row[3]) for row in cursor.fetchall())

    def run(command: Callable[[Tx], object]) -> dict[str, str]:
        def explained(tx: Tx) -> dict[str, str]:
            told: list[str] = []
            driver = tx.connection.connection.driver_connection
            assert driver is not None
            driver.set_trace_callback(told.append)  # with the values in their places
            command(tx)
            driver.set_trace_callback(None)
            return {statement: explain(tx, statement) for statement in told}

        return house.writer().run_alone(explained, actor=OFFICER)

    return run


def issue(house: House) -> Callable[[Tx], object]:
    office = house.procedure.office
    return lambda tx: queue.issue(tx, office, IssueTicket(service="information"))


def scans(plans: dict[str, str]) -> list[str]:
    # the groups and the counters are few; people, visits, calls and events are many
    many = ("tickets", "head", "visits", "calls", "events", "commands", "number_series")
    return [
        f"{statement}: {plan}"
        for statement, plan in plans.items()
        if any(part.split()[:2] == ["SCAN", name] for part in plan.split("; ") for name in many)
        or "TEMP B-TREE" in plan
    ]


def test_issuing_reads_no_table_through(house: House, plans_of) -> None:
    plans_of(issue(house))

    plans = plans_of(issue(house))

    assert scans(plans) == []
    assert any("number_series" in statement for statement in plans)


def test_the_keys_of_a_batch_are_looked_up_by_index(house: House, plans_of) -> None:
    asked = [Request("station:k1", f"key-{n:05d}", "issue", "") for n in range(9)]

    plans = plans_of(lambda tx: Memory(tx.connection, tx.office).look_up(asked))

    assert scans(plans) == []
    assert any("(office=? AND actor=? AND key=?)" in plan for plan in plans.values())


def test_a_call_finds_heads_and_the_busy_counter_by_their_partial_indexes(
    house: House, plans_of
) -> None:
    office = house.procedure.office
    counter = next(one for one in office.counters if "information" in one.lanes).number
    plans_of(issue(house))
    plans_of(lambda tx: counters.open_counter(tx, office, counter=counter))

    plans = plans_of(lambda tx: queue.call_next(tx, office, counter=counter))

    assert scans(plans) == []
    used = " ".join(plans.values())
    assert "ix_tickets_waiting" in used
    assert "uq_tickets_at_counter" in used
