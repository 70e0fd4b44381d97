"""Repeat a request to the hub until it answers."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.client import Unreachable
from hub.errors import Busy, Fault

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0


def forever() -> float:
    """Return that there is always time left."""
    return math.inf


async def insist(
    attempt: Callable[[], Awaitable[T]], remaining_s: Callable[[], float] = forever
) -> T:
    """Return what `attempt` returns once the hub is there.

    Raises Unreachable when `remaining_s()` has run out, and every refusal but Busy at once.
    """
    pause_s = FIRST_PAUSE_S
    first = True
    while True:
        try:
            return await attempt()
        except (Fault, Busy) as error:
            if remaining_s() <= 0:
                raise Unreachable("timeout", "the deadline passed") from error
            log.log(
                logging.WARNING if first else logging.DEBUG, "the hub does not answer: %s", error
            )
            first = False
        await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 — spread, not secrecy
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
