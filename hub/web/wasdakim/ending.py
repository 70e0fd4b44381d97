"""How many entries of the list end soon, for the warning on the work list and the dashboard."""

from __future__ import annotations

from datetime import timedelta

from hub.matching.port import Away
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
