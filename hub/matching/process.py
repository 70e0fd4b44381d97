"""The matching process: loads one version of the list, then answers a question a line.

Started by the serving hub as `python -m hub.matching.process`. First line in: where the list and
the key are. It ends when its input ends, so it never outlives the hub. In memory is the index,
and in which sealed piece each entry lies: entries themselves are opened only to be shown.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date
from pathlib import Path

import msgspec

from hub.cekal.listing import StoredList, Version
from hub.cekal.matcher import Hit
from hub.cekal.records import Entry, Query
from hub.cekal.wording import explain
from hub.errors import NotFound
from hub.keys import Keyring
from hub.matching.placing import matcher_of
from hub.matching.port import Answer, Found, Reason, Standing, entry_version, standing_of
from hub.matching.task import (
    Failed,
    Look,
    Page,
    Person,
    Progress,
    Question,
    Ready,
    Said,
    Screened,
    Task,
)

TOLD_EVERY = 2000
MOST_FOUND = 30
SHARE = 0.01
LEAST_REASON = 0.05
_QUESTION = msgspec.json.Decoder(Question)


class LoadedList:
    """One version of the list in memory."""

    def __init__(
        self, stored: StoredList, versions: tuple[Version, ...], threshold: float | None = None
    ) -> None:
        self._stored = stored
        total = sum(version.entries for version in versions)
        self._matcher, self._placing = matcher_of(stored, versions, lambda n: _tell(n, total))
        self.size = len(self._placing.piece_of)
        self.threshold = self._threshold(threshold)

    def screen(self, asked: Person) -> Answer:
        """Return whom a person may be, each hit explained."""
        began = time.perf_counter()
        on = date.fromisoformat(asked.on)
        hits = self._matcher.screen(asked.query, MOST_FOUND, least=0.0) if self._matcher else []
        shown = [
            hit for n, hit in enumerate(hits) if n < asked.nearest or hit.score >= self.threshold
        ]
        entries = self._entries({hit.entry for hit in shown})
        found = [self._found(entries[hit.entry], on, hit) for hit in shown]
        return Answer(found, self.threshold, self.size, (time.perf_counter() - began) * 1000)

    def look(self, asked: Look) -> Page:
        """Return entries by their ids, those that end soon, or a page of the list."""
        ending = self._ending(asked.on, asked.ending_by) if asked.ending_by else []
        ids, following = asked.ids, 0
        if asked.ending_by or asked.count:
            every = ending if asked.ending_by else self._ids()
            ids = every[asked.after : asked.after + asked.count]
            following = asked.after + len(ids) if asked.after + len(ids) < len(every) else 0
        entries = self._entries(set(ids))
        on = date.fromisoformat(asked.on)
        found = [self._found(entries[one], on, None) for one in ids if one in entries]
        return Page(found, self.size, following, len(ending))

    def _threshold(self, own: float | None) -> float:
        kept = self._stored.manifest().threshold
        if own is None and kept is not None:
            return kept.score
        if own is None and self._matcher is not None:
            return self._matcher.weights.threshold(SHARE, self.size)
        return 1.0 if own is None else own

    def _ending(self, day: str, by: str) -> list[str]:
        ending = [
            (ends, identity)
            for identity, ends in zip(self._ids(), self._placing.ends, strict=True)
            if day <= ends <= by and identity not in self._placing.withdrawn
        ]
        return [identity for _, identity in sorted(ending)]

    def _ids(self) -> list[str]:
        return self._matcher.index.people.ids if self._matcher else []

    def _entries(self, ids: set[str]) -> dict[str, Entry]:
        if self._matcher is None:
            return {}
        numbers, placing = self._matcher.index.numbers, self._placing
        wanted: dict[str, set[str]] = {}
        for identity in ids & numbers.keys():
            piece = placing.pieces[placing.piece_of[numbers[identity]]]
            wanted.setdefault(piece, set()).add(identity)
        return {
            entry.id: entry
            for piece, those in wanted.items()
            for entry in self._stored.in_piece(piece)
            if entry.id in those
        }

    def _found(self, entry: Entry, on: date, hit: Hit | None) -> Found:
        gone = entry.id in self._placing.withdrawn
        standing: Standing = "withdrawn" if gone else standing_of(entry, on)
        reasons: list[Reason] = []
        if hit is not None and self._matcher is not None:
            reasons = [
                Reason(one.id, one.en, round(float(one.adds), 3))
                for one in explain(self._matcher, hit)
                if abs(one.adds) >= LEAST_REASON
            ]
        score = round(float(hit.score), 6) if hit else 0.0
        return Found(entry, entry_version(entry), score, standing, reasons)


def load(task: Task) -> LoadedList:
    """Return the list that the task names. Raises NotFound, KeyFileError."""
    stored = StoredList(Path(task.folder), Keyring.load(Path(task.key_file)))
    known = {version.version: version for version in stored.manifest().versions}
    missing = [name for name in task.versions if name not in known]
    if missing:
        raise NotFound("list_missing", "A version is not in the folder.", id="Versi tidak ada.")
    versions = tuple(known[name] for name in task.versions)
    return LoadedList(stored, versions, task.threshold)


def answer(loaded: LoadedList, line: bytes) -> Said:
    """Return the answer to one line; what fails is said without naming anybody."""
    try:
        asked = _QUESTION.decode(line)
        if isinstance(asked, Person):
            return Screened(loaded.screen(asked))
        return loaded.look(asked)
    except Exception as error:  # noqa: BLE001 — one question's bug must not end the process
        return Failed(type(error).__name__)


def say(said: Said) -> None:
    """Write one line to the hub."""
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def _tell(done: int, total: int) -> None:
    if done % TOLD_EVERY == 0:
        say(Progress(done, total))


def main() -> None:
    """Load the list, then answer until the input ends."""
    os.nice(5)  # the hub's own commands go first
    loaded = load(msgspec.json.decode(sys.stdin.buffer.readline(), type=Task))
    say(Progress(loaded.size, loaded.size))
    # the first question would else pay for what is only made once
    loaded.screen(Person(Query("", "ANNA MARIA", "1970-01-01"), "2000-01-01", 1))
    say(Ready(loaded.size, loaded.threshold))
    for line in sys.stdin.buffer:
        say(answer(loaded, line))


if __name__ == "__main__":
    main()
