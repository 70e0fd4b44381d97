"""A hub process that is frozen in the middle of a transaction: the other goes on without it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest
from living_hub import LivingHub

from bench.cluster import Cluster

pytestmark = pytest.mark.parametrize("living", ["postgresql"], indirect=True)

BODY = {"service": "information"}
KIOSKS, EACH = 8, 12
FREED_WITHIN_S = 45.0
"""Two seconds for the database to cut the frozen session, the rest for a loaded machine."""


def test_a_frozen_hub_loses_the_lock_and_nothing_is_given_twice(
    living: Callable[..., LivingHub], cluster: Cluster
) -> None:
    frozen = living()
    awake = frozen.beside()

    given, waited_s = asyncio.run(_freeze_under_load(frozen, awake, cluster))

    assert waited_s < FREED_WITHIN_S
    assert len(given) == 2 * KIOSKS * EACH
    assert not [number for number, times in Counter(given).items() if times > 1]
    issued = [event for event in awake.events() if event["kind"] == "ticket.issued"]
    assert len(issued) == len(given)


async def _freeze_under_load(
    frozen: LivingHub, awake: LivingHub, cluster: Cluster
) -> tuple[list[str], float]:
    """Return all numbers given, and how long the other hub stood still."""
    given: dict[str, list[str]] = {frozen.url: [], awake.url: []}

    async def issue(hub: LivingHub, client: httpx.AsyncClient, person: int) -> None:
        for turn in range(EACH):
            key = f"{hub.port}-person-{person:02d}-{turn:02d}"
            given[hub.url].append(await _insist(client, key))

    async with frozen.asks("kiosk") as here, awake.asks("kiosk") as there:
        people = [
            asyncio.create_task(issue(hub, client, person))
            for hub, client in ((frozen, here), (awake, there))
            for person in range(KIOSKS)
        ]
        await _freeze_in_a_transaction(frozen, cluster, people)
        began, before = time.monotonic(), len(given[awake.url])
        while len(given[awake.url]) == before and not all(one.done() for one in people[KIOSKS:]):
            await asyncio.sleep(0.02)  # until the other hub has the lock
        waited_s = time.monotonic() - began
        frozen.child.signal(signal.SIGCONT)
        await asyncio.gather(*people)
    return [number for numbers in given.values() for number in numbers], waited_s


async def _freeze_in_a_transaction(
    hub: LivingHub, cluster: Cluster, people: list[asyncio.Task[None]]
) -> None:
    """Stop the process; if it holds no open transaction then, let it run and try again."""
    while not any(person.done() for person in people[:KIOSKS]):
        hub.child.signal(signal.SIGSTOP)
        if cluster.holds_transaction(hub.child.pid):
            return
        hub.child.signal(signal.SIGCONT)
        await asyncio.sleep(0.003)  # let it come to another place of its work
    message = "the hub was never found inside a transaction"
    raise AssertionError(message)


async def _insist(client: httpx.AsyncClient, key: str) -> str:
    while True:
        try:
            answer = await client.post("/api/tickets", json=BODY, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            await asyncio.sleep(0.1)  # it is frozen: as a kiosk does, a little later again
            continue
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            assert answer.status_code == httpx.codes.CREATED, answer.text
            return str(answer.json()["number"])
