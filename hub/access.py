"""Secrets that open a door: random tokens, kept only as hashes."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """Return a fresh random token of 256 bits, URL-safe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return the form in which a token is stored: SHA-256 in hex (the token itself is random)."""
    return hashlib.sha256(token.encode()).hexdigest()
