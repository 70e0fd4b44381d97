"""Hub and agents find each other on the loopback network."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from counter_agent.announce import announcement
from hub.announce import Announcer, Neighbours
from hub.client import HubFound, discover

pytestmark = pytest.mark.anyio

LOOPBACK = ["127.0.0.1"]


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def until(condition, limit_s: float = 60) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():
            await asyncio.sleep(0.05)  # until the condition above


async def found_within(limit_s: float, name: str) -> list[HubFound]:
    async with asyncio.timeout(limit_s):
        while True:
            hubs = [hub for hub in await discover(3, interfaces=LOOPBACK) if hub.office == name]
            if hubs:
                return hubs


async def test_an_announced_hub_is_found_with_address_scheme_and_fingerprint():
    announcer = Announcer(8443, "https", "JKT-TEST-A", LOOPBACK, fingerprint="AB:CD")
    await announcer.start()

    [hub] = await found_within(60, "JKT-TEST-A")
    await announcer.stop()

    assert hub.url == "https://127.0.0.1:8443"
    assert hub.fingerprint == "AB:CD"
    assert hub.version
    assert hub.trustworthy


async def test_two_hubs_of_one_name_are_both_found():
    first = Announcer(8001, "http", "JKT-TEST-B", LOOPBACK)
    second = Announcer(8002, "http", "JKT-TEST-B", LOOPBACK)
    await first.start()
    await second.start()

    async with asyncio.timeout(60):
        while len(hubs := await found_within(60, "JKT-TEST-B")) < 2:
            await asyncio.sleep(0.05)  # until both are heard
    await first.stop()
    await second.stop()

    assert [hub.url for hub in hubs] == ["http://127.0.0.1:8001", "http://127.0.0.1:8002"]


async def test_agents_are_listed_while_there_and_marked_when_gone():
    neighbours = Neighbours(FixedClock(), LOOPBACK)
    await neighbours.start()
    agent = announcement(73, roles=["scanner", "camera"], fingerprint="f" * 64, interfaces=LOOPBACK)
    agent.start()

    def listed(present: bool) -> bool:
        mine = [one for one in neighbours.snapshot() if one.station == "counter-73"]
        return bool(mine) and mine[0].present is present

    await until(lambda: listed(True))
    [seen] = [one for one in neighbours.snapshot() if one.station == "counter-73"]
    await agent.stop()
    await until(lambda: listed(False))
    await neighbours.stop()

    assert seen.capabilities == ("camera", "scanner")
    assert seen.fingerprint == "f" * 64
    assert seen.address == "127.0.0.1"
    assert seen.last_seen == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


async def test_without_a_network_nothing_waits_and_nothing_breaks():
    absent = ["203.0.113.77"]
    announcer = Announcer(8443, "https", "JKT-TEST-C", absent)
    neighbours = Neighbours(FixedClock(), absent)
    begun = time.monotonic()

    await announcer.start()
    await neighbours.start()
    hubs = await discover(0.5, interfaces=absent)
    await announcer.stop()
    await neighbours.stop()

    assert hubs == []
    assert time.monotonic() - begun < 45


async def test_the_environment_names_the_interfaces(monkeypatch):
    # the environment is what the program is given, and it is this test's subject
    monkeypatch.setenv("LOKET_MDNS_INTERFACES", "127.0.0.1")
    announcer = Announcer(8444, "http", "JKT-TEST-D")
    await announcer.start()

    [hub] = await found_within(60, "JKT-TEST-D")
    await announcer.stop()

    assert hub.url == "http://127.0.0.1:8444"


@pytest.mark.parametrize(
    ("url", "trustworthy"),
    [
        ("https://192.168.1.9:8443", True),
        ("http://127.0.0.1:8000", True),
        ("http://192.168.1.9:8000", False),
        ("http://127.evil.example:8000", False),
    ],
)
async def test_a_token_goes_only_over_tls_or_stays_on_the_machine(url, trustworthy):
    hub = HubFound("x", url, "1", "o", "")

    assert hub.trustworthy is trustworthy
