"""The matching process beside the hub: real processes that are killed, silent, and replaced."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import uvloop

from hub.cekal.listing import FOLDER, StoredList
from hub.cekal.records import Entry, Query
from hub.keys import Keyring
from hub.matching.link import Matching
from hub.matching.port import Away
from hub.matching.task import Look

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = date(2026, 11, 23)
ANNA = Query("q", "ANNA MARIA ERIKSSON", "1974-08-12", "F", "UTO", "L898902C3")
LIST = [
    Entry("C-1", ["ERIKSON ANA M"], "1974-12-08", "F", "XXA", kind="cegah"),
    Entry("C-2", ["BUDI SANTOSO"], "1960-03-04", kind="cegah", valid_to="2026-12-10"),
    Entry("C-3", ["LI WEI"], "1971-03-04", kind="tangkal", valid_to="2026-11-01"),
]


class Kept:
    """A folder with a stored list, and a link to processes on it."""

    def __init__(self, folder: Path, within_s: float) -> None:
        self.key_file = folder / "hub.key"
        self.stored = StoredList(folder, Keyring.create(self.key_file))
        self.link = Matching(folder, self.key_file, answers_within_s=within_s)
        self.manifest = folder / FOLDER / "manifest"

    def add(self, name: str, entries: list[Entry], kind="full", withdrawn=()) -> str:
        after = AT + timedelta(seconds=len(self.stored.manifest().versions))
        self.stored.add(name, entries, kind=kind, effective=after, at=AT, withdrawn=withdrawn)
        return name


@asynccontextmanager
async def linked(folder: Path, within_s: float) -> AsyncIterator[Kept]:
    kept = Kept(folder, within_s)
    try:
        yield kept
    finally:
        await kept.link.stop()


def unread(path: Path) -> Callable[[], None]:
    """Put a pipe in a file's place: who reads it waits until the returned function is called."""
    aside = path.rename(path.with_name("aside"))
    os.mkfifo(path)

    def let_read() -> None:
        content = aside.read_bytes()
        with path.open("wb") as pipe:
            aside.rename(path)  # who reads it once more finds the file
            pipe.write(content)

    return let_read


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., None]:
    """Run an async test with a folder, in which questions wait `within_s`."""

    def runner(body: Callable[[Kept], Awaitable[None]], within_s: float = 20) -> None:
        async def main() -> None:
            async with linked(tmp_path, within_s) as kept:
                await body(kept)

        uvloop.run(main())

    return runner


def test_it_answers_with_entry_score_standing_and_reasons(run) -> None:
    async def body(kept: Kept) -> None:
        await kept.link.use("t1", [kept.add("V1", LIST)])

        answer = await kept.link.ask(ANNA, DAY, 3)

        best = answer.found[0]
        assert best.entry.id == "C-1"
        assert best.score >= answer.threshold
        assert best.standing == "in_force"
        assert any("hari dan bulan tertukar" in reason.id for reason in best.reasons)
        page = await kept.link.look(Look(DAY.isoformat(), ids=["C-3"]))
        assert [found.standing for found in page.found] == ["expired"]
        soon = await kept.link.look(Look(DAY.isoformat(), count=5, ending_by="2026-12-23"))
        assert [found.entry.id for found in soon.found] == ["C-2"]

    run(body)


def test_a_process_killed_in_a_question_is_away_and_replaced(run) -> None:
    async def body(kept: Kept) -> None:
        names = [kept.add("V1", LIST)]
        await kept.link.use("t1", names)
        first = kept.link.process_id
        assert first is not None
        os.kill(first, signal.SIGSTOP)  # the question is out, the answer is not
        asking = asyncio.create_task(kept.link.ask(ANNA, DAY, 3))
        await asyncio.sleep(0)
        os.kill(first, signal.SIGKILL)

        with pytest.raises(Away):
            await asking

        await kept.link.use("t1", names)
        assert kept.link.process_id not in (None, first)
        assert (await kept.link.ask(ANNA, DAY, 3)).found[0].entry.id == "C-1"

    run(body)


def test_a_process_that_died_between_two_questions_is_away_and_replaced(run) -> None:
    async def body(kept: Kept) -> None:
        names = [kept.add("V1", LIST)]
        await kept.link.use("t1", names)
        first = kept.link.process_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        while Path(f"/proc/{first}").exists():
            await asyncio.sleep(0.01)

        with pytest.raises(Away):
            await kept.link.look(Look(DAY.isoformat(), ids=["C-3"]))

        await kept.link.use("t1", names)
        assert (await kept.link.ask(ANNA, DAY, 3)).found[0].entry.id == "C-1"

    run(body)


def test_a_silent_process_is_away_after_its_time_and_ended(run) -> None:
    async def body(kept: Kept) -> None:
        await kept.link.use("t1", [kept.add("V1", LIST)])
        silent = kept.link.process_id
        assert silent is not None
        os.kill(silent, signal.SIGSTOP)
        began = time.monotonic()

        with pytest.raises(Away):
            async with asyncio.timeout(60):
                await kept.link.ask(ANNA, DAY, 3)

        assert time.monotonic() - began > 0.4
        assert not Path(f"/proc/{silent}").exists()
        assert kept.link.process_id is None

    run(body, within_s=0.5)


def test_the_old_version_answers_while_the_new_one_loads(run) -> None:
    async def body(kept: Kept) -> None:
        first = kept.add("V1", LIST[1:])
        await kept.link.use("t1", [first])
        kept.add("V2", LIST[:1], kind="update")
        let_read = unread(kept.manifest)
        loading = asyncio.create_task(kept.link.use("t2", ["V1", "V2"]))

        before = await kept.link.ask(ANNA, DAY, 3)
        still_loading = not loading.done()
        await asyncio.to_thread(let_read)
        await loading
        after = await kept.link.ask(ANNA, DAY, 3)

        assert still_loading
        assert "C-1" not in [found.entry.id for found in before.found]
        assert after.found[0].entry.id == "C-1"

    run(body)


def test_a_withdrawn_entry_is_shown_as_such(run) -> None:
    async def body(kept: Kept) -> None:
        names = [kept.add("V1", LIST), kept.add("V2", [], kind="update", withdrawn=["C-1"])]
        await kept.link.use("t", names)

        answer = await kept.link.ask(ANNA, DAY, 3)

        assert answer.found[0].standing == "withdrawn"

    run(body)


def test_a_version_that_is_not_there_is_away_and_leaves_the_old_one(run) -> None:
    async def body(kept: Kept) -> None:
        await kept.link.use("t1", [kept.add("V1", LIST)])

        with pytest.raises(Away):
            await kept.link.use("t2", ["V1", "V2"])

        assert (await kept.link.ask(ANNA, DAY, 3)).found
        assert kept.link.token == "t1"

    run(body)


def test_the_serving_process_loads_no_matcher() -> None:
    script = (
        "import sys, hub.serving; "
        "print([m for m in ('numpy', 'rapidfuzz', 'anyascii', 'pyhanko', 'alembic') "
        "if m in sys.modules])"
    )

    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()

    assert said == "[]"
