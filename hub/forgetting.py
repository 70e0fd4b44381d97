"""Forgets what nobody needs: commands after 30 days, files that no record names after a day.

Commands go in commands of its own that are over quickly. A file without a record was uploaded for
something that did not happen, or what named it let it go.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_

from hub.blobs import Blobs
from hub.database import Database, table_of
from hub.models.queue import CommandRow
from hub.models.station import BlobRow
from hub.writer import Tx

KEPT = timedelta(days=30)
UNNAMED_KEPT = timedelta(days=1)
AT_ONCE = 500

_C = table_of(CommandRow).c


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
