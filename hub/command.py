"""`loket hub`: create, serve, check and copy a hub; admit stations and officers.

Each package contributes its command by the entry-point group `loket.commands`; only the one that
is asked for gets imported.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from hub.saying import in_words, out_of_reach
from hub.usage import usage

if TYPE_CHECKING:
    from hub.settings import Settings

GROUP = "loket.commands"
_OF_CASES = frozenset({"import", "export"})
"""`loket export` is `loket case export`: of all that goes in and out it is the cases' way."""

hub_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The hub: queue, applications, documents, pages.",
)

Data = Annotated[Path, typer.Option("--data", help="The hub's folder.")]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database", help="Database URL; default: SQLite in the folder.")
]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", help="The master key; default: beside the folder.")
]


def main() -> NoReturn:
    """Run `loket COMMAND …`; exit codes: 0 fine, 1 failed, 2 wrong use."""
    arguments = sys.argv[1:]
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    if arguments and arguments[0] in _OF_CASES:
        arguments = ["case", *arguments]
    if arguments[:1] == ["--version"]:
        print(f"loket {version('loket')}")
        raise SystemExit(0)
    if not arguments or arguments[0] in ("--help", "-h"):
        print(usage(known.values()))
        raise SystemExit(0 if arguments else 2)
    if arguments[0] not in known:
        print(
            f"loket: tidak ada perintah '{arguments[0]}' / no such command: "
            f"{', '.join(sorted(known))}",
            file=sys.stderr,
        )
        raise SystemExit(2)
    _run(known[arguments[0]].load(), arguments)
    raise SystemExit(0)


def _run(app: typer.Typer, arguments: list[str]) -> None:
    try:
        app(arguments[1:], prog_name=f"loket {arguments[0]}")
    except Exception as error:
        if os.environ.get("LOKET_DEBUG"):
            raise
        if isinstance(error, OSError) and error.filename:
            print(f"loket {arguments[0]}: {out_of_reach(error)}", file=sys.stderr)
            raise SystemExit(1) from error
        print(
            f"loket {arguments[0]}: {type(error).__name__}: {error}\n"
            "       (LOKET_DEBUG=1 shows where)",
            file=sys.stderr,
        )
        raise SystemExit(1) from error


@hub_app.command()
def init(
    data: Data,
    database: DatabaseUrl = None,
    key_file: KeyFile = None,
    code: Annotated[str, typer.Option("--code", help="Code of the office, e.g. BDG.")] = "",
) -> None:
    """Create a hub's folder, master key, authority and database.

    Example: loket hub init --data /var/lib/loket
    Example: loket hub init --data DIR --database postgresql://loket@192.0.2.5/region --code BDG
    """
    from hub.authority import create_authority
    from hub.clock import SystemClock
    from hub.house import create_house, is_unfinished
    from hub.office import load_office
    from hub.storage import storing_in

    settings = _settings(data, database, key_file)
    clock = SystemClock()
    with in_words(), storing_in(settings.folder):
        if not is_unfinished(settings):
            create_house(settings, clock, code=code)
        name = load_office(settings.office_file).office.name.id
        authority = create_authority(settings.folder, office=name, at=clock.now())
    print(f"hub        {settings.folder}")
    print(f"office     {settings.office_file}   (edit it, then: loket hub serve)")
    print(f"master key {settings.key_file}   (keep a copy apart from every backup)")
    print(f"authority  SHA-256 {authority.fingerprint}")
    print(
        f"next       loket hub officer --data {data} --login NAME --name 'Full Name' "
        "--role supervisor"
    )


@hub_app.command()
def serve(
    data: Data,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8443,
    database: DatabaseUrl = None,
    key_file: KeyFile = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="HTTP without TLS; only on loopback.")
    ] = False,
    practice_clock: Annotated[
        datetime | None,
        typer.Option("--practice-clock", help="Practise at this local time of the office."),
    ] = None,
    interface: Annotated[
        list[str] | None, typer.Option("--interface", help="Announce only on this address.")
    ] = None,
    public_port: Annotated[
        int | None,
        typer.Option("--public-port", min=0, max=65535, help="Serve visitors' phones here."),
    ] = None,
    public_host: Annotated[
        str, typer.Option("--public-host", help="Address of the phones' listener.")
    ] = "127.0.0.1",
    public_certificate: Annotated[
        Path | None, typer.Option("--public-certificate", help="PEM chain that phones trust.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="PEM key of that certificate.")
    ] = None,
) -> None:
    """Serve the hub; prints `ready URL` when it answers.

    Example: loket hub serve --data /var/lib/loket --host 192.0.2.10
    """
    from hub.serve import Asked, AskedPhones, become

    public = (
        AskedPhones(
            host=public_host,
            port=public_port,
            certificate=_text(public_certificate),
            key=_text(public_key),
        )
        if public_port is not None
        else None
    )
    become(
        Asked(
            data=str(data),
            database=database,
            key_file=_text(key_file),
            host=host,
            port=port,
            plain=plain,
            practice_clock=practice_clock,
            interfaces=tuple(interface or ()),
            public=public,
        )
    )


