"""A kiosk without its hub: own numbers through drops, repeats, power cuts and changes of day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from rude_hub import RudeHub, serving
from sqlalchemy import select

from hub import queue, stations
from hub.check import check_records
from hub.client import HubClient, Unreachable
from hub.errors import BadInput
from hub.house import House
from hub.models.queue import TicketRow
from hub.office import OfficeConfig
from hub.opening import days, numbers, quotas
from hub.opening.alone import alone_state
from hub.opening.number_accounts import accounts
from hub.tickets import number_of
from hub.wire import IssueTicket, Ticket, TicketPrinted
from hub.wire.opening import OfflineTicket
from hub.writer import Actor, Writer
from kiosk.effects import SendRequest
from kiosk.events import RequestRefused, TicketIssued
from kiosk.link import Link
from kiosk.outbox import Outbox

Act = Callable[..., object]
ON_SQLITE = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


@pytest.fixture
def kiosk(act: Act, office: OfficeConfig, house: House) -> Actor:
    token = act(lambda tx: stations.add(tx, office, kind="kiosk", name="kiosk 1"))
    with house.database.reading_core() as connection:
        return stations.by_token(connection, house.office_no, str(token))


def told(house: House, **more: object) -> OfflineTicket:
    values = {"service": "information", "serial": 1, "given_at": house.clock.now()}
    return OfflineTicket(**{**values, **more})  # type: ignore[arg-type]


def findings(house: House) -> list[str]:
    with house.database.reading_core() as connection:
        return check_records(connection, house.office_no)


def test_a_request_whose_answer_was_lost_ends_when_its_person_has_an_own_number(
    house: House, office: OfficeConfig, kiosk: Actor, act: Act
) -> None:
    writer = Writer(house.database, house.office_no, house.clock)
    ask = IssueTicket(service="information")

    async def story() -> tuple[Ticket, Ticket]:
        writer.start()
        lost = await writer.run(
            lambda tx: queue.issue(tx, office, ask),
            actor=kiosk,
            key="person-1",
            request=b"x",
            name="POST /api/tickets",
        )
        house.clock.pass_(minutes=3)
        own = await writer.run(
            lambda tx: numbers.accept_offline(tx, office, told(house, instead_of="person-1")),
            actor=kiosk,
            key="person-1-own",
            request=b"y",
            name="POST /api/tickets/offline",
        )
        await writer.stop()
        return lost.value, own.value

    lost, own = asyncio.run(story())

    with house.database.reading_core() as connection:
        rows = connection.execute(
            select(TicketRow.id, TicketRow.state, TicketRow.outcome, TicketRow.visit,
                   TicketRow.arrived_at).where(TicketRow.office == house.office_no)
        ).all()  # fmt: skip
    found = {row.id: row for row in rows}
    assert (found[lost.id].state, found[lost.id].outcome) == ("ended", "replaced")
    assert found[own.id].state == "waiting"
    assert found[own.id].visit == found[lost.id].visit
    assert found[own.id].arrived_at == lost.issued_at, "the person waits since they first asked"
    assert findings(house) == []


def test_a_request_still_on_its_way_can_do_nothing_any_more(
    house: House, office: OfficeConfig, kiosk: Actor
) -> None:
    writer = Writer(house.database, house.office_no, house.clock)

    async def story() -> None:
        writer.start()
        try:
            await writer.run(
                lambda tx: numbers.accept_offline(tx, office, told(house, instead_of="person-1")),
                actor=kiosk,
                key="person-1-own",
                request=b"y",
                name="POST /api/tickets/offline",
            )
            await writer.run(
                lambda tx: queue.issue(tx, office, IssueTicket(service="information")),
                actor=kiosk,
                key="person-1",
                request=b"x",
                name="POST /api/tickets",
            )
        finally:
            await writer.stop()

    with pytest.raises(BadInput) as refused:
        asyncio.run(story())

    assert refused.value.code == "key_reused"
    assert findings(house) == []


def test_the_hub_tells_a_kiosk_its_letter_its_numbers_and_the_hours_to_come(
    house: House, office: OfficeConfig, kiosk: Actor, act: Act
) -> None:
    act(lambda tx: numbers.accept_offline(tx, office, told(house, serial=4)), actor=kiosk)

    with house.database.reading_core() as connection:
        state = alone_state(connection, house.office_no, office, "Z", house.clock.now())

    assert (state.series, state.last["information"], state.last["skim"]) == ("Z", 4, 0)
    treasury = [one for one in state.spans if one.service == "payment"]
    assert {one.starts.date().isoformat() for one in treasury} == {
        "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30",
    }  # fmt: skip
    friday = [one for one in treasury if one.starts.date().isoformat() == "2026-11-27"]
    assert [f"{one.starts:%H:%M}-{one.ends:%H:%M}" for one in friday] == [
        "08:00-11:30",
        "13:00-15:15",
    ], "the Friday break, and no numbers in the last quarter of an hour"


def with_quota(office: OfficeConfig, quota: int) -> OfficeConfig:
    services = [
        msgspec.structs.replace(one, quota=quota) if one.code == "information" else one
        for one in office.services
    ]
    return msgspec.structs.replace(office, service_list=tuple(services))


def passed(house: House, office: OfficeConfig) -> dict[str, int]:
    with house.database.reading() as session:
        return quotas.passed(session.connection(), house.office_no, office, house.clock.now())


def test_a_quota_is_used_up_by_own_numbers_too_and_the_hub_counts_them(
    house: House, office: OfficeConfig, kiosk: Actor, act: Act, tmp_path: Path
) -> None:
    hub = RudeHub(house, kiosk)
    hub.office = office = with_quota(office, 4)
    act(lambda tx: queue.issue(tx, office, IssueTicket(service="information")))
    told: list[object] = []

    def now() -> float:
        house.clock.pass_(seconds=5)
        return house.clock.now().timestamp()

    async def ask(link: Link, person: str) -> object:
        key = f"person-{person}"
        await link.deliver(link.keep(SendRequest(key, IssueTicket(service="information"))))
        return told[-1]

    def number(event: object) -> str:
        assert isinstance(event, TicketIssued)
        return event.ticket.number

    async def story(url: str) -> None:
        outbox, client = Outbox(tmp_path / "kiosk"), HubClient(url, "token")
        link = Link(client, outbox, told.append, now=now, boot="b" * 32)
        await link.look()
        hub.manner = "mute"  # the hub counts this person, and the kiosk cannot know
        assert number(await ask(link, "first")) == "IZ-001"
        hub.manner = "deaf"
        assert [number(await ask(link, one)) for one in ("second", "third")] == ["IZ-002", "IZ-003"]
        assert await ask(link, "fourth") == RequestRefused("person-fourth", "quota_used")

        hub.manner = "well"
        await link.catch_up()
        hub.manner = "deaf"  # gone again before the kiosk has looked at the office
        assert await ask(link, "fifth") == RequestRefused("person-fifth", "quota_used")

        hub.manner = "well"
        office_seen = await link.look()
        assert {one.code: one.left for one in office_seen.services}["information"] == 0
        assert passed(house, office) == {}
        assert passed(house, with_quota(office, 3)) == {"information": 1}
        assert await ask(link, "sixth") == RequestRefused("person-sixth", "quota_used")
        hub.manner = "deaf"
        house.clock.pass_(days=1)
        tomorrow = [number(await ask(link, f"next-{n}")) for n in range(4)]
        assert tomorrow == ["IZ-001", "IZ-002", "IZ-003", "IZ-004"], "a new day, a new quota"
        assert await ask(link, "next-4") == RequestRefused("person-next-4", "quota_used")
        await client.close()
        outbox.close()

    with serving(hub) as url:
        asyncio.run(story(url))

    assert findings(house) == []


class PowerCut(BaseException):
    """The kiosk stops between two statements, as kill -9 makes it."""


@dataclass
class Machine:
    """A kiosk's disk, and what people saw on its screen; its programs come and go."""

    folder: Path
    url: str
    hub: RudeHub
    chance: Random
    seen: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    people: int = 0
    cut: str = ""

    def now(self) -> float:
        # every look at the clock is a while: a person waits some seconds before a third one
        self.hub.house.clock.pass_(seconds=5)
        return self.hub.house.clock.now().timestamp()

    async def start(self) -> None:
        self.outbox = Outbox(self.folder)
        self.client = HubClient(self.url, "token")
        self.link = Link(self.client, self.outbox, self._show, now=self.now, boot="b" * 32)

    async def stop(self) -> None:
        await self.client.close()
        self.outbox.close()

    async def restart(self) -> None:
        """Start again after a cut; the person is still there, or has gone."""
        await self.stop()
        if self.chance.random() < 0.5:
            self.hub.house.clock.pass_(minutes=15)
        await self.start()
        kept = self.link.unfinished()
        if kept is not None:
            self.link._office_seen.set()
            await self.within(self.link.resume(kept))

    async def person(self) -> None:
        """Somebody asks for a number, and leaves when they have seen it."""
        self.people += 1
        self.cut = self.chance.choice(("", "", "", "kept", "given", "shown"))
        key = f"person-{self.people:04d}"
        service = self.chance.choice(("information", "skim", "complaint"))
        try:
            wanted = self.link.keep(SendRequest(key, IssueTicket(service=service)))
            self._pull_the_plug("kept")
            await self.link.deliver(wanted)
            self._pull_the_plug("shown")
            if self.chance.random() < 0.7 and key in self.seen:
                self._print(key)
            self.link.leave()
        except PowerCut:
            self.cut = ""
            await self.restart()

    def _pull_the_plug(self, where: str) -> None:
        if self.cut == where:
            raise PowerCut

    async def within(self, work: object) -> None:
        try:
            await work  # type: ignore[misc]
        except PowerCut:
            self.cut = ""
            await self.restart()

    def _print(self, key: str) -> None:
        self.link.begin_print(key)
        if self.chance.random() < 0.3:
            raise PowerCut
        kept = next(one for one in self.outbox.requests() if one.wanted.key == key)
        assert kept.wanted.issued is not None
        printed = TicketPrinted(state="printed")
        self.link.settle_print(key, kept.wanted.issued.id, printed, nonce="00")

    def _show(self, event: object) -> None:
        if not isinstance(event, TicketIssued):
            return
        self._pull_the_plug("given")
        self.seen[event.key] = event.ticket.number
        if event.own:
            self.own.add(event.ticket.number)


