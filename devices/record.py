"""How a station's devices have fared: since when up, last error, reconnects, counters.

One JSON file in the station's state folder, `devices.json`, written whole and renamed. It also
holds who each device was when a person accepted it: another at its address is not used unasked.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from devices.capabilities import Health, Identity, Lamp
from devices.errors import AnotherDevice

log = logging.getLogger(__name__)

FILE: Final = "devices.json"
LOCK: Final = "devices.lock"
CARE_DUE: Final = "device_care_due"
"""It was used so often that it has to be cleaned or needs a roll soon."""
DONE_OF: Final[Mapping[str, str]] = {
    "print_ticket": "tickets",
    "print_document": "documents",
    "capture_finger": "fingers",
    "take_photo": "photos",
    "scan": "scans",
    "read_passport": "chips",
}
"""The counter that a finished job of a kind adds to: one, or as many as it scanned pages."""
SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "cleaned": ("fingers", "fingers_failed", "scans", "photos", "chips", "chips_failed"),
    "roll_changed": ("tickets", "tickets_failed"),
    "cutter_changed": ("cuts",),
}
"""What a person did at a device, and the counters that begin anew with it."""


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One device's record. `accepted` is who it was when it was accepted; instants are UTC."""

    address: str
    accepted: Identity | None = None
    up_since: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    reconnects: int = 0
    counters: Mapping[str, int] = field(default_factory=dict)
    serviced: Mapping[str, datetime] = field(default_factory=dict)
    care: Mapping[str, int] = field(default_factory=dict)
    """After how many of each it wants its care; told by the office's file."""

    def is_another(self, identity: Identity) -> bool:
        """Return whether `identity` is another device than the accepted one.

        A part that either does not tell is no difference; new firmware is the same device.
        """
        known = self.accepted
        if known is None:
            return False
        pairs = ((known.model, identity.model), (known.serial, identity.serial))
        return any(old and new and old != new for old, new in pairs)

    def forgotten(self) -> DeviceRecord:
        """Return the record that accepts whatever device is opened next."""
        return replace(self, accepted=None)

    def up(self, identity: Identity, *, at: datetime) -> DeviceRecord:
        """Return the record of a device that was opened at `at`."""
        lost = self.last_error_at is not None and self.up_since is None
        again = self.reconnects + lost
        accepted = _completed(self.accepted, identity)
        return replace(self, accepted=accepted, up_since=at, reconnects=again)

    def down(self, code: str, *, at: datetime) -> DeviceRecord:
        """Return the record of a device that was lost at `at`."""
        return replace(self, up_since=None, last_error=code, last_error_at=at)

    def counted(self, *counters: str, uses: int = 1) -> DeviceRecord:
        """Return the record with `uses` more of each of `counters`."""
        more = {name: self.counters.get(name, 0) + uses for name in counters}
        return replace(self, counters={**self.counters, **more})

    def cared(self, care: Mapping[str, int]) -> DeviceRecord:
        """Return the record with the office's thresholds; 0 is never."""
        return replace(self, care={name: uses for name, uses in care.items() if uses})

    def care_due(self) -> list[str]:
        """Return what is due, e.g. `tickets 1500 / 1500`; empty when nothing is."""
        return [
            self._count(name)
            for name, uses in self.care.items()
            if self.counters.get(name, 0) >= uses
        ]

    def after_service(self, service: str, *, at: datetime) -> DeviceRecord:
        """Return the record after somebody `cleaned` it or `roll_changed`. Raises ValueError."""
        if service not in SERVICES:
            message = f"no service '{service}'; known: {', '.join(SERVICES)}"
            raise ValueError(message)
        left = {name: n for name, n in self.counters.items() if name not in SERVICES[service]}
        return replace(self, counters=left, serviced={**self.serviced, service: at})

    def lines(self) -> list[str]:
        """Return the record in words, a fact a line."""
        facts = []
        if self.up_since:
            facts.append(f"terbuka sejak / up since {self.up_since:%Y-%m-%d %H:%M} UTC")
        if self.last_error_at:
            when = f"{self.last_error_at:%Y-%m-%d %H:%M}"
            facts.append(f"galat terakhir / last error {self.last_error} {when} UTC")
        facts.append(f"sambung ulang / reconnects {self.reconnects}")
        counts = ", ".join(map(self._count, sorted(self.counters)))
        facts += [f"hitungan / counters {counts}"] if counts else []
        return facts + [
            f"{name} {at:%Y-%m-%d %H:%M} UTC" for name, at in sorted(self.serviced.items())
        ]

    def _count(self, name: str) -> str:
        uses = f" / {self.care[name]}" if name in self.care else ""
        return f"{name} {self.counters.get(name, 0)}{uses}"

    def as_json(self) -> dict[str, object]:
        """Return the record as JSON knows it."""
        accepted = self.accepted
        return {
            "address": self.address,
            "accepted": [accepted.model, accepted.serial, accepted.firmware] if accepted else None,
            "up_since": _text(self.up_since),
            "last_error": self.last_error,
            "last_error_at": _text(self.last_error_at),
            "reconnects": self.reconnects,
            "counters": dict(self.counters),
            "serviced": {name: _text(at) for name, at in self.serviced.items()},
            "care": dict(self.care),
        }