@hub_app.command()
def token(
    data: Data,
    kiosk: Annotated[str | None, typer.Option("--kiosk", help="Name of a kiosk.")] = None,
    counter: Annotated[int | None, typer.Option("--counter", help="Number of a counter.")] = None,
    program: Annotated[str | None, typer.Option("--program", help="Name of a program.")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="End its token instead.")] = False,
    database: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Admit a station and print its token, which is shown this once; one it had before is dead.

    Example: loket hub token --data /var/lib/loket --counter 3
    """
    from hub.admin import AddStation, RevokeStation

    if [kiosk, counter, program].count(None) != 2:
        _wrong_use("sebut salah satu / name one of: --kiosk NAME, --counter N, --program NAME")
    station: tuple[str, str, int | None] = ("program", str(program), None)
    if counter is not None:
        station = ("agent", f"counter {counter}", counter)
    elif kiosk is not None:
        station = ("kiosk", kiosk, None)
    if revoke:
        _administer(data, database, key_file, RevokeStation(*station), say="revoked")
    else:
        _administer(data, database, key_file, AddStation(*station))


@hub_app.command()
def officer(
    data: Data,
    login: Annotated[str, typer.Option("--login", help="Name to sign in with.")],
    name: Annotated[str, typer.Option("--name", help="Full name.")],
    role: Annotated[list[str], typer.Option("--role", help="A role; repeat for several.")],
    nip: Annotated[str, typer.Option("--nip", help="Civil servant number, 18 digits.")] = "",
    database: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Enter an officer; the password is asked for, or read from standard input.

    Example: loket hub officer --data DIR --login siti --name "Siti Contoh" --role supervisor
    """
    from hub.admin import AddOfficer

    command = AddOfficer(login, name, role, _ask_password(), nip)
    _administer(data, database, key_file, command, say="entered")


@hub_app.command()
def access(
    data: Data,
    login: Annotated[str, typer.Option("--login", help="The officer's name to sign in with.")],
    end: Annotated[bool, typer.Option("--end", help="They left: no longer.")] = False,
    again: Annotated[bool, typer.Option("--again", help="They are back.")] = False,
    password: Annotated[
        bool, typer.Option("--password", help="A new password: asked for, or standard input.")
    ] = False,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="The role from now on; repeat for several.")
    ] = None,
    database: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Change how an officer gets in: end it at once, give it back, another password, other roles.

    What they did stays theirs; a new password or an end closes their open sessions.
    Example: loket hub access --data DIR --login siti --end
    """
    from hub.admin import SetAccess, SetPassword, SetRoles

    if [end, again, password, bool(role)].count(True) != 1:
        _wrong_use("tulis satu / write one: --end, --again, --password, --role …")
    command: SetAccess | SetPassword | SetRoles
    if password:
        command, said = SetPassword(login, _ask_password()), "has another password:"
    elif role:
        command, said = SetRoles(login, role), f"is now {', '.join(role)}:"
    else:
        said = "may sign in again:" if again else "may no longer sign in:"
        command = SetAccess(login, active=again)
    _administer(data, database, key_file, command, say=said)


@hub_app.command()
def card(
    data: Data,
    login: Annotated[str, typer.Option("--login", help="The officer's name to sign in with.")],
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="PEM of the card's slot 9A.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the card away.")] = False,
    database: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Bind a PIV card to an officer, or take it away.

    Example: loket hub card --data DIR --login siti --certificate card.pem
    """
    from hub.admin import BindCard

    if (certificate is None) != remove:
        _wrong_use("tulis / write --certificate FILE, atau / or --remove")
    try:
        pem = certificate.read_text(encoding="ascii") if certificate else ""
    except (OSError, UnicodeDecodeError):
        _wrong_use(f"{certificate}: bukan PEM yang terbaca / no PEM that can be read")
    _administer(data, database, key_file, BindCard(login, pem), say="card")


