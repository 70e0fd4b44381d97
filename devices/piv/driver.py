"""An officer's card on a PC/SC reader: who it is, and its signature on a challenge.

The PIN goes to the card and nowhere else, and never on the last try. A card without the PIV
application is identification only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from devices.address import Address
from devices.capabilities import Cue, Health, Identity, OfficerCard
from devices.emrtd.tlv import LdsError
from devices.emrtd.wire import OK, Command, WireError
from devices.errors import AddressError, DeviceError, DeviceProtocolError, DeviceRefused, WrongPin
from devices.options import options_of
from devices.pcsc.driver import PcscReader, reader_name
from devices.pcsc.lights import CUES, OPTION, Signals, lights_of
from devices.piv import wire
from devices.piv.proof import (
    CardCertificate,
    ProofError,
    block_to_sign,
    confirms,
    read_certificate,
    signed_text,
)

FEWEST_TRIES = 2
"""With one try left the card is not asked: a slip would block it."""
_CONTACTLESS = b"\x80\x01"
"""Third and fourth byte of the ATR that a reader makes up for a contactless card (part 3)."""
_GET_UID = Command(0xFF, 0xCA, 0x00, 0x00, b"", 256)


def connect(address: Address) -> PivReader:
    """Open the reader of `piv:pcsc://NAME[?cues=auto]`. Raises AddressError, DeviceGone."""
    options = options_of(address)
    options.only(OPTION)
    options.one_of(OPTION, CUES)
    card = PcscReader(reader_name(address), address=str(address))
    try:
        signals = Signals(card, lights_of(address, card.name))
    except AddressError:
        card.close()
        raise
    return PivReader(card, address=str(address), signals=signals)


class PivReader:
    """An OfficerCardReader on a PC/SC reader."""

    def __init__(
        self, card: PcscReader, *, address: str = "", signals: Signals | None = None
    ) -> None:
        self._card = card
        self._signals = signals or Signals(card, None)
        self._address = address

    def identity(self) -> Identity:
        """Return the PC/SC reader's name as model."""
        return self._card.identity()

    def health(self) -> Health:
        """Ask the reader how it is. Raises DeviceUnavailable."""
        return self._card.health()

    def present(self) -> bool:
        """Return whether a card is in the reader. Raises DeviceUnavailable."""
        there = self._card.present()
        if not there:
            self._signals.show(Cue.READY)
        return there

    def close(self) -> None:
        """Release card and reader; safe to call twice."""
        self._card.close()

    def officer_card(self) -> OfficerCard:
        """Return whose card it is. Raises DocumentRemoved, DeviceProtocolError."""
        with self._session():
            if not self._select():
                return OfficerCard("other", self._number_of_other())
            return OfficerCard("piv", self._number(), self._certificate().der)

    def confirm(self, challenge: bytes, purpose: str, pin: str, *, bound: str = "") -> bytes:
        """Let the card sign `challenge` for the act `purpose`, with its PIN.

        A card with another certificate than the fingerprint `bound` gets no PIN. Raises WrongPin
        (with the tries left), DeviceRefused `identification_only` | `no_certificate` |
        `other_card`, DeviceProtocolError when the card's signature is wrong, DocumentRemoved.
        """
        with self._session():
            if not self._select():
                message = (
                    "Kartu ini hanya untuk mengenali, tidak dapat menandatangani"
                    " / this card only identifies, it cannot sign"
                )
                raise DeviceRefused(message, reason="identification_only")
            certificate = self._certificate()
            if bound and certificate.fingerprint != bound:
                message = "Ini kartu lain / this is another card"
                raise DeviceRefused(message, reason="other_card")
            self._enter(pin)
            return self._sign(certificate, challenge, purpose)

    # ── what the card is asked ────────────────────────────────────────────────

    @contextlib.contextmanager
    def _session(self) -> Iterator[None]:
        """Hold the card for one errand; its power is cut after it, so that the PIN is forgotten."""
        try:
            self._card.reset()
            self._signals.show(Cue.READING)
            yield
            self._signals.show(Cue.REMOVE)
        except DeviceError as error:
            self._signals.show(Cue.ERROR)
            error.address = self._address
            raise
        except (WireError, LdsError, ProofError) as error:
            self._signals.show(Cue.ERROR)
            message = f"the card's answer breaks the protocol: {error}"
            raise DeviceProtocolError(message, address=self._address) from error
        finally:
            with contextlib.suppress(DeviceError):
                self._card.release()

    def _talk(self, command: Command) -> tuple[bytes, int]:
        return wire.talk(self._card.transmit, command)

    def _select(self) -> bool:
        return self._talk(wire.select())[1] == OK

    def _number(self) -> str:
        data, status = self._talk(wire.get_data(wire.CHUID))
        return wire.card_number(data) if status == OK else ""

    def _number_of_other(self) -> str:
        """Return the UID that the reader tells of a contactless card, else the ATR."""
        atr = self._card.atr()
        if atr[2:4] != _CONTACTLESS:
            return atr.hex()  # a contact reader would pass the question on to the card
        answer = self._card.transmit(_GET_UID.encode())
        uid = answer[:-2] if answer[-2:] == b"\x90\x00" else b""
        return (uid or atr).hex()

    def _certificate(self) -> CardCertificate:
        data, status = self._talk(wire.get_data(wire.CERTIFICATE_9A))
        if status != OK:
            message = (
                "Kartu tidak memuat sertifikat di slot 9A / the card has no certificate in slot 9A"
            )
            raise DeviceRefused(message, reason="no_certificate")
        return read_certificate(wire.certificate_in(data))

    def _enter(self, pin: str) -> None:
        try:
            command = wire.verify_pin(pin)
        except ValueError as error:
            message = "PIN terdiri dari 6-8 angka / a PIN has 6 to 8 digits"
            raise WrongPin(message, tries=-1) from error
        _, status = self._talk(wire.ask_tries())
        left = wire.tries_left(status)
        if left is not None and left < FEWEST_TRIES:
            raise WrongPin(_few_tries(left), tries=left)
        _, status = self._talk(command)
        if status != OK:
            left = wire.tries_left(status)
            if left is None:
                message = f"the card answered the PIN with {status:04X}"
                raise DeviceProtocolError(message)
            message = f"PIN salah, sisa {left} kali / the PIN is wrong, {left} tries left"
            raise WrongPin(message, tries=left)

    def _sign(self, certificate: CardCertificate, challenge: bytes, purpose: str) -> bytes:
        block = block_to_sign(certificate.key, signed_text(challenge, purpose))
        data, status = self._talk(wire.sign(certificate.key, block))
        if status != OK:
            message = f"the card does not sign: it answered {status:04X}"
            raise DeviceProtocolError(message)
        signature = wire.signature_in(data)
        if not confirms(certificate, challenge, purpose, signature):
            message = (
                "Tanda tangan kartu tidak cocok dengan sertifikatnya, kartu palsu atau rusak"
                " / the card's signature does not match its certificate: forged or broken"
            )
            raise DeviceProtocolError(message)
        return signature


def _few_tries(left: int) -> str:
    if not left:
        return "Kartu terblokir: buka dengan PUK / the card is blocked: unblock it with its PUK"
    return (
        "Sisa satu kali PIN, tidak dicoba: setel ulang dengan PUK"
        " / one PIN try is left and not risked: reset it with the PUK"
    )
