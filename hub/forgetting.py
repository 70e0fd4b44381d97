"""Forgets what nobody needs: commands after 30 days, files that nothing names after a day.

Commands go in commands of its own that are over quickly. A file without a record was uploaded for
something that did not happen, or what named it let it go. A device's file that no result ever named
is somebody's finger or face: the capture was called off while it was on its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, select, tuple_

from hub.blobs import Blobs
from hub.database import Database, table_of
from hub.models.queue import CommandRow
from hub.models.station import BlobRow, JobRow
from hub.writer import Tx

KEPT = timedelta(days=30)
UNNAMED_KEPT = timedelta(days=1)
AT_ONCE = 500

_C, _BLOBS, _JOBS = table_of(CommandRow).c, table_of(BlobRow), table_of(JobRow).c
_UPLOADED = (_BLOBS.c.station != "", _BLOBS.c.application.is_(None))


def forget_commands(tx: Tx) -> int:
    """Forget at most 500 commands older than 30 days; return how many. No event: nobody asks."""
    old = (
        select(_C.actor, _C.key)
        .where(_C.office == tx.office, _C.at < tx.at - KEPT)
        .order_by(_C.at)
        .limit(AT_ONCE)
    )
    done = tx.connection.execute(
        delete(table_of(CommandRow)).where(
            _C.office == tx.office, tuple_(_C.actor, _C.key).in_(old.subquery().select())
        )
    )
    return done.rowcount


def unclaimed_uploads(database: Database, office_no: int, now: datetime) -> list[str]:
    """Return at most 500 files that stations sent over a day ago and that no job names. Blocks.

    A job's result is taken for ten minutes at most: none of these will be named any more.
    """
    printed = select(_JOBS.blob).where(_JOBS.office == office_no, _JOBS.blob.is_not(None))
    waiting = select(_BLOBS.c.id).where(
        _BLOBS.c.office == office_no,
        *_UPLOADED,
        _BLOBS.c.stored_at < now - UNNAMED_KEPT,
        _BLOBS.c.id.not_in(printed),
    )
    # what the result of a job with a case names is the case's
    results = select(_JOBS.blobs).where(
        _JOBS.office == office_no, _JOBS.application.is_(None), _JOBS.blobs != "[]"
    )
    with database.reading_core() as connection:
        found = connection.execute(waiting.limit(AT_ONCE)).scalars().all()
        told = connection.execute(results).scalars().all() if found else []
    named = {one for blobs in told for one in msgspec.json.decode(blobs, type=list[str])}
    return [one for one in found if one not in named]


def forget_uploads(tx: Tx, uploads: Sequence[str]) -> int:
    """Forget the records of files that nobody named; their files go with the next sweep."""
    done = tx.connection.execute(
        delete(_BLOBS).where(_BLOBS.c.office == tx.office, _BLOBS.c.id.in_(uploads), *_UPLOADED)
    )
    return done.rowcount


def forget_unnamed_files(database: Database, office_no: int, blobs: Blobs, now: datetime) -> int:
    """Remove files that no record names, stored over a day before `now`; return how many. Blocks.

    `now` is the machine's clock, as files bear its time.
    """
    before = now - UNNAMED_KEPT
    with database.reading_core() as connection:
        named = set(
            connection.execute(select(BlobRow.id).where(BlobRow.office == office_no)).scalars()
        )
    return blobs.sweep(named, before)
