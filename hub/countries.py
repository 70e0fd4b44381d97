"""The countries whose passports the office knows: the CSCA store, read anew when it changes."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from devices.emrtd.csca import Status, describe, status
from devices.emrtd.trust import TrustStore, load_store


class Countries:
    """The store of a folder; a fixed store where no folder is given."""

    def __init__(self, folder: Path | None = None, store: TrustStore | None = None) -> None:
        self._folder = folder
        self._store = store or TrustStore()
        self._stamp = -1
        self._lock = threading.Lock()

    def current(self) -> TrustStore:
        """Return the store as its folder is now; call in a thread, for an import is read whole."""
        if self._folder is None:
            return self._store
        with self._lock:
            stamp = _stamp(self._folder)
            if stamp != self._stamp:
                self._store, self._stamp = load_store(self._folder), stamp
            return self._store

    @property
    def place(self) -> str:
        """Return where the store lies, "" for a fixed one."""
        return str(self._folder or "")

    def status(self, at: datetime) -> Status:
        """Return count, age and what is missing; call in a thread."""
        if self._folder is None:
            return describe(self._store, [], at=at)
        return status(self._folder, at=at)


def _stamp(folder: Path) -> int:
    # an import renames whole files into the folder, which changes the folder itself
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
