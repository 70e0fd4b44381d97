"""`loket office`: look at an office file before a hub is served with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.office.faults import FaultLine

office_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The office file: services, lanes, counters, hours, rules.",
)


@office_app.callback()
def office() -> None:
    """Look at an office file before a hub is served with it."""


@office_app.command()
def check(file: Annotated[Path, typer.Argument(help="The office file, office.toml.")]) -> None:
    """Name every mistake of an office by line; exit codes: 0 sound, 1 mistakes, 2 no file.

    Beside the office file its own procedure file, sop.toml, is judged if there is one, and whether
    every case under way could go on by it if a hub's records are there too.

    Example: loket office check /var/lib/loket/office.toml
    """
    from hub.clock import SystemClock
    from hub.letters import compose
    from hub.letters.errors import Unprintable
    from hub.letters.name_fonts import missing_packages
    from hub.office import OfficeFileError, load_office
    from hub.office.confirmations import unconfirmed
    from hub.office.emblem import read_emblem
    from hub.office.loader import check_office
    from hub.sop import check_both, check_sop, file_of, load_sop

    if not file.is_file():
        print(f"loket: tidak ada berkas {file} / there is no file {file}", file=sys.stderr)
        raise SystemExit(2)
    procedure = file_of(file.parent)
    faults = [*check_office(file), *check_sop(procedure)]
    faults = faults or [*check_both(file, procedure), *_cases_left(file.parent)]
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} kesalahan / mistakes")
        raise SystemExit(1)
    try:
        if emblem := read_emblem(file.parent):
            compose.try_emblem(emblem)
    except (OfficeFileError, Unprintable) as error:
        print(error)
        raise SystemExit(1) from error
    found, sop = load_office(file), load_sop(procedure)
    today = found.today(SystemClock().now())
    print(
        f"sound: {found.office.code}, {len(found.services)} services, {len(found.lanes)} lanes, "
        f"{len(found.counters)} counters, {len(found.hours)} kinds of hours"
    )
    print(f"sound: {sop.number}, {len(sop.steps)} steps, {len(sop.gates)} gates ({procedure.name})")
    if lacking := " ".join(missing_packages()):
        print("nama beraksara lain tidak tercetak / names in other scripts are not printed:")
        print(f"apt-get install {lacking}")
    if missing := unconfirmed(found, today):
        print(f"belum dikonfirmasi / to be confirmed: {', '.join(missing)}")
        print("setiap kertas bertulisan CONTOH / every paper says SPECIMEN")
        print(
            "sampai dikonfirmasi di halaman /values atau dengan confirmed_by di berkas ini / until "
            "they are confirmed on the page /values, or by confirmed_by in this file"
        )


def _cases_left(folder: Path) -> tuple[FaultLine, ...]:
    """Return why cases of the hub in `folder` could not go on by its procedure file."""
    from hub.house import stranded_cases
    from hub.settings import settings_for

    return stranded_cases(settings_for(folder))
