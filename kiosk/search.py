"""Where the hub is: found on the network by whether it takes this kiosk's token."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from hub.client import HubClient, HubFound, discover
from hub.errors import LoketError, NotAllowed

log = logging.getLogger(__name__)

LOOK_S = 5.0
REST_S = 1.0
ANSWER_S = 5.0
UNREACHABLE = "unreachable"


class Search:
    """Asks the network for hubs, and each one found whether it knows this kiosk."""

    def __init__(self, token: str, ca: Path | None, interface: str) -> None:
        self._token = token
        self._ca = ca
        self._interfaces = [interface] if interface else None
        self._said: set[str] = set()
        self._refusal = ""

    async def until_found(self, refused: Callable[[str], None]) -> str:
        """Return the address of the first hub that takes us, however long that lasts.

        Meanwhile `refused` is told the code when hubs answer and none of them knows us.
        """
        while True:
            if url := await self.once():
                return url
            if self._refusal:
                refused(self._refusal)

    async def once(self) -> str | None:
        """Look once; return the address of a hub that takes us, None if there is none."""
        hubs = [
            hub for hub in await discover(LOOK_S, interfaces=self._interfaces) if hub.trustworthy
        ]
        answers = await asyncio.gather(*(self._asked(hub) for hub in hubs))
        takes_us = next(
            (hub for hub, answer in zip(hubs, answers, strict=True) if not answer), None
        )
        if takes_us is not None:
            log.info("found the hub at %s", takes_us.url)
            return takes_us.url
        self._refusal = next((answer for answer in answers if answer != UNREACHABLE), "")
        await asyncio.sleep(REST_S)
        return None

    async def _asked(self, hub: HubFound) -> str:
        """Return "" if the hub takes us, else the code of why not."""
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                HubClient(hub.url, self._token, ca=self._ca) as client,
            ):
                await client.me()
        except NotAllowed as refusal:
            self._say_once(hub, refusal.code)
            return refusal.code
        except (LoketError, TimeoutError) as error:
            self._say_once(hub, type(error).__name__)
            return UNREACHABLE
        return ""

    def _say_once(self, hub: HubFound, why: str) -> None:
        level = logging.DEBUG if hub.url in self._said else logging.WARNING
        log.log(level, "the hub at %s is not ours: %s", hub.url, why)
        self._said.add(hub.url)
