"""A kiosk without its window: the session, the real link, outbox and devices, and what was told."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from hub.client import HubClient
from kiosk import events as on
from kiosk.effects import Effect
from kiosk.errands import Errands
from kiosk.link import Link
from kiosk.outbox import Outbox
from kiosk.peripherals import Peripherals
from kiosk.session import reduce
from kiosk.state import Session

WITHIN_S = 60.0


class Desk:
    """One start of the kiosk on its state folder; leave the block, or `die`, to end it."""

    def __init__(
        self, url: str, state: Path, *, token: str = "token", printer: str = "", reader: str = ""
    ) -> None:
        self.session = Session()
        self.effects: list[Effect] = []
        self.told: list[on.Event] = []
        self.outbox = Outbox(state)
        self.client = HubClient(url, token)
        self.devices = Peripherals(printer=printer, reader=reader, state=state)
        link = Link(self.client, self.outbox, self.tell, now=time.time, boot="b" * 32)
        self.errands = Errands(link, self.devices, self.tell, version="1")
        self.link = link
        self._runs: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._runs = [asyncio.create_task(self.link.run()), asyncio.create_task(self.errands.run())]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.die()

    async def die(self) -> None:
        """End at once; the state folder stays as it is at this moment."""
        for run in self._runs:
            run.cancel()
            with suppress(asyncio.CancelledError):
                await run
        self._runs = []
        await self.errands.stop()
        self.devices.close()
        for thread in threading.enumerate():
            # a killed process would let go of its devices at once: here their calls come to an end
            if thread.name.startswith("kiosk-"):
                await asyncio.to_thread(thread.join, WITHIN_S)
        await self.client.close()
        self.outbox.close()

    def tell(self, event: on.Event) -> None:
        self.told.append(event)
        self.session, effects = reduce(self.session, event)
        for effect in effects:
            self.effects.append(effect)
            self.errands.carry_out(effect)

    def do(self, *events: on.Event) -> None:
        for event in events:
            self.tell(event)

    def type(self, text: str) -> None:
        self.do(*[on.KeyTouched(sign) for sign in text], on.NextTouched())

    async def begin(self, service: str) -> None:
        """Touch the language and a service, once the office and the devices were seen."""
        await self.until(lambda: self.session.screen == "language" and self.heard(on.PrinterSeen))
        self.do(on.LanguageChosen("id", secrets.token_hex(16)), on.ServiceChosen(service))

    async def comes_to(self, screen: str) -> Session:
        await self.until(lambda: self.session.screen == screen)
        return self.session

    async def paper_is(self, state: str) -> Session:
        await self.until(lambda: self.session.paper.state == state)
        return self.session

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not true():
                await asyncio.sleep(0.02)

    def heard(self, kind: type) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]


def run(story: Awaitable[None]) -> None:
    """Run a test's story with a limit in time."""

    async def limited() -> None:
        async with asyncio.timeout(4 * WITHIN_S):
            await story

    asyncio.run(limited())
