"""Live pictures from a counter's device to the page of the officer who sits there; nothing is kept.

The agent is told by an event that somebody watches and sends its newest picture again and again,
until the hub answers that nobody does. Here lies the newest picture of each device, no older one;
whoever watches anew takes the place of who watched before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import ClassVar

from litestar import put
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub.errors import BadInput, NotAllowed
from hub.web.connection import AnyRequest
from hub.writer import Actor

log = logging.getLogger(__name__)

ROLES = ("camera", "fingerprint")
FIRST_S = 25.0
"""How long a device may take to wake before its picture is given up: idle cameras are let go."""
SILENT_S = 5.0
LONGEST_S = 120.0
"""Nobody looks at one face for longer; the page opens it again."""
LARGEST = 400_000
BOUNDARY = "loketframe"
_JPEG = b"\xff\xd8\xff"


class Watch:
    """Who watches one device: the newest picture that was not shown yet."""

    __slots__ = ("_frame", "_news", "_unseen_since", "over")

    def __init__(self) -> None:
        self._frame = b""
        self._news = asyncio.Event()
        self._unseen_since: float | None = None
        self.over = False

    def show(self, frame: bytes, at: float) -> bool:
        """Put the newest picture in place of one that was not shown; False: nobody takes them."""
        if self._unseen_since is None:
            self._unseen_since = at
        self._frame = frame
        self._news.set()
        return at - self._unseen_since < SILENT_S

    def end(self) -> None:
        """Let the stream end."""
        self.over = True
        self._news.set()

    async def next(self, limit_s: float) -> bytes:
        """Wait for the next picture; empty after `limit_s` or at the end."""
        try:
            async with asyncio.timeout(limit_s):
                await self._news.wait()
        except TimeoutError:
            return b""
        self._news.clear()
        self._unseen_since = None
        return b"" if self.over else self._frame


class Previews:
    """The devices that are being watched, by counter and role."""

    longest: ClassVar[float] = LONGEST_S

    def __init__(self) -> None:
        self._watched: dict[tuple[int, str], Watch] = {}

    def begin(self, counter: int, role: str) -> Watch:
        """Begin to watch; an earlier watch of the same device ends."""
        watch = Watch()
        before = self._watched.get((counter, role))
        self._watched[counter, role] = watch
        if before is not None:
            before.end()
        return watch

    def offer(self, counter: int, role: str, frame: bytes) -> bool:
        """Show a picture to who watches; return whether anybody does."""
        watch = self._watched.get((counter, role))
        if watch is None:
            return False
        if not watch.show(frame, asyncio.get_running_loop().time()):
            self.end(counter, role)
            return False
        return True

    def end(self, counter: int, role: str) -> None:
        """Let nobody watch this device any more."""
        watch = self._watched.pop((counter, role), None)
        if watch is not None:
            watch.end()

    async def pictures(self, counter: int, role: str, watch: Watch) -> AsyncGenerator[bytes]:
        """Yield the parts of a multipart stream until silence, its longest time, or the reader."""
        loop = asyncio.get_running_loop()
        until, limit_s = loop.time() + self.longest, FIRST_S
        try:
            while loop.time() < until and (frame := await watch.next(limit_s)):
                yield _part(frame)
                limit_s = SILENT_S
        finally:
            if self._watched.get((counter, role)) is watch:
                del self._watched[counter, role]


@put("/api/previews/{role:str}", status_code=200, request_max_body_size=LARGEST)
async def offer_picture(
    role: FromPath[str],
    request: AnyRequest,
    station: NamedDependency[Actor],
    previews: NamedDependency[Previews],
) -> dict[str, bool]:
    """Take the newest picture of the calling agent's device; say whether anybody watches."""
    if station.counter is None or "agent" not in station.roles:
        raise NotAllowed(
            "station_kind",
            "Only the agent of a counter shows pictures.",
            id="Hanya agen sebuah loket yang mengirim gambar.",
        )
    frame = await request.body()
    if role not in ROLES or not frame.startswith(_JPEG):
        raise BadInput(
            "picture_wrong", "Send a JPEG of a camera or reader.", id="Kirim JPEG dari perangkat."
        )
    return {"watched": previews.offer(station.counter, role, frame)}


def _part(frame: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
    return head.encode() + frame + b"\r\n"
