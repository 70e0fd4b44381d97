"""Forgets commands by their keys after 30 days, in commands of its own that are over quickly."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, tuple_

from hub.database import table_of
from hub.models.queue import CommandRow
from hub.writer import Tx

KEPT = timedelta(days=30)
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
