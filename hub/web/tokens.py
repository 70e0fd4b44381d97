"""Station tokens on the hot path: looked up once, forgotten when any is revoked."""

from __future__ import annotations

import asyncio

from hub.access import token_hash
from hub.database import Database
from hub.events import Sealed
from hub.stations import by_token
from hub.writer import Actor

MOST_CACHED = 1000


class Tokens:
    """Who holds which token, by its hash."""

    def __init__(self, database: Database, office_no: int) -> None:
        self._database = database
        self._office_no = office_no
        self._known: dict[str, Actor] = {}
        self._revocations = 0

    async def station(self, token: str) -> Actor:
        """Return the holder of `token`. Raises NotAuthenticated `token_unknown`."""
        hashed = token_hash(token)
        known = self._known.get(hashed)
        if known is not None:
            return known
        revocations = self._revocations
        actor = await asyncio.to_thread(self._look_up, token)
        if revocations != self._revocations:  # perhaps this one, since it was looked up
            return await self.station(token)
        if len(self._known) >= MOST_CACHED:
            self._known.clear()
        self._known[hashed] = actor
        return actor

    def known(self, token: str) -> Actor | None:
        """Return the holder of `token` if it was looked up before, else None."""
        return self._known.get(token_hash(token))

    def heard(self, events: list[Sealed]) -> None:
        """Forget everybody when a token was revoked; listens to the writer."""
        if any(event.kind == "station.revoked" for event in events):
            self._known.clear()
            self._revocations += 1

    def _look_up(self, token: str) -> Actor:
        with self._database.reading_core() as connection:
            return by_token(connection, self._office_no, token)
