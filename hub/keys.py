"""Keys: the office's master key, a data key per case, sealed values and blind indexes.

    key file   32 bytes as 64 hex digits, mode 0600, outside the hub's folder
    sealed     nonce 12 | ciphertext | tag 16         AES-256-GCM (NIST SP 800-38D)

The associated data binds a sealed value to its place: moved elsewhere, it no longer opens.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.errors import Fault, LoketError
from hub.seals import signed_code

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyFileError(LoketError):
    """The key file cannot be used as it is; the text says what to do."""


class Keyring:
    """Wraps data keys and answers equality questions; holds the master key in memory only."""

    __slots__ = ("_code_key", "_index_key", "_wrapping")

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            message = "kunci induk harus 32 byte / the master key must be 32 bytes"
            raise KeyFileError(message)
        self._wrapping = _derived(master, b"loket wrapping v1")
        self._index_key = _derived(master, b"loket blind index v1")
        code_seed = _derived(master, b"loket code signature v1")
        self._code_key = Ed25519PrivateKey.from_private_bytes(code_seed)

    @classmethod
    def create(cls, path: Path) -> Keyring:
        """Write a new key file and return its keyring. Raises KeyFileError if `path` exists."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            message = f"{path.name} sudah ada / exists already: a key is never overwritten"
            raise KeyFileError(message) from error
        master = secrets.token_bytes(KEY_BYTES)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(master.hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:  # a full disk: half a key would look like a broken one for ever
            path.unlink()
            raise
        return cls(master)

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """Return the keyring of a key file. Raises KeyFileError if missing, open or broken."""
        try:
            if path.stat().st_mode & 0o077:
                message = f"{path.name}: chmod 600, orang lain dapat membaca / others can read it"
                raise KeyFileError(message)
            return cls(bytes.fromhex(path.read_text(encoding="ascii").strip()))
        except OSError as error:
            message = f"{path.name} tidak terbaca / cannot be read: {error.strerror}"
            raise KeyFileError(message) from error
        except ValueError as error:
            message = f"{path.name}: harus / must be 64 hex digits"
            raise KeyFileError(message) from error

    def new_data_key(self) -> bytes:
        """Return a random data key."""
        return secrets.token_bytes(KEY_BYTES)

    def wrap(self, data_key: bytes, place: str) -> bytes:
        """Return `data_key` sealed under the master key for `place`."""
        return seal(self._wrapping, data_key, place)

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """Return the data key. Raises Fault if it belongs to another place or master key."""
        return unseal(self._wrapping, wrapped, place)

    def sign(self, text: str) -> str:
        """Return the text of a barcode with the office's signature behind it (hub.seals)."""
        return signed_code(self._code_key, text)

    def public_code_key(self) -> bytes:
        """Return the PEM by which anybody verifies the office's barcodes, offline."""
        return self._code_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    def blind(self, field: str, value: str) -> str:
        """Return the keyed index of the normalised value, for equality and uniqueness."""
        text = f"{field}\x00{normalised(value)}".encode()
        return hmac.new(self._index_key, text, hashlib.sha256).hexdigest()


def outside(path: Path, folder: Path) -> Path:
    """Return `path` if it lies outside `folder`. Raises KeyFileError otherwise."""
    if path.resolve().is_relative_to(folder.resolve()):
        message = "kunci induk harus di luar folder data / the master key must lie outside DIR"
        raise KeyFileError(message)
    return path


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """Encrypt `plain` with a random nonce, bound to `place`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Decrypt what `seal` returned. Raises Fault if altered, moved or sealed by another key."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        message = "a sealed value does not open: altered, moved, or another key"
        raise Fault(message) from error


def normalised(value: str) -> str:
    """Return `value` as compared: NFKC, upper case, letters and digits only."""
    return "".join(c for c in unicodedata.normalize("NFKC", value).upper() if c.isalnum())


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)
