"""The hub on the office's network: announce it, and keep the list of counter agents seen there.

Both work in the background and never hold up serving: without a network they try again. What is
heard is a hint for the supervisor's page; a station works only with its token.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

from zeroconf import Error, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo

from hub.client.mdns import (
    COUNTER_TYPE,
    GOODBYE_S,
    HUB_TYPE,
    LOOK_AGAIN_S,
    Announcement,
    chosen_interfaces,
    open_network,
    txt_of,
)
from hub.clock import Clock

log = logging.getLogger(__name__)

RESOLVE_MS = 3000
MOST_NEIGHBOURS = 500
"""Anybody on the network may announce anything: beyond this many, new ones are not listed."""


class Announcer:
    """Announces this hub as `_loket-hub._tcp`; `interfaces` None: the environment's, else all."""

    def __init__(
        self,
        port: int,
        scheme: str,
        name: str,
        interfaces: Sequence[str] | None = None,
        *,
        fingerprint: str = "",
    ) -> None:
        txt = {
            "office": name,
            "version": version("loket"),
            "scheme": scheme,
            "fingerprint": fingerprint,
        }
        # two hubs of one office are two services: an instance name is unique on the network
        instance = f"Loket {name} {socket.gethostname()[:24]}-{port}"
        self._announcement = Announcement(
            HUB_TYPE, instance[-60:], port, txt, chosen_interfaces(interfaces)
        )

    async def start(self) -> None:
        """Begin to announce; returns at once."""
        self._announcement.start()

    async def stop(self) -> None:
        """Say goodbye; safe to call twice."""
        await self._announcement.stop()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A counter agent heard on the network, known to the hub or not."""

    name: str
    station: str
    address: str
    version: str
    capabilities: tuple[str, ...]
    fingerprint: str
    last_seen: datetime
    present: bool = True


class Neighbours:
    """The agents that announce `_loket-counter._tcp`, present and gone."""

    def __init__(self, clock: Clock, interfaces: Sequence[str] | None = None) -> None:
        self._clock = clock
        self._interfaces = chosen_interfaces(interfaces)
        self._found: dict[str, Neighbour] = {}
        self._resolving: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def snapshot(self) -> list[Neighbour]:
        """Return every agent heard since the start, by name; `present` says which are there now."""
        return sorted(self._found.values(), key=lambda neighbour: neighbour.name)

    async def start(self) -> None:
        """Begin to listen; returns at once."""
        self._task = asyncio.create_task(self._keep(), name="browse agents")

    async def stop(self) -> None:
        """Stop listening; safe to call twice."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep(self) -> None:
        while True:
            try:
                await self._listen()
            except (OSError, Error) as error:
                log.debug("cannot listen for agents yet: %s", error)
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _listen(self) -> None:
        network = open_network(self._interfaces)
        try:
            AsyncServiceBrowser(network.zeroconf, COUNTER_TYPE, handlers=[self._changed])
            await asyncio.Event().wait()
        finally:
            for task in list(self._resolving):
                task.cancel()
            with suppress(TimeoutError, OSError, Error):
                async with asyncio.timeout(GOODBYE_S):
                    await network.async_close()

    def _changed(
        self,
        zeroconf: Zeroconf,
        service_type: str,  # noqa: ARG002 — zeroconf calls by keyword
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            if name in self._found:
                self._found[name] = replace(self._found[name], present=False)
            return
        task = asyncio.ensure_future(self._resolve(zeroconf, name))
        self._resolving.add(task)
        task.add_done_callback(self._resolving.discard)

    async def _resolve(self, zeroconf: Zeroconf, name: str) -> None:
        info = AsyncServiceInfo(COUNTER_TYPE, name)
        if not await info.async_request(zeroconf, RESOLVE_MS):
            return
        addresses = info.parsed_addresses()
        if not addresses or (name not in self._found and len(self._found) >= MOST_NEIGHBOURS):
            return
        txt = txt_of(info)
        if name not in self._found:
            log.info("agent %s found on the network at %s", txt.get("station", "?"), addresses[0])
        self._found[name] = Neighbour(
            name=name.removesuffix(f".{COUNTER_TYPE}"),
            station=txt.get("station", ""),
            address=addresses[0],
            version=txt.get("version", ""),
            capabilities=tuple(part for part in txt.get("capabilities", "").split(",") if part),
            fingerprint=txt.get("fingerprint", ""),
            last_seen=self._clock.now(),
        )
