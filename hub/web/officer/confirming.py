"""An officer confirms an act with the password again; wrong ones count towards the lock."""

from __future__ import annotations

import asyncio

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
            return credentials_of(connection, desk.office_no, desk.officer.id)

    known = await asyncio.to_thread(read)
    if known.locked_until is not None and known.locked_until > desk.clock.now():
        raise _wrong_password(field, "Terkunci lima menit. / Locked for five minutes.")
    if await asyncio.to_thread(password_matches, known.password_hash, given[0]):
        return True
    await desk.writer.run(
        lambda tx: note_failure(tx, officer=known.officer),
        actor=desk.officer.actor,
        name="wrong password",
    )
    raise _wrong_password(field, "Kata sandi salah. / The password is wrong.")


def _wrong_password(field: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=field, code="wrong", message=message)
    return BadInput("password_wrong", english, id=indonesian, fields=[fault])
