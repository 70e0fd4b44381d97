"""The agent's two secrets beside its state, each 0600: what seals the outbox, and who it is."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def outbox_key(state: Path) -> bytes:
    """Return the key that seals the outbox in `state`, created on first use."""
    return _kept(state / "outbox.key", AESGCM.generate_key(bit_length=256))


def station_fingerprint(state: Path) -> str:
    """Return the SHA-256 of this station's public key as 64 hex digits; the key is created once."""
    fresh = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = serialization.load_pem_private_key(_kept(state / "station.key", fresh), None)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(public)
    return digest.finalize().hex()


def _kept(path: Path, fresh: bytes) -> bytes:
    if path.exists():
        return path.read_bytes()
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(fresh)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return fresh
