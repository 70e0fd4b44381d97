"""Administrative commands: by the running hub's socket if there is one, else under its lock.

The socket `DIR/admin.sock` is 0600 and takes one JSON line a connection; only the hub's own user
(or root) is heard. Its address goes over the folder's descriptor: sun_path holds 107 bytes only.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import text

from hub import officer_cards, officers, practising, stations
from hub.cases.screening import looks, threshold, versions
from hub.clock import Clock
from hub.errors import BadInput, Busy, Refused
from hub.events.cekal import CekalLookedAt
from hub.house import SYSTEM, House, locked, open_house
from hub.matching.port import reference
from hub.office import OfficeConfig
from hub.opening import after_restore
from hub.settings import Settings
from hub.wire import Problem
from hub.writer import Tx, Writer

log = logging.getLogger(__name__)
LINE_LIMIT = 4 * 1024 * 1024
CHANGES_WITHIN_S = 60


class AddStation(msgspec.Struct, frozen=True, tag="add-station"):
    """Admit a station; answers with its token."""

    kind: str
    name: str
    counter: int | None = None


class RevokeStation(msgspec.Struct, frozen=True, tag="revoke-station"):
    """End the token of a station that is gone; answers with how many there were."""

    kind: str
    name: str
    counter: int | None = None


class AddOfficer(msgspec.Struct, frozen=True, tag="add-officer"):
    """Enter an officer."""

    login: str
    name: str
    roles: list[str]
    password: str
    nip: str = ""


class SetAccess(msgspec.Struct, frozen=True, tag="set-access"):
    """Let an officer sign in, or no longer; answers with the officer's name."""

    login: str
    active: bool


class SetPassword(msgspec.Struct, frozen=True, tag="set-password"):
    """Give an officer a password and end their sessions; answers with the officer's name."""

    login: str
    password: str


class SetRoles(msgspec.Struct, frozen=True, tag="set-roles"):
    """Give an officer these roles and no others; answers with the officer's name."""

    login: str
    roles: list[str]


class BindCard(msgspec.Struct, frozen=True, tag="bind-card"):
    """Bind a PIV card's certificate (PEM) to an officer; an empty one takes the card away."""

    login: str
    certificate: str = ""


class FillOffice(msgspec.Struct, frozen=True, tag="fill-office"):
    """Give a practice office officers, card blanks and a list; answers with the logins."""

    password: str


class SkipNumbers(msgspec.Struct, frozen=True, tag="skip-numbers"):
    """Let today's series go on `gap` numbers later; answers with each that was moved."""

    gap: int


class MoveClock(msgspec.Struct, frozen=True, tag="move-clock"):
    """Set a practice office's clock forward, or answer with what it says."""

    to: datetime | None = None


class ExportCases(msgspec.Struct, frozen=True, tag="export-cases"):
    """Answer with the next page of cases after an id, one JSON text a line."""

    after: str = ""


class ImportCase(msgspec.Struct, frozen=True, tag="import-case"):
    """Take one case in as a draft; answers with its code, and `known` if it was here."""

    line: str


class CheckRecords(msgspec.Struct, frozen=True, tag="check"):
    """Check every invariant; answers with the findings, one a line."""


class EnterList(msgspec.Struct, frozen=True, tag="enter-list"):
    """Put a stored version of the cekal list before its verifier; answers with its name."""

    version: str
    kind: str
    entries: int
    withdrawn: int
    effective: datetime
    by: str


class SetThreshold(msgspec.Struct, frozen=True, tag="set-threshold"):
    """Let a measured score be the office's threshold; every open case is asked anew."""

    score: float
    false_alarms: float
    size: int
    list_version: str
    by: str
    weights: str = ""
    """The mark of the weights it was measured with."""


class NoteLook(msgspec.Struct, frozen=True, tag="note-look"):
    """Record that entries of the cekal list are shown on the hub's machine: where, and which."""

    page: str
    entries: list[str]


class ReadLooks(msgspec.Struct, frozen=True, tag="read-looks"):
    """Tell who looked at which entries of the cekal list, the latest first, one look a line."""

    most: int


Change = (
    AddStation
    | RevokeStation
    | AddOfficer
    | SetAccess
    | SetPassword
    | SetRoles
    | BindCard
    | FillOffice
    | MoveClock
    | SkipNumbers
    | EnterList
    | SetThreshold
    | NoteLook
    | ExportCases
    | ImportCase
)
AdminCommand = Change | CheckRecords | ReadLooks


