"""Answer many queries against a list, and put an explanation into lines."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec

from hub.cekal.index import Collector
from hub.cekal.listing import StoredList
from hub.cekal.matcher import Hit, Matcher
from hub.cekal.records import Entry, Query, holds
from hub.cekal.saved import Stale, fingerprint_of, packed, unpacked
from hub.cekal.weights import load_weights
from hub.cekal.wording import explain
from hub.errors import Busy, NotFound

log = logging.getLogger(__name__)
INDEX = "index"
Progress = Callable[[int], None]
_SHOWN = 0.05


def load_matcher(entries: Iterable[Entry], progress: Progress) -> Matcher:
    """Return a matcher of a list with the weights in use. Raises NotFound for an empty list."""
    collector = Collector()
    number = 0
    for number, entry in enumerate(entries, start=1):
        collector.add(entry)
        progress(number)
    if number == 0:
        raise NotFound("list_empty", "The list holds no entry.", id="Daftar itu kosong.")
    return Matcher(collector.index(), load_weights())


def stored_matcher(store: StoredList, at: datetime, progress: Progress) -> Matcher:
    """Return a matcher of the list in force: from the saved index, or a new one that is saved.

    Raises NotFound `list_missing`, `list_empty`.
    """
    contents = [
        part
        for version in store.in_force(at)
        for part in (version.version, *version.pieces, *version.withdrawn)
    ]
    fingerprint = fingerprint_of(contents)
    if (raw := store.kept(INDEX)) is not None:
        try:
            return Matcher(unpacked(raw, fingerprint), load_weights())
        except Stale as stale:
            log.info("the saved index is made anew: %s", stale)
    matcher = load_matcher(store.entries(at), progress)
    try:
        store.keep(INDEX, packed(matcher.index, fingerprint))
    except (OSError, Busy) as error:
        log.warning("the index could not be saved: %s", error)
    return matcher


def answer_all(
    matcher: Matcher, queries: Sequence[Query], out: Path, top: int, progress: Progress
) -> None:
    """Write an answer line for each query, in order."""
    encoder = msgspec.json.Encoder()
    with out.open("wb") as file:
        for number, query in enumerate(queries, start=1):
            file.write(encoder.encode(matcher.answer(query, top)) + b"\n")
            progress(number)


def explained(
    matcher: Matcher, query: Query, entry: str, nearest: int, threshold: float
) -> Iterator[tuple[str, str]]:
    """Return an entry's id and a line that explains it, or the nearest ones. Raises NotFound."""
    if entry and entry not in matcher.index.numbers:
        raise NotFound(
            "entry_missing", f"No entry {entry} on the list.", id=f"Tidak ada entri {entry}."
        )
    hits = [matcher.pair(query, entry)] if entry else matcher.screen(query, nearest, least=0.0)
    found = [hit for hit in hits if hit is not None]
    if not found:
        yield "", "tidak ada entri yang mirip / no entry is anything alike"
    for hit in found:
        yield from ((hit.entry, line) for line in _lines(matcher, hit, threshold))


def standing(entry: Entry, on: date) -> str:
    """Return what an entry is: its kind, whether it is in force that day, by which decree."""
    until = f" s.d. / to {entry.valid_to}" if entry.valid_to else ""
    state = "berlaku / in force" if holds(entry, on) else "TIDAK berlaku / NOT in force"
    about = (entry.kind or "-", state + until, entry.decree, entry.agency)
    return ", ".join(part for part in about if part)


def _lines(matcher: Matcher, hit: Hit, threshold: float) -> Iterator[str]:
    above = hit.score >= threshold
    word = (
        "di atas ambang / above the threshold" if above else "di bawah ambang / below the threshold"
    )
    yield f"{hit.entry}   {hit.score:.4f}   {word}"
    for reason in explain(matcher, hit):
        if abs(reason.adds) >= _SHOWN:
            yield f"  {reason.adds:+6.2f}  {reason.id} / {reason.en}"
