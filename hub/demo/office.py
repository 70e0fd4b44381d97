"""The folder of a practice office, and the programs that make it live on one machine."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from hub.demo import processes
from hub.demo.display import Display, open_display
from hub.demo.errors import FolderTaken
from hub.demo.processes import Child, Crew
from hub.office import OfficeConfig, load_office

COUNTERS = (1, 2)
_MARK = "demo-office.json"
_FIRST_BLANK = 260001
"""What `loket hub practise` enters into the stock: CTH260001 and on."""
_LOOPBACK = "127.0.0.1"
_SIMULATORS = {
    "fingerprint": "r30x",
    "camera": "camera",
    "scanner": "sane",
    "document_printer": "ipp",
}


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


@dataclass(frozen=True, slots=True)
class LivingOffice:
    """A practice office whose programs run: where its pages, papers and window are."""

    folder: Folder
    out: Path
    hub_url: str
    opened_at: datetime
    display: Display
    probe: Path
    crew: Crew
    children: dict[str, Child]
    """The programs by what they are: kiosk, agent-1, passport, scanner-2 and so on."""

    def page(self, path: str) -> str:
        """Return the address of a page."""
        return f"{self.hub_url}{path}"

    def printed(self, counter: int) -> Path:
        """Return the folder in which the document printer of a counter leaves its papers."""
        return self.out / f"counter-{counter}"

    @property
    def tickets(self) -> Path:
        """Return the folder in which the kiosk's printer leaves its tickets."""
        return self.out / "tickets"

    def move_clock(self, to: datetime) -> None:
        """Set the office's clock forward. Raises ChildFailed."""
        local = to.strftime("%Y-%m-%dT%H:%M:%S")
        processes.run(
            "loket hub clock", loket("hub", "clock", "--data", self.folder.hub, "--to", local)
        )
        replace(_read(self.folder.path), ahead=to - real_now(to)).save()

    def take_blank(self) -> str:
        """Return the serial number of the next card blank in the drawer."""
        folder = _read(self.folder.path)
        replace(folder, blanks_used=folder.blanks_used + 1).save()
        return f"CTH{_FIRST_BLANK + folder.blanks_used}"

    def check(self) -> str:
        """Return what `loket hub check` says of the running office. Raises ChildFailed."""
        command = loket("hub", "check", "--data", self.folder.hub)
        return processes.run("loket hub check", command).strip()


def loket(*arguments: str | Path) -> list[str]:
    """Return the command line of a `loket` command of this very installation."""
    return [sys.executable, "-m", "hub.command", *map(str, arguments)]


def real_now(like: datetime) -> datetime:
    """Return the machine's time in the zone of `like`."""
    return datetime.fromtimestamp(time.time(), like.tzinfo)


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
    import secrets

    return f"contoh-{secrets.randbelow(10**6):06d}"


def first_opening(rules: OfficeConfig, after: datetime) -> datetime:
    """Return the first quarter of an hour from `after` on, at the office, when all desks serve."""
    quarter = timedelta(minutes=15)
    local = after.astimezone(rules.zone).replace(second=0, microsecond=0)
    at = local + (quarter - timedelta(minutes=local.minute % 15))
    while not all(rules.open_at(service.code, at) for service in rules.services):
        at += quarter
    return at


def opening_of(rules: OfficeConfig, day: date) -> datetime:
    """Return when all desks serve on `day`, at the office."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=rules.zone)
    return first_opening(rules, midnight)


@contextmanager
def living(folder: Folder, out: Path, *, own_display: bool) -> Iterator[LivingOffice]:
    """Start every program of the office; they end with the block. Raises ChildFailed.

    The kiosk comes first: it is what people wait for. What it needs starts before it, the
    counters' devices and agents after it.
    """
    out.mkdir(parents=True, exist_ok=True)
    rules = folder.rules()
    opened_at = first_opening(rules, datetime.fromtimestamp(time.time(), rules.zone) + folder.ahead)
    replace(folder, ahead=opened_at - real_now(opened_at)).save()
    with ExitStack() as ending:
        sockets = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="loket-demo-")))
        crew = ending.enter_context(Crew(out / "logs"))
        hub = crew.start("hub", _hub(folder, opened_at))
        display = open_display(crew, own=own_display)
        children = {"hub": hub, **_start_kiosk_devices(crew, out)}
        office = LivingOffice(
            folder=folder,
            out=out,
            hub_url=hub.ready(),
            opened_at=opened_at,
            display=display,
            probe=sockets / "kiosk",
            crew=crew,
            children=children,
        )
        children["kiosk"] = _start_kiosk(office)
        children["kiosk"].ready()
        _start_counters(office)
        yield office


def _hub(folder: Folder, at: datetime) -> list[str]:
    return loket(
        *("hub", "serve", "--data", folder.hub, "--plain", "--port", "0"),
        *("--interface", _LOOPBACK, "--practice-clock", at.strftime("%Y-%m-%dT%H:%M:%S")),
    )


def _simulate(crew: Crew, name: str, driver: str, out: Path | None = None) -> Child:
    where = ("--out", out) if out is not None else ()
    return crew.start(f"simulated {name}", loket("devices", "simulate", driver, *where))


def _start_kiosk_devices(crew: Crew, out: Path) -> dict[str, Child]:
    return {
        "ticket_printer": _simulate(crew, "ticket printer", "escpos", out / "tickets"),
        "passport": _simulate(crew, "passport", "emrtd"),
    }


def _start_kiosk(office: LivingOffice) -> Child:
    folder = office.folder
    width, height = office.display.window
    return office.crew.start(
        "kiosk",
        loket(
            *("kiosk", "--windowed", f"{width}x{height}", "--interface", _LOOPBACK),
            *("--token-file", folder.token("kiosk"), "--state", folder.path / "state-kiosk"),
            *("--printer", office.children["ticket_printer"].ready()),
            *("--reader", office.children["passport"].ready()),
            *("--hub", office.hub_url),
        ),
        environment={"DISPLAY": office.display.name, "LOKET_KIOSK_PROBE": str(office.probe)},
    )


def _start_counters(office: LivingOffice) -> None:
    crew = office.crew
    for counter in COUNTERS:
        for role, driver in _SIMULATORS.items():
            name = f"counter {counter} {role.replace('_', ' ')}"
            out = office.printed(counter) if role == "document_printer" else None
            office.children[f"{role}-{counter}"] = _simulate(crew, name, driver, out)
    for counter in COUNTERS:
        office.children[f"agent-{counter}"] = _start_agent(office, counter)
    for counter in COUNTERS:
        office.children[f"agent-{counter}"].ready()


def _start_agent(office: LivingOffice, counter: int) -> Child:
    folder = office.folder
    devices = [
        part
        for role in _SIMULATORS
        for part in ("--device", f"{role}={office.children[f'{role}-{counter}'].ready()}")
    ]
    return office.crew.start(
        f"agent {counter}",
        loket(
            *("agent", "--counter", str(counter), "--interface", _LOOPBACK),
            *("--token-file", folder.token(f"counter-{counter}")),
            *("--state", folder.path / f"state-counter-{counter}"),
            *devices,
        ),
    )
