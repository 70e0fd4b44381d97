"""What on this machine keeps devices from working: rights, other programs, kernel drivers, pcscd.

Reads `/proc`, `/sys`, `/dev` and `/etc/group` below a root that tests may choose; changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GROUPS: Final = (
    ("dialout", "dev/serial/by-id", "port serial / serial ports"),
    ("video", "dev/v4l/by-id", "kamera / cameras"),
    ("input", "dev/input/by-id", "pemindai sebagai papan tik / scanners as keyboards"),
    ("lp", "dev/usb", "pencetak USB / USB printers"),
    ("scanner", "dev/bus/usb", "pemindai dokumen / document scanners"),
)
MEDDLERS: Final = {
    "ModemManager": "systemctl disable --now ModemManager",
    "brltty": "apt remove brltty, atau / or: systemctl disable --now brltty",
}
"""Programs that open every new serial port and talk to it, and how to stop them."""
READER_DRIVERS: Final = ("pn533_usb", "pn533", "nfc")
"""Kernel drivers that hold contactless readers, so that pcscd cannot (CCID errata list)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do where it is not `fine`."""

    what: str
    answer: str
    fine: bool = True
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Whose rights count: effective user id and groups by name."""

    user: int
    groups: frozenset[str]


def examine(root: Path, person: Person) -> list[Finding]:
    """Return everything that was looked at, troubles and all."""
    return [
        *_groups(root, person),
        *_meddlers(root),
        *_reader_drivers(root),
        _pcscd(root),
        *_broken_links(root),
    ]


def this_person(root: Path) -> Person:
    """Return who runs this program."""
    names = dict(_group_numbers(root))
    groups = {names.get(number, str(number)) for number in (*os.getgroups(), os.getegid())}
    return Person(os.geteuid(), frozenset(groups))


def _groups(root: Path, person: Person) -> Iterator[Finding]:
    for group, folder, what in GROUPS:
        plugged = sorted(one.name for one in _entries(root / folder))
        if not plugged:
            yield Finding(what, "tidak ada yang terpasang / nothing is plugged in")
        elif person.user == 0 or group in person.groups:
            yield Finding(what, f"{len(plugged)}, boleh dibuka / ours to open")
        else:
            yield Finding(
                what,
                f"{len(plugged)}, tetapi bukan anggota grup / but not in the group '{group}'",
                fine=False,
                remedy=f"sudo usermod -aG {group} $USER, lalu masuk lagi / then sign in again",
            )


def _meddlers(root: Path) -> Iterator[Finding]:
    running = _running(root)
    ports = sorted(one.name for one in _entries(root / "dev/serial/by-id"))
    for program, stop in MEDDLERS.items():
        numbers = running.get(program[:15], [])
        if not numbers:
            yield Finding(program, "tidak berjalan / does not run")
            continue
        held = sorted({port for number in numbers for port in _held_ports(root, number)})
        where = f"memegang / holds {', '.join(held)}" if held else "berjalan / runs"
        # it may open our port at any time, even if it holds none now
        yield Finding(program, where, fine=not (held or ports), remedy=stop)


def _held_ports(root: Path, number: int) -> Iterator[str]:
    for descriptor in _entries(root / "proc" / str(number) / "fd"):
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if target.startswith("/dev/tty"):
            yield target


def _reader_drivers(root: Path) -> Iterator[Finding]:
    loaded = {one.name for one in _entries(root / "sys/module")}
    holding = [name for name in READER_DRIVERS if name in loaded]
    if not holding:
        yield Finding("driver kernel / kernel drivers", "tidak menahan pembaca / hold no reader")
        return
    blacklist = " ".join(f"blacklist {name};" for name in holding).rstrip(";")
    yield Finding(
        "driver kernel / kernel drivers",
        f"{', '.join(holding)} menahan pembaca NFC / holds NFC readers",
        fine=False,
        remedy=f"/etc/modprobe.d/loket.conf: {blacklist}; modprobe -r {' '.join(holding)}",
    )


def _pcscd(root: Path) -> Finding:
    if _running(root).get("pcscd"):
        return Finding("pcscd", "berjalan / runs")
    if (root / "run/pcscd/pcscd.comm").exists():
        return Finding("pcscd", "dijalankan saat dipakai / is started on use")
    return Finding(
        "pcscd",
        "tidak berjalan / does not run",
        fine=False,
        remedy="apt install pcscd; systemctl enable --now pcscd.socket",
    )


def _broken_links(root: Path) -> Iterator[Finding]:
    for folder in ("dev/serial/by-id", "dev/v4l/by-id", "dev/input/by-id"):
        for link in _entries(root / folder):
            if link.is_symlink() and not link.exists():
                yield Finding(
                    str(Path("/") / folder / link.name),
                    "menunjuk ke perangkat yang tidak ada / points to a device that is gone",
                    fine=False,
                    remedy="cabut dan pasang lagi / unplug it and plug it in again",
                )


def _running(root: Path) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for process in _entries(root / "proc"):
        if process.name.isdigit():
            try:
                name = (process / "comm").read_text("utf-8", "replace").strip()
            except OSError:
                continue
            found.setdefault(name, []).append(int(process.name))
    return found


def _group_numbers(root: Path) -> Iterator[tuple[int, str]]:
    try:
        lines = (root / "etc/group").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        parts = line.split(":")
        if len(parts) >= 3 and parts[2].isdigit():
            yield int(parts[2]), parts[0]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
