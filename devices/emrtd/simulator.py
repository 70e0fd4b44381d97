"""A whole passport on the virtual PC/SC reader: the real pcscd and pyscard are in the path.

Laid down and taken away with fault("") and fault("removed"). Other faults: see FAULTS.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from devices.emrtd.chip import Chip, Temper
from devices.emrtd.specimen import Specimen, make_specimen
from devices.errors import DeviceSilent
from devices.mrz.wire import chip_key
from devices.pcsc.driver import PcscReader
from devices.pcsc.virtual import Slot, take_slot
from devices.pcsc.wire import FrameReader, VpcdControl, frame

FAULTS = {
    "removed": "no passport on the reader",
    "removed_in_dg2": "pulled away in the middle of DG2",
    "mute_dg2": "no answer from the middle of DG2 on",
    "silent": "no answer to any command",
    "late": "every answer 20 ms late",
    "garbage": "random bytes instead of answers",
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
_PRESENT_LIMIT_S = 5.0
_TRIES = 4
_RECEIVE_BYTES = 65_536
_LATE_S = 0.02
_DELAY_S = 1.2
_AUTHENTICATES = (b"\x00\x82", b"\x00\x86")


def start(options: Mapping[str, str], *, out: Path | None = None) -> PassportSimulator:
    """Lay a personalised passport on a free slot of the virtual reader.

    Options: see devices.emrtd.specimen; csca=PATH leaves the country certificate there (DER, PEM
    for .pem; `csca.cer` in a folder), fault=NAME. `out` receives csca.cer when no path is given.
    Raises ValueError, DeviceGone, DeviceBusy.
    """
    specimen = make_specimen(options, others=("csca", "fault"))
    _leave_certificate(specimen.passport.csca, options.get("csca", ""), out)
    simulator = PassportSimulator(specimen, take_slot())
    try:
        simulator.fault(options.get("fault", ""))
    except BaseException:
        simulator.stop()
        raise
    return simulator


class PassportSimulator:
    """A passport that can be laid down, taken away, and told to misbehave."""

    def __init__(self, specimen: Specimen, slot: Slot) -> None:
        passport = self.passport = specimen.passport
        self._specimen = specimen
        self._slot = slot
        key = chip_key(passport.mrz)
        self._chip = Chip(passport.files, key, specimen.scheme, can=specimen.can)
        self._card: _Card | None = None
        self._fault: str | None = None

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches this passport."""
        return f"emrtd:pcsc://{self._slot.reader}"

    def fault(self, name: str) -> None:
        """Switch the fault `name` on instead of any other; "" is a good passport on the reader.

        Returns when the reader has seen the passport come or go. Raises ValueError, DeviceSilent.
        """
        if name and name not in FAULTS:
            message = f"unknown fault '{name}'; known: {', '.join(FAULTS)}"
            raise ValueError(message)
        if name == self._fault:
            return
        self._fault = None
        self._take_away()
        self._chip.files = _altered(self.passport.files, name)
        self._chip.temper = _tempered(self._specimen.temper, name)
        held = self.passport.keys
        self._chip.keys = held.copied() if name == "clone" else held
        self._chip.failures = 0
        if name != "removed":
            self._lay_down(name)
        self._fault = name

    def stop(self) -> None:
        """Take the passport away and free the slot; safe to call twice."""
        if self._card is not None:
            self._card.close()
            self._card = None
        self._slot.close()

    def _lay_down(self, fault: str) -> None:
        for _ in range(_TRIES):
            self._card = _Card(self._chip, self._slot.dial(), fault, self._specimen.atr)
            if self._await(present=True):
                return
            self._take_away()
        message = "the virtual reader did not see the passport: is pcscd alive?"
        raise DeviceSilent(message)

    def _take_away(self) -> None:
        if self._card is not None:
            self._card.close()
            self._card = None
            self._await(present=False)
            self._slot.hung_up()

    def _await(self, *, present: bool) -> bool:
        reader = PcscReader(self._slot.reader)
        try:
            return reader.wait_present(present, wait_s=_PRESENT_LIMIT_S)
        finally:
            reader.close()


class _Card:
    """One connection to the virtual reader: the passport while it lies there."""

    def __init__(self, chip: Chip, connection: socket.socket, fault: str, atr: bytes) -> None:
        self._chip = chip
        self._atr = atr
        self._connection = connection
        self._fault = fault
        self._noise = random.Random(9303)
        self._ended = threading.Event()
        self._group_reads = 0
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, name="passport", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the reader and wait until the connection is closed."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        frames = FrameReader()
        with self._connection, contextlib.suppress(OSError):
            while not self._ended.is_set():
                # without it every APDU waits 40 ms for the delayed acknowledgement
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                received = self._connection.recv(_RECEIVE_BYTES)
                if not received:
                    return
                for body in frames.feed(received):
                    self._take(body)

    def _take(self, body: bytes) -> None:
        if len(body) > 1:
            answer = self._answer(body)
            if answer is not None:
                self._connection.sendall(frame(answer))
        elif body == bytes([VpcdControl.ATR]):
            self._connection.sendall(frame(self._atr))
        elif body in (bytes([VpcdControl.ON]), bytes([VpcdControl.RESET])):
            self._group_reads = 0
            self._chip.power_up()

    def _answer(self, apdu: bytes) -> bytes | None:
        """Return the answer after the fault's work on it, None for silence."""
        if self._fault == "late":
            self._ended.wait(_LATE_S)
        if self._fault == "delays" and self._chip.failures and apdu[:2] in _AUTHENTICATES:
            self._ended.wait(_DELAY_S)
        if self._fault == "garbage":
            return self._noise.randbytes(self._noise.randrange(2, 60))
        answer = self._chip.respond(apdu)
        self._group_reads += self._chip.reading("DG2")
        in_group = self._group_reads > 5
        if self._fault == "silent" or (self._fault == "mute_dg2" and in_group):
            self._ended.wait()
            return None
        if self._fault == "removed_in_dg2" and in_group:
            self._ended.set()
            self._connection.shutdown(socket.SHUT_RDWR)
            return None
        return _flipped(answer) if self._fault == "flipped" and apdu[0] & 0x0C else answer


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
