"""The offices of one database: enter a new one, and make sure that a hub works on its own.

Every row of every table begins with the office's number. A database of its own holds office 1;
a PostgreSQL of a region holds many, each served by hubs that know their number from `hub.toml`.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from hub.clock import Clock
from hub.database import Database
from hub.errors import BadInput, Busy, Conflict, NotFound
from hub.events import SEAL_OF_NOTHING
from hub.models.schema import Office
from hub.settings import Settings

_ENTERING = 7_310_002  # the advisory lock of those who enter offices


def enter_office(database: Database, code: str, clock: Clock) -> int:
    """Enter an office under the next free number. Raises Conflict `office_code_taken`."""
    with database.writing.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ENTERING})
        known: dict[str, int] = {
            row.code: row.id for row in connection.execute(select(Office.id, Office.code))
        }
        if database.is_sqlite and known:
            return min(known.values())  # an earlier `init` was cut off
        if code in known:
            raise Conflict(
                "office_code_taken",
                f"This database already has an office {code}. Choose another: --code",
                id=f"Basis data ini sudah memuat kantor {code}. Pilih kode lain: --code",
            )
        number = max(known.values(), default=0) + 1
        connection.execute(
            insert(Office).values(
                id=number, code=code, seq=0, seal=SEAL_OF_NOTHING, created_at=clock.now()
            )
        )
    return number


def require_own(database: Database, settings: Settings, code: str) -> None:
    """Make sure that the rules in the folder are those of the rows it is set to.

    Raises NotFound `office_missing`, Conflict `office_is_another`.
    """
    with database.reading_core() as connection:
        entered = _code_of(connection, settings.office)
    if entered is None:
        raise NotFound(
            "office_missing",
            f"The database has no office {settings.office}. Create it: loket hub init",
            id=f"Basis data tidak memuat kantor {settings.office}. Buat: loket hub init",
        )
    if entered != code and not database.is_sqlite:
        raise Conflict(
            "office_is_another",
            f"{settings.office_file} says office {code}, but its rows belong to {entered}. "
            f"Correct the code there, or create {code} in a folder of its own: loket hub init",
            id=f"{settings.office_file} menyebut kantor {code}, tetapi datanya milik {entered}. "
            f"Perbaiki kodenya, atau buat {code} dalam folder sendiri: loket hub init",
        )


def require_reachable(database: Database) -> None:
    """Make sure that the database answers. Raises Busy `database_unreachable`, BadInput."""
    if database.is_sqlite:
        return
    try:
        with database.reading_core() as connection:
            encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    except OperationalError as error:
        raise unreachable(error) from error
    if encoding != "UTF8":
        raise BadInput(
            "database_encoding",
            f"The database is encoded as {encoding}; create it with ENCODING 'UTF8'.",
            id=f"Basis data memakai {encoding}; buat dengan ENCODING 'UTF8'.",
        )


def unreachable(error: DBAPIError) -> Busy:
    """Return the refusal of a database that does not answer, with its own first line."""
    why = str(error.orig).partition("\n")[0]
    return Busy(
        "database_unreachable",
        f"The database does not answer: {why}. Start it, or correct --database.",
        id=f"Basis data tidak menjawab: {why}. Jalankan, atau perbaiki --database.",
    )


def _code_of(connection: Connection, number: int) -> str | None:
    return connection.execute(select(Office.code).where(Office.id == number)).scalar_one_or_none()