async def _a_day(machine: Machine, steps: int) -> None:
    chance, hub = machine.chance, machine.hub
    for _ in range(steps):
        hub.manner = chance.choices(("well", "deaf", "mute"), (4, 3, 2))[0]
        match chance.choices(("person", "look", "cut", "tell"), (6, 2, 1, 3))[0]:
            case "person":
                await machine.person()
            case "cut":
                await machine.restart()
            case "look" if hub.manner == "well":
                await machine.link.look()
            case _:
                try:
                    await machine.link.catch_up()
                except Unreachable:
                    continue


async def _settled(machine: Machine) -> None:
    machine.hub.manner = "well"
    machine.link.leave()
    await machine.restart()
    machine.link.leave()
    machine.link._stand_in.void_unseen()
    await machine.link.catch_up()


@ON_SQLITE
@pytest.mark.parametrize("seed", range(6))
def test_every_number_is_one_persons_and_every_person_has_one(
    house: House, kiosk: Actor, act: Act, office: OfficeConfig, tmp_path: Path, seed: int
) -> None:
    hub = RudeHub(house, kiosk)
    chance = Random(seed)
    began = house.clock.now()

    async def story(url: str) -> Machine:
        machine = Machine(tmp_path / "kiosk", url, hub, chance)
        await machine.start()
        await machine.link.look()
        for day in range(2):
            house.clock.at = max(house.clock.at, began + timedelta(days=day))
            await _a_day(machine, 18)
        await _settled(machine)
        assert machine.link._stand_in._own.unsent() == []
        assert machine.link._stand_in._own.unseen() == []
        await machine.stop()
        return machine

    with serving(hub) as url:
        machine = asyncio.run(story(url))

    assert machine.own, "this seed never let the kiosk work alone"
    with house.database.reading_core() as connection:
        rows = connection.execute(
            select(TicketRow.day, TicketRow.prefix, TicketRow.serial, TicketRow.state)
            .where(TicketRow.office == house.office_no)
        ).all()  # fmt: skip
        numbers_of = [number_of(row.prefix, row.serial) for row in rows]
        missing = [
            one.prefix
            for day in {row.day for row in rows}
            for one in accounts(connection, house.office_no, day)
            if one.station and not one.whole
        ]
    for number in machine.own:
        assert number in numbers_of, f"{number} was shown and is no ticket"
    assert missing == [], "a number of the kiosk's series is unaccounted for"
    assert findings(house) == []
    for day in sorted({row.day for row in rows}):
        house.clock.at = max(house.clock.at, began)
        act(lambda tx, day=day: days.close(tx, office, day=day))
    assert findings(house) == []
