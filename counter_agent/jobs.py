"""The life of a job at the counter: lease, begin (journalled), do, keep the end, hand it in.

A job is alive in one task. Captures and scans are repeated until they end or their deadline
passes; a print is begun once, and if its end was not seen the printer is asked what became of it.
Deadlines are measured from the hub's own clock: the station's may be wrong.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TypeVar

from counter_agent.delivery import Delivery
from counter_agent.errors import AgentError
from counter_agent.insist import insist
from counter_agent.kinds import (
    ONCE,
    PRINTS,
    ROLE_OF_KIND,
    Order,
    look_up,
    perform,
    print_ending,
)
from counter_agent.outbox import Begun, Ending, Lease, Outbox
from counter_agent.run import Run
from counter_agent.worker import FAULT, DeviceWorker
from devices.capabilities import Device, PrintResult, PrintState
from devices.errors import DeviceError, DeviceProtocolError, DeviceUnavailable
from devices.piv.pin import PinKey
from devices.record import DONE_OF
from hub.client import HubClient, Unreachable
from hub.errors import Conflict, LoketError, NotAllowed, NotAuthenticated, NotFound, Refused
from hub.wire import JobStarted

log = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_UP_S = {"print_ticket": 10.0, "print_document": 120.0}
"""How long a printer may still be printing after a crash before a person has to look."""
LOOK_UP_EVERY_S = 2.0


class DeadlinePassed(Exception):
    """The job's deadline came before its device began."""


