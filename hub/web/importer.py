"""Takes a list file from the page: one at a time, in a process of its own, with progress."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from hub.errors import Busy, LoketError
from hub.events.cekal import CekalProgressed
from hub.house import SYSTEM, House
from hub.matching.order import Order, Outcome, Told
from hub.matching.task import Progress
from hub.writer import Writer

log = logging.getLogger(__name__)
SILENT_S: Final = 120.0
TOLD_EVERY_S: Final = 1.0
LARGEST_LINE: Final = 8 * 1024 * 1024
_TOLD: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)
Took = Callable[[Order, Outcome], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Import:
    """One import: what was ordered and typed, rows judged so far, what came of it, by whom."""

    order: Order
    officer: str
    typed: Mapping[str, str]
    rows: int = 0
    total: int = 0
    """Lines of the file, to which the bar is drawn; 0: a workbook does not say."""
    outcome: Outcome | None = None
    failed: bool = False

    @property
    def running(self) -> bool:
        """Return whether rows are still being judged."""
        return self.outcome is None and not self.failed


class Importer:
    """Runs imports beside the hub; the newest one and its report are kept until the next."""

    def __init__(self, house: House, writer: Writer) -> None:
        self._house = house
        self._writer = writer
        self._task: asyncio.Task[None] | None = None
        self.newest: Import | None = None

    def start(
        self, order: Order, content: bytes, officer: str, took: Took, *, typed: Mapping[str, str]
    ) -> None:
        """Import a file's content in the background; `took` is told when rows are stored.

        `typed` is what the officer wrote beside the file. The file lies in memory only, never on
        the disk in clear. Raises Busy.
        """
        if self.newest is not None and self.newest.running:
            text = "Another import is running; wait for its end."
            raise Busy("import_running", text, id="Impor lain sedang berjalan; tunggu selesai.")
        lines = content.count(b"\n") + (not content.endswith(b"\n"))
        self.newest = begun = Import(
            order, officer, typed, total=0 if order.form == "xlsx" else lines
        )
        self._task = asyncio.create_task(self._run(begun, content, took))

    async def stop(self) -> None:
        """End what runs; nothing half-imported is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, begun: Import, content: bytes, took: Took) -> None:
        process: Process | None = None
        file = _in_memory(content)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hub.matching.importing"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=LARGEST_LINE,
                pass_fds=(file,),
            )
            outcome = await self._follow(process, begun, f"/proc/self/fd/{file}")
            if outcome.stored:
                await took(begun.order, outcome)
            self.newest = replace(begun, rows=outcome.taken + outcome.bad, outcome=outcome)
        except (OSError, TimeoutError, ValueError, EOFError):
            log.warning("an import failed")
            self.newest = replace(begun, failed=True)
        except Exception:
            log.exception("an import failed")
            self.newest = replace(begun, failed=True)
        finally:
            os.close(file)
            await asyncio.shield(self._tell(ended=True))
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _follow(self, process: Process, begun: Import, file: str) -> Outcome:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        order = msgspec.structs.replace(begun.order, file=file)
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        told = 0.0
        while True:
            async with asyncio.timeout(SILENT_S):
                line = await process.stdout.readline()
            if not line:
                raise EOFError
            said = _TOLD.decode(line)
            if isinstance(said, Outcome):
                return said
            if isinstance(said, Progress):
                self.newest = replace(begun, rows=said.done)
                now = asyncio.get_running_loop().time()
                if now - told >= TOLD_EVERY_S:
                    told = now
                    await self._tell()

    async def _tell(self, *, ended: bool = False) -> None:
        """Let the pages that show the import draw it anew."""
        newest = self.newest
        if newest is None:
            return
        said = CekalProgressed(newest.order.version, newest.rows, newest.total, ended)
        with contextlib.suppress(LoketError):  # the next one comes in a moment
            await self._writer.run(
                lambda tx: tx.emit(said, subject=newest.order.version),
                actor=SYSTEM,
                name="tell of an import",
            )


def _in_memory(content: bytes) -> int:
    """Return the descriptor of a file that no folder and no disk holds."""
    descriptor = os.memfd_create("cekal-import", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        file.write(content)
    return descriptor
