"""Bring a copy (hub.backup) back as a hub's folder; what stood there is kept beside it.

    DIR                             the copy, with the `tls/` of the folder that stood here
    DIR.before-20261130T031500Z     that folder
    DIR.restoring                   the copy while it is made; what a broken attempt left goes

The copy is made whole and durable before the old folder is moved, so that the end of this program
at any moment leaves the old hub, the new one, or a missing DIR with both beside it: run it again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from hub.backup import MARK
from hub.clock import Clock
from hub.database import sqlite_url
from hub.errors import BadInput, Busy
from hub.house import locked
from hub.keys import Keyring
from hub.settings import Settings

_DATABASE, _RULES, _CODE_KEY, _TLS = "loket.db", "office.toml", "office-code.pub.pem", "tls"
_OURS_ALONE = ("lock", "admin.sock")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: when the copy was taken, where the old folder is, whether stations know us."""

    taken: str
    aside: Path | None
    has_tls: bool


def bring_back(
    settings: Settings, backup: Path, clock: Clock, prepare: Callable[[Settings], None]
) -> Restored:
    """Put the copy `backup` where the hub's folder is, under the hub's own lock.

    `prepare` is done to the new folder before it takes that place. Raises BadInput
    `restore_no_copy`, `restore_inside`, `restore_damaged`, `restore_other_key`, Busy
    `hub_running`, `backup_running`, `restore_failed`: the old folder then stands as it was.
    """
    backup = backup.resolve()
    _must_fit(settings, backup)
    with _held(backup):
        taken = (backup / MARK).read_text("utf-8").removeprefix("taken ").strip()
        _must_be_ours(settings, backup)
        try:
            with locked(settings):
                made = _copied(settings, backup)
                prepare(replace(settings, folder=made, database_url=sqlite_url(made / _DATABASE)))
                aside = _put_in_place(settings, made, clock)
        except OSError as error:
            raise Busy(
                "restore_failed",
                f"{settings.folder}: {error}. See that there is room, and run it again.",
                id=f"{settings.folder}: {error}. Pastikan ada ruang, lalu jalankan lagi.",
            ) from error
    return Restored(taken, aside, (settings.folder / _TLS).is_dir())


def _must_fit(settings: Settings, backup: Path) -> None:
    if not all((backup / name).is_file() for name in (MARK, _DATABASE, _RULES)):
        raise BadInput(
            "restore_no_copy",
            f"{backup} is no copy of a hub: name the folder of `loket hub backup --to`.",
            id=f"{backup} bukan salinan hub: sebut folder dari `loket hub backup --to`.",
        )
    if settings.database_url != sqlite_url(settings.folder / _DATABASE):
        raise BadInput(
            "backup_postgresql",
            "This hub's database is PostgreSQL: bring it back by pg_restore, then run "
            "`loket hub restore --data DIR` without a copy.",
            id="Basis data hub ini PostgreSQL: pulihkan dengan pg_restore, lalu jalankan "
            "`loket hub restore --data DIR` tanpa salinan.",
        )
    if backup.is_relative_to(settings.folder) or settings.folder.is_relative_to(backup):
        raise BadInput(
            "restore_inside",
            "The copy and the hub's folder lie in one another: move the copy elsewhere first.",
            id="Salinan dan folder hub saling memuat: pindahkan salinan lebih dahulu.",
        )


@contextmanager
def _held(backup: Path) -> Iterator[None]:
    """Keep the copy from being renewed meanwhile. Raises Busy `backup_running`."""
    descriptor = os.open(backup / MARK, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Busy(
            "backup_running",
            f"A backup into {backup} is under way; wait for it and run this again.",
            id=f"Pencadangan ke {backup} sedang berjalan; tunggu lalu jalankan lagi.",
        ) from error
    finally:
        os.close(descriptor)


def _must_be_ours(settings: Settings, backup: Path) -> None:
    """Refuse a key that the copy was not written under. Raises BadInput, KeyFileError."""
    known = backup / _CODE_KEY
    if known.exists() and Keyring.load(settings.key_file).public_code_key() in known.read_bytes():
        return
    raise BadInput(
        "restore_other_key",
        f"{settings.key_file} is not the key of this copy: name the right one by --key-file.",
        id=f"{settings.key_file} bukan kunci salinan ini: sebut yang benar dengan --key-file.",
    )


def _copied(settings: Settings, backup: Path) -> Path:
    """Return a durable copy beside the hub's folder. Raises BadInput `restore_damaged`."""
    made = settings.folder.with_name(settings.folder.name + ".restoring")
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(backup, made, ignore=shutil.ignore_patterns(MARK, ".*.part", "*.part"))
    made.chmod(0o700)
    if verdict := _damage(made / _DATABASE):
        shutil.rmtree(made)
        raise BadInput(
            "restore_damaged",
            f"The copy's database is damaged ({verdict}): take an earlier copy.",
            id=f"Basis data salinan rusak ({verdict}): pakai salinan yang lebih lama.",
        )
    known = next((one / _TLS for one in _folders(settings) if (one / _TLS).is_dir()), None)
    if known is not None:
        shutil.copytree(known, made / _TLS)
    os.sync()
    return made


def _damage(file: Path) -> str:
    """Return what SQLite finds wrong with a database, empty if nothing."""
    try:
        with closing(sqlite.connect(file)) as database:
            verdict = str(database.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite.DatabaseError as error:
        return str(error)
    return "" if verdict == "ok" else verdict


def _folders(settings: Settings) -> list[Path]:
    """Return the hub's folder and those that were moved aside, the newest first."""
    before = settings.folder.parent.glob(f"{settings.folder.name}.before-*")
    return [settings.folder, *sorted(before, reverse=True)]


def _put_in_place(settings: Settings, made: Path, clock: Clock) -> Path | None:
    """Move the old folder aside and the new one in; return where the old one is."""
    folder, aside = settings.folder, None
    if all(one.name in _OURS_ALONE for one in folder.iterdir()):
        shutil.rmtree(folder)  # made by our own lock
    else:
        aside = folder.with_name(f"{folder.name}.before-{clock.now():%Y%m%dT%H%M%SZ}")
        folder.rename(aside)
    made.rename(folder)
    os.sync()
    return aside
