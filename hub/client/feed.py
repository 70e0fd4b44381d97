"""Follow the hub's feed through restarts and lost links."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import msgspec

from hub.client.door import HubClient
from hub.client.errors import Unreachable
from hub.client.sse import Frame, FrameReader
from hub.errors import Busy
from hub.wire import Event

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True)
class Reset:
    """The position is too old or unknown: take a snapshot; the feed goes on behind `seq`."""

    seq: int


@dataclass(frozen=True, slots=True)
class _Moved:
    """Only the position moved (heartbeat, stretch of events for others)."""

    seq: int


def no_watch(_linked: bool) -> None:
    """Ignore whether the link stands."""


async def follow(
    client: HubClient, after: int, *, on_link: Callable[[bool], None] = no_watch
) -> AsyncGenerator[Event | Reset, None]:
    """Yield every event behind `after`, once and in order, reconnecting for ever.

    `on_link` is told True when the feed stands and False when it is lost. Raises NotAllowed when
    the token is revoked. Close the iterator (`contextlib.aclosing`) when done with it.
    """
    seq = after
    pause_s = FIRST_PAUSE_S
    while True:
        linked = False
        try:
            async with aclosing(_connection(client, seq)) as items:
                async for item in items:
                    if linked:
                        pause_s = FIRST_PAUSE_S
                    else:
                        linked = True
                        on_link(True)
                    seq = item.seq
                    if isinstance(item, Event | Reset):
                        yield item
        except (Unreachable, Busy) as error:
            log.debug("feed lost after event %d: %s", seq, error)
        except (ValueError, msgspec.MsgspecError) as error:
            log.warning("feed sent something that is no event after %d: %s", seq, error)
        if linked:
            on_link(False)
        await asyncio.sleep(_jittered(pause_s))
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


async def _connection(
    client: HubClient, after: int
) -> AsyncGenerator[Event | Reset | _Moved, None]:
    reader = FrameReader()
    seq = after
    async with client.feed_stream(after) as chunks:
        yield _Moved(after)
        async for chunk in chunks:
            for frame in reader.feed(chunk):
                item = _item(frame, seq)
                # an event seen before the link broke may be sent again
                if isinstance(item, Event) and item.seq <= seq:
                    continue
                seq = item.seq
                yield item


def _item(frame: Frame, seq: int) -> Event | Reset | _Moved:
    position = int(frame.id) if frame.id and frame.id.isdecimal() else seq
    if frame.event == "reset":
        return Reset(position)
    if not frame.data:
        return _Moved(position)
    return msgspec.json.decode(frame.data, type=Event)


def _jittered(pause_s: float) -> float:
    """Return between half and all of the pause, so that stations do not come back in step."""
    return pause_s * random.uniform(0.5, 1.0)  # noqa: S311 — spread, not secrecy
