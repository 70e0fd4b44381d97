"""A killed hub's port is free at once, also while a child of its has not yet noticed."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE

import pytest
import uvloop

from hub.errors import Busy
from hub.listening import listen_at


async def _child() -> asyncio.subprocess.Process:
    """Start a child as the hub does, which ends with its input."""
    read_all = "import sys; print(flush=True); sys.stdin.read()"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", read_all, stdin=PIPE, stdout=PIPE
    )
    assert child.stdout is not None
    await child.stdout.readline()
    return child


def test_the_port_is_free_while_a_child_lives_on() -> None:
    async def killed() -> None:
        first = listen_at("127.0.0.1", 0)
        first.listen()
        port = first.getsockname()[1]
        child = await _child()
        first.close()
        with listen_at("127.0.0.1", port) as second:
            second.listen()
        await child.communicate(b"")  # its input ends: so does it

    uvloop.run(killed())


def test_a_taken_address_is_named() -> None:
    with listen_at("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Busy) as refused:
            listen_at("127.0.0.1", port)

    assert refused.value.code == "address_taken"
    assert str(port) in refused.value.en