class AdminAnswer(msgspec.Struct, frozen=True):
    """What a command gave: lines for the person, or the problem."""

    lines: list[str] = []
    problem: Problem | None = None


def command_of(house: House, command: Change) -> Callable[[Tx], list[str]]:
    """Return the command as a function of a transaction. Raises BadInput."""
    office = house.procedure.office
    if isinstance(command, AddStation | RevokeStation):
        return _station(office, command)
    if isinstance(command, AddOfficer | SetAccess | SetPassword | SetRoles):
        act = _of_officer(office, command)
        return lambda tx: [act(tx)]
    if isinstance(command, BindCard):
        return lambda tx: _bind_card(tx, command)
    if isinstance(command, FillOffice):
        from hub.sample import fill_office

        hashed = officers.hash_password(command.password)
        return lambda tx: fill_office(tx, house.procedure, hashed)
    if isinstance(command, EnterList | SetThreshold | NoteLook):
        return _of_list(office, command)
    if isinstance(command, ExportCases | ImportCase):
        return _exchange(house, command)
    return lambda tx: _set_day(tx, house, command)


def _set_day(tx: Tx, house: House, command: MoveClock | SkipNumbers) -> list[str]:
    if isinstance(command, MoveClock):
        return _clock(tx, house, command.to)
    return [
        f"{one.day} {one.prefix}: last known {one.last}, goes on at {one.number}"
        for one in after_restore.skip_numbers(tx, house.procedure.office, gap=command.gap)
    ]


def _station(
    office: OfficeConfig, command: AddStation | RevokeStation
) -> Callable[[Tx], list[str]]:
    kind, name, counter = command.kind, command.name, command.counter
    if isinstance(command, AddStation):
        return lambda tx: [stations.add(tx, office, kind=kind, name=name, counter=counter)]
    return lambda tx: [str(stations.revoke_named(tx, kind=kind, name=name, counter=counter))]


def _of_officer(
    office: OfficeConfig, command: AddOfficer | SetAccess | SetPassword | SetRoles
) -> Callable[[Tx], str]:
    """Return a command about one officer. Raises BadInput `password_short`."""
    login = command.login
    if isinstance(command, SetAccess):
        active = command.active
        return lambda tx: officers.set_access(tx, login=login, active=active)
    if isinstance(command, SetRoles):
        roles = command.roles
        return lambda tx: officers.set_roles(tx, office, login=login, roles=roles)
    hashed = officers.hash_password(command.password)
    if isinstance(command, SetPassword):
        return lambda tx: officers.set_password_of(tx, login=login, password_hash=hashed)
    return lambda tx: officers.add(
        tx,
        office,
        login=login,
        name=command.name,
        roles=command.roles,
        password_hash=hashed,
        nip=command.nip,
    )


def _of_list(
    office: OfficeConfig, command: EnterList | SetThreshold | NoteLook
) -> Callable[[Tx], list[str]]:
    """Return a command about the cekal list."""
    if isinstance(command, NoteLook):
        return lambda tx: _note_look(tx, command)
    fields = msgspec.structs.asdict(command)
    if isinstance(command, SetThreshold):
        return lambda tx: [threshold.set_threshold(tx, **fields)]
    return lambda tx: [versions.enter(tx, office, **fields)]


def _note_look(tx: Tx, command: NoteLook) -> list[str]:
    shown = tuple(reference(entry) for entry in command.entries)
    tx.emit(CekalLookedAt(command.page, "", shown), subject="list")
    return []


def _looks(house: House, command: ReadLooks) -> list[str]:
    zone = house.procedure.office.zone
    with house.database.reading() as session:
        found = looks.newest_looks(session, house.office_no, command.most)
    return [
        "\t".join(
            (
                f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                one.by,
                " ".join(part for part in (one.page, one.case_code) if part),
                ", ".join(one.entries) or "–",
            )
        )
        for one in found
    ]


def _exchange(house: House, command: ExportCases | ImportCase) -> Callable[[Tx], list[str]]:
    from hub.cases import exchange

    if isinstance(command, ExportCases):
        return lambda tx: exchange.export_cases(tx, house.procedure, command.after)

    def take_in(tx: Tx) -> list[str]:
        taken = exchange.import_case(tx, house.procedure, command.line)
        return [taken.code, *(["known"] if taken.known else [])]

    return take_in


def _bind_card(tx: Tx, command: BindCard) -> list[str]:
    if not command.certificate:
        officer_cards.remove(tx, login=command.login)
        return ["removed"]
    pem = command.certificate.encode()
    return [officer_cards.bind(tx, login=command.login, certificate=pem)]


