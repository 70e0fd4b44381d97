"""A PC/SC reader as CardReader, over pyscard's plain calls.

The plain calls and not pyscard's objects, because the card must be power-cycled with
SCARD_UNPOWER_CARD (a secure-messaging session survives anything less) and every call needs a
limit in time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from smartcard import scard

from devices.address import Address
from devices.capabilities import Health, Identity, Lamp
from devices.errors import (
    AddressError,
    DeviceError,
    DeviceProtocolError,
    DeviceUnavailable,
    DocumentRemoved,
)
from devices.limits import TABLE
from devices.options import options_of
from devices.pcsc.lane import Lane
from devices.pcsc.wire import (
    ESCAPE,
    REMOVED,
    SUCCESS,
    TLV_PROPERTIES,
    choose_reader,
    error_for,
    feature_code,
    historical_bytes,
    is_answer,
    is_taken,
    is_unpowered,
    longest_apdu,
)
from devices.trace import note_apdu

STATUS_LIMIT_S = TABLE["pcsc"].status_s
APDU_LIMIT_S = TABLE["pcsc"].operation_s
POWER_LIMIT_S = TABLE["pcsc"].open_s
_WAIT_STEP_MS = 200
_EVENT_SHIFT = 16
_NOTICES_WITHIN_S = 1.0
"""A reader that has nothing to hand on tells a little later that its card is gone."""
_YIELDS_WITHIN_S = 2.0
_YIELD_STEP_S = 0.1
"""pcscd winds a card down between its looks (0.4 s): one asked for then comes "not powered".
And a program that looks for its own card opens the reader of every other for a moment."""
_VIRTUAL = "Virtual PCD"
_SHORT_APDU = 261
_GET_FEATURES = scard.SCARD_CTL_CODE(3400)
_ESCAPE = scard.SCARD_CTL_CODE(1)

_SCHEME = "pcsc://"
T = TypeVar("T")


def connect(address: Address) -> PcscReader:
    """Open the reader of `pcsc:NAME` or `emrtd:pcsc://NAME`. Raises AddressError, DeviceGone."""
    options_of(address).only()
    return PcscReader(reader_name(address), address=str(address))


def reader_name(address: Address) -> str:
    """Return the reader's name (or a part of it) in an address. Raises AddressError."""
    name = address.where.removeprefix(_SCHEME).strip()
    if not name or "://" in name:
        message = (
            f"'{address}' tanpa nama pembaca, tulis {address.driver}:pcsc://<nama pembaca>"
            f" / '{address}' names no reader: write {address.driver}:pcsc://<reader name>"
        )
        raise AddressError(message, address=str(address))
    return name


def list_readers() -> list[str]:
    """Return the names of all connected readers. Raises DeviceGone when pcscd is not running."""
    context = _Context()
    try:
        return context.readers()
    finally:
        context.release()


