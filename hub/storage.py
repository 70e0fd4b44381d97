"""Storing failed: a full disk is recognised in whatever form it comes, and said with its remedy."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import Busy, Conflict
from hub.wire import Words

DAMAGED = ("database disk image is malformed", "file is not a database")
"""What SQLite says of a file that is no whole database."""
DATABASE = Words(id="basis data hub", en="the hub's database")
FILES = Words(id="berkas hub (blobs)", en="the hub's files (blobs)")

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_IN_SQLITE = "database or disk is full"  # SQLITE_FULL
_FAILED_IN_SQLITE = "disk I/O error"  # SQLITE_IOERR: also when -shm cannot grow
_FULL_IN_POSTGRESQL = "53100"  # disk_full
_LEAST_ROOM = 64 * 1024


def folder_of(path: Path) -> Words:
    """Return `path` as the name of what lies on the full disk."""
    return Words(id=str(path), en=str(path))


def is_full(error: BaseException | None) -> bool:
    """Return whether `error`, or what it came from, is a disk without room."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if _FULL_IN_SQLITE in str(error) or _sqlstate(error) == _FULL_IN_POSTGRESQL:
            return True
        error = error.__cause__
    return False


def not_stored(error: BaseException | None, place: Words) -> Busy:
    """Return the refusal `storage_failed`: of a full disk it says which one and what to do."""
    if not is_full(error):
        return Busy(
            "storage_failed",
            "The hub cannot store anything now; nothing was done. Tell the supervisor.",
            id="Hub tidak dapat menyimpan sekarang; tidak ada yang diubah. Beri tahu supervisor.",
        )
    return disk_full(place)


def collision() -> Conflict:
    """Return the refusal of what the database's own rules do not let in."""
    return Conflict(
        "constraint",
        "This collides with something that is already recorded. Look again and repeat.",
        id="Bertabrakan dengan catatan yang sudah ada. Lihat kembali lalu ulangi.",
    )


def database_away() -> Busy:
    """Return the refusal of what could not even be read."""
    return Busy(
        "database_away",
        "The database does not answer now; nothing was done. Try again in a moment.",
        id="Basis data sedang tidak menjawab; tidak ada yang diubah. Coba lagi sebentar lagi.",
    )


def database_damaged() -> Busy:
    """Return the refusal of a database file that cannot be read any more."""
    return Busy(
        "database_damaged",
        "The file loket.db is damaged. Leave it as it is, stop the hub, and bring the last copy "
        "back: loket hub restore FOLDER --data DIR.",
        id="Berkas loket.db rusak. Biarkan apa adanya, hentikan hub, lalu pulihkan salinan "
        "terakhir: loket hub restore FOLDER --data DIR.",
    )


def outcome_unknown() -> Busy:
    """Return the refusal of a command of which nobody can say whether it was stored."""
    return Busy(
        "outcome_unknown",
        "The database went away while it stored this; it may be done or not. Repeat it with the "
        "same Idempotency-Key: then it is done once.",
        id="Basis data terputus saat menyimpan; mungkin sudah tersimpan, mungkin belum. Ulangi "
        "dengan Idempotency-Key yang sama: hasilnya tetap satu kali.",
    )


def disk_full(place: Words) -> Busy:
    """Return the refusal `storage_failed` that names the full disk and the remedy."""
    return Busy(
        "storage_failed",
        f"The disk of {place.en} is full; nothing was stored. Have room made on that disk "
        "(remove what is not the hub's, or enlarge it), then repeat.",
        id=f"Disk tempat {place.id} penuh; tidak ada yang disimpan. Minta ruang pada disk itu "
        "(hapus yang bukan milik hub, atau perbesar), lalu ulangi.",
    )


@contextmanager
def storing_in(folder: Path) -> Iterator[None]:
    """Say in words that the disk of `folder` is full. Raises Busy `storage_failed`."""
    try:
        yield
    except Exception as error:
        if is_full(error) or (_FAILED_IN_SQLITE in str(error) and not _has_room(folder)):
            raise disk_full(folder_of(folder)) from error
        raise


def _has_room(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize >= _LEAST_ROOM


def _sqlstate(error: BaseException) -> object:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
