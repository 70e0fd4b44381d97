"""The floor of the feed: a bare uvloop server that writes one frame to every connection.

A connection that sends `F` follows; one that sends `P` and a line publishes that line.
"""

from __future__ import annotations

import asyncio
from typing import cast

import uvloop


class FanOut(asyncio.Protocol):
    """One connection of the bare server."""

    def __init__(self, followers: set[asyncio.Transport]) -> None:
        self.followers = followers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if data == b"F":
            self.followers.add(self.transport)
            self.transport.write(b"F")
            return
        for follower in self.followers:
            follower.write(data[1:])

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self.followers.discard(self.transport)


async def serve() -> None:
    """Serve on a free port and say which."""
    followers: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: FanOut(followers), "127.0.0.1", 0, backlog=2048)
    print(f"ready {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
