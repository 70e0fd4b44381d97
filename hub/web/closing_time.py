"""Ends what still waits once a day is over by the office's rule, in small commands."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, timedelta

from hub.clock import Clock
from hub.errors import LoketError
from hub.house import SYSTEM
from hub.office import OfficeConfig
from hub.opening import leftovers
from hub.writer import Tx, Writer

log = logging.getLogger(__name__)

LOOKED_AT_EVERY = timedelta(seconds=30)


async def end_days(writer: Writer, office: OfficeConfig, clock: Clock) -> None:
    """Follow the clock for ever; each day whose time has come is ended once."""
    ended: date | None = None
    while True:
        last = leftovers.last_day_over(office, clock.now())
        if last is not None and last != ended:
            try:
                await _end(writer, office, last)
                ended = last
            except LoketError as refused:
                log.warning("what waited on %s could not be ended yet: %s", last, refused)
        await asyncio.sleep(LOOKED_AT_EVERY.total_seconds())


async def _end(writer: Writer, office: OfficeConfig, day: date) -> None:
    def command(tx: Tx) -> int:
        return leftovers.end_waiting(tx, office, day=day)

    total = 0
    while (done := await writer.run(command, actor=SYSTEM, name="end waiting")).value:
        total += done.value
    if total:
        log.info("closing time of %s ended %d waiting tickets", day, total)
