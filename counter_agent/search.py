"""Find our hub among those that announce themselves: the one that takes our token."""

from __future__ import annotations

import asyncio
import logging

from counter_agent.config import Settings
from hub.client import HubClient, HubFound, discover
from hub.errors import NotAllowed

log = logging.getLogger(__name__)

SEARCH_S = 5.0
ASK_S = 5.0
"""A hub that is silent for so long is asked again in the next search."""
PAUSE_S = 1.0


class Search:
    """Looks for the hub as often as asked; a hub that refused us is warned of once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._refused: set[str] = set()

    async def until_found(self) -> str:
        """Return the address of the hub that takes our token; wait for it."""
        log.info("looking for the hub on the network")
        while True:
            if url := await self.once():
                return url

    async def once(self) -> str | None:
        """Return the address of the hub that takes our token, None if it was not heard now."""
        heard = await discover(SEARCH_S, interfaces=self._settings.interfaces)
        if ours := await self._first_that_takes_us(heard):
            log.info("found the hub '%s' at %s", ours.name, ours.url)
            return ours.url
        await asyncio.sleep(PAUSE_S)
        return None

    async def _first_that_takes_us(self, heard: list[HubFound]) -> HubFound | None:
        # all at once: a foreign hub that is silent must not keep us from ours
        asked = [asyncio.create_task(self._ask(hub)) for hub in heard]
        try:
            for answer in asyncio.as_completed(asked):
                if ours := await answer:
                    return ours
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        return None

    async def _ask(self, hub: HubFound) -> HubFound | None:
        if not hub.trustworthy:
            self._refuse(hub, "the hub at %s has no TLS: our token is not sent there")
            return None
        try:
            async with (
                asyncio.timeout(ASK_S),
                HubClient(hub.url, self._settings.token, ca=self._settings.ca) as client,
            ):
                await client.me()
        except NotAllowed:
            self._refuse(hub, "the hub at %s does not know our token")
            return None
        except Exception as error:  # noqa: BLE001 — whatever answers there is not our hub
            log.debug("no hub of ours at %s: %s", hub.url, error)
            return None
        return hub

    def _refuse(self, hub: HubFound, why: str) -> None:
        log.log(logging.DEBUG if hub.url in self._refused else logging.WARNING, why, hub.url)
        self._refused.add(hub.url)
