"""Read an office file and refuse what contradicts itself, naming every line and rule at once."""

from __future__ import annotations

from pathlib import Path

from hub.office.checked import FaultyFileError, faults_of, read_judged
from hub.office.config import OfficeConfig
from hub.office.faults import FaultLine
from hub.office.rules import office_faults

SAMPLE_OFFICE = Path(__file__).with_name("office.toml")


class OfficeFileError(FaultyFileError):
    """The office file breaks rules."""


def load_office(path: Path = SAMPLE_OFFICE) -> OfficeConfig:
    """Return the office described by `path`. Raises OfficeFileError with every line and rule."""
    return read_judged(path, OfficeConfig, office_faults, OfficeFileError)


def check_office(path: Path) -> tuple[FaultLine, ...]:
    """Return every fault of the office file, by line; empty: it can be served."""
    return faults_of(lambda: load_office(path))
