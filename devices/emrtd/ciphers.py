"""The two cipher suites of secure messaging and their keys (ICAO 9303-11 §9.7, §9.8).

3DES: CBC with a zero vector, ISO 9797-1 MAC algorithm 3. AES: CBC with the encrypted counter as
vector, CMAC cut to 8 bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

ENCRYPTION, AUTHENTICATION, PASSWORD = 1, 2, 3
"""Counters of the key derivation: K_enc, K_mac, K_pi."""


class Suite(Protocol):
    """A block cipher with its two session keys."""

    @property
    def block(self) -> int:
        """Return the block length in bytes, also that of the send sequence counter."""
        ...

    def encrypt(self, padded: bytes, counter: bytes, /) -> bytes:
        """Encrypt whole blocks under the sequence `counter`."""
        ...

    def decrypt(self, secret: bytes, counter: bytes, /) -> bytes:
        """Decrypt whole blocks under the sequence `counter`."""
        ...

    def encrypt_plain(self, padded: bytes) -> bytes:
        """Encrypt whole blocks with a zero vector."""
        ...

    def decrypt_plain(self, secret: bytes) -> bytes:
        """Decrypt whole blocks with a zero vector."""
        ...

    def mac(self, padded: bytes) -> bytes:
        """Return the 8-byte MAC over whole blocks (CMAC: over any text)."""
        ...


def pad(text: bytes, block: int) -> bytes:
    """Append 80 00 … to the next full block (ISO 9797-1 padding method 2)."""
    return text + b"\x80" + bytes(-(len(text) + 1) % block)


def unpad(padded: bytes) -> bytes:
    """Remove 80 00 …; raises ValueError when there is none."""
    text = padded.rstrip(b"\x00")
    if not text.endswith(b"\x80"):
        message = "no padding"
        raise ValueError(message)
    return text[:-1]


def des_key(seed: bytes, counter: int) -> bytes:
    """Derive a two-key 3DES key of 16 bytes with odd parity (ICAO 9303-11 §9.7.1.1)."""
    digest = hashlib.sha1(seed + counter.to_bytes(4, "big"), usedforsecurity=False).digest()
    return bytes(_odd_parity(byte) for byte in digest[:16])


def aes_key(seed: bytes, counter: int, length: int) -> bytes:
    """Derive an AES key of 16, 24 or 32 bytes (ICAO 9303-11 §9.7.1.2)."""
    text = seed + counter.to_bytes(4, "big")
    if length == 16:
        return hashlib.sha1(text, usedforsecurity=False).digest()[:16]
    return hashlib.sha256(text).digest()[:length]


def retail_mac(key: bytes, padded: bytes) -> bytes:
    """Return the ISO 9797-1 MAC algorithm 3 (DES) over whole 8-byte blocks."""
    first, second = key[:8], key[8:16]
    chained = _run(_des(first, modes.CBC(bytes(8))).encryptor(), padded)[-8:]
    opened = _run(_des(second, modes.ECB()).decryptor(), chained)  # noqa: S305 -- one block, by ISO 9797-1
    return _run(_des(first, modes.ECB()).encryptor(), opened)  # noqa: S305


@dataclass(frozen=True, slots=True)
class TripleDesSuite:
    """Two-key 3DES, as BAC and PACE-3DES use it."""

    encryption_key: bytes
    mac_key: bytes
    block: int = 8

    def encrypt(self, padded: bytes, _counter: bytes = b"") -> bytes:
        """Encrypt with a zero vector; the counter plays no part."""
        return _run(_des(self.encryption_key, modes.CBC(bytes(8))).encryptor(), padded)

    def decrypt(self, secret: bytes, _counter: bytes = b"") -> bytes:
        """Decrypt with a zero vector; the counter plays no part."""
        return _run(_des(self.encryption_key, modes.CBC(bytes(8))).decryptor(), secret)

    def encrypt_plain(self, padded: bytes) -> bytes:
        """Encrypt with a zero vector."""
        return self.encrypt(padded)

    def decrypt_plain(self, secret: bytes) -> bytes:
        """Decrypt with a zero vector."""
        return self.decrypt(secret)

    def mac(self, padded: bytes) -> bytes:
        """Return the retail MAC."""
        return retail_mac(self.mac_key, padded)


@dataclass(frozen=True, slots=True)
class AesSuite:
    """AES-128, -192 or -256 with CMAC."""

    encryption_key: bytes
    mac_key: bytes
    block: int = 16

    def encrypt(self, padded: bytes, counter: bytes) -> bytes:
        """Encrypt with the encrypted `counter` as vector."""
        return _run(self._cipher(counter).encryptor(), padded)

    def decrypt(self, secret: bytes, counter: bytes) -> bytes:
        """Decrypt with the encrypted `counter` as vector."""
        return _run(self._cipher(counter).decryptor(), secret)

    def encrypt_plain(self, padded: bytes) -> bytes:
        """Encrypt with a zero vector."""
        return _run(self._zero_cipher().encryptor(), padded)

    def decrypt_plain(self, secret: bytes) -> bytes:
        """Decrypt with a zero vector."""
        return _run(self._zero_cipher().decryptor(), secret)

    def mac(self, padded: bytes) -> bytes:
        """Return the CMAC's first 8 bytes."""
        cmac = CMAC(algorithms.AES(self.mac_key))
        cmac.update(padded)
        return cmac.finalize()[:8]

    def _zero_cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.encryption_key), modes.CBC(bytes(16)))

    def _cipher(self, counter: bytes) -> Cipher[modes.CBC]:
        aes = algorithms.AES(self.encryption_key)
        vector = _run(Cipher(aes, modes.ECB()).encryptor(), counter)  # noqa: S305 -- one block
        return Cipher(aes, modes.CBC(vector))


def des_suite(seed: bytes) -> TripleDesSuite:
    """Derive both 3DES keys from one seed."""
    return TripleDesSuite(des_key(seed, ENCRYPTION), des_key(seed, AUTHENTICATION))


def aes_suite(seed: bytes, length: int) -> AesSuite:
    """Derive both AES keys of `length` bytes from one seed."""
    return AesSuite(aes_key(seed, ENCRYPTION, length), aes_key(seed, AUTHENTICATION, length))


def _des(key: bytes, mode: modes.CBC | modes.ECB) -> Cipher[modes.CBC | modes.ECB]:
    # the shorter forms of the 3DES key are going away from the library: always 24 bytes
    whole = key * 3 if len(key) == 8 else key + key[:8]
    return Cipher(TripleDES(whole), mode)


def _run(context: CipherContext, text: bytes) -> bytes:
    return context.update(text) + context.finalize()


def _odd_parity(byte: int) -> int:
    return byte if byte.bit_count() % 2 else byte ^ 1
