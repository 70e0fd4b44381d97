"""Who was there first: a refusal that something is done already names the officer who did it.

The name stands in the refusal alone: the caller's log and the feed know officers by reference.
"""

from __future__ import annotations

from hub.errors import Conflict
from hub.models.officer import Officer
from hub.wire import Words
from hub.writer import Tx

_NOBODY = Words(id="", en="")
_YOURSELF = Words(id=" oleh Anda sendiri", en=" by yourself")


def by_whom(tx: Tx, by: str) -> Words:
    """Return ` oleh NAME`, to follow what was done; nothing for a station or somebody unknown.

    `by` is an officer's id or reference.
    """
    identity = by.rpartition(":")[2]
    if identity and identity == tx.actor.id:
        return _YOURSELF
    officer = tx.session.get(Officer, (tx.office, identity)) if identity else None
    return Words(id=f" oleh {officer.name}", en=f" by {officer.name}") if officer else _NOBODY


def done_already(code: str, who: Words, *, done: Words, never: Words) -> Conflict:
    """Return the refusal of something done already by `who`, or never there if that is nobody."""
    if who == _NOBODY:
        return Conflict(code, never.en, id=never.id)
    return Conflict(code, f"{done.en}{who.en}.", id=f"{done.id}{who.id}.")