@hub_app.command()
def practise(data: Data, database: DatabaseUrl = None, key_file: KeyFile = None) -> None:
    """Fill a specimen office with officers, card blanks and a list, to practise with.

    The officers' common password is read from standard input.
    Example: echo latihan-loket | loket hub practise --data DIR
    """
    from hub.admin import FillOffice

    _administer(data, database, key_file, FillOffice(_ask_password()))


@hub_app.command()
def clock(
    data: Data,
    to: Annotated[
        datetime | None, typer.Option("--to", help="Local time of the office; left out: say it.")
    ] = None,
) -> None:
    """Set the clock of a practising hub forward, or say how late it is there.

    Example: loket hub clock --data DIR --to 2026-11-25T08:05
    """
    from hub.admin import MoveClock, perform
    from hub.clock import SystemClock
    from hub.office import load_office

    settings = _settings(data, None, None)
    with in_words():
        zone = load_office(settings.office_file).zone
        [at] = perform(settings, SystemClock(), MoveClock(to and to.replace(tzinfo=zone)))
    print(f"clock at {datetime.fromisoformat(at).isoformat(timespec='seconds')}")


@hub_app.command()
def check(data: Data, database: DatabaseUrl = None, key_file: KeyFile = None) -> None:
    """Check every invariant of the office's records and files; exit code 1 if any is broken.

    Example: loket hub check --data /var/lib/loket
    """
    from hub.admin import CheckRecords, perform
    from hub.check_advice import advice
    from hub.clock import SystemClock

    settings = _settings(data, database, key_file)
    with in_words():
        findings = perform(settings, SystemClock(), CheckRecords())
    for finding in findings:
        print(f"BROKEN  {finding}")
    for todo in advice(findings):
        print(f"→ {todo.id}\n→ {todo.en}")
    if findings:
        raise SystemExit(1)
    print("sound: numbers, counters, counts, calls, event chain, jobs, cases, files")


@hub_app.command()
def backup(
    data: Data,
    to: Annotated[Path, typer.Option("--to", help="Folder of the copy, on another disk.")],
) -> None:
    """Copy the hub's folder while it serves, or renew such a copy. Keys are no part of it.

    Example: loket hub backup --data /var/lib/loket --to /mnt/backup/loket
    """
    from hub.backup import back_up
    from hub.clock import SystemClock

    with in_words():
        copied = back_up(_settings(data, None, None), to, SystemClock())
    print(
        f"backup {to}: database {copied.database_bytes / 1e6:.1f} MB, {copied.files} files, "
        f"{copied.new_files} of them new"
    )


@hub_app.command()
def restore(
    data: Data,
    copy: Annotated[
        Path | None, typer.Argument(help="Folder that `loket hub backup --to` wrote.")
    ] = None,
    gap: Annotated[
        int, typer.Option("--gap", help="How many numbers may have been given after the copy.")
    ] = 200,
    key_file: KeyFile = None,
) -> None:
    """Bring a copy back as the hub's folder; today's numbers go on behind a gap.

    The folder of before is kept beside it. Without a copy only the numbers move on: for a
    database that pg_restore has brought back.

    Example: loket hub restore /mnt/backup/loket --data /var/lib/loket
    """
    from hub.admin import SkipNumbers, perform
    from hub.clock import SystemClock
    from hub.restoring import bring_back

    clock, moved = SystemClock(), []

    def skip(settings: Settings) -> None:
        moved.extend(perform(settings, clock, SkipNumbers(gap)))

    settings = _settings(data, None, key_file)
    with in_words():
        if copy is None:
            skip(settings)
        else:
            done = bring_back(settings, copy, clock, skip)
            print(f"restored   {data} as it was at {done.taken}")
            if done.aside is not None:
                print(f"before     {done.aside}   (delete it when nothing of it is missed)")
            if not done.has_tls:
                print(f"missing    {data}/tls: bring it from the safe, stations know the hub by it")
    for line in moved:
        print(f"numbers    {line}")
    check(data, key_file=key_file)


def _administer(
    data: Path,
    database: str | None,
    key_file: Path | None,
    command: object,
    *,
    say: str = "",
) -> None:
    from hub.admin import Change, perform
    from hub.clock import SystemClock

    assert isinstance(command, Change)  # noqa: S101 — narrows for the type checker
    with in_words():
        lines = perform(_settings(data, database, key_file), SystemClock(), command)
    for line in lines:
        print(f"{say} {line}".strip())


def _settings(data: Path, database: str | None, key_file: Path | None) -> Settings:
    from hub.settings import settings_for

    with in_words():
        return settings_for(data, database_url=database, key_file=key_file)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _ask_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _wrong_use(message: str) -> NoReturn:
    print(f"loket: {message}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
