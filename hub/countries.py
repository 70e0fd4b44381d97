"""The countries whose passports the office knows: the CSCA store, read anew when it changes.

What reads certificates is loaded with the first passport: it takes five megabytes, and a tenth of a
second that the hub's start does without.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devices.emrtd.csca import Status
    from devices.emrtd.trust import TrustStore

Stamp = tuple[tuple[str, int], ...]


class Countries:
    """The store of a folder; a fixed store where no folder is given."""

    def __init__(self, folder: Path | None = None, store: TrustStore | None = None) -> None:
        self._folder = folder
        self._store = store
        self._stamp: Stamp | None = None
        self._lock = threading.Lock()

    def current(self) -> TrustStore:
        """Return the store as its folder is now; call in a thread, for an import is read whole."""
        from devices.emrtd.trust import TrustStore, load_store

        with self._lock:
            stamp = _stamp(self._folder) if self._folder else self._stamp
            if self._folder and stamp != self._stamp:
                self._store, self._stamp = load_store(self._folder), stamp
            self._store = self._store or TrustStore()
            return self._store

    @property
    def place(self) -> str:
        """Return where the store lies, "" for a fixed one."""
        return str(self._folder or "")

    def status(self, at: datetime) -> Status:
        """Return count, age and what is missing; call in a thread."""
        from devices.emrtd.csca import describe, status

        if self._folder is None:
            return describe(self.current(), [], at=at)
        return status(self._folder, at=at)


def _stamp(folder: Path) -> Stamp:
    """Return what changes with every file of the folder; some hundred files take a millisecond."""
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries))
    except OSError:
        return ()
