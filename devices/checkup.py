"""Walk through one device in plain words: what was asked, what came back, what to try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from devices import saying
from devices.address import parse_address
from devices.capabilities import Device, Lamp
from devices.errors import AddressError, DeviceError
from devices.registry import open_device, require_driver
from devices.trial import Trial, trial_of

CAPABILITIES: Final = {
    "capture": "sidik jari / finger",
    "empty_library": "pustaka jari / finger library",
    "photo": "foto / photo",
    "scan": "pindai / scan",
    "print_ticket": "karcis / ticket",
    "print_slip": "teks / text",
    "print_pdf": "cetak PDF / print PDF",
    "read_passport": "cip paspor / passport chip",
    "transmit": "kartu / card",
    "officer_card": "kartu petugas / officer's card",
    "confirm": "tanda tangan kartu / signature by card",
    "read_mrz": "MRZ",
    "read_code": "kode batang / barcode",
}
"""What a device can do, by the one method that shows it."""

USE: Final = "pakai / use"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk; `remedy` says what to try if it is not `fine`."""

    asked: str
    answer: str
    fine: bool = True
    remedy: str = ""


def abilities_of(device: Device) -> list[str]:
    """Return the names of the capability methods that `device` has."""
    return [name for name in CAPABILITIES if callable(getattr(device, name, None))]


def walk_through(text: str) -> Iterator[Step]:
    """Open the device at `text` and ask it who and how it is, a step at a time."""
    opened: list[Device] = []
    try:
        address = parse_address(text)
        require_driver(address)
        yield Step("alamat / address", f"driver {address.driver}, {address.where}")
        opened.append(open_device(text))
        device = opened[0]
        yield Step("buka / open", "terbuka / open")
        yield Step("identitas / identity", _identity(device))
        yield _health(device)
        words = [CAPABILITIES[name] for name in abilities_of(device)]
        yield Step("kemampuan / can do", ", ".join(words) or "-")
    except DeviceError as error:
        asked = "buka / open" if not opened else "keadaan / health"
        if isinstance(error, AddressError):
            asked = "alamat / address"
        yield _failed(asked, error)
    finally:
        for device in opened:
            device.close()


def try_once(text: str, prompt: Callable[[str], None]) -> Step:
    """Open the device again and use it once; `prompt` tells a person what to do for it."""
    try:
        device = open_device(text)
        try:
            return _tried(device, trial_of(device), prompt)
        finally:
            device.close()
    except DeviceError as error:
        return _failed(USE, error)


def _tried(device: Device, trial: Trial | None, prompt: Callable[[str], None]) -> Step:
    if trial is None:
        return Step(USE, "tidak ada yang dapat dicoba / nothing to try")
    if trial.ask:
        prompt(trial.ask)
    tried = trial.run(device)
    return Step(USE, tried.words, tried.fine)


def _failed(asked: str, error: DeviceError) -> Step:
    return Step(asked, saying.what_happened(error), fine=False, remedy=saying.remedy_for(error))


def _identity(device: Device) -> str:
    identity = device.identity()
    parts = (
        ("model", identity.model),
        ("serial", identity.serial),
        ("firmware", identity.firmware),
    )
    known = [f"{name} {told}" for name, told in parts if told]
    return ", ".join(known) or "tidak disebutkan / it does not tell"


def _health(device: Device) -> Step:
    health = device.health()
    remedy = saying.remedy_of_health(health)
    return Step("keadaan / health", saying.how_it_is(health), health.lamp is not Lamp.DOWN, remedy)
