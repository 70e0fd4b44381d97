"""A copy of a hub's folder, taken while the hub serves, that a hub can be served from again.

    TO/loket.db, blobs/, cekal/, csca/, office.toml, …    as in the hub's folder
    TO/backup                                             when it was taken, by UTC

The database is copied at one instant by SQLite's own online backup. Files are stored before the row
that names them and never changed afterwards, so they are copied after it; a copy that is renewed
takes only what is new and drops what the hub has dropped. Keys are no part of a backup: the master
key and `tls/` lie elsewhere, or whoever finds the copy could read it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from hub.clock import Clock
from hub.errors import BadInput, Busy, Fault
from hub.settings import Settings

MARK = "backup"
_DATABASE = "loket.db"
_FILES = ("blobs", "cekal", "csca")
_PAPERS = ("office.toml", "emblem.svg", "sop.toml", "office-code.pub.pem")


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds: bytes of the database, files in all, files that were new."""

    database_bytes: int
    files: int
    new_files: int


def back_up(settings: Settings, into: Path, clock: Clock) -> Copied:
    """Copy the hub's folder to `into`, or renew the copy that is there.

    Raises BadInput `backup_postgresql`, `backup_missing`, `backup_inside`, `backup_foreign`, Busy
    `backup_running`, Busy `backup_failed` if it cannot be written: the copy of before then stays.
    """
    into = into.resolve()
    _must_fit(settings, into)
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(into):
            taken = clock.now().isoformat(timespec="seconds")
            partial = _copied_database(settings, into)
            new = sum(_copied_if_new(source, target) for source, target in _files(settings, into))
            partial.replace(into / _DATABASE)
            kept = _without_the_dropped(settings, into)
            _sync(into)
            (into / MARK).write_text(f"taken {taken}\n", "utf-8")
    except (OSError, sqlite.Error) as error:
        raise Busy(
            "backup_failed",
            f"{into}: {error}. The copy of before is as it was; see that there is room.",
            id=f"{into}: {error}. Salinan sebelumnya tidak berubah; pastikan ada ruang.",
        ) from error
    return Copied((into / _DATABASE).stat().st_size, kept, new)


def _must_fit(settings: Settings, into: Path) -> None:
    if not settings.database_url.startswith("sqlite"):
        raise BadInput(
            "backup_postgresql",
            "This hub's database is PostgreSQL: use pg_dump, see docs/postgresql.md.",
            id="Basis data hub ini PostgreSQL: pakai pg_dump, lihat docs/postgresql.md.",
        )
    if not (settings.folder / _DATABASE).exists():
        raise BadInput(
            "backup_missing",
            f"{settings.folder} holds no hub: name the folder of `loket hub init`.",
            id=f"{settings.folder} bukan folder hub: sebut folder dari `loket hub init`.",
        )
    if into.is_relative_to(settings.folder) or settings.folder.is_relative_to(into):
        raise BadInput(
            "backup_inside",
            "A backup inside the hub's folder is lost with it: name a folder of another disk.",
            id="Cadangan di dalam folder hub ikut hilang: sebut folder di disk lain.",
        )
    if into.exists() and any(into.iterdir()) and not (into / MARK).exists():
        raise BadInput(
            "backup_foreign",
            f"{into} holds other files: name an empty folder, or an earlier backup.",
            id=f"{into} berisi berkas lain: sebut folder kosong, atau cadangan sebelumnya.",
        )


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    """Hold the mark, which makes the folder ours to renew. Raises Busy `backup_running`."""
    descriptor = os.open(into / MARK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Busy(
            "backup_running",
            f"Another backup into {into} is under way; nothing was done.",
            id=f"Pencadangan lain ke {into} sedang berjalan; tidak ada yang diubah.",
        ) from error
    finally:
        os.close(descriptor)


def _copied_database(settings: Settings, into: Path) -> Path:
    """Return a durable copy of one instant that SQLite itself finds sound. Raises Fault."""
    partial = into / f"{_DATABASE}.part"
    partial.unlink(missing_ok=True)
    source_url = f"{(settings.folder / _DATABASE).as_uri()}?mode=ro"
    with (
        closing(sqlite.connect(source_url, uri=True)) as source,
        closing(sqlite.connect(partial)) as target,
    ):
        source.backup(target)
        verdict = target.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        message = f"the copied database is not sound: {verdict}"
        raise Fault(message)
    partial.chmod(0o600)
    _sync(partial)
    return partial


def _files(settings: Settings, into: Path) -> Iterator[tuple[Path, Path]]:
    for folder in _FILES:
        for source in sorted((settings.folder / folder).rglob("*")):
            if source.is_file() and not source.name.startswith("."):
                yield source, into / source.relative_to(settings.folder)
    for name in _PAPERS:
        if (settings.folder / name).exists():
            yield settings.folder / name, into / name


def _copied_if_new(source: Path, target: Path) -> bool:
    """Copy `source` durably unless `target` is it; a file dropped meanwhile is none."""
    try:
        here = source.stat()
        if target.exists() and _same(here, target.stat()):
            return False
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.part")
        shutil.copy2(source, partial)
    except FileNotFoundError:
        return False
    _sync(partial)
    partial.replace(target)
    _sync(target.parent)
    return True


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _without_the_dropped(settings: Settings, into: Path) -> int:
    """Remove from the copy what the hub no longer has; return how many files stay."""
    kept = sum((into / name).exists() for name in _PAPERS)
    for folder in _FILES:
        for target in (into / folder).rglob("*"):
            if not target.is_file():
                continue
            if (settings.folder / target.relative_to(into)).exists():
                kept += 1
            else:
                target.unlink()
    return kept


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
