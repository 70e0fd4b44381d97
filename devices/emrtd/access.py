"""Opening a chip: PACE where it is offered in a form we have, else Basic Access Control."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from devices.capabilities import AccessKey, CanKey, Finding, MrzKey, Verdict
from devices.emrtd import pace, tlv, wire
from devices.emrtd.ciphers import Suite
from devices.emrtd.lds import LdsError
from devices.emrtd.reading import Channel
from devices.errors import (
    ChipDelays,
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    WrongAccessKey,
)
from devices.mrz.wire import MrzError

SLOW_S = 1.0
"""A chip that takes longer to refuse a key is delaying on purpose; PACE itself may take long."""
WRONG_MRZ = (
    "Nomor, tanggal lahir, atau masa berlaku tidak membuka chip: bandingkan dengan paspor"
    " / number, birth or expiry does not open this chip: compare with the passport"
)
WRONG_CAN = (
    "Nomor CAN tidak membuka chip: bandingkan enam angka pada kartu"
    " / the CAN does not open this chip: compare the six digits on the card"
)
DELAYED = (
    "Chip menunda jawaban setelah kunci yang salah: tunggu sebentar, bandingkan data, coba lagi"
    " / the chip delays after wrong keys: wait a moment, compare the data, try again"
)
_WRONG_KEY = 0x6300
_ABSENT = frozenset({0x6A82, 0x6982, 0x6985, 0x6986})


@dataclass(frozen=True, slots=True)
class Opened:
    """How a chip was opened, "PACE" or "BAC", what it offered, and its longest answer."""

    method: str
    findings: tuple[Finding, ...] = ()
    card_access: bytes = b""
    longest_answer: int = 0


class SchemeUnsupported(Exception):
    """The chip offers only schemes that we do not have: a finding, no fault."""

    def __init__(self, finding: Finding, card_access: bytes) -> None:
        super().__init__(finding.reason)
        self.finding = finding
        self.card_access = card_access


def open_chip(channel: Channel, key: AccessKey, *, ask_limits: bool = False) -> Opened:
    """Open the passport application with `key`.

    With `ask_limits` EF.ATR/INFO is asked for the longest answer. Raises WrongAccessKey,
    ChipDelays, DeviceProtocolError; SchemeUnsupported; DeviceRefused `no_pace` for a CAN.
    """
    shown = _card_access(channel)
    limit = _longest_answer(channel) if ask_limits else 0
    scheme, findings = _offer(shown)
    if scheme is not None:
        open_with_pace(channel, key, scheme)
        channel.expect_ok(wire.select_application(), "select the passport application")
        return Opened("PACE", (), shown, limit)
    if isinstance(key, CanKey):
        message = (
            "Dokumen ini tidak dibuka dengan CAN: pakai MRZ"
            " / this document is not opened by a CAN: use its MRZ"
        )
        raise DeviceRefused(message, reason="no_pace")
    _select_for_bac(channel, findings, shown)
    open_with_bac(channel, key)
    return Opened("BAC", findings, shown, limit)


def _card_access(channel: Channel) -> bytes:
    """Return EF.CardAccess, empty when the chip has none."""
    data, status = channel.send(wire.read_by_sfi(pace.CARD_ACCESS_SFI, 256))
    if not data and status not in _ABSENT:
        # a chip without short identifiers
        channel.refuses_sfi = True
        _, status = channel.send(wire.select_file(pace.CARD_ACCESS_ID))
        if status != wire.OK:
            return b""
        data, status = channel.send(wire.read_at(0, 256))
    if status not in (wire.OK, wire.END_OF_FILE):
        return b""
    return data + _rest(channel, data)


def _rest(channel: Channel, data: bytes) -> bytes:
    """Return what of EF.CardAccess did not fit the first answer."""
    try:
        missing = tlv.file_length(data) - len(data)
    except tlv.LdsError:
        return b""
    if not 0 < missing <= 256:
        return b""
    more, status = channel.send(wire.read_at(len(data), missing))
    return more if status in (wire.OK, wire.END_OF_FILE) else b""


def _longest_answer(channel: Channel) -> int:
    if channel.refuses_sfi:
        return 0
    data, status = channel.send(wire.read_by_sfi(wire.ATR_INFO_SFI, 256))
    return wire.longest_answer(data) if status in (wire.OK, wire.END_OF_FILE) else 0


def _offer(shown: bytes) -> tuple[pace.Scheme | None, tuple[Finding, ...]]:
    """Return the scheme of EF.CardAccess in our form, else a finding if there is one at all."""
    if not shown:
        return None, ()
    try:
        scheme = pace.offered(shown)
        foreign = scheme is None and pace.names_pace(shown)
    except LdsError as error:
        return None, (Finding("access", Verdict.NOT_CHECKED, str(error)),)
    reason = "PACE scheme not supported, opened with BAC"
    return scheme, (Finding("access", Verdict.NOT_CHECKED, reason),) if foreign else ()


def _select_for_bac(channel: Channel, findings: tuple[Finding, ...], shown: bytes) -> None:
    """Select the application; a chip with foreign PACE alone refuses here or at the challenge."""
    _, status = channel.send(wire.select_application())
    if status == wire.OK and findings:
        _, status = channel.send(wire.get_challenge())
    if status == wire.OK:
        return
    if findings:
        reason = "scheme not supported: the chip offers only a PACE that we do not have"
        raise SchemeUnsupported(Finding("access", Verdict.NOT_CHECKED, reason), shown)
    message = f"could not select the passport application: the chip answered {status:04X}"
    raise DeviceProtocolError(message)


def open_with_bac(channel: Channel, key: MrzKey) -> None:
    """Authenticate and protect `channel` (ICAO 9303-11 §4.3). Raises WrongAccessKey."""
    try:
        keys = wire.bac_keys(key)
    except MrzError as error:
        raise refused(_WRONG_KEY, key) from error
    rnd_icc = channel.expect_ok(wire.get_challenge(), "ask for a challenge")
    if len(rnd_icc) != 8:
        message = "the chip's challenge has a wrong length"
        raise DeviceProtocolError(message)
    rnd_ifd, share = secrets.token_bytes(8), secrets.token_bytes(16)
    sealed = wire.bac_seal(keys, rnd_ifd, rnd_icc, share)
    began = time.monotonic()
    answer, status = channel.send(wire.external_authenticate(sealed))
    if status != wire.OK:
        raise refused(status, key, took_s=time.monotonic() - began)
    try:
        echo_icc, echo_ifd, chip_share = wire.bac_open(keys, answer)
    except wire.WireError as error:
        message = "the chip's authentication answer is no cryptogram"
        raise DeviceProtocolError(message) from error
    if (echo_icc, echo_ifd) != (rnd_icc, rnd_ifd):
        message = "the chip answered another challenge"
        raise DeviceProtocolError(message)
    channel.session = wire.bac_session(share, chip_share, rnd_icc, rnd_ifd)


def open_with_pace(channel: Channel, key: AccessKey, scheme: pace.Scheme) -> None:
    """Authenticate and protect `channel` (9303-11 §4.4). Raises WrongAccessKey."""
    try:
        password = pace.password_suite(scheme, key)
    except (MrzError, UnicodeEncodeError) as error:
        raise refused(_WRONG_KEY, key) from error
    channel.expect_ok(pace.set_template(scheme, key), "choose PACE")
    try:
        suite = _agree(channel, scheme, password, key)
    except wire.WireError as error:
        message = f"the chip breaks PACE: {error}"
        raise DeviceProtocolError(message) from error
    channel.session = pace.session(suite)


def _agree(channel: Channel, scheme: pace.Scheme, password: Suite, key: AccessKey) -> Suite:
    curve = scheme.curve
    order = int(curve.arithmetic.order)
    nonce = pace.open_nonce(password, _step(channel, None, b"", pace.NONCE))
    mapping = pace.EphemeralKey.new(curve.arithmetic.generator, order)
    theirs = _step(channel, pace.MAP, mapping.public, pace.MAPPED)
    generator = pace.mapped_generator(nonce, mapping.agree(theirs, curve), curve)
    own = pace.EphemeralKey.new(generator, order)
    chip = _step(channel, pace.AGREE, own.public, pace.AGREED)
    suite = pace.session_suite(scheme, own.agree(chip, curve))
    ours, expected = pace.token(scheme, suite, chip), pace.token(scheme, suite, own.public)
    _prove(channel, ours, expected, key)
    return suite


def _step(channel: Channel, tag: int | None, value: bytes, wanted: int) -> bytes:
    data = channel.expect_ok(pace.step(tag, value), "go on with PACE")
    return pace.step_answer(data, wanted)


def _prove(channel: Channel, ours: bytes, expected: bytes, key: AccessKey) -> None:
    began = time.monotonic()
    data, status = channel.send(pace.step(pace.PROOF, ours, last=True))
    if status != wire.OK:
        raise refused(status, key, took_s=time.monotonic() - began)
    if not secrets.compare_digest(pace.step_answer(data, pace.PROVEN), expected):
        message = "the chip could not prove that it knows the key"
        raise DeviceProtocolError(message)


def refused(status: int, key: AccessKey, *, took_s: float = 0.0) -> DeviceError:
    """Return the error for a refused authentication: wrong key, a delay, or nonsense."""
    # chips refuse a wrong key in many ways (9303-11 leaves the status open); 6Fxx, 6Dxx and
    # 6Exx mean that the command itself was not understood
    if status >> 8 not in (0x63, 0x69, 0x6A, 0x67):
        return DeviceProtocolError(f"the chip answered authentication with {status:04X}")
    if took_s > SLOW_S:
        return ChipDelays(DELAYED)
    return WrongAccessKey(WRONG_CAN if isinstance(key, CanKey) else WRONG_MRZ)
