"""The press: papers are set in a process of their own, so the serving process stays light.

question: length 4 | pickle of (head, paper), of a queue slip, or of None to warm up
answer:   length 4 | pickle of the PDF's (slip: PNG's) bytes, or of the LoketError that was raised
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import struct
import sys
from asyncio.subprocess import PIPE, Process
from typing import TypeAlias

from hub.errors import Busy, Fault, LoketError
from hub.letters.official import Paper
from hub.letters.papers import Letterhead
from hub.letters.slips import QueueSlip

log = logging.getLogger(__name__)

Question: TypeAlias = tuple[Letterhead, Paper] | QueueSlip

LENGTH = struct.Struct("!I")
PRINT_S = 60.0
"""A paper takes 0.1 s, also the longest: who needs this long hangs."""
START_S = 60.0
"""What a new worker has beside that: its start took 2 s on a loaded machine."""
END_S = 5.0


class Press:
    """One worker process that sets papers, one after the other; close it when the hub stops.

    A worker that takes longer than `limit_s` for one paper is replaced; one that must be started
    first has `START_S` more.
    """

    def __init__(self, *, limit_s: float = PRINT_S) -> None:
        self._limit_s = limit_s
        self._worker: Process | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Start and warm the worker; printing does it too, later. Raises Fault if it cannot run."""
        async with self._turn:
            await self._ask(None)

    async def print(self, head: Letterhead, paper: Paper) -> bytes:
        """Return `paper` as PDF. Raises Unprintable, or Busy when the worker died twice."""
        return await self._set((head, paper))

    async def draw(self, slip: QueueSlip) -> bytes:
        """Return a queue ticket as PNG. Raises Fault, or Busy when the worker died twice."""
        return await self._set(slip)

    async def _set(self, question: Question) -> bytes:
        async with self._turn:
            for _ in range(2):
                with contextlib.suppress(_WorkerLost):
                    return await self._ask(question)
        raise Busy(
            "press_down",
            "The paper could not be set. Try again in a moment.",
            id="Dokumen belum dapat disusun. Coba lagi sebentar.",
        )

    async def close(self) -> None:
        """End the worker; what it is setting is finished first. Safe to call twice."""
        async with self._turn:
            await self._end()

    async def _ask(self, question: Question | None) -> bytes:
        limit_s = self._limit_s if self._worker else START_S + self._limit_s
        try:
            async with asyncio.timeout(limit_s):
                answer = await self._exchange(pickle.dumps(question))
        except (OSError, asyncio.IncompleteReadError) as error:  # TimeoutError is an OSError
            log.warning("the worker that sets papers was lost: %s", type(error).__name__)
            await self._kill()
            raise _WorkerLost from error
        except asyncio.CancelledError:
            await self._kill()  # its answer would be taken for the next paper
            raise
        if isinstance(answer, LoketError):
            raise answer
        return answer

    async def _exchange(self, question: bytes) -> bytes | LoketError:
        if self._worker is None:
            self._worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hub.letters.worker"),
                stdin=PIPE,
                stdout=PIPE,
                start_new_session=True,  # Ctrl-C is for the hub, which ends its worker itself
            )
        asking, answering = self._worker.stdin, self._worker.stdout
        assert asking is not None  # noqa: S101 — both pipes were asked for
        assert answering is not None  # noqa: S101
        if asking.is_closing():  # uvloop refuses to write then
            raise BrokenPipeError
        asking.write(LENGTH.pack(len(question)) + question)
        await asking.drain()
        (length,) = LENGTH.unpack(await answering.readexactly(LENGTH.size))
        answer = pickle.loads(await answering.readexactly(length))  # noqa: S301 — our own worker's
        assert isinstance(answer, bytes | LoketError)  # noqa: S101 — narrows
        return answer

    async def _end(self) -> None:
        worker = self._worker
        if worker is None or worker.stdin is None:
            return
        worker.stdin.close()  # the worker ends then
        try:
            async with asyncio.timeout(END_S):
                await worker.communicate()
        except TimeoutError:
            await self._kill()
        self._worker = None

    async def _kill(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await worker.communicate()


class _WorkerLost(Fault):
    """The worker died or hangs; a new one may do better."""
