"""Requests of which the kiosk did not know whether they reached the hub, and what settled each.

The line broke after a request had left, or the kiosk stopped before its answer. An answer under the
same key settles it, or the hand-over of the own number that was given instead. One whose person
left meanwhile is never asked again: the hub may have given a number that nobody holds.
"""

from __future__ import annotations

import logging

import msgspec
from pysqlite3 import dbapi2 as sqlite

from hub.client import Unreachable
from hub.errors import Busy, LoketError
from hub.wire import DeviceReport
from kiosk.outbox import Outbox

log = logging.getLogger(__name__)

_TABLE = """
CREATE TABLE IF NOT EXISTS doubtful (
    key TEXT PRIMARY KEY, day TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0
) STRICT;
"""
_COUNT = """
SELECT count(*), sum(settled), sum(NOT settled AND NOT EXISTS (
    SELECT 1 FROM request WHERE request.key = doubtful.key AND request.state = 'unsent'
) AND NOT EXISTS (
    SELECT 1 FROM own_number
    WHERE own_number.key = doubtful.key || '-own' AND own_number.state IN ('given', 'shown')
)) FROM doubtful WHERE day = ?
"""


def may_have_arrived(error: LoketError) -> bool:
    """Say whether a request that ended in `error` may have been done by the hub all the same."""
    if isinstance(error, Unreachable):
        return error.code != "refused"
    return not isinstance(error, Busy)


class Doubtful:
    """The day's doubtful requests in the outbox's file, by their keys; no answer of a person."""

    def __init__(self, outbox: Outbox) -> None:
        self._file = outbox.file
        self._file.executescript(_TABLE)

    def note(self, key: str, day: str) -> None:
        """Keep that it is not known whether the request `key` arrived, once however often."""
        try:
            self._file.execute("DELETE FROM doubtful WHERE day < ?", (day,))
            self._file.execute(
                "INSERT OR IGNORE INTO doubtful (key, day) VALUES (?, ?)", (key, day)
            )
        except sqlite.OperationalError:
            log.warning("doubtful request %s is not counted: is the disk full?", key)

    def settle(self, key: str) -> None:
        """Note that the outcome of the request `key` is known now."""
        self._file.execute("UPDATE doubtful SET settled = 1 WHERE key = ?", (key,))

    def lamp(self, day: str) -> DeviceReport | None:
        """Return how many requests of `day` were doubtful and how many are settled, if any were.

        `detail` is `COUNT SETTLED`. It is a warning once one can no longer be settled.
        """
        count, settled, lost = self._file.execute(_COUNT, (day,)).fetchone()
        if not count:
            return None
        told = DeviceReport(
            role="link",
            address="kiosk",
            lamp="ready" if settled == count else "busy",
            detail=f"{count} {settled}",
        )
        return msgspec.structs.replace(told, lamp="warning", code="answers_lost") if lost else told