def wears_of(device: object) -> Mapping[str, tuple[str, ...]]:
    """Return what else counts with each count of `device`: a cut with each ticket of a cutter."""
    return {"tickets": ("cuts",)} if getattr(device, "cuts", False) else {}


class Diary:
    """Keeps the record of one device; a full disk must not keep the device from working."""

    def __init__(self, state: Path | None, role: str, address: str) -> None:
        self._state = state
        self._role = role
        self._address = address

    def note(self, change: Callable[[DeviceRecord], DeviceRecord]) -> DeviceRecord | None:
        """Change the record and return it; None without a folder, or when it cannot be kept."""
        if self._state is None:
            return None
        try:
            return change_record(self._state, self._role, self._address, change)
        except OSError as error:
            log.warning("%s: its record is not kept: %s", self._role, error.strerror)
            return None

    def read(self) -> DeviceRecord | None:
        """Return the record as it is kept."""
        return self.note(lambda record: record)

    def must_be_known(self, identity: Identity) -> None:
        """Raise AnotherDevice unless `identity` is who was accepted, or the first one seen."""
        record = self.read()
        if record is None or record.accepted is None or not record.is_another(identity):
            return
        now, was = _short(identity), _short(record.accepted)
        message = f"{now} menggantikan {was} / {now} in place of {was}"
        raise AnotherDevice(message, address=self._address)

    def forget_accepted(self) -> None:
        """Take whatever device is opened next for the right one: a person said so."""
        self.note(DeviceRecord.forgotten)

    def with_care(self, health: Health, care: Mapping[str, int]) -> Health:
        """Return the health, or that the device wants to be cleaned or given a roll."""
        record = self.note(lambda record: record.cared(care)) if care else None
        if record is None or health.lamp is not Lamp.READY:
            return health
        due = record.care_due()
        return Health(Lamp.WARNING, CARE_DUE, ", ".join(due)) if due else health


def _short(identity: Identity) -> str:
    return f"{identity.model} {identity.serial}".strip()


def _completed(known: Identity | None, told: Identity) -> Identity:
    """Return who the device is, with what it tells only now: some answer when they are idle."""
    if known is None:
        return told
    return Identity(
        known.model or told.model, known.serial or told.serial, told.firmware or known.firmware
    )


def read_records(state: Path) -> dict[str, DeviceRecord]:
    """Return the records in the folder `state` by role; a file that is damaged counts as none."""
    try:
        known = json.loads((state / FILE).read_text("utf-8"))
        return {str(role): _record(told) for role, told in known.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def change_record(
    state: Path, role: str, address: str, change: Callable[[DeviceRecord], DeviceRecord]
) -> DeviceRecord:
    """Change one record and return it; agent and technician take turns. Raises OSError."""
    with _private(state / LOCK) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        records = read_records(state)
        known = records.get(role)
        if known is None or known.address != address:
            known = DeviceRecord(address)
        changed = change(known)
        if changed != records.get(role):
            _write(state, {**records, role: changed})
        return changed


def _write(state: Path, records: Mapping[str, DeviceRecord]) -> None:
    text = json.dumps({role: record.as_json() for role, record in records.items()}, indent=1)
    temporary = state / f".{FILE}.new"
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    with _private(temporary) as file:
        file.write(text)
    os.replace(temporary, state / FILE)  # noqa: PTH105 - replaces at once


def _private(path: Path) -> TextIO:
    """Open a file to be written, which only this account may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


def _record(told: dict[str, object]) -> DeviceRecord:
    accepted, counters, serviced = told["accepted"], told["counters"], told["serviced"]
    if not isinstance(serviced, dict):
        raise TypeError
    instants = {str(name): _instant(at) for name, at in serviced.items()}
    return DeviceRecord(
        address=str(told["address"]),
        accepted=Identity(*map(str, accepted)) if isinstance(accepted, list) else None,
        up_since=_instant(told["up_since"]),
        last_error=str(told["last_error"]),
        last_error_at=_instant(told["last_error_at"]),
        reconnects=int(str(told["reconnects"])),
        counters=_numbers(counters),
        serviced={name: at for name, at in instants.items() if at is not None},
        care=_numbers(told.get("care", {})),
    )


def _numbers(told: object) -> dict[str, int]:
    if not isinstance(told, dict):
        raise TypeError
    return {str(name): int(n) for name, n in told.items()}


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
