"""The press: papers are set in a process of their own, so the serving process stays light."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from hub.errors import Busy
from hub.letters.papers import Letterhead, Paper


class Press:
    """One spawned worker that sets papers; close it when the hub stops."""

    def __init__(self) -> None:
        self._workers: ProcessPoolExecutor | None = None

    async def start(self) -> None:
        """Start and warm the worker; printing does it too, later."""
        await asyncio.wrap_future(self._open().submit(_warm))

    async def print(self, head: Letterhead, paper: Paper) -> bytes:
        """Return `paper` as PDF. Raises Unprintable, or Busy when the worker died twice."""
        for _ in range(2):
            workers = self._open()
            try:
                return await asyncio.wrap_future(workers.submit(_compose, head, paper))
            except BrokenProcessPool:
                self._forget(workers)
        raise Busy(
            "press_down",
            "The paper could not be set. Try again in a moment.",
            id="Dokumen belum dapat disusun. Coba lagi sebentar.",
        )

    async def close(self) -> None:
        """End the worker; what it is setting is finished first. Safe to call twice."""
        workers, self._workers = self._workers, None
        if workers:
            await asyncio.to_thread(workers.shutdown, wait=True, cancel_futures=True)

    def _open(self) -> ProcessPoolExecutor:
        if self._workers is None:
            # spawn: a fork would copy the writer thread's locks and the database connection
            context = multiprocessing.get_context("spawn")
            self._workers = ProcessPoolExecutor(1, mp_context=context)
        return self._workers

    def _forget(self, workers: ProcessPoolExecutor) -> None:
        workers.shutdown(wait=False, cancel_futures=True)
        if self._workers is workers:
            self._workers = None


def _warm() -> None:
    from hub.letters import compose

    compose.warm()


def _compose(head: Letterhead, paper: Paper) -> bytes:
    from hub.letters import compose  # only ever imported in the worker

    return compose.compose(head, paper)
