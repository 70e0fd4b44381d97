"""Officers' PIV cards: bound by certificate; a signature on the hub's challenge confirms an act.

A challenge is `random 16 | expiry 8 | MAC 32`, made for one officer and one act: the hub recognises
its own without keeping it. An act that is done cannot be done again, so neither can its signature.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from hub.errors import BadInput, Conflict
from hub.events import OfficerCardBound, OfficerCardRemoved
from hub.keys import Keyring
from hub.models.officer import Officer, OfficerCard
from hub.models.schema import from_micros, to_micros
from hub.wire import FieldFault
from hub.writer import Tx

if TYPE_CHECKING:
    from devices.piv.proof import CardCertificate

PIN_FIELD = "card_pin"
"""The field of a page's form in which an officer types the card's PIN."""
CHALLENGE_LASTS = timedelta(minutes=2)
_RANDOM, _EXPIRY = 16, 8
_LENGTH = _RANDOM + _EXPIRY + 32


def bind(tx: Tx, *, login: str, certificate: bytes) -> str:
    """Bind a card to the officer `login`, instead of an earlier one; return its fingerprint.

    Raises BadInput `officer_unknown`, `card_wrong`, `card_expired`; Conflict `card_taken`.
    """
    officer, card = _officer(tx, login), _readable(certificate)
    if not card.valid_on(tx.at):
        raise refusal(
            "card_expired", "sertifikat kartu tidak berlaku hari ini / is not valid today"
        )
    taken = select(OfficerCard.officer).where(
        OfficerCard.office == tx.office, OfficerCard.fingerprint == card.fingerprint
    )
    holder = tx.connection.execute(taken).scalar_one_or_none()
    if holder == officer:
        return card.fingerprint
    if holder is not None:
        raise Conflict(
            "card_taken",
            "This card is bound to another officer.",
            id="Kartu ini sudah terikat pada petugas lain.",
        )
    _forget(tx, officer)
    tx.connection.execute(
        insert(OfficerCard).values(
            office=tx.office,
            officer=officer,
            fingerprint=card.fingerprint,
            certificate=card.der,
            bound_at=tx.at,
        )
    )
    tx.emit(OfficerCardBound(officer), subject=officer)
    return card.fingerprint


def remove(tx: Tx, *, login: str) -> None:
    """Take the officer's card away; doing it twice changes nothing. Raises BadInput."""
    officer = _officer(tx, login)
    if _forget(tx, officer):
        tx.emit(OfficerCardRemoved(officer), subject=officer)


def bound_to(connection: Connection, office: int, officer: str) -> str | None:
    """Return the fingerprint of the certificate that is bound to the officer, None without one."""
    query = select(OfficerCard.fingerprint).where(
        OfficerCard.office == office, OfficerCard.officer == officer
    )
    return connection.execute(query).scalar_one_or_none()


def purpose_of(step: str, cases: Sequence[str]) -> str:
    """Name what a card signs for: a step of one case, or of a batch by the digest of its cases."""
    chosen = sorted(set(cases))
    if len(chosen) == 1:
        return f"{step} {chosen[0]}"
    return f"{step} {len(chosen)} {hashlib.sha256(' '.join(chosen).encode()).hexdigest()}"


def challenge(keyring: Keyring, *, officer: str, purpose: str, at: datetime) -> bytes:
    """Return a fresh challenge for one officer and one act."""
    head = secrets.token_bytes(_RANDOM) + to_micros(at + CHALLENGE_LASTS).to_bytes(_EXPIRY, "big")
    return head + _mac(keyring, head, officer, purpose)


def confirm(
    connection: Connection,
    keyring: Keyring,
    office: int,
    *,
    officer: str,
    purpose: str,
    given: bytes,
    signature: bytes,
    at: datetime,
) -> None:
    """Accept a signature of the officer's own card on our challenge. Raises BadInput `card_…`."""
    head, mac = given[: _RANDOM + _EXPIRY], given[_RANDOM + _EXPIRY :]
    ours = len(given) == _LENGTH
    if not ours or not hmac.compare_digest(mac, _mac(keyring, head, officer, purpose)):
        raise refusal("card_challenge", "tantangan bukan dari hub ini / the challenge is not ours")
    if from_micros(int.from_bytes(head[_RANDOM:], "big")) < at:
        raise refusal("card_late", "lewat dua menit, ulangi / two minutes are over, do it again")
    query = select(OfficerCard.certificate).where(
        OfficerCard.office == office, OfficerCard.officer == officer
    )
    bound = connection.execute(query).scalar_one_or_none()
    if bound is None:
        raise unbound()
    card = _readable(bound)
    if not card.valid_on(at):
        raise refusal(
            "card_expired", "sertifikat kartu tidak berlaku hari ini / is not valid today"
        )
    from devices.piv.proof import confirms  # loaded with the first card, as below

    if not confirms(card, given, purpose, signature):
        raise refusal("card_signature", "tanda tangan kartu salah / the card's signature is wrong")


def unbound() -> BadInput:
    """Return the refusal of an officer who has no card."""
    return refusal("card_unbound", "belum ada kartu terikat / no card is bound to you")


def refusal(code: str, words: str) -> BadInput:
    """Return why a card does not confirm; `words` are Indonesian and English around a slash."""
    indonesian, _, english = words.partition(" / ")
    return BadInput(
        code,
        f"The card does not confirm: {english}.",
        id=f"Kartu tidak mengesahkan: {indonesian}.",
        fields=[FieldFault(field=PIN_FIELD, code=code.removeprefix("card_"), message=words)],
    )


def _mac(keyring: Keyring, head: bytes, officer: str, purpose: str) -> bytes:
    text = f"{head.hex()} {officer} {purpose.encode().hex()}"
    return bytes.fromhex(keyring.blind("card challenge", text))


def _officer(tx: Tx, login: str) -> str:
    query = select(Officer.id).where(Officer.office == tx.office, Officer.login == login)
    found = tx.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise BadInput(
            "officer_unknown",
            "There is no officer with this login.",
            id="Tidak ada petugas dengan nama masuk ini.",
            fields=[FieldFault(field="login", code="unknown")],
        )
    return str(found)


def _forget(tx: Tx, officer: str) -> bool:
    gone = tx.connection.execute(
        delete(OfficerCard).where(OfficerCard.office == tx.office, OfficerCard.officer == officer)
    )
    return gone.rowcount > 0


def _readable(certificate: bytes) -> CardCertificate:
    from devices.piv.proof import ProofError, read_certificate

    try:
        return read_certificate(certificate)
    except ProofError as error:
        raise refusal("card_wrong", f"sertifikat kartu tidak dapat dipakai / {error}") from error
