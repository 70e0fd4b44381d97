"""Scans on their way to the hub: what was read is told within seconds, or not at all."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from counter_agent.insist import insist
from devices.barcode.wire import Scan
from hub.client import HubClient, Unreachable
from hub.errors import Refused
from hub.wire.scans import ReportScan

log = logging.getLogger(__name__)

STALE_S = 10.0
"""A paper that was scanned longer ago is no longer in the officer's hand."""
MOST_WAITING = 8


@runtime_checkable
class Scanner(Protocol):
    """A device that speaks by itself when it reads something."""

    def read_scan(self, *, wait_s: float) -> Scan | None:
        """Wait for whatever is read next, None if nothing came. Raises DeviceError."""
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    report: ReportScan
    at: float


class Scans:
    """Takes scans from the device's thread and hands them to the hub in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: asyncio.Queue[_Heard] = asyncio.Queue(MOST_WAITING)

    def hear(self, scan: Scan | str) -> None:
        """Note a scan, or the stable reason why one was unreadable; for any thread."""
        if isinstance(scan, Scan):
            report = ReportScan(text=scan.text, symbology=scan.symbology)
        else:
            report = ReportScan(fault=scan)
        with suppress(RuntimeError):  # the loop is closed: the agent is ending
            self._loop.call_soon_threadsafe(self._keep, _Heard(report, time.monotonic()))

    async def run(self, client: HubClient) -> None:
        """Tell the hub of each scan until cancelled."""
        while True:
            heard = await self._waiting.get()
            key = uuid.uuid4().hex
            try:
                known = await insist(
                    lambda: client.scanned(heard.report, key=key),  # noqa: B023 — awaited here
                    lambda: heard.at + STALE_S - time.monotonic(),  # noqa: B023 — as above
                )
            except Unreachable:
                log.warning("a scan was not told in time and is dropped: scan the paper again")
            except Refused as error:
                log.warning("the hub refused a scan: %s", error.code)
            else:
                log.info("scanned: %s", known.meaning)

    def _keep(self, heard: _Heard) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()  # the newest paper counts
        self._waiting.put_nowait(heard)
