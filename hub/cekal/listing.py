"""The office's list on disk: sealed pieces, each a version with its time of effect.

    DIR/cekal/manifest     sealed JSON: the versions in order, the office's threshold
    DIR/cekal/<id>.piece   sealed JSON lines, compressed: entries added or replaced, ids withdrawn

A full list is one piece; an update is a further, small one. Everything is sealed under the office's
master key; a piece is on disk before the manifest names it, so a crash leaves the list as it was.
What a crash or a full disk leaves of a version that came to nothing is removed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from hub.cekal.records import Entry
from hub.errors import Conflict, Fault, NotFound
from hub.keys import Keyring
from hub.storage import storing_in

CHUNK = 20_000
FOLDER = "cekal"


class Version(msgspec.Struct, frozen=True):
    """A change of the list: complete, or an update of what went before."""

    version: str
    kind: Literal["full", "update"]
    effective: datetime
    imported: datetime
    entries: int
    withdrawn: list[str] = []
    pieces: list[str] = []


class Threshold(msgspec.Struct, frozen=True):
    """The office's threshold: from which score a person is shown, set for which share and size."""

    score: float
    false_alarms: float
    size: int
    version: str
    set_at: datetime
    weights: str = ""
    """The mark of the weights it was measured with (hub.cekal.learned)."""


class Manifest(msgspec.Struct, frozen=True):
    """What the folder holds."""

    versions: list[Version] = []
    threshold: Threshold | None = None


class Placed(NamedTuple):
    """An entry as it stands in a list, and the piece that holds it."""

    entry: Entry
    piece: str
    withdrawn: bool


