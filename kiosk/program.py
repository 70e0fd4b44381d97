"""The kiosk as one program: window, link, devices and probe in one event loop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from hub.client import HubClient
from kiosk.app import KioskApp
from kiosk.effects import Effect
from kiosk.errands import Errands
from kiosk.events import Event, LinkChanged, OfficeAlone, OfficeSeen
from kiosk.link import Link
from kiosk.outbox import Outbox, OutboxUnreadable
from kiosk.own_numbers import OwnNumbers
from kiosk.peripherals import Peripherals
from kiosk.probe import VARIABLE, listen
from kiosk.search import Search
from kiosk.state import Session
from kiosk.voice import Voice, can_speak

log = logging.getLogger(__name__)

_NEVER = 1_000_000
LOST_S = 10.0
"""After so long without the hub, one that was found on the network is looked for again."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the command line says."""

    hub: str
    token: str
    ca: Path | None
    state: Path
    reader: str
    printer: str
    interface: str


async def run(setup: Setup) -> int:
    """Run the kiosk until SIGTERM or SIGINT; return the exit code."""
    ready = _Ready()
    program = _Program(setup, ready)
    window = KioskApp(
        program.carry_out,
        speech=can_speak(),
        on_drawn=ready.drawn,
        on_session=program.speak,
        on_rest=_Rest(),
    )
    program.window = window
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, window.stop)
    work = asyncio.create_task(program.work())
    work.add_done_callback(lambda _: window.stop())
    await window.async_run(async_lib="asyncio")
    failed = work.done() and not work.cancelled() and work.exception() is not None
    work.cancel()
    with suppress(asyncio.CancelledError, OutboxUnreadable):
        await work
    return 1 if failed else 0


class _Rest:
    """Looks through the memory while nobody stands there, and at no other time.

    The collector took up to 130 ms for it, at times in the middle of somebody's touch.
    """

    def __init__(self) -> None:
        self._first = True
        gc.set_threshold(*gc.get_threshold()[:2], _NEVER)  # what is young is still looked through

    def __call__(self) -> None:
        gc.collect()
        if self._first:  # the screens live as long as the program
            gc.freeze()
        self._first = False


class _Ready:
    """Prints `ready kiosk` once the first screen is drawn and the hub has answered."""

    def __init__(self) -> None:
        self._missing = {"drawn", "hub"}

    def drawn(self) -> None:
        self._have("drawn")

    def answered(self) -> None:
        self._have("hub")

    def _have(self, what: str) -> None:
        if not self._missing:
            return
        self._missing.discard(what)
        if not self._missing:
            print("ready kiosk", flush=True)  # noqa: T201 — the command's promise


class _Program:
    """The parts beside the window; effects before the hub is found have nobody to do them."""

    def __init__(self, setup: Setup, ready: _Ready) -> None:
        self._setup = setup
        self._ready = ready
        self._errands: Errands | None = None
        self.window: KioskApp
        self._voice = Voice()
        self._linked = asyncio.Event()
        self._lost = asyncio.Event()
        self._search = Search(setup.token, setup.ca, setup.interface)

    def carry_out(self, effect: Effect) -> None:
        """Do what the session asks for."""
        if self._errands is not None:
            self._errands.carry_out(effect)

    def speak(self, session: Session) -> None:
        """Say what the screen is about, if the person wants to hear it."""
        self._voice.follow(session, self.window.catalogues[session.view.language])

    async def work(self) -> None:
        """Find the hub, then serve the window until cancelled. Raises OutboxUnreadable."""
        async with AsyncExitStack() as stack:
            if path := os.environ.get(VARIABLE):
                server = await listen(self.window, Path(path))
                stack.callback(server.close)
            outbox = self._outbox()
            stack.callback(outbox.close)
            url = self._setup.hub or await self._found(outbox)
            client = await stack.enter_async_context(
                HubClient(url, self._setup.token, ca=self._setup.ca)
            )
            boot = secrets.token_hex(16)
            link = Link(client, outbox, self._tell, now=time.time, boot=boot)
            setup = self._setup
            devices = Peripherals(printer=setup.printer, reader=setup.reader, state=setup.state)
            stack.callback(devices.close)
            self._errands = errands = Errands(link, devices, self._tell, version=version("loket"))
            stack.push_async_callback(errands.stop)
            async with asyncio.TaskGroup() as group:
                group.create_task(link.run())
                group.create_task(errands.run())
                if not self._setup.hub:
                    group.create_task(self._follow_the_hub(client))

    def _outbox(self) -> Outbox:
        outbox = Outbox(self._setup.state)
        try:
            outbox.requests()
        except OutboxUnreadable:
            log.error("the outbox in %s cannot be opened with its key", self._setup.state)  # noqa: TRY400
            outbox.close()
            raise
        return outbox

    async def _found(self, outbox: Outbox) -> str:
        """Return where the hub is; one that stays away may come back where it was seen last."""
        known = OwnNumbers(outbox).known()
        try:
            async with asyncio.timeout(LOST_S if known and known.url else None):
                return await self._search.until_found(self._not_known)
        except TimeoutError:
            return known.url if known else ""

    async def _follow_the_hub(self, client: HubClient) -> None:
        """Look for the hub again when it stays away: it may have come back elsewhere."""
        while True:
            await self._lost.wait()
            try:
                async with asyncio.timeout(LOST_S):
                    await self._linked.wait()
            except TimeoutError:
                url = await self._search.once()
                if url is not None and url != client.url:
                    client.move_to(url)

    def _not_known(self, code: str) -> None:
        self._tell(LinkChanged(online=False, code=code))

    def _tell(self, event: Event) -> None:
        if isinstance(event, LinkChanged):
            came, went = (self._linked, self._lost) if event.online else (self._lost, self._linked)
            came.set()
            went.clear()
        if isinstance(event, (OfficeSeen, OfficeAlone)):
            self._ready.answered()
        self.window.tell(event)
