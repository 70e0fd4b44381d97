"""Signed barcodes: what a paper of the office says, verifiable offline by its public key.

    LOKET:KIND:NUMBER:…:SIGNATURE       Ed25519 (RFC 8032) over everything before the last colon,
                                        64 octets as base32 without padding (RFC 4648 §6)

Capitals, digits and `:-./` only: a QR code keeps them in its alphanumeric mode, and the proof
of payment fits version 10 with correction H (174 signs).

A `B` says: this payment was recorded. An `S` says: this number was *registered* when the paper
was printed; whether it was legalised or voided since only the office or the signed file knows.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hub.errors import BadInput

PROOF, SKIM = "B", "S"
_HEAD = "LOKET"
LEAST_PARTS = 3
_SIGNATURE_BYTES = 64
_LONGEST_AMOUNT = 15
"""Figures: Python refuses to read 4,301, and what is judged may hold anything."""
_FIELDS = {PROOF: ("number", "secret", "amount", "day"), SKIM: ("number", "case", "day")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a barcode says, and whether the office's key signed it.

    `state`: `paid` or `registered` when genuine, `forged`, `unsigned`, or `unknown`.
    """

    state: str
    kind: str = ""
    number: str = ""
    case: str = ""
    amount: int | None = None
    day: date | None = None

    @property
    def genuine(self) -> bool:
        """Return whether the office itself wrote this."""
        return self.state in ("paid", "registered")


def signed_code(key: Ed25519PrivateKey, text: str) -> str:
    """Return `text` with its signature as the last part."""
    signature = base64.b32encode(key.sign(text.encode())).decode().rstrip("=")
    return f"{text}:{signature}"


def read_public_keys(pem: bytes) -> tuple[Ed25519PublicKey, ...]:
    """Return every key of a PEM file, which may hold certificates besides.

    Raises BadInput `key_unreadable`.
    """
    begin, end = b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----"
    blocks = [begin + block.rpartition(begin)[2] + end for block in pem.split(end)[:-1]]
    try:
        keys = [load_pem_public_key(block) for block in blocks]
    except ValueError:
        keys = []
    found = tuple(key for key in keys if isinstance(key, Ed25519PublicKey))
    if not found:
        raise BadInput(
            "key_unreadable",
            "This is no public key of an office (PEM, Ed25519).",
            id="Ini bukan kunci publik kantor (PEM, Ed25519).",
        )
    return found


def judge_code(text: str, keys: tuple[Ed25519PublicKey, ...]) -> Verdict:
    """Return what a scanned barcode is worth against the office's public keys."""
    parts = text.strip().split(":")
    kind = parts[1] if len(parts) > 1 else ""
    if parts[0] != _HEAD or len(parts) < LEAST_PARTS:
        return Verdict("unknown")
    if kind not in _FIELDS:  # a receipt, a letter, a label: only the office knows it
        return Verdict("unsigned", kind, parts[2])
    fields = dict(zip(_FIELDS[kind], parts[2:], strict=False))
    said = _said(kind, fields)
    if len(parts) != 2 + len(_FIELDS[kind]) + 1:
        return Verdict("unsigned", kind, said.number, said.case)
    if signed_by(text, keys):
        return said
    return Verdict("forged", kind, said.number, said.case)


def signed_by(text: str, keys: tuple[Ed25519PublicKey, ...]) -> bool:
    """Say whether one of the keys signed this text, whatever it says."""
    signed, _, signature = text.strip().rpartition(":")
    return any(_fits(key, signed, signature) for key in keys)


def _said(kind: str, fields: dict[str, str]) -> Verdict:
    amount = fields.get("amount", "")
    try:
        day = datetime.strptime(fields.get("day", ""), "%y%m%d").date()  # noqa: DTZ007 — a day
    except ValueError:
        day = None
    return Verdict(
        state="paid" if kind == PROOF else "registered",
        kind=kind,
        number=fields.get("number", ""),
        case=fields.get("case", ""),
        amount=int(amount) if amount.isdecimal() and len(amount) <= _LONGEST_AMOUNT else None,
        day=day,
    )


def _fits(key: Ed25519PublicKey, signed: str, signature: str) -> bool:
    try:
        raw = base64.b32decode(signature + "=" * (-len(signature) % 8))
        if len(raw) != _SIGNATURE_BYTES:
            return False
        key.verify(raw, signed.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