class StoredList:
    """The list of one office in a folder."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder / FOLDER
        self._keyring = keyring

    def manifest(self) -> Manifest:
        """Return what is stored; a folder without a list gives an empty manifest."""
        file = self._folder / "manifest"
        if not file.exists():
            return Manifest()
        return msgspec.json.decode(self._open(file.read_bytes(), "manifest"), type=Manifest)

    def add(
        self,
        version: str,
        entries: Iterable[Entry],
        *,
        kind: Literal["full", "update"],
        effective: datetime,
        at: datetime,
        withdrawn: Iterable[str] = (),
    ) -> Version:
        """Store a version and put it in force.

        Raises Conflict `list_known`, `list_missing`, Busy `storage_failed` if the disk is full.
        """
        self._must_fit(self.manifest(), version, kind)
        with self._writing() as pieces:
            count = 0
            for chunk in _chunks(entries):
                pieces.append(self._write_piece(chunk))
                count += len(chunk)
            added = Version(version, kind, effective, at, count, sorted(set(withdrawn)), pieces)
            with self._alone():
                known = self.manifest()
                self._must_fit(known, version, kind)
                self._keep(Manifest([*known.versions, added], known.threshold))
        return added

    def set_threshold(self, threshold: Threshold) -> None:
        """Store the office's threshold."""
        with self._alone():
            self._keep(Manifest(self.manifest().versions, threshold))

    def in_force(self, at: datetime, only: Collection[str] | None = None) -> tuple[Version, ...]:
        """Return the versions that make up the list at an instant: a full one and its updates.

        `only`: the versions that may count, as an office that verifies them says; None: all.
        """
        stored = self.manifest().versions
        allowed = [one for one in stored if only is None or one.version in only]
        due = [version for version in allowed if version.effective <= at]
        due.sort(key=lambda version: version.effective)
        full = max((n for n, version in enumerate(due) if version.kind == "full"), default=None)
        return tuple(due[full:]) if full is not None else ()

    def entries(self, at: datetime) -> Iterator[Entry]:
        """Return the entries at an instant, expired ones too. Raises NotFound `list_missing`."""
        versions = self.in_force(at)
        if not versions:
            text = "No list is loaded: loket cekal import FILE --data DIR."
            raise NotFound(
                "list_missing", text, id="Belum ada daftar: loket cekal import FILE --data DIR."
            )
        gone: set[str] = set()
        for version in reversed(versions):
            mine: set[str] = set()
            for piece in version.pieces:
                for entry in self._read_piece(piece):
                    mine.add(entry.id)
                    if entry.id not in gone:
                        yield entry
            gone |= mine | set(version.withdrawn)

    def keep(self, name: str, plain: bytes) -> None:
        """Store something derived from the list, sealed like it; `name` is its file."""
        self._write(name, plain)

    def kept(self, name: str) -> bytes | None:
        """Return what was kept under `name`; None if nothing is, or it cannot be opened."""
        try:
            return self._open((self._folder / name).read_bytes(), name)
        except (FileNotFoundError, Fault):
            return None

    def placed(self, versions: Iterable[Version]) -> Iterator[Placed]:
        """Return each entry of a list once, as its newest version has it; withdrawn ones too."""
        seen: set[str] = set()
        withdrawn: set[str] = set()
        for version in reversed(tuple(versions)):
            mine: set[str] = set()
            for piece in version.pieces:
                for entry in self._read_piece(piece):
                    if entry.id not in seen:
                        mine.add(entry.id)
                        yield Placed(entry, piece, entry.id in withdrawn)
            seen |= mine
            withdrawn |= set(version.withdrawn)

    def unknown(self, ids: Iterable[str]) -> set[str]:
        """Return which of these ids no stored version holds, those not in force included."""
        left = set(ids)
        for version in reversed(self.manifest().versions):
            for piece in version.pieces:
                if not left:
                    return left
                left -= {entry.id for entry in self._read_piece(piece)}
        return left

    def in_piece(self, piece: str) -> list[Entry]:
        """Return the entries of one piece."""
        return self._read_piece(piece)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the manifest against other processes that add a version meanwhile."""
        with self._locked("manifest.lock") as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _writing(self) -> Iterator[list[str]]:
        """Take the pieces of a version; they are removed again if it comes to nothing."""
        pieces: list[str] = []
        with self._locked("writing.lock") as descriptor:
            with suppress(BlockingIOError):  # another process writes pieces: they are not left over
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._remove_left_over()
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            try:
                yield pieces
            except BaseException:
                self._remove(self._folder / piece for piece in pieces)
                raise

    def _remove_left_over(self) -> None:
        """Remove what a crash left of pieces; without a manifest nobody knows what is one."""
        if (self._folder / "manifest").exists():
            self._remove([*self._folder.glob("*.piece"), *self._folder.glob("*.piece.new")])

    def _remove(self, pieces: Iterable[Path]) -> None:
        """Remove pieces that no version names."""
        named = {piece for version in self.manifest().versions for piece in version.pieces}
        for piece in pieces:
            if piece.name not in named:
                piece.unlink(missing_ok=True)

    @contextmanager
    def _locked(self, name: str) -> Iterator[int]:
        """Open a file to lock; whoever holds it lets go with its end, however that comes."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _keep(self, manifest: Manifest) -> None:
        self._write("manifest", msgspec.json.encode(manifest))

    def _must_fit(self, known: Manifest, version: str, kind: str) -> None:
        if any(stored.version == version for stored in known.versions):
            text = f"A list of version {version} is loaded already."
            raise Conflict("list_known", text, id=f"Daftar versi {version} sudah dimuat.")
        if kind == "update" and not known.versions:
            text = "There is no list to update: import a full one first."
            raise Conflict(
                "list_missing",
                text,
                id="Belum ada daftar untuk diperbarui: impor daftar penuh dahulu.",
            )

    def _write_piece(self, entries: list[Entry]) -> str:
        name = f"{secrets.token_hex(12)}.piece"
        self._write(name, zlib.compress(msgspec.json.Encoder().encode_lines(entries), 1))
        return name

    def _read_piece(self, name: str) -> list[Entry]:
        sealed = (self._folder / name).read_bytes()
        lines = zlib.decompress(self._open(sealed, name))
        return msgspec.json.Decoder(Entry).decode_lines(lines)

    def _open(self, sealed: bytes, name: str) -> bytes:
        return self._keyring.unwrap(sealed, f"cekal/{name}")

    def _write(self, name: str, plain: bytes) -> None:
        """Write sealed, whole or not at all. Raises Busy `storage_failed` if the disk is full."""
        target = self._folder / name
        draft = target.with_name(name + ".new")
        try:
            with storing_in(self._folder):
                self._write_draft(draft, self._keyring.wrap(plain, f"cekal/{name}"))
                draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _write_draft(self, draft: Path, sealed: bytes) -> None:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())


def _chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
