"""A PIN on its way from a page to a card: sealed by the hub for one start of one agent.

HPKE base mode (RFC 9180: X25519, HKDF-SHA256, AES-128-GCM). The challenge that the card is to sign
goes in as `info`, so what was sealed for one act opens for no other. The key that opens it lives in
the agent's memory and ends with it.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_CONTEXT: Final = b"loket: PIN for one signature, 1\0"


class PinLost(Exception):
    """This PIN was sealed for another start of the agent, or for another act."""


class PinKey:
    """What opens sealed PINs; as long as it lives."""

    def __init__(self) -> None:
        self._key = X25519PrivateKey.generate()

    @property
    def public(self) -> str:
        """Return what the hub seals with, in hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()

    def open(self, sealed: bytes, challenge: bytes) -> str:
        """Return the PIN that was sealed for `challenge`. Raises PinLost."""
        try:
            return _SUITE.decrypt(sealed, self._key, _CONTEXT + challenge).decode("ascii")
        except (InvalidTag, ValueError) as error:
            message = "the sealed PIN does not open"
            raise PinLost(message) from error


def seal_pin(public: str, pin: str, challenge: bytes) -> bytes:
    """Seal `pin` for whoever holds the key of `public`, for one challenge. Raises ValueError."""
    key = X25519PublicKey.from_public_bytes(bytes.fromhex(public))
    return _SUITE.encrypt(pin.encode("ascii"), key, _CONTEXT + challenge)


def is_pin(text: str) -> bool:
    """Return whether this is a PIN as a PIV card takes one: six to eight digits."""
    return 6 <= len(text) <= 8 and text.isascii() and text.isdigit()
