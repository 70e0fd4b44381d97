"""The programs that make a practice office live on one machine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hub.demo import processes
from hub.demo.display import Display, open_display
from hub.demo.folder import COUNTERS, Folder
from hub.demo.hours import first_opening, real_now
from hub.demo.processes import Child, Crew, loket

_LOOPBACK = "127.0.0.1"
_SIMULATORS = {
    "fingerprint": "r30x",
    "camera": "camera",
    "scanner": "sane",
    "document_printer": "ipp",
}


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
        replace(self.folder.latest(), ahead=to - real_now(self.folder.rules().zone)).save()

    def check(self) -> str:
        """Return what `loket hub check` says of the running office. Raises ChildFailed."""
        command = loket("hub", "check", "--data", self.folder.hub)
        return processes.run("loket hub check", command).strip()


@contextmanager
def living(folder: Folder, out: Path, *, own_display: bool) -> Iterator[LivingOffice]:
    """Start every program of the office; they end with the block. Raises ChildFailed.

    The kiosk comes first: it is what people wait for. What it needs starts before it (the hub
    reads at its start which countries' passports it trusts), the counters after it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        sockets = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="loket-demo-")))
        crew = ending.enter_context(Crew(out / "logs"))
        children = _start_kiosk_devices(crew, folder, out)
        display = open_display(crew, own=own_display)
        opened_at = _set_clock(folder)
        reader = children["passport"].ready()
        hub = children["hub"] = crew.start("hub", _hub(folder, opened_at))
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
        children["kiosk"] = _start_kiosk(office, reader)
        _start_counter_devices(office)
        children["kiosk"].ready()
        _start_agents(office)
        yield office


def _set_clock(folder: Folder) -> datetime:
    """Return when the office opens: its clock goes on from where a person or a run left it.

    Raises ChildFailed.
    """
    said = processes.run("loket hub clock", loket("hub", "clock", "--data", folder.hub))
    rules = folder.rules()
    left = max(datetime.fromisoformat(said.split()[-1]), real_now(rules.zone) + folder.ahead)
    opened_at = first_opening(rules, left)
    replace(folder, ahead=opened_at - real_now(rules.zone)).save()
    return opened_at


def _hub(folder: Folder, at: datetime) -> list[str]:
    return loket(
        *("hub", "serve", "--data", folder.hub, "--plain", "--port", "0"),
        *("--interface", _LOOPBACK, "--practice-clock", at.strftime("%Y-%m-%dT%H:%M:%S")),
    )


def _simulate(crew: Crew, name: str, driver: str, *options: str | Path) -> Child:
    return crew.start(f"simulated {name}", loket("devices", "simulate", driver, *options))


def _start_kiosk_devices(crew: Crew, folder: Folder, out: Path) -> dict[str, Child]:
    """Start ticket printer and passport; the passport's country is one that the hub trusts."""
    trusted = folder.hub / "csca" / "utopia.cer"
    return {
        "ticket_printer": _simulate(crew, "ticket printer", "escpos", "--out", out / "tickets"),
        "passport": _simulate(crew, "passport", "emrtd", "--option", f"csca={trusted}"),
    }


def _start_kiosk(office: LivingOffice, reader: str) -> Child:
    folder = office.folder
    width, height = office.display.window
    return office.crew.start(
        "kiosk",
        loket(
            *("kiosk", "--windowed", f"{width}x{height}", "--interface", _LOOPBACK),
            *("--token-file", folder.token("kiosk"), "--state", folder.path / "state-kiosk"),
            *("--printer", office.children["ticket_printer"].ready()),
            *("--reader", reader),
            *("--hub", office.hub_url),
        ),
        environment={"DISPLAY": office.display.name, "LOKET_KIOSK_PROBE": str(office.probe)},
    )


def _start_counter_devices(office: LivingOffice) -> None:
    for counter in COUNTERS:
        for role, driver in _SIMULATORS.items():
            name = f"counter {counter} {role.replace('_', ' ')}"
            out = ("--out", office.printed(counter)) if role == "document_printer" else ()
            office.children[f"{role}-{counter}"] = _simulate(office.crew, name, driver, *out)


def _start_agents(office: LivingOffice) -> None:
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
