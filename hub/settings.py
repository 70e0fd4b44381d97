"""Where a hub keeps its things: one folder, and the master key outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.database import sqlite_url
from hub.placement import checked_url, read_placement

THE_OFFICE = 1
"""The row number of the only office in a database of its own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The folder of a hub, its database and its master key."""

    folder: Path
    key_file: Path
    database_url: str
    office: int = THE_OFFICE

    @property
    def office_file(self) -> Path:
        """Return the office's rules."""
        return self.folder / "office.toml"

    @property
    def blobs(self) -> Path:
        """Return the folder of encrypted files."""
        return self.folder / "blobs"

    @property
    def trusted(self) -> Path:
        """Return the folder of the countries' certificates (CSCA) that passports are judged by."""
        return self.folder / "csca"

    @property
    def lock(self) -> Path:
        """Return the file that a running hub or tool holds."""
        return self.folder / "lock"

    @property
    def admin_socket(self) -> Path:
        """Return the socket on which a running hub takes administrative commands."""
        return self.folder / "admin.sock"


def settings_for(
    folder: Path, *, database_url: str | None = None, key_file: Path | None = None
) -> Settings:
    """Return the settings of the hub in `folder`: its placement, else SQLite; the key beside it.

    Raises BadInput for a database that is none of ours.
    """
    folder = folder.resolve()
    placed = read_placement(folder)
    url = database_url or (placed.database if placed else sqlite_url(folder / "loket.db"))
    return Settings(
        folder=folder,
        key_file=(key_file or folder.with_name(folder.name + ".key")).resolve(),
        database_url=checked_url(url),
        office=placed.office if placed else THE_OFFICE,
    )


SCHEMA_REVISION = "0024"
"""The newest migration; a test compares it with the scripts."""
