"""A whole passport on the virtual PC/SC reader: the real pcscd and pyscard are in the path.

Laid down and taken away with fault("") and fault("removed"). Other faults: see FAULTS.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from devices.emrtd.chip import Chip, Temper
from devices.emrtd.specimen import Specimen, make_specimen
from devices.mrz.wire import chip_key, compose_mrz
from devices.options import Options
from devices.pcsc.laid import LINE_FAULTS, Disturbance, Place, Pulled
from devices.pcsc.virtual import Slot, take_slot

FAULTS = {
    **LINE_FAULTS,
    "removed": "no passport on the reader",
    "removed_in_dg2": "pulled away in the middle of DG2",
    "mute_dg2": "no answer from the middle of DG2 on",
    "flipped": "one bit of every protected answer is wrong",
    "wrong_key": "refuses every key",
    "no_sfi": "refuses short file identifiers",
    "small_reads": "refuses reads of more than 128 bytes",
    "altered_dg1": "another holder's number in DG1",
    "altered_dg2": "another picture in DG2",
    "broken_sod": "EF.SOD is cut in its certificate",
    "clone": "a copy: all files, none of the private keys",
    "clone_without_keys": "a copy that leaves out DG14 and DG15",
    "delays": "after a wrong key every authentication takes 1.2 s",
    "lies_about_length": "refuses the extended length that it promises with 6700",
}
_READS_BEFORE = 5
_DELAY_S = 1.2
_AUTHENTICATES = (b"\x00\x82", b"\x00\x86")


def start(options: Mapping[str, str], *, out: Path | None = None) -> PassportSimulator:
    """Lay a personalised passport on a free slot of the virtual reader.

    Options: see devices.emrtd.specimen; csca=PATH leaves the country certificate there (DER, PEM
    for .pem; `csca.cer` in a folder), lights=yes, fault=NAME. `out` receives csca.cer when no path
    is given. Raises ValueError, DeviceGone, DeviceBusy.
    """
    lit = Options(options).one_of("lights", ("no", "yes")) == "yes"
    specimen = make_specimen(options, others=("csca", "lights", "fault"))
    _leave_certificate(specimen.passport.csca, options.get("csca", ""), out)
    simulator = PassportSimulator(specimen, take_slot(), lit=lit)
    try:
        simulator.fault(options.get("fault", ""))
    except BaseException:
        simulator.stop()
        raise
    return simulator


class PassportSimulator:
    """A passport that can be laid down, taken away, and told to misbehave."""

    def __init__(self, specimen: Specimen, slot: Slot, *, lit: bool = False) -> None:
        passport = self.passport = specimen.passport
        self._specimen = specimen
        key = chip_key(passport.mrz)
        self._chip = Chip(passport.files, key, specimen.scheme, can=specimen.can)
        self.place = Place(slot, self, specimen.atr, lit=lit)
        self._fault: str | None = None
        self._group_reads = 0
        self._stopped = threading.Event()

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches this passport."""
        return f"emrtd:pcsc://{self.place.reader}"

    def explain(self) -> str:
        """Return what opens the specimen's chip: its MRZ and, if it has one, its CAN."""
        can = self._specimen.can
        zone = "".join(compose_mrz(self.passport.mrz))
        return f'--mrz "{zone}"' + (f" | --can {can}" if can else "")

    def fault(self, name: str) -> None:
        """Switch the fault `name` on instead of any other; "" is a good passport on the reader.

        Returns when the reader has seen the passport come or go. Raises ValueError, DeviceSilent.
        """
        line = Disturbance.named(name, FAULTS)
        if name == self._fault:
            return
        of_line = ("", *LINE_FAULTS)
        anew = line.name not in of_line or (self._fault or "").partition(":")[0] not in of_line
        self._fault = None
        self._stopped.set()
        if anew:
            self.place.take_away()
        self._stopped.clear()
        self._prepare(name)
        self._fault = name
        self.place.disturb(line, anew=anew)

    def power_up(self) -> None:
        """Start anew: the reader switched the power on."""
        self._group_reads = 0
        self._chip.power_up()

    def respond(self, apdu: bytes) -> bytes:
        """Answer one command APDU as the fault demands. Raises Pulled."""
        if self._fault == "delays" and self._chip.failures and apdu[:2] in _AUTHENTICATES:
            self._stopped.wait(_DELAY_S)
        answer = self._chip.respond(apdu)
        self._group_reads += self._chip.reading("DG2")
        in_group = self._group_reads > _READS_BEFORE
        if self._fault == "mute_dg2" and in_group:
            self._stopped.wait()
            raise Pulled
        if self._fault == "removed_in_dg2" and in_group:
            raise Pulled
        return _flipped(answer) if self._fault == "flipped" and apdu[0] & 0x0C else answer

    def stop(self) -> None:
        """Take the passport away and free the slot; safe to call twice."""
        self._stopped.set()
        self.place.close()

    def _prepare(self, fault: str) -> None:
        self._chip.files = _altered(self.passport.files, fault)
        self._chip.temper = _tempered(self._specimen.temper, fault)
        held = self.passport.keys
        self._chip.keys = held.copied() if fault == "clone" else held
        self._chip.failures = 0


def _tempered(temper: Temper, fault: str) -> Temper:
    changes: dict[str, dict[str, Any]] = {
        "wrong_key": {"refuses_key": True},
        "no_sfi": {"refuses_sfi": True},
        "small_reads": {"longest_read": 128},
        "lies_about_length": {"lies_about_longest": True},
        "clone_without_keys": {"withholds": ("DG14", "DG15")},
    }
    return dataclasses.replace(temper, **changes.get(fault, {}))


def _flipped(answer: bytes) -> bytes:
    place = len(answer) // 2
    return answer[:place] + bytes([answer[place] ^ 0x10]) + answer[place + 1 :]


def _altered(files: Mapping[str, bytes], fault: str) -> dict[str, bytes]:
    made = dict(files)
    if fault == "altered_dg1":
        made["DG1"] = made["DG1"].replace(b"<<", b"<A", 1)
    if fault == "altered_dg2":
        made["DG2"] = made["DG2"][:-100] + bytes([made["DG2"][-100] ^ 1]) + made["DG2"][-99:]
    if fault == "broken_sod":
        made["SOD"] = made["SOD"][:40] + bytes(200) + made["SOD"][240:]
    return made


def _leave_certificate(der: bytes, wanted: str, out: Path | None) -> None:
    path = Path(wanted) if wanted else out
    if path is None:
        return
    if path.is_dir() or not wanted:
        path.mkdir(parents=True, exist_ok=True)
        path = path / "csca.cer"
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = path.suffix.lower() == ".pem"
    certificate = x509.load_der_x509_certificate(der)
    path.write_bytes(certificate.public_bytes(Encoding.PEM if pem else Encoding.DER))
