"""Joint commands: done in one go with their neighbours, told as if one had run after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pytest
from sqlalchemy import insert, select

from hub import check, queue
from hub.errors import BadInput, Conflict, Refused
from hub.house import House
from hub.models.queue import CommandRow, EventRow, TicketRow, Visit
from hub.models.schema import new_id
from hub.queue import counters
from hub.queue.giving import NumberAsked
from hub.wire import IssueTicket, Ticket
from hub.writer import Actor, Done, Joint, Tx, Writer

KIOSK = Actor("station", "k1", "Kios 1", frozenset({"kiosk"}))


class Asking:
    """Asks for numbers by one kind of command, and notes how many were done in each go."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.rows: list[int] = []

    def together(self, asked: Sequence[tuple[Tx, NumberAsked]]) -> list[Ticket | Refused]:
        self.rows.append(len(asked))
        return queue.issue_all(asked)

    def commands(self, *services: str) -> list[Joint[NumberAsked, Ticket]]:
        office, kind = self.house.procedure.office, self.together
        wanted = [IssueTicket(service=service) for service in services]
        return [Joint(kind, NumberAsked(office, one)) for one in wanted]


def told(
    run, *commands: Joint[NumberAsked, Ticket], keys: Sequence[str] = ()
) -> list[Done[Ticket] | BaseException]:
    """Let the commands wait together; return what each is told."""

    async def body(writer: Writer) -> list[Done[Ticket] | BaseException]:
        named = list(keys) or [f"key-{n:05d}" for n in range(len(commands))]
        waiting = [
            writer.run(one, actor=KIOSK, key=key, name="issue", answer=Ticket)
            for one, key in zip(commands, named, strict=True)
        ]
        return await asyncio.gather(*waiting, return_exceptions=True)

    outcomes: list[Done[Ticket] | BaseException] = run(body)
    return outcomes


def sound(house: House) -> None:
    with house.database.reading_core() as connection:
        assert check.check_records(connection, house.office_no) == []


def test_neighbours_get_numbers_places_and_events_in_their_order(house, run) -> None:
    asking = Asking(house)

    answers = told(run, *asking.commands(*["information"] * 20))

    given = [one.value for one in answers]
    assert max(asking.rows) > 1
    assert [one.number for one in given] == [f"I-{n:03d}" for n in range(1, 21)]
    assert [one.ahead for one in given] == list(range(20))
    assert sorted(one.issued_at for one in given) == [one.issued_at for one in given]
    assert len({one.issued_at for one in given}) == 20
    with house.database.reading_core() as connection:
        query = select(EventRow.seq, EventRow.subject).where(EventRow.kind == "ticket.issued")
        events = {row.subject: row.seq for row in connection.execute(query)}
    assert [events[one.value.id] for one in answers] == [one.seq for one in answers]
    sound(house)


def test_one_that_is_refused_takes_no_number_and_refuses_nobody_else(house, run) -> None:
    asking = Asking(house)

    answers = told(run, *asking.commands("information", "no-such", "information", "skim"))

    assert isinstance(answers[1], BadInput)
    assert answers[1].code == "ticket_request"
    numbers = [one.value.number for one in answers if isinstance(one, Done)]
    assert numbers == ["I-001", "I-002", "A-001"]
    with house.database.reading_core() as connection:
        assert len(connection.execute(select(CommandRow.key)).all()) == 3
    sound(house)


def test_a_repeated_key_among_neighbours_is_one_ticket(house, run) -> None:
    asking = Asking(house)
    keys = ["key-00001", "key-00002", "key-00001", "key-00003", "key-00001"]

    answers = told(run, *asking.commands(*["information"] * 5), keys=keys)
    again = told(run, *asking.commands(*["information"] * 5), keys=keys)

    numbers = [one.value.number for one in answers]
    assert numbers == ["I-001", "I-002", "I-001", "I-003", "I-001"]
    assert [one.body for one in again] == [one.body for one in answers]
    assert all(one.replayed for one in again)
    sound(house)


def test_a_number_that_exists_already_is_refused_to_one_only(house, run) -> None:
    asking = Asking(house)

    def forge(tx: Tx) -> None:
        office = house.procedure.office
        given = queue.issue(tx, office, IssueTicket(service="information"))
        of = (TicketRow.office == tx.office, TicketRow.id == given.id)
        row = tx.connection.execute(select(TicketRow.__table__).where(*of)).one()._asdict()
        visit = {"office": tx.office, "id": new_id(), "day": row["day"], "opened_at": tx.at}
        tx.connection.execute(insert(Visit), visit)
        forged = {**row, "id": new_id(), "visit": visit["id"], "serial": 3, "state": "ended"}
        tx.connection.execute(insert(TicketRow), forged)
        assert given.number == "I-001"

    house.writer().run_alone(forge, actor=KIOSK)

    answers = told(run, *asking.commands(*["information"] * 4))

    # the series stands before the forged number as long as nobody gets past it
    assert [type(one) for one in answers] == [Done, Conflict, Conflict, Conflict]
    assert answers[0].value.number == "I-002"
    assert max(asking.rows) > 1
    assert asking.rows[-1] == 1


def test_a_bug_in_what_is_done_together_lets_each_run_alone(
    house, run, caplog: pytest.LogCaptureFixture
) -> None:
    office = house.procedure.office

    def only_alone(asked: Sequence[tuple[Tx, NumberAsked]]) -> list[Ticket | Refused]:
        given = queue.issue_all(asked)
        if len(asked) > 1:
            raise KeyError("a bug")
        return given

    ask = NumberAsked(office, IssueTicket(service="information"))
    with caplog.at_level(logging.CRITICAL, "hub.writer"):
        answers = told(run, *[Joint(only_alone, ask) for _ in range(6)])

    assert [one.value.number for one in answers] == [f"I-{n:03d}" for n in range(1, 7)]
    sound(house)


def test_other_commands_between_them_run_in_their_place(house, run) -> None:
    office = house.procedure.office
    asking = Asking(house)
    number = next(one for one in office.counters if "information" in one.lanes).number
    house.writer().run_alone(
        lambda tx: counters.open_counter(tx, office, counter=number), actor=KIOSK
    )

    def call(tx: Tx) -> Ticket | None:
        return queue.call_next(tx, office, counter=number)

    async def body(writer: Writer) -> list[object]:
        first, second, third = asking.commands(*["information"] * 3)
        waiting = (writer.run(one, actor=KIOSK) for one in (call, first, second, call, third))
        return [one.value for one in await asyncio.gather(*waiting)]

    nobody, first, second, called, third = run(body)

    assert nobody is None
    assert called.id == first.id
    assert (second.ahead, third.ahead) == (1, 1)
    sound(house)
