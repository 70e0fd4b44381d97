"""Open a hub's folder: lock, rules, keys, database at its newest schema, writer and feed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from devices.emrtd.trust import load_store
from hub.blobs import Blobs
from hub.clock import Clock
from hub.database import Database
from hub.errors import Busy, Conflict, NotFound
from hub.events import OfficeOpened
from hub.keys import Keyring, outside
from hub.models.schema import Office
from hub.office import SAMPLE_OFFICE, load_office
from hub.procedure import Procedure
from hub.settings import SCHEMA_REVISION, THE_OFFICE, Settings
from hub.sop import load_sop
from hub.writer import Actor, Tx, Writer

SYSTEM = Actor("system", "hub", "Loket")


@dataclass(frozen=True, slots=True)
class House:
    """An opened hub: its settings, rules with keys and files, and its database."""

    settings: Settings
    procedure: Procedure
    database: Database
    clock: Clock

    def writer(self) -> Writer:
        """Return a writer on this database; one per process."""
        return Writer(self.database, THE_OFFICE, self.clock)


def create_house(settings: Settings, clock: Clock) -> None:
    """Create folder, rules, master key and database. Raises Conflict `hub_exists`, KeyFileError."""
    if settings.office_file.exists():
        raise Conflict(
            "hub_exists",
            f"{settings.folder} already holds a hub.",
            id=f"{settings.folder} sudah berisi hub.",
        )
    outside(settings.key_file, settings.folder)
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.blobs.mkdir(exist_ok=True, mode=0o700)
    settings.trusted.mkdir(exist_ok=True, mode=0o700)
    if not settings.key_file.exists():
        Keyring.create(settings.key_file)
    _migrate(settings)
    shutil.copyfile(SAMPLE_OFFICE, settings.office_file)
    house = open_house(settings, clock)
    try:
        _open_office(house)
    finally:
        house.database.close()


def open_house(settings: Settings, clock: Clock) -> House:
    """Open an existing hub, migrating first if needed. Raises NotFound `hub_missing`."""
    if not settings.office_file.exists():
        raise NotFound(
            "hub_missing",
            f"There is no hub in {settings.folder}. Create it: loket hub init --data "
            f"{settings.folder}",
            id=f"Belum ada hub di {settings.folder}. Buat: loket hub init --data {settings.folder}",
        )
    office = load_office(settings.office_file)
    keyring = Keyring.load(settings.key_file)
    blobs = Blobs(settings.blobs, keyring)
    procedure = Procedure(office, load_sop(), keyring, blobs, load_store(settings.trusted))
    database = Database(settings.database_url)
    if _revision(database) != SCHEMA_REVISION:
        _migrate(settings)
    return House(settings, procedure, database, clock)


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the hub's lock. Raises Busy `hub_running` if another process has it."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(settings.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Busy(
            "hub_running",
            f"Another process holds {settings.lock}: a hub is running on this folder.",
            id=f"{settings.lock} dipegang proses lain: hub sedang berjalan pada folder ini.",
        ) from error
    else:
        yield
    finally:
        os.close(descriptor)


def _migrate(settings: Settings) -> None:
    subprocess.run(
        [sys.executable, "-m", "hub.migration", settings.database_url],
        check=True,
    )


def _revision(database: Database) -> str | None:
    try:
        with database.reading_core() as connection:
            query = text("SELECT version_num FROM alembic_version")
            return connection.execute(query).scalar_one_or_none()
    except DBAPIError:
        return None


def _open_office(house: House) -> None:
    code = house.procedure.office.office.code
    with house.database.writing.begin() as connection:
        if connection.execute(select(Office.id)).first() is None:
            connection.execute(
                insert(Office).values(
                    id=THE_OFFICE, code=code, seq=0, seal="0" * 64, created_at=house.clock.now()
                )
            )

    def opened(tx: Tx) -> None:
        tx.emit(OfficeOpened(code), subject=code)

    house.writer().run_alone(opened, actor=SYSTEM)
