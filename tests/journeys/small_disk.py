"""A disk that a test can fill: a tmpfs in a mount namespace of its own, which needs no root."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from hub.demo.processes import Crew

PAGE = bytes(4096)
_MOUNT = 'mount -t tmpfs -o size=%dk loket "$0" && echo ready disk && exec sleep infinity'


class SmallDisk:
    """A disk seen only by programs started `inside` it; from outside through /proc."""

    def __init__(self, crew: Crew, place: Path, *, size_kb: int = 8192) -> None:
        place.mkdir()
        namespace = ["unshare", "--map-root-user", "--mount"]
        holder = crew.start("disk", [*namespace, "sh", "-c", _MOUNT % size_kb, place])
        holder.ready()
        enter = ["nsenter", f"--target={holder.pid}", "--user", "--mount"]
        self.inside = [*enter, "--preserve-credentials", "--"]
        self.folder = Path(f"/proc/{holder.pid}/root", *place.parts[1:])
        self._ballast = self.folder / "ballast"

    def fill(self, *, leave_kb: int = 0) -> None:
        """Write until nothing more fits, then give back `leave_kb`."""
        size = 0
        with self._ballast.open("wb", buffering=0) as ballast:
            with contextlib.suppress(_Full):
                while True:
                    size += _write(ballast.fileno())
            ballast.truncate(max(size - leave_kb * 1024, 0))

    def make_room(self) -> None:
        """Remove what filled the disk."""
        self._ballast.unlink()


class _Full(Exception):
    pass


def _write(descriptor: int) -> int:
    try:
        return os.write(descriptor, PAGE)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _Full from error
