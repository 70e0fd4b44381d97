"""The chip's side of PACE: four steps of GENERAL AUTHENTICATE (ICAO 9303-11 §4.4.4)."""

from __future__ import annotations

import secrets

from devices.capabilities import AccessKey
from devices.emrtd import pace, tlv
from devices.emrtd.ciphers import Suite
from devices.emrtd.wire import Command, WireError


class PaceTalk:
    """One run of PACE on the chip; `suite` is set when the reader has proven the password."""

    def __init__(self, scheme: pace.Scheme, key: AccessKey) -> None:
        self._scheme = scheme
        self._nonce = secrets.token_bytes(16)
        self._sealed = pace.password_suite(scheme, key).encrypt_plain(self._nonce)
        self._generator = scheme.curve.arithmetic.generator
        self._order = int(scheme.curve.arithmetic.order)
        self._awaited: int | None = None
        self._agreed: Suite | None = None
        self._own = self._theirs = b""
        self.suite: Suite | None = None

    def answer(self, command: Command) -> bytes | None:
        """Return the answer to one step, None to refuse it."""
        try:
            return self._answer(tlv.need(command.data, 0x7C, "PACE"))
        except (tlv.LdsError, WireError):
            return None

    def _answer(self, body: bytes) -> bytes | None:
        given = next(tlv.each(body), None)
        if (given.tag if given else None) != self._awaited:
            return None
        value = given.value if given else b""
        if self._awaited is None:
            self._awaited = pace.MAP
            return _wrapped(pace.NONCE, self._sealed)
        if self._awaited == pace.MAP:
            return self._map(value)
        return self._agree(value) if self._awaited == pace.AGREE else self._prove(value)

    def _map(self, theirs: bytes) -> bytes:
        curve = self._scheme.curve
        own = pace.EphemeralKey.new(self._generator, self._order)
        shared = own.agree(theirs, curve)
        nonce = int.from_bytes(self._nonce, "big")
        self._generator = pace.mapped_generator(nonce, shared, curve)
        self._awaited = pace.AGREE
        return _wrapped(pace.MAPPED, own.public)

    def _agree(self, theirs: bytes) -> bytes:
        own = pace.EphemeralKey.new(self._generator, self._order)
        shared = own.agree(theirs, self._scheme.curve)
        self._agreed = pace.session_suite(self._scheme, shared)
        self._own, self._theirs = own.public, theirs
        self._awaited = pace.PROOF
        return _wrapped(pace.AGREED, own.public)

    def _prove(self, proof: bytes) -> bytes | None:
        suite = self._agreed
        if suite is None:
            return None
        if not secrets.compare_digest(proof, pace.token(self._scheme, suite, self._own)):
            return None
        self.suite = suite
        return _wrapped(pace.PROVEN, pace.token(self._scheme, suite, self._theirs))


def _wrapped(tag: int, value: bytes) -> bytes:
    return tlv.write(0x7C, tlv.write(tag, value))
