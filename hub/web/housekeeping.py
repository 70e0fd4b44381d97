"""What the hub does by itself while it serves: ends late jobs, forgets what is old."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from hub import jobs
from hub.cases import presence
from hub.clock import SystemClock
from hub.errors import LoketError
from hub.forgetting import (
    forget_commands,
    forget_unnamed_files,
    forget_uploads,
    unclaimed_uploads,
)
from hub.house import SYSTEM, House
from hub.writer import Writer

log = logging.getLogger(__name__)

JOBS_EXPIRE_EVERY = timedelta(seconds=5)
FORGETTING_EVERY = timedelta(minutes=10)


async def expire_jobs(writer: Writer) -> None:
    """End jobs past their deadline, for ever, whatever goes wrong meanwhile."""
    while True:
        await asyncio.sleep(JOBS_EXPIRE_EVERY.total_seconds())
        try:
            await writer.run(jobs.expire, actor=SYSTEM, name="expire jobs")
        except LoketError as error:
            log.warning("jobs could not be expired: %s", error)


async def forget_readers(writer: Writer) -> None:
    """Forget who had cases open before this start: what was closed meanwhile could not say so."""
    try:
        await writer.run(presence.forget_all, actor=SYSTEM, name="forget readers")
    except LoketError as error:
        log.warning("open pages of before could not be forgotten: %s", error)


async def forget_old(house: House, writer: Writer) -> None:
    """Forget what is old, for ever, whatever goes wrong meanwhile."""
    while True:
        await asyncio.sleep(FORGETTING_EVERY.total_seconds())
        try:
            while (await writer.run(forget_commands, actor=SYSTEM, name="forget")).value:
                await asyncio.sleep(0)  # others come between
            await _forget_files(house, writer)
        except (LoketError, SQLAlchemyError, OSError) as error:
            log.warning("what is old could not be forgotten yet: %s", type(error).__name__)


async def _forget_files(house: House, writer: Writer) -> None:
    database, office_no = house.database, house.office_no
    unclaimed = await asyncio.to_thread(unclaimed_uploads, database, office_no, house.clock.now())
    if unclaimed:
        await writer.run(
            lambda tx: forget_uploads(tx, unclaimed), actor=SYSTEM, name="forget uploads"
        )
    # files bear the machine's time, whatever time a practice office has
    now, blobs = SystemClock().now(), house.procedure.blobs
    await asyncio.to_thread(forget_unnamed_files, database, office_no, blobs, now)
