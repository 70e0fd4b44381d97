"""Two hub processes on one database: whoever is asked, it is the same office."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing

import httpx
import pytest
from living_hub import COUNTERS, LivingHub, key

from hub.client import HubClient, follow
from hub.wire import Event

pytestmark = pytest.mark.parametrize("living", ["postgresql"], indirect=True)

BODY = {"service": "information"}
TICKETS = 60
SERVICES = ("information", "stay_permit", "complaint", "payment", "citizen_passport")


def issue(hub: LivingHub, idempotency_key: str = "") -> httpx.Response:
    with hub.client("kiosk") as kiosk:
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else key()
        return kiosk.post("/api/tickets", json=BODY, headers=headers)


def test_a_client_hears_what_another_hub_did(living: Callable[..., LivingHub]) -> None:
    one = living()
    other = one.beside()

    heard, seqs = asyncio.run(_follow_while_both_issue(one, other))

    assert heard == [event["seq"] for event in one.events()]
    assert set(seqs) <= set(heard)


def test_one_that_comes_from_another_hub_goes_on_without_a_reset(
    living: Callable[..., LivingHub],
) -> None:
    one = living()
    other = one.beside()

    for _ in range(12):
        seq = int(issue(one).headers["loket-seq"])

        heard, last = _heard_after(other, one, seq)

        assert heard == _exactly(one, seq, last)
        assert heard[-1] == last


def test_the_same_key_at_two_hubs_is_one_ticket(living: Callable[..., LivingHub]) -> None:
    one = living()
    other = one.beside()

    tickets = asyncio.run(_ask_both_at_once(one, other))

    assert len(tickets) == TICKETS
    assert all(len(ids) == 1 for ids in tickets.values())
    issued = [event for event in one.events() if event["kind"] == "ticket.issued"]
    assert len(issued) == TICKETS


def test_callers_at_two_hubs_never_call_the_same_person(living: Callable[..., LivingHub]) -> None:
    one = living()
    other = one.beside()

    issued = asyncio.run(_issue_at(one, other))
    called = asyncio.run(_call_all(one, other))

    assert Counter(called) == Counter(dict.fromkeys(issued, 1))
    calls = [str(event["subject"]) for event in other.events() if event["kind"] == "ticket.called"]
    assert Counter(calls) == Counter(called)


def test_a_hub_that_dies_takes_nothing_with_it(living: Callable[..., LivingHub]) -> None:
    one = living()
    other = one.beside()
    given = {name: issue(other, name).json()["id"] for name in ("person-one", "person-two")}

    other.kill()

    assert {name: issue(one, name).json()["id"] for name in given} == given
    assert issue(one).status_code == httpx.codes.CREATED


def test_a_lost_listener_is_replaced_by_asking(living: Callable[..., LivingHub], cluster) -> None:
    one = living()
    other = one.beside()

    assert cluster.end_connections("LISTEN%") == 2
    seq = int(issue(one).headers["loket-seq"])

    heard, last = _heard_after(other, one, seq)

    assert heard == _exactly(one, seq, last)
    assert heard[-1] == last
    with other.client() as client:
        assert client.get("/api/queue").json()["seq"] >= seq


async def _follow_while_both_issue(one: LivingHub, other: LivingHub) -> tuple[list[int], list[int]]:
    """Return the numbers heard at `other`, and those that both hubs answered with."""
    heard: list[int] = []
    async with HubClient(other.url, other.token("program")) as station:

        async def listen() -> None:
            async with aclosing(follow(station, 0)) as items:
                async for item in items:
                    assert isinstance(item, Event)
                    heard.append(item.seq)

        listening = asyncio.create_task(listen())
        answers = await _issue_many(one, other)
        seqs = [int(answer.headers["loket-seq"]) for answer in answers]
        async with asyncio.timeout(60):
            while not heard or heard[-1] < max(seqs):
                assert not listening.done(), listening
                await asyncio.sleep(0.02)  # until the last event has come
        listening.cancel()
    return heard, seqs


async def _issue_many(one: LivingHub, other: LivingHub) -> list[httpx.Response]:
    async with one.asks("kiosk") as here, other.asks("kiosk") as there:
        return await asyncio.gather(
            *(
                (here, there)[turn % 2].post(
                    "/api/tickets", json={"service": SERVICES[turn % 5]}, headers=key()
                )
                for turn in range(TICKETS)
            )
        )


async def _ask_both_at_once(one: LivingHub, other: LivingHub) -> dict[str, set[str]]:
    async def ask(client: httpx.AsyncClient, name: str) -> tuple[str, str]:
        answer = await client.post("/api/tickets", json=BODY, headers={"Idempotency-Key": name})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return name, str(answer.json()["id"])

    names = [f"person-{n:03d}" for n in range(TICKETS)]
    async with one.asks("kiosk") as here, other.asks("kiosk") as there:
        told = await asyncio.gather(*(ask(hub, name) for name in names for hub in (here, there)))
    return {name: {ticket for asked, ticket in told if asked == name} for name in names}


async def _issue_at(one: LivingHub, other: LivingHub) -> list[str]:
    answers = await _issue_many(one, other)
    assert {answer.status_code for answer in answers} == {httpx.codes.CREATED}
    return [str(answer.json()["id"]) for answer in answers]


async def _call_all(one: LivingHub, other: LivingHub) -> list[str]:
    called: list[str] = []
    async with one.asks() as here, other.asks() as there:
        for counter in COUNTERS:
            opened = await here.post(f"/api/counters/{counter}/open", json={}, headers=key())
            assert opened.status_code == httpx.codes.OK, opened.text
        await asyncio.gather(
            *(
                _officer(client, counter, called)
                for counter in COUNTERS
                for client in (here, there, here, there)
            )
        )
    return called


async def _officer(client: httpx.AsyncClient, counter: int, called: list[str]) -> None:
    while True:
        answer = await client.post(f"/api/counters/{counter}/call-next", json={}, headers=key())
        if answer.status_code == httpx.codes.NO_CONTENT:
            return
        if answer.status_code == httpx.codes.CONFLICT:
            assert answer.json()["code"] == "counter_busy", answer.text
            await asyncio.sleep(0)  # a colleague at the same counter was first
            continue
        assert answer.status_code == httpx.codes.OK, answer.text
        ticket = answer.json()["id"]
        called.append(ticket)
        for act, body in (("start", {}), ("finish", {"outcome": "done"})):
            done = await client.post(f"/api/tickets/{ticket}/{act}", json=body, headers=key())
            assert done.status_code == httpx.codes.OK, done.text


def _heard_after(hub: LivingHub, one: LivingHub, seq: int) -> tuple[list[int], int]:
    """Follow `hub` from `seq` while `one` issues a ticket; return what is heard up to it, and it.

    Between them a hub may write what a program may not see: how far the list is loaded
    (`cekal.progressed`, at its start). That is a bare position, later than `seq`, and no gap.
    """
    heard: list[int] = []
    with (
        hub.client() as client,
        client.stream("GET", "/api/feed", params={"after": seq}) as answer,
    ):
        last, position, named = int(issue(one).headers["loket-seq"]), seq, ""
        for line in answer.iter_lines():
            name, _, text = line.partition(": ")
            if name == "id":
                assert position <= int(text), "positions never go back"
                position = int(text)
            elif name == "event":
                named = text
                assert named != "reset", "everything after `seq` was there to be told"
                heard.append(position)
            elif not line and position >= last:
                break
    return heard, last


def _exactly(hub: LivingHub, after: int, until: int) -> list[int]:
    """What the table holds between, as a program reads it from the beginning."""
    return [seq for event in hub.events() if after < (seq := int(str(event["seq"]))) <= until]
