"""An officer confirms an act: with the password again, or with the card bound to them.

Wrong passwords and wrong signatures of a card count towards the same lock.
"""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode

from sqlalchemy import Connection

from hub import officer_cards
from hub.errors import BadInput
from hub.officers import Credentials, credentials_of, note_failure, password_matches
from hub.web.desk import Desk
from hub.wire import FieldFault


async def confirmed(desk: Desk, given: list[str], field: str = "initials") -> bool:
    """Return whether the officer confirmed with the password. Raises BadInput."""
    if not any(given):
        return False

    def read() -> Credentials:
        with desk.database.reading_core() as connection:
            return must_be_unlocked(connection, desk, field)

    known = await asyncio.to_thread(read)
    if await asyncio.to_thread(password_matches, known.password_hash, given[0]):
        return True
    await _count(known, desk)
    raise _wrong_password(field, "Kata sandi salah. / The password is wrong.")


async def must_confirm(desk: Desk, password: str, field: str) -> None:
    """Raise BadInput, naming `field`, unless the officer's own password was typed once more."""
    if not await confirmed(desk, [password], field):
        fault = FieldFault(field=field, code="missing", message="wajib diisi / required")
        text = "Type your password to confirm."
        indonesian = "Ketik kata sandi Anda untuk memastikan."
        raise BadInput("password_missing", text, id=indonesian, fields=[fault])


async def confirmed_by_card(desk: Desk, purpose: str, challenge: bytes, signature: bytes) -> bool:
    """Return whether the officer's card signed `challenge` for `purpose`; False without either.

    Raises BadInput `card_…`, `password_wrong` while locked.
    """
    if not (challenge and signature):
        return False

    def judge() -> Credentials:
        with desk.database.reading_core() as connection:
            known = must_be_unlocked(connection, desk, officer_cards.PIN_FIELD)
            officer_cards.confirm(
                connection,
                desk.procedure.keyring,
                desk.office_no,
                officer=desk.officer.id,
                purpose=purpose,
                given=challenge,
                signature=signature,
                at=desk.clock.now(),
            )
            return known

    try:
        await asyncio.to_thread(judge)
    except BadInput as refused:
        if refused.code == "card_signature":
            await desk.writer.run(
                lambda tx: note_failure(tx, officer=desk.officer.id),
                actor=desk.officer.actor,
                name="wrong card",
            )
        raise
    return True


def octets(text: str) -> bytes:
    """Return what base64 `text` stands for, nothing if it is none."""
    try:
        return b64decode(text[:2000], validate=True)
    except binascii.Error:
        return b""


def must_be_unlocked(connection: Connection, desk: Desk, field: str) -> Credentials:
    """Return what the officer confirms with. Raises BadInput `password_wrong` while locked."""
    known = credentials_of(connection, desk.office_no, desk.officer.id)
    if known.locked_until is not None and known.locked_until > desk.clock.now():
        raise _wrong_password(field, "Terkunci lima menit. / Locked for five minutes.")
    return known


async def _count(known: Credentials, desk: Desk) -> None:
    await desk.writer.run(
        lambda tx: note_failure(tx, officer=known.officer),
        actor=desk.officer.actor,
        name="wrong password",
    )


def _wrong_password(field: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=field, code="wrong", message=message)
    return BadInput("password_wrong", english, id=indonesian, fields=[fault])
