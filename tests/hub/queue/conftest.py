"""An office for the queue's rules, and a short way to command it."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from hub import queue
from hub.check import check_records
from hub.house import House
from hub.office import OfficeConfig
from hub.queue import counters
from hub.wire import IssueTicket, Ticket
from hub.writer import Actor

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def office(house: House) -> OfficeConfig:
    return house.procedure.office


class Hall:
    """The hub as people use it: each act is one command of somebody."""

    def __init__(self, house: House, clock: object) -> None:
        self.house = house
        self.clock = clock
        self.office = house.procedure.office
        self._writer = house.writer()

    def do(self, command, by: str = "o1"):
        return self._writer.run_alone(command, actor=Actor("officer", by, ""))

    def change(self, **queue_rules: object) -> None:
        """Change rules of `[queue]`."""
        changed = msgspec.structs.replace(self.office.queue, **queue_rules)
        self.office = msgspec.structs.replace(self.office, queue=changed)

    def issue(self, service: str = "skim", *, booked=None, **wanted: object) -> Ticket:
        self.clock.pass_(seconds=1)
        ask = IssueTicket(service=service, **wanted)
        return self.do(lambda tx: queue.issue(tx, self.office, ask, booked=booked))

    def open(self, counter: int = 1, *lanes: str, **more: object) -> None:
        self.do(
            lambda tx: counters.open_counter(tx, self.office, counter=counter, lanes=lanes, **more)
        )

    def call(self, counter: int = 1, by: str = "o1", **wanted: object) -> Ticket | None:
        return self.do(lambda tx: queue.call_next(tx, self.office, counter=counter, **wanted), by)

    def start(self, ticket: Ticket) -> Ticket:
        return self.do(lambda tx: queue.start(tx, ticket=ticket.id))

    def finish(self, ticket: Ticket, by: str = "o1", **more: object) -> Ticket:
        return self.do(lambda tx: queue.finish(tx, ticket=ticket.id, **more), by)

    def absent(self, ticket: Ticket) -> Ticket:
        return self.do(lambda tx: queue.absent(tx, self.office, ticket=ticket.id))

    def return_(self, ticket: Ticket) -> Ticket:
        return self.do(lambda tx: queue.return_(tx, self.office, ticket=ticket.id))

    def transfer(self, ticket: Ticket, **to: object) -> Ticket:
        return self.do(lambda tx: queue.transfer(tx, self.office, ticket=ticket.id, **to))

    def park(self, ticket: Ticket) -> Ticket:
        return self.do(lambda tx: queue.park(tx, ticket=ticket.id, reason="fotokopi"))

    def resume(self, ticket: Ticket, counter: int | None = None) -> Ticket:
        return self.do(lambda tx: queue.resume(tx, self.office, ticket=ticket.id, counter=counter))

    def undo(self, ticket: Ticket, by: str = "o1") -> Ticket:
        return self.do(lambda tx: queue.undo(tx, self.office, ticket=ticket.id), by)

    def order(self, counter: int = 1) -> list[str]:
        """Call and finish until nobody is left; return the numbers in the order of the calls."""
        numbers = []
        while (called := self.call(counter)) is not None:
            numbers.append(called.number)
            self.finish(called)
        return numbers

    def sound(self) -> None:
        with self.house.database.reading_core() as connection:
            assert check_records(connection, self.house.office_no) == []


@pytest.fixture
def hall(house: House, clock) -> Hall:
    opened = Hall(house, clock)
    yield opened
    opened.sound()
