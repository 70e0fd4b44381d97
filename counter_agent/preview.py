"""Pictures of a device while somebody at the hub watches; produced then only, and never kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, cast

from counter_agent.worker import DeviceWorker
from devices.capabilities import Camera, Device
from devices.errors import DeviceError
from hub.client import HubClient
from hub.errors import LoketError

log = logging.getLogger(__name__)

T = TypeVar("T")
OPEN_S = 20.0
"""How long the device may need to show its first picture; the hub gives up a little later."""


class Previews:
    """The devices of this agent that are watched; one task each."""

    def __init__(
        self, client: HubClient, workers: Mapping[str, DeviceWorker], tasks: asyncio.TaskGroup
    ) -> None:
        self._client = client
        self._workers = workers
        self._tasks = tasks
        self._running: set[str] = set()
        self._asked: set[str] = set()

    def ask(self, role: str) -> None:
        """Begin to show a device, or go on if it is shown already."""
        worker = self._workers.get(role)
        if worker is None:
            return
        self._asked.add(role)
        if role not in self._running:
            self._running.add(role)
            self._tasks.create_task(self._live(role, worker), name=f"preview {role}")

    async def _live(self, role: str, worker: DeviceWorker) -> None:
        try:
            while role in self._asked:
                self._asked.discard(role)
                await self._show(role, worker)
        except DeviceError as error:
            log.info("%s: no pictures: %s", role, error.code)
        except (LoketError, TimeoutError) as error:
            log.info("%s: pictures end: %s", role, type(error).__name__)
        finally:
            self._running.discard(role)
            self._asked.discard(role)

    async def _show(self, role: str, worker: DeviceWorker) -> None:
        """Send picture after picture until nobody watches. Raises DeviceError, LoketError."""
        pictures = await _on(worker, lambda device: cast("Camera", device).preview())
        coming = _next(worker, pictures)
        try:
            while picture := await coming:
                coming = _next(worker, pictures)  # it is taken while this one travels
                if not await self._client.offer_picture(role, picture):
                    return
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
            worker.submit(lambda _device: _close(pictures), aside=True)


def _next(worker: DeviceWorker, pictures: Iterator[bytes]) -> asyncio.Task[bytes]:
    return asyncio.create_task(_on(worker, lambda _device: next(pictures, b"")))


async def _on(worker: DeviceWorker, act: Callable[[Device], T]) -> T:
    """Have the device's thread do `act` between its other work. Raises TimeoutError."""
    future = worker.submit(act, aside=True)
    try:
        async with asyncio.timeout(OPEN_S):
            return await asyncio.wrap_future(future)
    except TimeoutError:
        future.cancel()
        raise


def _close(pictures: Iterator[bytes]) -> None:
    close = getattr(pictures, "close", None)  # a generator has it, not every iterator
    if close is not None:
        close()
