"""Hand kept results in until the hub has acknowledged each."""

from __future__ import annotations

import asyncio
import logging
import uuid

from counter_agent.insist import FIRST_PAUSE_S, LONGEST_PAUSE_S
from counter_agent.outbox import Ending, Lease, Outbox, Unsent, Upload
from hub.client import HubClient
from hub.errors import BadInput, Busy, Conflict, Fault, NotAuthenticated, Refused
from hub.wire import JobResult

log = logging.getLogger(__name__)


class Delivery:
    """Empties the outbox towards the hub."""

    def __init__(self, client: HubClient, outbox: Outbox, boot: str) -> None:
        self._client = client
        self._outbox = outbox
        self._boot = boot
        self._woken = asyncio.Event()
        self._woken.set()

    def wake(self) -> None:
        """Say that there is something new."""
        self._woken.set()

    def kept(self) -> set[str]:
        """Return the jobs whose result waits here; reads the disk."""
        return {unsent.job for unsent in self._outbox.unsent()}

    async def run(self) -> None:
        """Deliver for ever. Raises NotAuthenticated when the token is revoked."""
        pause_s = FIRST_PAUSE_S
        while True:
            await self._woken.wait()
            self._woken.clear()
            if await self._deliver_all():
                pause_s = FIRST_PAUSE_S
                continue
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            self._woken.set()

    async def _deliver_all(self) -> bool:
        """Try every result once; return whether none is left behind."""
        complete = True
        for unsent in await asyncio.to_thread(self._outbox.unsent):
            try:
                await self._deliver(unsent)
            except (Fault, Busy) as error:
                log.debug("result of job %s waits: %s", unsent.job, error)
                complete = False
        return complete

    async def _deliver(self, unsent: Unsent) -> None:
        try:
            blobs = [await self._upload(unsent, upload) for upload in unsent.uploads]
            await self._hand_in(unsent, blobs)
        except (NotAuthenticated, Busy):
            raise
        except Conflict as error:
            if error.code == "job_fenced" and await self._leased_again(unsent):
                self._woken.set()
                return
            log.warning("the hub no longer wants the result of job %s: %s", unsent.job, error.code)
        except Refused as error:
            if unsent.ending.state == "done" and isinstance(error, BadInput):
                await self._tell_refusal(unsent, error)
                return
            log.error("the hub refused the result of job %s: %s", unsent.job, error.code)  # noqa: TRY400 — expected, no trace needed
        await asyncio.to_thread(self._outbox.forget, unsent.job)

    async def _upload(self, unsent: Unsent, upload: Upload) -> str:
        if upload.blob:
            return upload.blob
        content = await asyncio.to_thread(self._outbox.content, unsent.job, upload.n)
        stored = await self._client.put_blob(content, upload.media_type, key=upload.key)
        await asyncio.to_thread(self._outbox.uploaded, unsent.job, upload.n, stored.id)
        return stored.id

    async def _hand_in(self, unsent: Unsent, blobs: list[str]) -> None:
        lease, ending = unsent.lease, unsent.ending
        body = JobResult(
            boot=lease.boot,
            fence=lease.fence,
            state=ending.state,
            blobs=blobs,
            code=ending.code,
            detail=ending.detail,
            facts=ending.facts,
        )
        # the same result under the same lease is the same command, also after a restart
        key = uuid.uuid5(uuid.UUID(lease.boot), f"{unsent.job}/{lease.fence}/{ending.state}").hex
        await self._client.job_result(unsent.job, body, key=key)

    async def _leased_again(self, unsent: Unsent) -> bool:
        """Take the job over from an earlier start of ours; return whether the hub agreed."""
        try:
            job = await self._client.lease_job(unsent.job, boot=self._boot, key=uuid.uuid4().hex)
        except Conflict:
            return False
        lease = Lease(self._boot, job.fence)
        if lease == unsent.lease:
            return False
        await asyncio.to_thread(self._outbox.renew, unsent.job, lease)
        return True

    async def _tell_refusal(self, unsent: Unsent, error: BadInput) -> None:
        log.error("the hub refused a file of job %s: %s", unsent.job, error.code)
        ending = Ending("failed", code="result_refused", detail=error.code)
        await asyncio.to_thread(self._outbox.end, unsent.job, "", unsent.lease, ending)
        self._woken.set()
