"""What the list of today says of bans that end: how many soon, and which no longer hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from hub.matching.port import Away, Standing
from hub.matching.task import Look
from hub.web.desk import Desk
from hub.web.screener import Screener


async def ending_count(desk: Desk, screener: Screener) -> int:
    """Return how many bans end within the office's days of warning; 0 while nobody answers."""
    today = desk.office.today(desk.clock.now())
    by = (today + timedelta(days=desk.office.cekal.warn_days)).isoformat()
    if screener.matching.process_id is None:
        return 0
    try:
        found = await screener.matching.look(Look(today.isoformat(), ending_by=by))
    except Away:
        return 0
    return found.ending


async def standing_now(
    desk: Desk, screener: Screener, entries: Iterable[str]
) -> Mapping[str, Standing]:
    """Return how entries stand on the list of today; one that is gone from it is withdrawn.

    Empty while nobody answers.
    """
    ids = sorted(set(entries))
    if not ids or screener.matching.process_id is None:
        return {}
    today = desk.office.today(desk.clock.now()).isoformat()
    try:
        found = (await screener.matching.look(Look(today, ids=ids))).found
    except Away:
        return {}
    known = {one.entry.id: one.standing for one in found}
    return {one: known.get(one, "withdrawn") for one in ids}
