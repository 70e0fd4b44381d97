"""An officer's card in the virtual PC/SC reader: the real pcscd and pyscard are in the path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from devices.options import Options
from devices.pcsc.laid import LINE_FAULTS, Disturbance, Place
from devices.pcsc.virtual import Slot, take_slot
from devices.pcsc.wire import contactless_atr
from devices.piv.card import KEYS, TRIES, Issued, PivCard, issue

_OF_THE_CARD = {
    "other": "a card without the PIV application",
    "forged": "signs with a key that is not that of its certificate",
    "one_try": "one PIN try is left",
    "blocked": "no PIN try is left",
}
FAULTS = {"removed": "no card in the reader"} | dict(LINE_FAULTS) | _OF_THE_CARD
_PIN = re.compile(r"[0-9]{6,8}")
_ATR = contactless_atr(bytes.fromhex("8073000080"))


def start(options: Mapping[str, str], *, out: Path | None = None) -> CardSimulator:
    """Put an officer's card into a free slot of the virtual reader.

    Options: key=p256|p384|rsa2048, holder=NAME, pin=DIGITS, lights=yes, fault=NAME. `out`
    receives card.pem, the certificate to bind. Raises ValueError, DeviceGone, DeviceBusy.
    """
    chosen = Options(options)
    chosen.only("key", "holder", "pin", "lights", "fault")
    kind = chosen.one_of("key", KEYS)
    lit = chosen.one_of("lights", ("no", "yes")) == "yes"
    pin = options.get("pin", "123456")
    if not _PIN.fullmatch(pin):
        message = "pin: tulis 6-8 angka / pin: write 6 to 8 digits"
        raise ValueError(message)
    issued = issue(kind=kind, holder=options.get("holder", "Petugas Contoh"), pin=pin)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        certificate = x509.load_der_x509_certificate(issued.certificate)
        (out / "card.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    simulator = CardSimulator(issued, take_slot(), lit=lit)
    try:
        simulator.fault(options.get("fault", ""))
    except BaseException:
        simulator.stop()
        raise
    return simulator


class CardSimulator:
    """A card that can be put in, taken out, and told to misbehave."""

    def __init__(self, issued: Issued, slot: Slot, *, lit: bool = False) -> None:
        self.issued = issued
        self.card = PivCard(issued)
        self.place = Place(slot, self, _ATR, lit=lit)
        self._fault: str | None = None

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches this card."""
        return f"piv:pcsc://{self.place.reader}"

    def explain(self) -> str:
        """Return the specimen card's PIN."""
        return f"PIN {self.issued.pin}"

    def fault(self, name: str) -> None:
        """Switch the fault `name` on instead of any other; "" is a good card in the reader.

        Returns when the reader has seen the card come or go. Raises ValueError, DeviceSilent.
        """
        line = Disturbance.named(name, FAULTS)
        if name == self._fault:
            return
        another = line.name in _OF_THE_CARD or self._fault in _OF_THE_CARD
        self._fault = None
        if another or line.name == "":
            self.card = self._card_with(name)
        self.place.disturb(line, anew=another)
        self._fault = name

    def power_up(self) -> None:
        """Start anew: the reader switched the power on."""
        self.card.power_up()

    def respond(self, apdu: bytes) -> bytes:
        """Answer one command APDU."""
        return self.card.respond(apdu)

    def stop(self) -> None:
        """Take the card out and free the slot; safe to call twice."""
        self.place.close()

    def _card_with(self, fault: str) -> PivCard:
        card = PivCard(self.issued)
        card.has_application = fault != "other"
        if fault == "forged":
            kind = "p384" if self.issued.key.key_size != 256 else KEYS[0]
            card.signs_with = issue(kind=kind).key
        card.tries = {"one_try": 1, "blocked": 0}.get(fault, TRIES)
        return card
