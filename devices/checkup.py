"""Walk through one device in plain words: what was asked, what came back, what to try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from devices.address import parse_address
from devices.capabilities import Device, Lamp
from devices.errors import (
    AddressError,
    CanTriesUsed,
    ChipDelays,
    CoverOpen,
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DocumentRemoved,
    Jammed,
    OutOfPaper,
    WrongAccessKey,
    WrongPin,
)
from devices.registry import open_device

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

REMEDIES: Final[tuple[tuple[type[DeviceError], str, str], ...]] = (
    (AddressError, "Perbaiki alamat perangkat.", "Correct the device's address."),
    (
        DeviceGone,
        "Periksa kabel dan daya, lalu cabut dan pasang kembali.",
        "Check cable and power, then unplug it and plug it in again.",
    ),
    (
        DeviceBusy,
        "Tutup program lain yang memakai perangkat ini, atau periksa hak akses grup dialout.",
        "Close the other program that uses it, or check that you are in the group dialout.",
    ),
    (
        DeviceSilent,
        "Matikan dan nyalakan perangkat; periksa kecepatan (baud) dan port pada alamatnya.",
        "Switch it off and on; check rate (baud) and port in its address.",
    ),
    (
        DeviceProtocolError,
        "Periksa apakah driver dan kecepatan cocok; ganti kabel; ganti perangkat bila berulang.",
        "Check that driver and rate fit; change the cable; replace it if this returns.",
    ),
    (
        DeviceRefused,
        "Perangkat menolak; periksa pengaturannya.",
        "It understood and refused; check its settings.",
    ),
    (OutOfPaper, "Isi kertas.", "Put in paper."),
    (CoverOpen, "Tutup penutup perangkat.", "Close the cover."),
    (Jammed, "Keluarkan kertas yang macet.", "Remove the jammed paper."),
    (
        WrongAccessKey,
        "Periksa nomor dokumen, tanggal lahir, dan tanggal habis berlaku.",
        "Check document number, date of birth and date of expiry.",
    ),
    (
        ChipDelays,
        "Tunggu sebentar, bandingkan data, lalu coba lagi.",
        "Wait a moment, compare the data, then try again.",
    ),
    (
        CanTriesUsed,
        "Pakai MRZ, atau angkat dan letakkan kembali dokumen.",
        "Use the MRZ, or lift the document and lay it down again.",
    ),
    (
        WrongPin,
        "Periksa PIN; bila terblokir, buka dengan PUK.",
        "Check the PIN; a blocked card is unblocked with its PUK.",
    ),
    (DocumentRemoved, "Letakkan dokumen kembali.", "Lay the document down again."),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk; `remedy` says what to try if it is not `fine`."""

    asked: str
    answer: str
    fine: bool = True
    remedy: str = ""


def remedy_for(error: DeviceError) -> str:
    """Say what a person can try, Indonesian first."""
    for kind, indonesian, english in REMEDIES:
        if isinstance(error, kind):
            return f"{indonesian} / {english}"
    return "Periksa perangkat. / Check the device."


def abilities_of(device: Device) -> list[str]:
    """Return the names of the capability methods that `device` has."""
    return [name for name in CAPABILITIES if callable(getattr(device, name, None))]


def walk_through(text: str) -> Iterator[Step]:
    """Open the device at `text` and ask it who and how it is, a step at a time."""
    opened: list[Device] = []
    try:
        address = parse_address(text)
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
        yield Step(asked, f"{error.code}: {error}", fine=False, remedy=remedy_for(error))
    finally:
        for device in opened:
            device.close()


def try_once(text: str, use: Callable[[Device], str], asked: str) -> Step:
    """Open the device again and let `use` do one thing with it."""
    try:
        device = open_device(text)
        try:
            return Step(asked, use(device))
        finally:
            device.close()
    except DeviceError as error:
        return Step(asked, f"{error.code}: {error}", fine=False, remedy=remedy_for(error))


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
    answer = f"{health.lamp}: {health.code}" + (f" ({health.detail})" if health.detail else "")
    fine = health.lamp is not Lamp.DOWN
    remedy = "" if fine else f"Perhatikan perangkat: {health.code} / See to it: {health.detail}"
    return Step("keadaan / health", answer, fine, remedy)
