"""Open a hub's folder: lock, rules, keys, database at its newest schema, writer and feed."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.blobs import Blobs
from hub.cases import in_force
from hub.cases.changed_procedure import stranding
from hub.cekal.listing import StoredList
from hub.clock import Clock
from hub.countries import Countries
from hub.database import Database, sqlite_url
from hub.errors import Busy, Conflict, NotFound
from hub.events import OfficeOpened
from hub.keys import Keyring, outside
from hub.office import SAMPLE_OFFICE, load_office
from hub.office.checked import refused
from hub.office.emblem import read_emblem
from hub.office.faults import FaultLine
from hub.offices import enter_office, require_own, require_reachable
from hub.placement import Placement, write_placement
from hub.procedure import Procedure
from hub.settings import SCHEMA_REVISION, Settings
from hub.signatures.publishing import signer_certificate
from hub.sop import SKIM, Sop, SopFileError, fault_lines, file_of, load_office_sop, must_agree
from hub.storage import DAMAGED, database_damaged, disk_full, folder_of
from hub.writer import Actor, Writer

SYSTEM = Actor("system", "hub", "Loket")


@dataclass(frozen=True, slots=True)
class House:
    """An opened hub: its settings, rules with keys and files, and its database."""

    settings: Settings
    procedure: Procedure
    database: Database
    clock: Clock

    @property
    def office_no(self) -> int:
        """Return the number that begins every row of this office."""
        return self.settings.office

    def writer(self) -> Writer:
        """Return a writer on this database; one per process."""
        names = {role.code: role.name for role in self.procedure.office.roles}
        return Writer(self.database, self.office_no, self.clock, role_names=names)


def create_house(settings: Settings, clock: Clock, *, code: str = "") -> None:
    """Create folder, rules, master key and database, or enter the office in a shared database.

    Raises Conflict `hub_exists`, `office_code_taken`, Busy `database_unreachable`, KeyFileError.
    """
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
    rules = settings.office_file.with_suffix(".partial")
    rules.write_text(_rules_of(code), "utf-8")
    placed = _enter(settings, load_office(rules).office.code, clock)
    rules.replace(settings.office_file)
    house = open_house(placed, clock)
    try:
        opened = OfficeOpened(house.procedure.office.office.code)
        house.writer().run_alone(lambda tx: tx.emit(opened, subject=opened.code), actor=SYSTEM)
    finally:
        house.database.close()


def is_unfinished(settings: Settings) -> bool:
    """Return whether an earlier `init` ended between the rules and the authority."""
    authority = settings.folder / "tls" / "ca.pem"
    return settings.office_file.exists() and not authority.exists()


def open_house(settings: Settings, clock: Clock) -> House:
    """Open an existing hub, migrating first if needed.

    Raises NotFound `hub_missing`, `office_missing`, Conflict `office_is_another`, Busy.
    """
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
    lists = StoredList(settings.folder, keyring)
    countries = Countries(settings.trusted)
    procedure = Procedure(
        office,
        load_office_sop(settings.folder),
        keyring,
        blobs,
        lists,
        countries,
        read_emblem(settings.folder),
    )
    publish_keys(settings, keyring, signer_certificate(office.signature))
    database = _migrated(settings)
    try:
        require_own(database, settings, office.office.code)
    except BaseException:
        database.close()
        raise
    return House(settings, procedure, database, clock)


def must_fit(house: House) -> None:
    """Refuse to serve a procedure file by which cases under way could not go on.

    Neither are office and procedure served that do not agree. Raises SopFileError,
    OfficeFileError with line, rule and cases of all that does not fit.
    """
    must_agree(house.settings.office_file, file_of(house.settings.folder))
    if lines := _stranded(house.database, house.settings, house.procedure.sop):
        raise refused(lines, SopFileError)


def note_procedure(house: House) -> None:
    """Keep what the steps of an office's own procedure file ask for from this start on.

    Cases are judged by what was asked when they passed. An office that never had a file of its own
    has the SKIM's.
    """
    own = file_of(house.settings.folder) != SKIM
    with house.database.reading() as session:
        noted = in_force.is_noted(session, house.office_no)
    if own or noted:
        sop = house.procedure.sop
        house.writer().run_alone(lambda tx: in_force.record(tx, sop), actor=SYSTEM)


def stranded_cases(settings: Settings) -> tuple[FaultLine, ...]:
    """Return why cases under way could not go on by the procedure file as it is now, by line.

    A folder without records, or with those of another version of the hub, has none to judge. It
    is only read: the hub may be running. Raises SopFileError, Busy `database_unreachable`.
    """
    file = settings.folder / "loket.db"
    if settings.database_url == sqlite_url(file) and not file.exists():
        return ()
    database = Database(settings.database_url)
    try:
        require_reachable(database)
        if _revision(database) != SCHEMA_REVISION:
            return ()
        return _stranded(database, settings, load_office_sop(settings.folder))
    finally:
        database.close()


def _stranded(database: Database, settings: Settings, sop: Sop) -> tuple[FaultLine, ...]:
    with database.reading() as session:
        faults = stranding(session, settings.office, sop)
    return fault_lines(file_of(settings.folder), faults) if faults else ()


def publish_keys(settings: Settings, keyring: Keyring, signer: bytes | None = None) -> None:
    """Leave in the folder what papers are verified by: the key of the office's barcodes, and the
    certificate of who signs letters, if they are signed here."""
    file = settings.folder / "office-code.pub.pem"
    for pem in (keyring.public_code_key(), signer):
        if pem and (not file.exists() or pem not in file.read_bytes()):
            with file.open("ab") as out:  # earlier ones stay: papers that bear them live on
                out.write(pem)


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the hub's lock. Raises Busy `hub_running` if another process has it.

    With PostgreSQL several hubs share the folder: there the database tells them apart.
    """
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(settings.lock, os.O_RDWR | os.O_CREAT, 0o600)
    kind = fcntl.LOCK_EX if settings.database_url.startswith("sqlite") else fcntl.LOCK_SH
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
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


def _rules_of(code: str) -> str:
    sample = SAMPLE_OFFICE.read_text("utf-8")
    if not code:
        return sample
    return re.sub(
        r'^code = ".*"$', lambda _: f'code = "{code}"', sample, count=1, flags=re.MULTILINE
    )


def _enter(settings: Settings, code: str, clock: Clock) -> Settings:
    database = _migrated(settings)
    try:
        number = enter_office(database, code, clock)
    finally:
        database.close()
    if not database.is_sqlite:
        write_placement(settings.folder, Placement(settings.database_url, number))
    return replace(settings, office=number)


def _migrated(settings: Settings) -> Database:
    """Return the database at its newest schema."""
    database = Database(settings.database_url)
    try:
        require_reachable(database)
        if _revision(database) != SCHEMA_REVISION:
            _migrate(settings)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(settings: Settings) -> None:
    command = [sys.executable, "-m", "hub.migration", settings.database_url]
    done = subprocess.run(command, check=False)
    if done.returncode == errno.ENOSPC:
        raise disk_full(folder_of(settings.folder))
    done.check_returncode()


def _revision(database: Database) -> str | None:
    try:
        with database.reading_core() as connection:
            query = text("SELECT version_num FROM alembic_version")
            return connection.execute(query).scalar_one_or_none()
    except DBAPIError as error:
        if any(sign in str(error.orig) for sign in DAMAGED):
            raise database_damaged() from error
        return None
