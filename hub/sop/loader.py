"""Read a procedure file and refuse what contradicts itself, naming every line and rule at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hub.office import OfficeFileError, load_office
from hub.office.checked import FaultyFileError, faults_of, lines_of, read_judged, refused
from hub.office.faults import Fault, FaultLine
from hub.rulefile import RuleFile
from hub.sop.agreement import not_in_office, not_in_procedure
from hub.sop.rules import sop_faults
from hub.sop.sheet import Sop

SKIM = Path(__file__).with_name("skim.toml")
OWN = "sop.toml"


class SopFileError(FaultyFileError):
    """A procedure file breaks rules."""


def load_sop(path: Path = SKIM) -> Sop:
    """Return the procedure described by `path`. Raises SopFileError with every line and rule."""
    return read_judged(path, Sop, sop_faults, SopFileError)


def check_sop(path: Path) -> tuple[FaultLine, ...]:
    """Return every fault of a procedure file, by line; empty: a hub can be served with it."""
    return faults_of(lambda: load_sop(path))


def check_both(office_file: Path, sop_file: Path) -> tuple[FaultLine, ...]:
    """Return where two files, each sound by itself, name what the other does not have."""
    office, sop = _both(office_file, sop_file)
    return office + sop


def must_agree(office_file: Path, sop_file: Path) -> None:
    """Refuse to work with two files that do not agree. Raises OfficeFileError, SopFileError."""
    office, sop = _both(office_file, sop_file)
    if sop:
        raise refused(sop, SopFileError)
    if office:
        raise refused(office, OfficeFileError)


def fault_lines(path: Path, faults: Iterable[Fault]) -> tuple[FaultLine, ...]:
    """Return `faults` of a sound procedure file with the lines where they are to be mended."""
    return lines_of(RuleFile(path, SopFileError), faults)


def file_of(folder: Path) -> Path:
    """Return the procedure file of an office: its own in the hub's `folder`, else the SKIM's."""
    own = folder / OWN
    return own if own.exists() else SKIM


def load_office_sop(folder: Path) -> Sop:
    """Return the procedure of an office: its own `sop.toml` in the hub's `folder`, else the SKIM's.

    With its own file an office moves or splits gates and visits. Raises SopFileError.
    """
    return load_sop(file_of(folder))


def _both(office_file: Path, sop_file: Path) -> tuple[tuple[FaultLine, ...], ...]:
    office = load_office(office_file)
    sop = load_sop(sop_file)
    return (
        lines_of(RuleFile(office_file, OfficeFileError), not_in_procedure(office, sop)),
        lines_of(RuleFile(sop_file, SopFileError), not_in_office(sop, office)),
    )