class Jobs:
    """All jobs of this agent in this start (`boot`)."""

    def __init__(
        self,
        client: HubClient,
        outbox: Outbox,
        workers: Mapping[str, DeviceWorker],
        delivery: Delivery,
        boot: str,
        pins: PinKey,
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._workers = workers
        self._delivery = delivery
        self._boot = boot
        self._pins = pins
        self._turns = {role: asyncio.Lock() for role in ROLE_OF_KIND.values()}
        self._alive: dict[str, Run] = {}
        self._left = {begun.job: begun for begun in outbox.begun()}

    async def fetch(self, tasks: asyncio.TaskGroup) -> int:
        """Take up every unfinished job that is not alive yet; return the feed position."""
        known = await self._client.jobs()
        kept = await asyncio.to_thread(self._delivery.kept)
        for job in known.jobs:
            if job.id not in self._alive and job.id not in kept:
                self._alive[job.id] = run = Run(self._client, job, self._boot)
                tasks.create_task(self._live(run), name=f"job {job.id}")
        await self._forget_left({job.id for job in known.jobs})
        return known.seq

    def drop(self, job: str) -> None:
        """Stop a job that the hub has given up."""
        if run := self._alive.get(job):
            run.cancel()

    async def _forget_left(self, wanted: set[str]) -> None:
        for job in set(self._left) - wanted:
            del self._left[job]
            await asyncio.to_thread(self._outbox.forget, job)

    async def _live(self, run: Run) -> None:
        job = run.job
        try:
            async with self._turns[ROLE_OF_KIND[job.kind]]:
                await run.take()
                async with run.accompanied():
                    ending = await self._end_of(run)
                await asyncio.to_thread(self._outbox.end, job.id, job.kind, run.lease, ending)
            await asyncio.to_thread(self._count, job.kind, ending)
            log.info("job %s (%s): %s %s", job.id, job.kind, ending.state, ending.code)
            self._left.pop(job.id, None)
            self._delivery.wake()
        except NotAuthenticated:
            raise  # the token was revoked: the agent ends
        except Conflict as error:
            log.info("job %s is not ours to do: %s", job.id, error.code)
        except Refused as error:
            log.warning("job %s: the hub refused: %s", job.id, error.code)
        finally:
            del self._alive[job.id]

    def _count(self, kind: str, ending: Ending) -> None:
        worker = self._workers.get(ROLE_OF_KIND[kind])
        if kind not in DONE_OF:
            return  # nothing of the device is used up by it
        if worker is not None and ending.state == "done":
            worker.count(DONE_OF[kind], int(ending.facts.get("pages", "1")))
        elif worker is not None and ending.state == "failed":
            worker.count(f"{DONE_OF[kind]}_failed")

    async def _end_of(self, run: Run) -> Ending:
        left = self._left.get(run.job.id)
        worker = self._workers.get(ROLE_OF_KIND[run.job.kind])
        if worker is None:
            return Ending("failed", code="device_missing")
        try:
            if left and run.job.kind in PRINTS:
                log.warning("job %s was printing when we stopped: asking the printer", run.job.id)
                return await self._resolve(worker, run, left)
            return await self._do(worker, run)
        except (DeadlinePassed, Unreachable):
            return Ending("failed", code="deadline_passed")
        except DeviceError as error:
            return Ending("failed", code=error.code, detail=error.detail)
        except (LoketError, AgentError):
            raise
        except Exception:  # a driver's bug ends its job, not the agent
            log.exception("job %s: the driver broke", run.job.id)
            return Ending("unknown" if run.job.kind in PRINTS else "failed", code=FAULT)

    async def _do(self, worker: DeviceWorker, run: Run) -> Ending:
        try:
            content = await run.content()
        except (NotAllowed, NotFound) as error:
            if isinstance(error, NotAuthenticated):
                raise
            return Ending("failed", code=error.code)
        await self._device_answers(worker, run)
        body = JobStarted(boot=run.lease.boot, fence=run.lease.fence)
        key = uuid.uuid4().hex
        await insist(lambda: self._client.job_started(run.job.id, body, key=key), run.remaining_s)
        order = Order(run.job, content, run.progress, run.cancelled, self._pins)
        ending = await self._repeat(worker, run, order)
        if run.job.kind == "print_document" and ending.facts.get("print") == PrintState.SENT:
            # the printer has it but did not end in time: it tells later
            begun = {one.job: one for one in await asyncio.to_thread(self._outbox.begun)}
            return await self._resolve(worker, run, begun[run.job.id])
        return ending

    async def _device_answers(self, worker: DeviceWorker, run: Run) -> None:
        """Wait for the device before saying "started". Raises DeadlinePassed."""
        while not run.cancelled():
            try:
                await self._on(worker, run, _touch)
            except (DeviceUnavailable, DeviceProtocolError) as error:
                log.debug("job %s waits for its device: %s", run.job.id, error.code)
            else:
                return
        raise DeadlinePassed

    async def _repeat(self, worker: DeviceWorker, run: Run, order: Order) -> Ending:
        """Do a job until it ends; nonsense is tried once more.

        Captures and scans leave nothing behind, and a printer's driver raises only before it sent
        anything: afterwards its result says what became of the paper.
        """
        nonsense = 0
        while True:
            try:
                return await self._on(worker, run, _begun(self._outbox, run.lease, order))
            except DeviceUnavailable:
                if run.remaining_s() <= 0 or run.cancelled() or order.job.kind in ONCE:
                    raise
            except DeviceProtocolError:
                nonsense += 1
                if nonsense > 1:
                    raise

    async def _resolve(self, worker: DeviceWorker, run: Run, begun: Begun) -> Ending:
        """Ask the printer what became of a print; what it cannot say is unknown, never repeated."""
        until = time.monotonic() + LOOK_UP_S[begun.kind]

        def ask(device: Device) -> PrintResult:
            return look_up(device, begun.kind, begun.job, begun.print_id)

        while True:
            try:
                found = await self._on(worker, run, ask)
            except DeadlinePassed:
                return Ending("unknown", code="printer_gone")
            except DeviceError as error:
                found = PrintResult(PrintState.SENT, error.code)
            if found.state is not PrintState.SENT:
                return print_ending(found)
            if time.monotonic() > until:
                return Ending("unknown", code=found.code or "not_confirmed")
            await asyncio.sleep(LOOK_UP_EVERY_S)

    async def _on(self, worker: DeviceWorker, run: Run, act: Callable[[Device], T]) -> T:
        """Have `act` done by the device before the deadline. Raises DeadlinePassed."""
        future: Future[T] = worker.submit(act)
        outcome = asyncio.wrap_future(future)
        await asyncio.wait([outcome], timeout=max(run.remaining_s(), 0))
        if not outcome.done() and future.cancel():
            raise DeadlinePassed
        # it runs: every driver call is bounded, and sees `cancelled`
        return await outcome


def _touch(device: Device) -> None:
    device.health()


def _begun(outbox: Outbox, lease: Lease, order: Order) -> Callable[[Device], Ending]:
    """Return the act that journals the beginning, durably, and only then speaks to the device."""

    def act(device: Device) -> Ending:
        if order.cancelled():
            return Ending("failed", code="cancelled")
        print_id = outbox.begin(order.job.id, order.job.kind, lease)
        return perform(device, order, print_id=print_id)

    return act
