"""One agent at work: announced, linked to its hub, following the feed, reporting its devices."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import aclosing, suppress
from importlib.metadata import version

from counter_agent.announce import announcement
from counter_agent.config import Settings
from counter_agent.delivery import Delivery
from counter_agent.errors import AgentError, TokenRefused
from counter_agent.insist import insist
from counter_agent.jobs import Jobs
from counter_agent.keys import station_fingerprint
from counter_agent.outbox import Outbox
from counter_agent.preview import Previews
from counter_agent.scans import Scans
from counter_agent.search import Search
from counter_agent.worker import DeviceWorker
from devices.piv.pin import PinKey
from hub.client import HubClient, Reset, follow
from hub.errors import NotAllowed, Refused
from hub.wire import Event, StationReport

log = logging.getLogger(__name__)

REPORT_EVERY_S = 60.0
REPORT_PAUSE_S = 0.5
"""A busy device changes twice a second; the hub need not know faster."""
LOST_S = 10.0
"""After so long without the hub, one that was found on the network is looked for again."""
STOP_S = 0.8
CARD_READER = "card_reader"
OVER = frozenset({"job.done", "job.failed", "job.expired", "job.unknown"})


class Agent:
    """The program of one counter's devices, from start to stop."""

    def __init__(self, settings: Settings, outbox: Outbox, *, on_ready: Callable[[], None]) -> None:
        self._settings = settings
        self._outbox = outbox
        self._on_ready = on_ready
        self._boot = uuid.uuid4().hex
        self._changed = asyncio.Event()
        self._look = asyncio.Event()
        self._linked = asyncio.Event()
        self._search = Search(settings)
        loop = asyncio.get_running_loop()
        self._scans = Scans(loop)
        self._pins = PinKey()
        self._workers = {
            role: DeviceWorker(
                role,
                address,
                lambda: _tell(loop, self._changed),
                heard=self._scans.hear,
                state=settings.state,
                pin_key=self._pins.public if role == CARD_READER else "",
            )
            for role, address in settings.devices.items()
        }

    async def run(self) -> None:
        """Work until cancelled. Raises TokenRefused when the hub does not take the token."""
        heard = announcement(
            self._settings.counter,
            roles=list(self._workers),
            fingerprint=station_fingerprint(self._settings.state),
            interfaces=self._settings.interfaces,
        )
        for worker in self._workers.values():
            worker.start()
        heard.start()
        try:
            await self._work()
        finally:
            for worker in self._workers.values():
                worker.stop()
            await asyncio.gather(heard.stop(), asyncio.to_thread(self._join_workers))

    async def _work(self) -> None:
        url = self._settings.hub or await self._search.until_found()
        async with HubClient(url, self._settings.token, ca=self._settings.ca) as client:
            try:
                await self._introduce(client)
                await self._linked_work(client)
            except Refused as error:
                raise _told(error, client.url) from error
            except ExceptionGroup as group:
                reason = _first_reason(group)
                if reason is None:
                    raise
                raise _told(reason, client.url) from group

    async def _linked_work(self, client: HubClient) -> None:
        care = (await insist(client.office)).device_care
        for worker in self._workers.values():
            worker.care_after(care)
        delivery = Delivery(client, self._outbox, self._boot)
        async with asyncio.TaskGroup() as tasks:
            jobs = Jobs(client, self._outbox, self._workers, delivery, self._boot, self._pins)
            seq = await insist(lambda: jobs.fetch(tasks))
            tasks.create_task(delivery.run(), name="deliver")
            tasks.create_task(self._report_changes(client), name="report")
            tasks.create_task(self._scans.run(client), name="scans")
            tasks.create_task(self._fetch_when_told(jobs, tasks), name="fetch")
            if self._settings.hub is None:
                tasks.create_task(self._follow_the_hub(client), name="find again")
            previews = Previews(client, self._workers, tasks)
            await self._follow_feed(client, jobs, previews, seq)

    async def _introduce(self, client: HubClient) -> None:
        """Check that the token is this counter's, and make this start the hub's newest."""
        me = await insist(client.me)
        if me.kind != "agent" or me.counter != self._settings.counter:
            whose = f"counter {me.counter}" if me.kind == "agent" else f"the {me.kind} '{me.name}'"
            wanted = self._settings.counter
            command = f"'loket hub token --data DIR --counter {wanted}'"
            raise TokenRefused(
                en=f"this token belongs to {whose}, not to counter {wanted}: "
                f"create one with {command}",
                id=f"token ini bukan milik loket {wanted}: buat dengan {command}",
            )
        await insist(lambda: self._report(client))

    async def _follow_feed(
        self, client: HubClient, jobs: Jobs, previews: Previews, seq: int
    ) -> None:
        ready = False

        def on_link(linked: bool) -> None:
            nonlocal ready
            if not linked:
                self._linked.clear()
                log.warning("the hub is gone; looking for it")
                return
            self._linked.set()
            self._changed.set()
            self._look.set()
            log.info("linked to the hub at %s", client.url)
            if not ready:
                ready = True
                self._on_ready()

        async with aclosing(follow(client, seq, on_link=on_link)) as items:
            async for item in items:
                self._heard(item, jobs, previews)

    def _heard(self, item: Event | Reset, jobs: Jobs, previews: Previews) -> None:
        if isinstance(item, Reset) or item.kind == "job.queued":
            self._look.set()
        elif item.kind in OVER:
            jobs.drop(item.subject)
        elif item.kind == "preview.asked":
            previews.ask(str(item.body.get("role")))
        elif item.kind == "device.accepted":
            self._accept(str(item.body.get("role")))

    def _accept(self, role: str) -> None:
        # the feed brings an agent the events of its own counter only
        if worker := self._workers.get(role):
            log.info("%s: another device was accepted by a person", role)
            worker.accept()

    async def _fetch_when_told(self, jobs: Jobs, tasks: asyncio.TaskGroup) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            await insist(lambda: jobs.fetch(tasks))

    async def _report_changes(self, client: HubClient) -> None:
        while True:
            try:
                async with asyncio.timeout(REPORT_EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                log.debug("reporting because nothing changed for a while")
            self._changed.clear()
            await insist(lambda: self._report(client))
            await asyncio.sleep(REPORT_PAUSE_S)

    async def _report(self, client: HubClient) -> None:
        report = StationReport(
            boot=self._boot,
            version=version("loket"),
            devices=[worker.report() for worker in self._workers.values()],
        )
        await client.report(report, key=uuid.uuid4().hex)

    async def _follow_the_hub(self, client: HubClient) -> None:
        """Look for the hub again when it stays away: it may have another address now."""
        lost_since = time.monotonic()
        while True:
            if self._linked.is_set():
                lost_since = time.monotonic()
            elif time.monotonic() - lost_since > LOST_S:
                url = await self._search.once()
                if url and not self._linked.is_set():
                    client.move_to(url)
                    lost_since = time.monotonic()
            await asyncio.sleep(1)

    def _join_workers(self) -> None:
        until = time.monotonic() + STOP_S
        for worker in self._workers.values():
            worker.join(max(until - time.monotonic(), 0))


def _tell(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop is closed: the agent is ending
        loop.call_soon_threadsafe(event.set)


def _first_reason(group: BaseExceptionGroup[BaseException]) -> Refused | AgentError | None:
    for error in group.exceptions:
        found = _first_reason(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, Refused | AgentError):
            return found
    return None


def _told(error: Refused | AgentError, url: str) -> AgentError:
    if isinstance(error, AgentError):
        return error
    if isinstance(error, NotAllowed):
        return TokenRefused(
            en=f"the hub at {url} refused the token: {error.en} See 'loket hub token'.",
            id=f"hub di {url} menolak token: {error.id} Lihat 'loket hub token'.",
        )
    return AgentError(
        en=f"{url} does not answer as a hub does ({error.code}): check --hub",
        id=f"{url} tidak menjawab seperti hub ({error.code}): periksa --hub",
    )
