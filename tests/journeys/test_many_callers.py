"""Sixteen officers press "call" at four counters at once: each ticket comes to one counter."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import httpx
from living_hub import COUNTERS, LivingHub, key
from programs import on_both_databases

pytestmark = on_both_databases
TICKETS, CALLERS_A_COUNTER = 40, 4
SERVICES = ("information", "stay_permit", "complaint", "payment", "citizen_passport")


def test_each_ticket_is_called_to_one_counter(living: Callable[..., LivingHub]) -> None:
    hub = living()

    issued = asyncio.run(_issue(hub))
    called = asyncio.run(_call_all(hub))

    assert Counter(ticket for ticket, _ in called) == Counter(dict.fromkeys(issued, 1))
    calls = [event for event in hub.events() if event["kind"] == "ticket.called"]
    where = {str(event["subject"]): event["body"]["counter"] for event in calls}  # type: ignore[index] # JSON
    assert len(calls) == TICKETS
    assert where == dict(called)


async def _issue(hub: LivingHub) -> list[str]:
    async with hub.asks("kiosk") as kiosk:
        for_each = [
            kiosk.post("/api/tickets", json={"service": service}, headers=key())
            for service in (SERVICES * TICKETS)[:TICKETS]
        ]
        answers = await asyncio.gather(*for_each)
    assert {answer.status_code for answer in answers} == {httpx.codes.CREATED}
    return [answer.json()["id"] for answer in answers]


async def _call_all(hub: LivingHub) -> list[tuple[str, int]]:
    called: list[tuple[str, int]] = []
    for counter in COUNTERS:
        async with hub.asks() as program:
            opened = await program.post(f"/api/counters/{counter}/open", json={}, headers=key())
            assert opened.status_code == httpx.codes.OK, opened.text
    async with hub.asks() as program:
        await asyncio.gather(
            *(
                _officer(program, counter, called)
                for counter in COUNTERS
                for _ in range(CALLERS_A_COUNTER)
            )
        )
    return called


async def _officer(client: httpx.AsyncClient, counter: int, called: list[tuple[str, int]]) -> None:
    """Call, serve and finish until nobody waits; a colleague at the same counter may be first."""
    while True:
        answer = await client.post(f"/api/counters/{counter}/call-next", json={}, headers=key())
        if answer.status_code == httpx.codes.NO_CONTENT:
            return
        if answer.status_code == httpx.codes.CONFLICT:
            assert answer.json()["code"] == "counter_busy", answer.text
            await asyncio.sleep(0)  # the colleague's turn
            continue
        assert answer.status_code == httpx.codes.OK, answer.text
        ticket = answer.json()
        called.append((ticket["id"], ticket["counter"]))
        for act, body in (("start", {}), ("finish", {"outcome": "done"})):
            path = f"/api/tickets/{ticket['id']}/{act}"
            done = await client.post(path, json=body, headers=key())
            assert done.status_code == httpx.codes.OK, done.text
