"""Sixteen counters call at the same time: nobody is called twice, nobody is forgotten."""

from __future__ import annotations

import asyncio

import msgspec

from hub import queue
from hub.check import check_records
from hub.house import House
from hub.queue import counters
from hub.wire import IssueTicket
from hub.writer import Actor, Writer

PEOPLE = 160
COUNTERS = 16


def sixteen_counters(house: House):
    sample = house.procedure.office
    desk = msgspec.structs.replace(sample.counters[0], lanes=("information", "intake"))
    desks = tuple(msgspec.structs.replace(desk, number=n + 1) for n in range(COUNTERS))
    return msgspec.structs.replace(sample, counter_list=desks)


def officer(number: int) -> Actor:
    return Actor("officer", f"o{number}", "", counter=number)


def test_sixteen_counters_call_everybody_once(house: House, run) -> None:
    office = sixteen_counters(house)

    async def issue(writer: Writer) -> list[str]:
        ask = IssueTicket(service="information")
        done = await asyncio.gather(
            *(writer.run(lambda tx: queue.issue(tx, office, ask), actor=officer(1))
              for _ in range(PEOPLE))
        )  # fmt: skip
        return [one.value.id for one in done]

    async def work(writer: Writer, number: int) -> list[str]:
        me, called = officer(number), []
        await writer.run(lambda tx: counters.open_counter(tx, office, counter=number), actor=me)
        while (
            done := await writer.run(
                lambda tx: queue.call_next(tx, office, counter=number), actor=me
            )
        ).value is not None:
            ticket = done.value.id
            called.append(ticket)
            if number % 3 == 0 and len(called) % 4 == 1:
                await writer.run(lambda tx, t=ticket: queue.undo(tx, office, ticket=t), actor=me)
                called.pop()
                continue
            await writer.run(lambda tx, t=ticket: queue.finish(tx, ticket=t), actor=me)
        return called

    async def day(writer: Writer) -> tuple[list[str], list[str]]:
        issued = await issue(writer)
        parts = await asyncio.gather(*(work(writer, n + 1) for n in range(COUNTERS)))
        return issued, [ticket for part in parts for ticket in part]

    issued, called = run(day)

    assert sorted(called) == sorted(issued)
    with house.database.reading_core() as connection:
        assert check_records(connection, house.office_no) == []


def test_the_loser_of_a_race_gets_the_next_person(house: House, run) -> None:
    office = sixteen_counters(house)

    async def race(writer: Writer) -> list[object]:
        for number in (1, 2, 3):
            await writer.run(
                lambda tx, n=number: counters.open_counter(tx, office, counter=n),
                actor=officer(number),
            )
        ask = IssueTicket(service="information")
        for _ in range(2):
            await writer.run(lambda tx: queue.issue(tx, office, ask), actor=officer(1))
        return await asyncio.gather(
            *(writer.run(lambda tx, n=n: queue.call_next(tx, office, counter=n), actor=officer(n))
              for n in (1, 2, 3))
        )  # fmt: skip

    called = [done.value for done in run(race)]

    assert [one.number if one else None for one in called] == ["I-001", "I-002", None]
