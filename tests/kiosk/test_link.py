"""The link over real HTTP: drops, lost answers, restarts, and never a second ticket."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from offices import chip_passport
from small_hub import SmallHub, serving

from hub.client import HubClient
from hub.wire import DeviceReport, IssueTicket, Preregistration, TicketPrinted
from hub.wire.opening import CheckIn
from kiosk.effects import SendRequest
from kiosk.events import LinkChanged, OfficeSeen, RequestRefused, Resumed, TicketIssued
from kiosk.link import ABANDONED_AFTER_S, Link
from kiosk.outbox import Outbox, OutboxUnreadable

WITHIN_S = 30.0
ASK = SendRequest("visit-1", IssueTicket(service="information"))


class Kiosk:
    """A link with its outbox on disk; `told` is what it told the session."""

    def __init__(self, url: str, state: Path, *, at: float | None = None) -> None:
        self.told: list[Any] = []
        self.outbox = Outbox(state)
        self.client = HubClient(url, "token")
        now = time.time if at is None else lambda: at
        self.link = Link(self.client, self.outbox, self.told.append, now=now, boot="b" * 32)

    async def __aenter__(self) -> Kiosk:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()
        self.outbox.close()

    def heard(self, kind: type) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not true():
            await asyncio.sleep(0.02)


def run(story: Awaitable[None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(2 * WITHIN_S):
            await story

    asyncio.run(limited())


def test_a_lost_answer_gives_the_same_ticket_and_not_a_second_one(tmp_path: Path) -> None:
    hub = SmallHub()
    hub.silent = 2

    async def story(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            await kiosk.link.deliver(kiosk.link.keep(ASK))

            assert [event.ticket.number for event in kiosk.heard(TicketIssued)] == ["A-001"]
            assert kiosk.heard(LinkChanged)[0].online is False

    with serving(hub) as url:
        run(story(url))
    assert len(hub.issued) == 1
    assert hub.keys == ["visit-1"] * 3


def test_a_request_waits_for_a_hub_that_is_down(tmp_path: Path) -> None:
    hub = SmallHub()
    with serving(hub) as url:
        port = int(url.rpartition(":")[2])

    async def story() -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            asking = asyncio.create_task(kiosk.link.deliver(kiosk.link.keep(ASK)))
            await until(lambda: bool(kiosk.heard(LinkChanged)))
            assert not hub.issued
            assert not asking.done()

            with serving(hub, port):
                await asking

            assert len(kiosk.heard(TicketIssued)) == 1

    run(story())


def test_after_a_restart_the_same_request_goes_on_under_its_key(tmp_path: Path) -> None:
    hub = SmallHub()
    draft = Preregistration(passport=chip_passport())
    ask = SendRequest("visit-2", IssueTicket(service="skim"), draft)

    async def before(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            asking = asyncio.create_task(kiosk.link.deliver(kiosk.link.keep(ask)))
            await until(lambda: "visit-2" in hub.issued)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def after(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            kept = kiosk.link.unfinished()
            assert kept is not None
            await kiosk.link.resume(kept)

            assert [event.service for event in kiosk.heard(Resumed)] == ["skim"]
            issued = kiosk.heard(TicketIssued)[0]
            assert issued.ticket.number == "A-001"
            assert issued.case_code == "CTH-261123-0001-K"
            assert issued.ticket.application == "d" * 32

    hub.silent = 1000
    with serving(hub) as url:
        run(before(url))
    hub.silent = 0
    with serving(hub) as url:
        run(after(url))
    assert len(hub.issued) == len(hub.drafts) == 1


def test_an_old_request_is_not_sent_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with Kiosk("http://127.0.0.1:9", tmp_path, at=1000.0) as kiosk:
            kiosk.link.keep(ASK)
        async with Kiosk("http://127.0.0.1:9", tmp_path, at=1001.0 + ABANDONED_AFTER_S) as later:
            assert later.link.unfinished() is None
            assert later.outbox.requests() == []

    run(story())


def test_a_clock_that_is_set_back_holds_nobody_up(tmp_path: Path) -> None:
    booked = SendRequest(
        "visit-2", IssueTicket(service="information"), check_in=CheckIn(code="ABCDEFGH")
    )
    readings = itertools.chain([1e6] * 3, itertools.count(5e5, 5.0))

    async def story() -> None:
        async with Kiosk("http://127.0.0.1:9", tmp_path) as kiosk:
            kiosk.link = Link(
                kiosk.client, kiosk.outbox, kiosk.told.append,
                now=lambda: next(readings), boot="b" * 32,
            )  # fmt: skip
            await kiosk.link.deliver(kiosk.link.keep(booked))

            assert [event.code for event in kiosk.heard(RequestRefused)] == ["booking_alone"]

    run(story())


def test_a_refusal_ends_the_request(tmp_path: Path) -> None:
    hub = SmallHub()
    hub.refuse = (409, "quota_used")

    async def story(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            await kiosk.link.deliver(kiosk.link.keep(ASK))

            assert [event.code for event in kiosk.heard(RequestRefused)] == ["quota_used"]
            assert kiosk.outbox.requests() == []

    with serving(hub) as url:
        run(story(url))


def test_what_became_of_the_paper_reaches_the_hub_when_it_is_back(tmp_path: Path) -> None:
    hub = SmallHub()
    with serving(hub) as url:
        port = int(url.rpartition(":")[2])

    async def story() -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            following = asyncio.create_task(kiosk.link.run())
            kiosk.link.settle_print(
                "visit-1", "t" * 32, TicketPrinted(state="failed", code="x"), nonce="1"
            )
            kiosk.link.report("1.0", [])
            await until(lambda: bool(kiosk.heard(LinkChanged)))

            with serving(hub, port):
                await until(lambda: bool(hub.printed) and bool(hub.reports))
                await until(lambda: bool(kiosk.heard(OfficeSeen)))
            assert kiosk.outbox.reports() == []
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    run(story())
    assert hub.printed == [("t" * 32, TicketPrinted(state="failed", code="x"))]


def test_only_the_newest_report_of_devices_is_sent(tmp_path: Path) -> None:
    hub = SmallHub()
    lamp = DeviceReport(role="help", address="kiosk", lamp="warning", code="help_wanted")

    async def story(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            kiosk.link.report("1.0", [])
            kiosk.link.report("1.0", [lamp])
            following = asyncio.create_task(kiosk.link.run())
            await until(lambda: bool(hub.reports))
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    with serving(hub) as url:
        run(story(url))
    assert [report.devices for report in hub.reports] == [[lamp]]


def doubts(hub: SmallHub) -> list[tuple[str, str]]:
    """Return what the kiosk last told of requests that it did not know to have arrived."""
    return [(one.detail, one.lamp) for one in hub.reports[-1].devices if one.role == "link"]


async def reports(kiosk: Kiosk, hub: SmallHub) -> None:
    before = len(hub.reports)
    kiosk.link.report("1.0", [])
    following = asyncio.create_task(kiosk.link.run())
    await until(lambda: len(hub.reports) > before)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


def test_lost_answers_are_counted_and_each_is_settled_by_asking_again(tmp_path: Path) -> None:
    hub = SmallHub()
    hub.silent = 2

    async def story(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            await kiosk.link.deliver(kiosk.link.keep(ASK))
            await kiosk.link.deliver(kiosk.link.keep(replace(ASK, key="visit-2")))
            await reports(kiosk, hub)

    with serving(hub) as url:
        run(story(url))
    assert doubts(hub) == [("1 1", "ready")], "one request, however often it was sent"


def test_a_request_whose_person_left_before_its_answer_is_told_as_lost(tmp_path: Path) -> None:
    hub = SmallHub()
    hub.silent = 1000

    async def story(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            asking = asyncio.create_task(kiosk.link.deliver(kiosk.link.keep(ASK)))
            await until(lambda: bool(kiosk.heard(LinkChanged)))
            await reports(kiosk, hub)
            waiting = doubts(hub)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            kiosk.link.drop(ASK.key)
            await reports(kiosk, hub)

            assert waiting == [("1 0", "busy")]

    with serving(hub) as url:
        run(story(url))
    assert doubts(hub) == [("1 0", "warning")]
    assert hub.reports[-1].devices[-1].code == "answers_lost"


def test_a_request_that_was_on_its_way_when_its_person_left_is_told_as_lost(
    tmp_path: Path,
) -> None:
    hub = SmallHub()
    hub.answers.clear()

    async def story(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            asking = asyncio.create_task(kiosk.link.deliver(kiosk.link.keep(ASK)))
            await until(lambda: bool(hub.issued))
            asking.cancel()
            kiosk.link.drop(ASK.key)
            await asyncio.gather(asking, return_exceptions=True)
            hub.answers.set()
            await reports(kiosk, hub)

    with serving(hub) as url:
        run(story(url))
    assert doubts(hub) == [("1 0", "warning")]


def test_a_hub_that_was_never_reached_leaves_no_doubt(tmp_path: Path) -> None:
    hub = SmallHub()
    with serving(hub) as url:
        port = int(url.rpartition(":")[2])

    async def story() -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            asking = asyncio.create_task(kiosk.link.deliver(kiosk.link.keep(ASK)))
            await until(lambda: bool(kiosk.heard(LinkChanged)))
            with serving(hub, port):
                await asking
                await reports(kiosk, hub)

    run(story())
    assert doubts(hub) == []


def test_nothing_of_a_request_can_be_read_from_the_disk(tmp_path: Path) -> None:
    box = Outbox(tmp_path)
    draft = Preregistration(passport=chip_passport())
    kept = SendRequest("visit-3", IssueTicket(service="skim"), draft)
    link = Link(None, box, lambda _: None, now=time.time, boot="b")  # type: ignore[arg-type]

    link.keep(kept)

    on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"ERIKSSON" not in on_disk
    assert b"L898902C3" not in on_disk
    assert (tmp_path / "outbox.key").stat().st_mode & 0o077 == 0
    box.close()


def test_a_lost_key_is_said_and_nothing_is_overwritten(tmp_path: Path) -> None:
    box = Outbox(tmp_path)
    link = Link(None, box, lambda _: None, now=time.time, boot="b")  # type: ignore[arg-type]
    link.keep(ASK)
    box.close()
    (tmp_path / "outbox.key").unlink()

    box = Outbox(tmp_path)
    with pytest.raises(OutboxUnreadable):
        box.requests()
    box.close()


def test_a_print_that_had_begun_is_known_after_a_restart(tmp_path: Path) -> None:
    hub = SmallHub()

    async def story(url: str) -> None:
        async with Kiosk(url, tmp_path) as kiosk:
            await kiosk.link.deliver(kiosk.link.keep(ASK))
            number = kiosk.link.begin_print("visit-1")
        async with Kiosk(url, tmp_path) as kiosk:
            kept = kiosk.link.unfinished()
            assert kept is not None
            assert (kept.state, kept.process_id) == ("printing", number)

    with serving(hub) as url:
        run(story(url))
