"""The hub checks by itself: with its own list, with an attached service, and with nobody there."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest
import uvloop
from msgspec.structs import replace as replaced
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))

from case_desk import Desk
from listed import ANNA, OTHERS, Office

from devices.emrtd.personalize import Passport, personalize
from hub.admin import SetThreshold, command_of
from hub.cases.screening.checks import newest
from hub.cekal.records import Query
from hub.clock import Clock
from hub.house import SYSTEM, House
from hub.matching.port import Answer, Away, Found, entry_version
from hub.models.cekal import CekalCheck
from hub.models.queue import EventRow
from hub.web.screener import Screener
from hub.writer import Writer

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


class National:
    """A service as an office may attach one: it knows Anna, and may be asked too much."""

    def __init__(self, *, silent: bool = False, away: bool = False, broken: bool = False) -> None:
        self.silent, self.away, self.broken = silent, away, broken

    async def ask(self, query: Query, on: date, nearest: int) -> Answer:
        if self.silent:
            await asyncio.Event().wait()
        if self.away:
            raise Away
        if self.broken:
            raise KeyError(query.id)
        return Answer([Found(ANNA, entry_version(ANNA), 0.97, "in_force")], 0.6, 7614)


@pytest.fixture(scope="module")
def passport() -> Passport:
    return personalize()


@pytest.fixture
def desk(house: House, clock: Clock, passport: Passport) -> Desk:
    return Desk(house, clock, passport)


def with_source(house: House, name: str, within_s: int = 60) -> House:
    """Return the house as if office.toml named another source."""
    rules = house.procedure.office
    cekal = replaced(rules.cekal, source=name, answers_within_s=within_s)
    procedure = dataclasses.replace(house.procedure, office=replaced(rules, cekal=cekal))
    return dataclasses.replace(house, procedure=procedure)


def serve(house: House, screener_of: Callable[[Writer], Screener], until: Awaitable) -> None:
    async def main() -> None:
        writer = Writer(house.database, house.office_no, house.clock)
        writer.start()
        screener = screener_of(writer)
        writer.listen(screener.heard)
        running = asyncio.create_task(screener.run())
        try:
            await asyncio.wait_for(until(screener), 120)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await writer.stop()

    uvloop.run(main())


def state_of(house: House, case: str) -> str:
    with house.database.reading() as session:
        check = newest(session, house.office_no, case)
        return check.state if check else ""


async def turns(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.02)  # another process answers


def test_a_new_version_checks_every_open_case_by_itself(house, desk) -> None:
    office = Office(desk)
    office.load(OTHERS)
    cases = [desk.go("3") for _ in range(3)]

    async def until(screener: Screener) -> None:
        await turns(lambda: all(state_of(house, case) == "NO_CANDIDATE" for case in cases))
        await asyncio.to_thread(office.load, [ANNA], kind="update")
        screener.look_again()
        await turns(lambda: all(state_of(house, case) == "POSSIBLE_MATCH" for case in cases))

    serve(house, lambda writer: Screener(house, writer), until)


def test_a_new_threshold_checks_every_open_case_by_itself(house, desk) -> None:
    office = Office(desk)
    office.load([*OTHERS, ANNA])
    cases = [desk.go("3") for _ in range(3)]
    writers: list[Writer] = []

    def screener_of(writer: Writer) -> Screener:
        writers.append(writer)
        return Screener(house, writer)

    async def set_to(score: float) -> None:
        command = command_of(house, SetThreshold(score, 0.01, 7, "V1", "admin"))
        await writers[0].run(command, actor=SYSTEM, name="set threshold")

    async def until(screener: Screener) -> None:
        await turns(lambda: all(state_of(house, case) == "POSSIBLE_MATCH" for case in cases))
        await set_to(1.0)
        await turns(lambda: all(state_of(house, case) == "NO_CANDIDATE" for case in cases))
        assert screener.matching.threshold == 1.0
        await set_to(0.4)
        await turns(lambda: all(state_of(house, case) == "POSSIBLE_MATCH" for case in cases))

    serve(house, screener_of, until)

    with house.database.reading() as session:
        rows = session.scalars(select(CekalCheck).where(CekalCheck.application == cases[0]))
        tokens = {row.list_token for row in rows}
    assert len(tokens) == 3


def test_an_attached_service_is_asked_in_place_of_the_list(house, desk) -> None:
    house = with_source(house, "national")
    case = desk.go("3")

    async def until(screener: Screener) -> None:
        await turns(lambda: state_of(house, case) == "POSSIBLE_MATCH")

    serve(house, lambda writer: Screener(house, writer, National()), until)

    with house.database.reading() as session:
        check = newest(session, house.office_no, case)
        assert check is not None
        assert check.list_version == "national 2026-11-23"


@pytest.mark.parametrize("how", ["silent", "away", "broken"])
def test_while_nobody_answers_nobody_is_clear(house, desk, how) -> None:
    house = with_source(house, "national", within_s=1)
    case = desk.go("3")

    async def until(screener: Screener) -> None:
        await turns(lambda: screener.progress.away)

    serve(house, lambda writer: Screener(house, writer, National(**{how: True})), until)

    assert state_of(house, case) == ""


def test_a_source_that_cannot_be_attached_is_away_and_the_screener_goes_on(house, desk) -> None:
    house = with_source(house, "not-installed")
    case = desk.go("3")

    async def until(screener: Screener) -> None:
        await turns(lambda: screener.progress.away)
        assert screener.progress.why == "failed"

    serve(house, lambda writer: Screener(house, writer), until)

    assert state_of(house, case) == ""


def test_one_question_that_fails_stands_in_nobodys_way(house, desk) -> None:
    house = with_source(house, "national")
    cases = [desk.go("3") for _ in range(4)]
    stuck = National()

    async def ask(query: Query, on: date, nearest: int) -> Answer:
        if query.id in cases[:2]:
            raise Away("nonsense")
        return await National().ask(query, on, nearest)

    stuck.ask = ask

    async def until(screener: Screener) -> None:
        await turns(lambda: all(state_of(house, case) for case in cases[2:]))
        await turns(lambda: screener.progress.why == "nonsense")

    serve(house, lambda writer: Screener(house, writer, stuck), until)

    assert [state_of(house, case) for case in cases[:2]] == ["", ""]
    with house.database.reading() as session:
        rows = session.scalars(select(EventRow).where(EventRow.kind == "cekal.answering"))
        said = [msgspec.json.decode(row.body)["why"] for row in rows]
    assert "nonsense" in said, "the pages of Wasdakim are drawn anew"
