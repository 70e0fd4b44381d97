"""Opening a chip: PACE where it is offered in a form we have, else Basic Access Control."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from devices.capabilities import Finding, MrzKey, Verdict
from devices.emrtd import pace, wire
from devices.emrtd.ciphers import Suite
from devices.emrtd.lds import LdsError
from devices.emrtd.reading import Channel
from devices.errors import DeviceError, DeviceProtocolError, WrongAccessKey
from devices.mrz.wire import MrzError

_WRONG_KEY = 0x6300


@dataclass(frozen=True, slots=True)
class Opened:
    """How a chip was opened, "PACE" or "BAC", and what was odd about its offer."""

    method: str
    findings: tuple[Finding, ...] = ()


def open_chip(channel: Channel, key: MrzKey) -> Opened:
    """Open the passport application with `key`. Raises WrongAccessKey, DeviceProtocolError."""
    scheme, findings = _offer(channel)
    if scheme is not None:
        open_with_pace(channel, key, scheme)
    channel.expect_ok(wire.select_application(), "select the passport application")
    if scheme is not None:
        return Opened("PACE")
    open_with_bac(channel, key)
    return Opened("BAC", findings)


def _offer(channel: Channel) -> tuple[pace.Scheme | None, tuple[Finding, ...]]:
    """Return the scheme of EF.CardAccess in our form, else a finding if there is one at all."""
    data, status = channel.send(wire.read_by_sfi(pace.CARD_ACCESS_SFI, 256))
    if status not in (wire.OK, wire.END_OF_FILE) or not data:
        return None, ()
    try:
        scheme = pace.offered(data)
        foreign = scheme is None and pace.names_pace(data)
    except LdsError as error:
        return None, (Finding("access", Verdict.NOT_CHECKED, str(error)),)
    reason = "PACE scheme not supported, opened with BAC"
    return scheme, (Finding("access", Verdict.NOT_CHECKED, reason),) if foreign else ()


def open_with_bac(channel: Channel, key: MrzKey) -> None:
    """Authenticate and protect `channel` (ICAO 9303-11 §4.3). Raises WrongAccessKey."""
    try:
        keys = wire.bac_keys(key)
    except MrzError as error:
        raise _refused(_WRONG_KEY) from error
    rnd_icc = channel.expect_ok(wire.get_challenge(), "ask for a challenge")
    if len(rnd_icc) != 8:
        message = "the chip's challenge has a wrong length"
        raise DeviceProtocolError(message)
    rnd_ifd, share = secrets.token_bytes(8), secrets.token_bytes(16)
    sealed = wire.bac_seal(keys, rnd_ifd, rnd_icc, share)
    answer, status = channel.send(wire.external_authenticate(sealed))
    if status != wire.OK:
        raise _refused(status)
    try:
        echo_icc, echo_ifd, chip_share = wire.bac_open(keys, answer)
    except wire.WireError as error:
        message = "the chip's authentication answer is no cryptogram"
        raise DeviceProtocolError(message) from error
    if (echo_icc, echo_ifd) != (rnd_icc, rnd_ifd):
        message = "the chip answered another challenge"
        raise DeviceProtocolError(message)
    channel.session = wire.bac_session(share, chip_share, rnd_icc, rnd_ifd)


def open_with_pace(channel: Channel, key: MrzKey, scheme: pace.Scheme) -> None:
    """Authenticate and protect `channel` (9303-11 §4.4). Raises WrongAccessKey."""
    try:
        password = pace.password_suite(scheme, key)
    except MrzError as error:
        raise _refused(_WRONG_KEY) from error
    channel.expect_ok(pace.set_template(scheme), "choose PACE")
    try:
        suite = _agree(channel, scheme, password)
    except wire.WireError as error:
        message = f"the chip breaks PACE: {error}"
        raise DeviceProtocolError(message) from error
    channel.session = pace.session(suite)


def _agree(channel: Channel, scheme: pace.Scheme, password: Suite) -> Suite:
    curve = scheme.curve
    order = int(curve.arithmetic.order)
    nonce = pace.open_nonce(password, _step(channel, None, b"", pace.NONCE))
    mapping = pace.EphemeralKey.new(curve.arithmetic.generator, order)
    theirs = _step(channel, pace.MAP, mapping.public, pace.MAPPED)
    generator = pace.mapped_generator(nonce, mapping.agree(theirs, curve), curve)
    own = pace.EphemeralKey.new(generator, order)
    chip = _step(channel, pace.AGREE, own.public, pace.AGREED)
    suite = pace.session_suite(scheme, own.agree(chip, curve))
    _prove(channel, pace.token(scheme, suite, chip), pace.token(scheme, suite, own.public))
    return suite


def _step(channel: Channel, tag: int | None, value: bytes, wanted: int) -> bytes:
    data = channel.expect_ok(pace.step(tag, value), "go on with PACE")
    return pace.step_answer(data, wanted)


def _prove(channel: Channel, ours: bytes, expected: bytes) -> None:
    data, status = channel.send(pace.step(pace.PROOF, ours, last=True))
    if status != wire.OK:
        raise _refused(status)
    if not secrets.compare_digest(pace.step_answer(data, pace.PROVEN), expected):
        message = "the chip could not prove that it knows the key"
        raise DeviceProtocolError(message)


def _refused(status: int) -> DeviceError:
    # chips refuse a wrong key in many ways (9303-11 leaves the status open); 6Fxx, 6Dxx and
    # 6Exx mean that the command itself was not understood
    if status >> 8 in (0x63, 0x69, 0x6A, 0x67):
        return WrongAccessKey(
            "Nomor, tanggal lahir, atau masa berlaku tidak membuka chip: bandingkan dengan paspor"
            " / number, birth or expiry does not open this chip: compare with the passport"
        )
    return DeviceProtocolError(f"the chip answered authentication with {status:04X}")
