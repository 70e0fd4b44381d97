"""The folder of a practice office: the hub's data, tokens, what people sign in with."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from hub.demo import processes
from hub.demo.errors import FolderTaken
from hub.demo.processes import loket
from hub.office import OfficeConfig, load_office

COUNTERS = (1, 2)
_MARK = "demo-office.json"
_FIRST_BLANK = 260001
"""What `loket hub practise` enters into the stock: CTH260001 and on."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A practice office on disk: the hub's folder, tokens, and what its people sign in with."""

    path: Path
    password: str
    logins: tuple[str, ...]
    ahead: timedelta
    """How far its clock stood before the machine's when it last ran: it never goes back."""
    blanks_used: int = 0

    @property
    def hub(self) -> Path:
        """Return the hub's own folder."""
        return self.path / "hub"

    def token(self, station: str) -> Path:
        """Return the file with a station's token."""
        return self.path / f"{station}.token"

    def rules(self) -> OfficeConfig:
        """Return the office's rules: hours, holidays, time zone."""
        return load_office(self.hub / "office.toml")

    def latest(self) -> Folder:
        """Return what is written down now."""
        return _read(self.path)

    def take_blank(self) -> str:
        """Return the serial number of the next card blank in the drawer."""
        now = self.latest()
        replace(now, blanks_used=now.blanks_used + 1).save()
        return f"CTH{_FIRST_BLANK + now.blanks_used}"

    def save(self) -> None:
        """Write down what the next start needs."""
        told = {
            "password": self.password,
            "logins": self.logins,
            "ahead_s": self.ahead.total_seconds(),
            "blanks_used": self.blanks_used,
        }
        mark = self.path / _MARK
        unfinished = mark.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(told, indent=1), "utf-8")
        unfinished.replace(mark)


def found_or_made(path: Path) -> Folder:
    """Return the practice office in `path`, making it if nothing is there. Raises FolderTaken.

    It is made beside its place and moved there whole: a folder with our mark is complete.
    """
    path = path.resolve()
    if (path / _MARK).exists():
        return _read(path)
    if path.exists() and any(path.iterdir()):
        message = f"{path} is no practice office of ours: name another folder with --data"
        raise FolderTaken(message)
    unfinished = path.with_name(f"{path.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    _make(unfinished)
    if path.exists():
        path.rmdir()
    unfinished.rename(path)
    return _read(path)


def _read(path: Path) -> Folder:
    told = json.loads((path / _MARK).read_text("utf-8"))
    ahead = timedelta(seconds=told["ahead_s"])
    return Folder(path, told["password"], tuple(told["logins"]), ahead, told["blanks_used"])


def _make(path: Path) -> None:
    folder = Folder(path, _new_password(), (), timedelta(0))
    data = ("--data", folder.hub)
    processes.run("loket hub init", loket("hub", "init", *data))
    logins = processes.run(
        "loket hub practise", loket("hub", "practise", *data), said=f"{folder.password}\n"
    )
    for station, option in (
        ("kiosk", ("--kiosk", "kios-1")),
        *((f"counter-{n}", ("--counter", str(n))) for n in COUNTERS),
    ):
        token = processes.run("loket hub token", loket("hub", "token", *data, *option))
        file = folder.token(station)
        file.touch(mode=0o600)
        file.write_text(token.strip(), "ascii")
    replace(folder, logins=tuple(logins.splitlines())).save()


def _new_password() -> str:
    return f"contoh-{secrets.randbelow(10**6):06d}"