class PcscReader:
    """One reader; it holds a card only between the first APDU and `release` or `reset`."""

    def __init__(
        self, wanted: str, *, address: str = "", apdu_limit_s: float = APDU_LIMIT_S
    ) -> None:
        self._address = address
        self.apdu_limit_s = apdu_limit_s
        self._wanted = wanted
        self._lock = threading.RLock()
        self._context = _Context()
        self._lane = self._new_lane()
        self._closed = False
        self.apdus = 0
        try:
            self.name = choose_reader(
                wanted, self._call(self._context.readers, "list readers"), address=address
            )
        except DeviceError:
            self.close()
            raise

    def identity(self) -> Identity:
        """Return the reader's name as model."""
        return Identity(model=self.name)

    def health(self) -> Health:
        """Return ready, or busy while another program holds the card. Raises DeviceUnavailable."""
        state = self._state()
        if state & scard.SCARD_STATE_EXCLUSIVE and not self._context.holds_card:
            return Health(Lamp.BUSY, "card_in_use", "another program uses the card")
        return Health(Lamp.READY)

    def present(self) -> bool:
        """Return whether a card lies on the reader. Raises DeviceUnavailable."""
        state = self._state()
        return bool(state & scard.SCARD_STATE_PRESENT) and not state & scard.SCARD_STATE_MUTE

    def placement(self) -> int:
        """Return pcscd's count of cards that came and went. Raises DeviceUnavailable."""
        return self._state() >> _EVENT_SHIFT

    def atr(self) -> bytes:
        """Return the ATR of the held card, empty when none is held."""
        with self._lock:
            if not self._context.holds_card:
                return b""
            return self._call(self._context.atr, "ask for the card's ATR")

    def historical_bytes(self) -> bytes:
        """Return the historical bytes of the held card's ATR, empty when there are none."""
        return historical_bytes(self.atr())

    def takes_extended(self) -> bool:
        """Return whether the reader says that it passes APDUs of extended length.

        Call while a card is held: the reader is asked through it. The virtual reader does not
        tell; it was seen to pass 65,536 bytes.
        """
        if self.name.startswith(_VIRTUAL):
            return True
        with self._lock:
            if not self._context.holds_card:
                return False
            longest = self._call(self._context.longest_apdu, "ask the reader for its limits")
        return longest > _SHORT_APDU

    def wait_present(self, wanted: bool, *, wait_s: float) -> bool:
        """Wait until a card lies there (or is gone); return whether that came true in time."""
        work = lambda: self._context.wait(self.name, present=wanted, wait_s=wait_s)  # noqa: E731
        return self._call(work, "wait for a card", wait_s + STATUS_LIMIT_S)

    def transmit(self, apdu: bytes) -> bytes:
        """Send one command APDU; return data and SW1 SW2.

        Raises DocumentRemoved, DeviceSilent, DeviceBusy, DeviceProtocolError.
        """
        with self._lock:
            if not self._context.holds_card:
                self._power_up()
            self.apdus += 1
            try:
                answer = self._call(
                    lambda: self._context.transmit(apdu, self.name),
                    "send a command",
                    self.apdu_limit_s,
                )
            except DeviceError:
                self._tell_removal()
                raise
            note_apdu(apdu, answer)
            if not answer and self.wait_present(False, wait_s=_NOTICES_WITHIN_S):
                raise DocumentRemoved(REMOVED, address=self._address)
            if not is_answer(answer):
                message = "the card's answer has no status word"
                raise DeviceProtocolError(message, address=self._address)
            return answer

    def tell_reader(self, command: bytes, *, by_escape: bool) -> bytes:
        """Send a command to the reader itself, not to a card; return what it answered.

        A pseudo-APDU goes the way of APDUs while a card is held, else as an escape command, which
        libccid passes on only where its ifdDriverOptions allow it. Raises DeviceError.
        """
        with self._lock:
            as_apdu = not by_escape and self._context.holds_card
            send = self._context.transmit if as_apdu else self._context.escape
            answer = self._call(lambda: send(command, self.name), "tell the reader")
        note_apdu(command, answer)
        return answer

    def reset(self) -> None:
        """Power-cycle the card and hold it. Raises DocumentRemoved, DeviceBusy."""
        with self._lock:
            self.release()
            self._power_up()

    def release(self) -> None:
        """Cut the card's power and let it go; never raises over a card that is gone."""
        with self._lock:
            if self._lane.open and self._context.holds_card:
                self._call(self._context.release_card, "release the card", POWER_LIMIT_S)

    def close(self) -> None:
        """Release card and reader; safe to call twice."""
        self._closed = True
        self._lane.close(wait_s=STATUS_LIMIT_S)

    def _power_up(self) -> None:
        self._call(lambda: self._context.hold_card(self.name), "open the card", POWER_LIMIT_S)

    def _state(self) -> int:
        return self._call(lambda: self._context.state(self.name), "ask the reader")

    def _tell_removal(self) -> None:
        """Raise DocumentRemoved instead of a vague error when the card has gone."""
        try:
            gone = self._lane.open and not self.present()
        except DeviceError:
            return
        if gone:
            raise DocumentRemoved(REMOVED, address=self._address)

    def _call(self, work: Callable[[], T], what: str, limit_s: float = STATUS_LIMIT_S) -> T:
        with self._lock:
            if not self._lane.open and not self._closed:
                self._context = _Context()
                self._lane = self._new_lane()
            try:
                return self._lane.call(work, limit_s=limit_s, what=what)
            except DeviceUnavailable as error:
                # a context does not outlive its pcscd: the next call makes a new one
                self._lane.close()
                error.address = self._address
                raise
            except DeviceError as error:
                error.address = self._address
                raise

    def _new_lane(self) -> Lane:
        return Lane(f"pcsc {self._wanted}", self._context.release)