async def serve_admin(house: House, writer: Writer) -> asyncio.Server:
    """Listen on the admin socket until the returned server is closed."""
    path = house.settings.admin_socket
    path.unlink(missing_ok=True)

    async def hear(reader: asyncio.StreamReader, answering: asyncio.StreamWriter) -> None:
        answer = await _answer(house, writer, reader, answering)
        answering.write(msgspec.json.encode(answer) + b"\n")
        await answering.drain()
        answering.close()

    return await asyncio.start_unix_server(hear, sock=_bound(path), limit=LINE_LIMIT)


def perform(settings: Settings, clock: Clock, command: AdminCommand) -> list[str]:
    """Run `command` by the hub that runs on this folder, else here. Raises Refused."""
    try:
        return _ask_running(settings.admin_socket, command)
    except (FileNotFoundError, ConnectionRefusedError):
        with locked(settings):
            return _perform_here(settings, clock, command)


def _perform_here(settings: Settings, clock: Clock, command: AdminCommand) -> list[str]:
    house = open_house(settings, clock)
    try:
        if isinstance(command, CheckRecords):
            return _check(house)
        if isinstance(command, ReadLooks):
            return _looks(house, command)
        return house.writer().run_alone(command_of(house, command), actor=SYSTEM)
    finally:
        house.database.close()


def _ask_running(path: Path, command: AdminCommand) -> list[str]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(CHANGES_WITHIN_S)
        with _short(path) as address:
            connection.connect(address)
        if isinstance(command, CheckRecords):  # reads every file: hours at a large office
            connection.settimeout(None)
        connection.sendall(msgspec.json.encode(command) + b"\n")
        with connection.makefile("rb") as lines:
            line = lines.readline()
    if not line.endswith(b"\n"):
        raise Busy(
            "hub_gone",
            "The hub ended before it answered. Look at its log, then repeat.",
            id="Hub berhenti sebelum menjawab. Periksa catatannya, lalu ulangi.",
        )
    answer = msgspec.json.decode(line, type=AdminAnswer)
    if answer.problem is not None:
        raise Busy(answer.problem.code, answer.problem.detail, id=answer.problem.detail_id)
    return answer.lines


def _bound(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        with _short(path) as address:
            listening.bind(address)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(previous)
    listening.setblocking(False)
    return listening


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Yield an address of `path` that fits a socket whatever the length of its folder."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


async def _answer(
    house: House,
    writer: Writer,
    reader: asyncio.StreamReader,
    answering: asyncio.StreamWriter,
) -> AdminAnswer:
    try:
        _must_be_us(answering)
        command = msgspec.json.decode(await reader.readline(), type=AdminCommand)
        if isinstance(command, CheckRecords):
            return AdminAnswer(lines=await asyncio.to_thread(_check, house))
        if isinstance(command, ReadLooks):
            return AdminAnswer(lines=await asyncio.to_thread(_looks, house, command))
        act = await asyncio.to_thread(command_of, house, command)
        done = await writer.run(act, actor=SYSTEM, name=type(command).__name__)
    except Refused as refused:
        return AdminAnswer(problem=refused.problem())
    except msgspec.DecodeError as error:
        return AdminAnswer(problem=BadInput("command_unknown", str(error)).problem())
    except Exception:
        log.exception("an administrative command failed")
        return AdminAnswer(problem=Busy("hub_failed", "The hub failed; see its log.").problem())
    return AdminAnswer(lines=done.value)


def _must_be_us(answering: asyncio.StreamWriter) -> None:
    peer: socket.socket = answering.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", credentials)
    if uid not in (0, os.getuid()):
        raise BadInput("not_your_hub", "Only the hub's own user may do this.")


def _clock(tx: Tx, house: House, to: datetime | None) -> list[str]:
    now = practising.tell(tx, house) if to is None else practising.set_forward(tx, house, to)
    return [now.astimezone(house.procedure.office.zone).isoformat()]


def _check(house: House) -> list[str]:
    from hub import check  # asked for at night: its rules stay out of a serving hub until then

    with house.database.reading() as session:
        connection = session.connection()
        if not house.database.is_sqlite:  # what reads all that ever happened takes its time
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        findings = [
            *check.check_records(connection, house.office_no),
            *check.check_cases(session, house.office_no, house.procedure),
        ]
        recorded = check.recorded_files(connection, house.office_no)
    # without the database: reading every file takes long, and its log would grow meanwhile
    return [*findings, *check.check_files(recorded, house.procedure.blobs)]
