"""An officer's card in the virtual PC/SC reader: the real pcscd and pyscard are in the path."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from devices.errors import DeviceSilent
from devices.pcsc.driver import PcscReader
from devices.pcsc.virtual import Slot, take_slot
from devices.pcsc.wire import FrameReader, VpcdControl, contactless_atr, frame
from devices.piv.card import KEYS, TRIES, Issued, PivCard, issue

FAULTS = {
    "removed": "no card in the reader",
    "silent": "no answer to any command",
    "late": "every answer 20 ms late",
    "garbage": "random bytes instead of answers",
    "other": "a card without the PIV application",
    "forged": "signs with a key that is not that of its certificate",
    "one_try": "one PIN try is left",
    "blocked": "no PIN try is left",
}
_ATR = contactless_atr(bytes.fromhex("8073000080"))
_PRESENT_LIMIT_S = 5.0
_TRIES = 4
_RECEIVE_BYTES = 65_536
_LATE_S = 0.02


def start(options: Mapping[str, str], *, out: Path | None = None) -> CardSimulator:
    """Put an officer's card into a free slot of the virtual reader.

    Options: key=p256|p384|rsa2048, holder=NAME, pin=DIGITS, fault=NAME. `out` receives card.pem,
    the certificate to bind. Raises ValueError, DeviceGone, DeviceBusy.
    """
    known = ("key", "holder", "pin", "fault")
    unknown = sorted(set(options) - set(known))
    kind = options.get("key", KEYS[0])
    if unknown or kind not in KEYS:
        message = f"known options: {', '.join(known)}; known keys: {', '.join(KEYS)}"
        raise ValueError(message)
    issued = issue(
        kind=kind,
        holder=options.get("holder", "Petugas Contoh"),
        pin=options.get("pin", "123456"),
    )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        certificate = x509.load_der_x509_certificate(issued.certificate)
        (out / "card.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    simulator = CardSimulator(issued, take_slot())
    try:
        simulator.fault(options.get("fault", ""))
    except BaseException:
        simulator.stop()
        raise
    return simulator


class CardSimulator:
    """A card that can be put in, taken out, and told to misbehave."""

    def __init__(self, issued: Issued, slot: Slot) -> None:
        self.issued = issued
        self.card = PivCard(issued)
        self._slot = slot
        self._laid: _Laid | None = None
        self._fault: str | None = None

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches this card."""
        return f"piv:pcsc://{self._slot.reader}"

    def fault(self, name: str) -> None:
        """Switch the fault `name` on instead of any other; "" is a good card in the reader.

        Returns when the reader has seen the card come or go. Raises ValueError, DeviceSilent.
        """
        if name and name not in FAULTS:
            message = f"unknown fault '{name}'; known: {', '.join(FAULTS)}"
            raise ValueError(message)
        if name == self._fault:
            return
        self._fault = None
        self._take_out()
        self.card = PivCard(self.issued)
        self.card.has_application = name != "other"
        if name == "forged":
            kind = issue().key if self.issued.key.key_size == 256 else issue(kind="p384").key
            self.card.signs_with = kind
        self.card.tries = {"one_try": 1, "blocked": 0}.get(name, TRIES)
        if name != "removed":
            self._put_in(name)
        self._fault = name

    def stop(self) -> None:
        """Take the card out and free the slot; safe to call twice."""
        if self._laid is not None:
            self._laid.close()
            self._laid = None
        self._slot.close()

    def _put_in(self, fault: str) -> None:
        for _ in range(_TRIES):
            self._laid = _Laid(self.card, self._slot.dial(), fault)
            if self._await(present=True):
                return
            self._take_out()
        message = "the virtual reader did not see the card: is pcscd alive?"
        raise DeviceSilent(message)

    def _take_out(self) -> None:
        if self._laid is not None:
            self._laid.close()
            self._laid = None
            self._await(present=False)
            self._slot.hung_up()

    def _await(self, *, present: bool) -> bool:
        reader = PcscReader(self._slot.reader)
        try:
            return reader.wait_present(present, wait_s=_PRESENT_LIMIT_S)
        finally:
            reader.close()


class _Laid:
    """One connection to the virtual reader: the card while it is inside."""

    def __init__(self, card: PivCard, connection: socket.socket, fault: str) -> None:
        self._card = card
        self._connection = connection
        self._fault = fault
        self._noise = random.Random(73)
        self._ended = threading.Event()
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, name="officer's card", daemon=True)
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
            self._connection.sendall(frame(_ATR))
        elif body in (bytes([VpcdControl.ON]), bytes([VpcdControl.RESET])):
            self._card.power_up()

    def _answer(self, apdu: bytes) -> bytes | None:
        if self._fault == "silent":
            self._ended.wait()
            return None
        if self._fault == "late":
            self._ended.wait(_LATE_S)
        if self._fault == "garbage":
            return self._noise.randbytes(self._noise.randrange(2, 60))
        return self._card.respond(apdu)