class _Context:
    """A PC/SC context and at most one card; used from one thread only."""

    def __init__(self) -> None:
        self._handle: int | None = None
        self._card: int | None = None
        self._protocol = 0

    @property
    def holds_card(self) -> bool:
        return self._card is not None

    def readers(self) -> list[str]:
        code, names = scard.SCardListReaders(self._established(), [])
        if code & 0xFFFFFFFF == scard.SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFF:
            return []
        _check(code, "list readers")
        return list(names)

    def state(self, reader: str) -> int:
        return self._changed(reader, scard.SCARD_STATE_UNAWARE, 0)

    def wait(self, reader: str, *, present: bool, wait_s: float) -> bool:
        """Wait at most `wait_s`, a change or a step at a time."""
        known = self.state(reader)
        ends_at = time.monotonic() + wait_s
        while bool(known & scard.SCARD_STATE_PRESENT) != present:
            left_ms = int((ends_at - time.monotonic()) * 1000)
            if left_ms <= 0:
                break
            known = self._changed(reader, known, min(left_ms, _WAIT_STEP_MS))
        return bool(known & scard.SCARD_STATE_PRESENT) == present

    def hold_card(self, reader: str) -> None:
        """Power the card up and hold it; one that is unpowered or taken is asked for again."""
        ends_at = time.monotonic() + _YIELDS_WITHIN_S
        code, card, protocol = self._connect(reader)
        while self._may_yield(reader, code) and time.monotonic() < ends_at:
            time.sleep(_YIELD_STEP_S)
            code, card, protocol = self._connect(reader)
        _check(code, "open the card")
        self._card, self._protocol = card, protocol

    def _may_yield(self, reader: str, code: int) -> bool:
        """Return whether a card that was not to be had a moment ago may be had now."""
        if is_unpowered(code):
            return bool(self.state(reader) & scard.SCARD_STATE_PRESENT)
        return is_taken(code)

    def _connect(self, reader: str) -> tuple[int, int, int]:
        """Return the PC/SC code, the card's handle and its protocol (SCardConnect)."""
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, card, protocol = scard.SCardConnect(
            self._established(), reader, scard.SCARD_SHARE_EXCLUSIVE, protocols
        )
        return code, card, protocol

    def transmit(self, apdu: bytes, _reader: str) -> bytes:
        code, answer = scard.SCardTransmit(self._card, self._protocol, list(apdu))
        _check(code, "send a command")
        return bytes(byte & 0xFF for byte in answer)

    def atr(self) -> bytes:
        code, _, _, _, atr = scard.SCardStatus(self._card)
        _check(code, "ask for the card's ATR")
        return bytes(byte & 0xFF for byte in atr)

    def longest_apdu(self) -> int:
        """Return dwMaxAPDUDataSize (PC/SC part 10 §2.6.14), 0 when the reader has none."""
        code, features = scard.SCardControl(self._card, _GET_FEATURES, [])
        place = feature_code(bytes(features), TLV_PROPERTIES) if code == SUCCESS else 0
        if not place:
            return 0
        code, properties = scard.SCardControl(self._card, place, [])
        return longest_apdu(bytes(properties)) if code == SUCCESS else 0

    def escape(self, command: bytes, reader: str) -> bytes:
        """Pass a command to the reader, through the held card or else straight."""
        card = self._card
        if card is None:
            code, card, _ = scard.SCardConnect(
                self._established(), reader, scard.SCARD_SHARE_DIRECT, 0
            )
            _check(code, "reach the reader")
        try:
            code, features = scard.SCardControl(card, _GET_FEATURES, [])
            place = feature_code(bytes(features), ESCAPE) if code == SUCCESS else 0
            code, answer = scard.SCardControl(card, place or _ESCAPE, list(command))
            _check(code, "tell the reader")
        finally:
            if self._card is None:
                scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        return bytes(byte & 0xFF for byte in answer)

    def release_card(self) -> None:
        if self._card is not None:
            # an unpowered card has forgotten its session; a card that is gone cannot be told
            scard.SCardDisconnect(self._card, scard.SCARD_UNPOWER_CARD)
            self._card = None

    def release(self) -> None:
        self.release_card()
        if self._handle is not None:
            scard.SCardReleaseContext(self._handle)
            self._handle = None

    def _changed(self, reader: str, known: int, limit_ms: int) -> int:
        code, states = scard.SCardGetStatusChange(self._established(), limit_ms, [(reader, known)])
        if code & 0xFFFFFFFF == scard.SCARD_E_TIMEOUT & 0xFFFFFFFF and states:
            return int(states[0][1])
        _check(code, "ask the reader")
        state = int(states[0][1])
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            raise error_for(scard.SCARD_E_READER_UNAVAILABLE, "ask the reader")
        return int(state & ~scard.SCARD_STATE_CHANGED)

    def _established(self) -> int:
        if self._handle is None:
            code, handle = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
            _check(code, "reach pcscd")
            self._handle = int(handle)
        return self._handle


def _check(code: int, what: str) -> None:
    if code != SUCCESS:
        raise error_for(code, what)
