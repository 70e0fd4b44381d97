"""One job on its way: its lease, its deadline, its progress, and whether it is still wanted."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from counter_agent.insist import insist
from counter_agent.outbox import Lease
from hub.client import HubClient
from hub.errors import Fault, Refused
from hub.wire import Job, JobProgress

log = logging.getLogger(__name__)

RENEW_S = 15.0
"""The hub's lease lasts 60 s: three renewals may be lost."""
PROGRESS_EVERY_S = 0.5


class Run:
    """A job taken by this start of the agent; `progress`, `cancelled` are for any thread."""

    def __init__(self, client: HubClient, job: Job, boot: str) -> None:
        self.job = job
        self.lease = Lease(boot, job.fence)
        self._client = client
        self._boot = boot
        self._until = math.inf
        self._cancelled = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._moved = asyncio.Event()
        self._progress = (0, 0)

    async def take(self) -> None:
        """Lease the job and learn how much time is left. Raises Conflict, NotFound."""
        await self._renew()
        office = await insist(self._client.office)
        self._until = time.monotonic() + (self.job.deadline - office.now).total_seconds()

    async def content(self) -> bytes:
        """Return the job's file, empty if it has none. Raises Unreachable after the deadline."""
        blob = self.job.blob
        if not blob:
            return b""
        return await insist(lambda: self._client.get_blob(blob), self.remaining_s)

    def remaining_s(self) -> float:
        """Return the seconds until the deadline by the hub's clock; 0 or less: it has passed."""
        return self._until - time.monotonic()

    def cancel(self) -> None:
        """Say that nobody wants this job any more."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Return whether the device should stop: unwanted, or past its deadline."""
        return self._cancelled.is_set() or self.remaining_s() <= 0

    def progress(self, done: int, total: int) -> None:
        """Note how far the device is; only the newest is told to the hub."""
        self._progress = (done, total)
        with suppress(RuntimeError):  # the loop is gone: the agent is ending
            self._loop.call_soon_threadsafe(self._moved.set)

    @asynccontextmanager
    async def accompanied(self) -> AsyncIterator[None]:
        """Renew the lease and tell progress while the device works."""
        task = asyncio.create_task(self._accompany(), name=f"accompany {self.job.id}")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])  # unlike `await task`, it tells our own end from its
            if not task.cancelled():
                task.result()

    async def _accompany(self) -> None:
        while not self._cancelled.is_set():
            try:
                await self._tell_or_renew()
            except Fault as error:
                log.debug("job %s: %s", self.job.id, error)
                await asyncio.sleep(PROGRESS_EVERY_S)
            except Refused as error:
                log.warning("job %s is no longer ours: %s", self.job.id, error.code)
                self.cancel()

    async def _tell_or_renew(self) -> None:
        try:
            async with asyncio.timeout(RENEW_S):
                await self._moved.wait()
        except TimeoutError:
            await self._renew()
            return
        self._moved.clear()
        done, total = self._progress
        body = JobProgress(boot=self.lease.boot, fence=self.lease.fence, done=done, total=total)
        # telling progress renews the lease as well
        await self._client.job_progress(self.job.id, body, key=uuid.uuid4().hex)
        await asyncio.sleep(PROGRESS_EVERY_S)

    async def _renew(self) -> None:
        key = uuid.uuid4().hex
        self.job = await insist(
            lambda: self._client.lease_job(self.job.id, boot=self._boot, key=key)
        )
        self.lease = Lease(self._boot, self.job.fence)
