"""The importing process: judges a list file row by row and stores it sealed, piece by piece.

Started by the serving hub as `python -m hub.matching.importing`: an order in, progress and the
outcome out. What it stores counts for nobody until a second person has verified it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from hub.cekal.importing import Imported, ImportOrder, import_list
from hub.cekal.listing import StoredList
from hub.errors import Refused
from hub.keys import Keyring
from hub.matching.order import BadLine, Order, Outcome
from hub.matching.task import Progress

TOLD_EVERY = 2000
MOST_SHOWN = 20_000


def run(order: Order) -> Outcome:
    """Judge the file and store it if the order says so and its rows allow it."""
    store = StoredList(Path(order.folder), Keyring.load(Path(order.key_file)))
    try:
        done = import_list(
            store,
            ImportOrder(
                file=Path(order.file),
                name=order.name,
                form=order.form,
                version=order.version,
                kind=order.kind,
                effective=order.effective,
                mapping=order.mapping,
                good_only=order.good_only,
                dry_run=order.dry_run,
                withdrawn=order.withdrawn,
                today=order.today,
                warn_days=order.warn_days,
            ),
            order.at,
            _tell,
        )
    except Refused as refused:
        return Outcome(refused_id=refused.id, refused_en=refused.en)
    return _outcome(done)


def _outcome(done: Imported) -> Outcome:
    return Outcome(
        taken=done.taken,
        bad=done.bad,
        stored=done.stored,
        cut=done.cut,
        expired=done.expired,
        expiring=done.expiring,
        kinds=dict(done.kinds),
        bad_rows=[BadLine(row.line, row.field, row.reason) for row in done.bad_rows[:MOST_SHOWN]],
    )


def _tell(number: int) -> None:
    if number % TOLD_EVERY == 0:
        _say(Progress(number, 0))


def _say(said: msgspec.Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Do one order."""
    os.nice(5)  # the hub's own commands go first
    _say(run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)))


if __name__ == "__main__":
    main()
