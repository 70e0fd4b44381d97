"""kill -9 of the hub while many people take numbers: none is lost, none is given twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing

import httpx
from living_hub import LivingHub
from programs import on_both_databases

from hub.client import HubClient, follow
from hub.wire import Event

pytestmark = on_both_databases
ISSUERS, EACH = 16, 6
BODY = {"service": "information"}


def test_every_acknowledged_ticket_survives_and_a_retry_gives_the_same(
    living: Callable[..., LivingHub],
) -> None:
    hub = living()

    given = asyncio.run(_issue_through_a_kill(hub))

    again = asyncio.run(_ask_again(hub, list(given)))
    assert again == given
    assert len(given) == ISSUERS * EACH
    assert not [number for number, times in Counter(given.values()).items() if times > 1]
    events = hub.events()
    issued = Counter(event["subject"] for event in events if event["kind"] == "ticket.issued")
    assert set(issued) == {ticket for ticket, _ in given.values()}
    assert set(issued.values()) == {1}


def test_the_feed_goes_on_after_the_kill_without_a_gap(living: Callable[..., LivingHub]) -> None:
    hub = living()

    heard = asyncio.run(_follow_through_a_kill(hub))

    kept = hub.events()
    assert [event.seq for event in heard] == [event["seq"] for event in kept]
    assert sum(event.kind == "ticket.issued" for event in heard) == ISSUERS * EACH


async def _issue_through_a_kill(hub: LivingHub) -> dict[str, tuple[str, str]]:
    """Return (ticket, number) by idempotency key; the hub is killed after a third of them."""
    given: dict[str, tuple[str, str]] = {}
    enough = asyncio.Event()

    async def issue(client: httpx.AsyncClient, person: int) -> None:
        for turn in range(EACH):
            key = f"person-{person:02d}-ticket-{turn:02d}"
            given[key] = await _insist(client, key)
            if len(given) >= ISSUERS * EACH // 3:
                enough.set()

    async with hub.asks("kiosk") as client:
        issuers = [asyncio.create_task(issue(client, person)) for person in range(ISSUERS)]
        await enough.wait()
        hub.kill()
        hub.start()  # must be the main thread: the hub ends when the thread that made it does
        await asyncio.gather(*issuers)
    return given


async def _insist(client: httpx.AsyncClient, key: str) -> tuple[str, str]:
    """Ask for a ticket under one key until the hub answers."""
    while True:
        try:
            answer = await client.post("/api/tickets", json=BODY, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            await asyncio.sleep(0.1)  # the hub is dead: as a kiosk does, a little later again
            continue
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            continue
        assert answer.status_code == httpx.codes.CREATED, answer.text
        ticket = answer.json()
        return ticket["id"], ticket["number"]


async def _ask_again(hub: LivingHub, keys: list[str]) -> dict[str, tuple[str, str]]:
    async with hub.asks("kiosk") as client:
        return {key: await _insist(client, key) for key in keys}


async def _follow_through_a_kill(hub: LivingHub) -> list[Event]:
    heard: list[Event] = []
    async with HubClient(hub.url, hub.token("program")) as station:

        async def listen() -> None:
            async with aclosing(follow(station, 0)) as items:
                async for item in items:
                    assert isinstance(item, Event), "the feed began anew instead of going on"
                    heard.append(item)

        listening = asyncio.create_task(listen())
        given = await _issue_through_a_kill(hub)
        async with asyncio.timeout(120):
            while sum(event.kind == "ticket.issued" for event in heard) < len(given):
                assert not listening.done(), listening
                await asyncio.sleep(0.05)  # until the last event has come
        listening.cancel()
    return heard
