"""A folder in memory for the plain files of a case: gone when it is left, or at the next one.

A program that is killed cannot clear up behind itself. Each folder is locked (flock) by whoever
works in it, a lock that ends with its process; whoever comes next removes those that nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 — plain files of a case never touch the disk if it can be
_PREFIX = "loket-case-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield an empty folder, in memory where the system has such a place; remove it at the end."""
    with _alone_at() as (place, prefix):
        _sweep(place, prefix)
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def sweep_scratch() -> None:
    """Remove the folders that killed programs of this user left behind."""
    with _alone_at() as (place, prefix):
        _sweep(place, prefix)


@contextmanager
def _alone_at() -> Iterator[tuple[Path, str]]:
    """Yield where folders are made and how they are called, with nobody else making or sweeping.

    A new folder is not locked at once.
    """
    place = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())
    prefix = f"{_PREFIX}{os.getuid()}-"
    lock = os.open(place / f".{prefix}lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place, prefix
    finally:
        os.close(lock)


def _sweep(place: Path, prefix: str) -> None:
    for folder in place.glob(f"{prefix}*"):
        with suppress(OSError):  # its owner works in it, or has just removed it
            _remove_if_left(folder)


def _remove_if_left(folder: Path) -> None:
    """Remove `folder`. Raises OSError when somebody holds it or it is none of ours."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)
