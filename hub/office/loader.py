"""Read an office file and refuse what contradicts itself, naming every line and rule at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hub.office.config import OfficeConfig
from hub.office.faults import Fault, FaultLine
from hub.office.rules import office_faults
from hub.office.shape import shape_faults
from hub.rulefile import RuleFile, RuleFileError
from hub.wire import Words

SAMPLE_OFFICE = Path(__file__).with_name("office.toml")


class OfficeFileError(RuleFileError):
    """The office file breaks rules: `faults` has all, `line` and `rule` the one to begin with."""

    faults: tuple[FaultLine, ...] = ()


def load_office(path: Path = SAMPLE_OFFICE) -> OfficeConfig:
    """Return the office described by `path`. Raises OfficeFileError with every line and rule."""
    file = RuleFile(path, OfficeFileError)
    if shape := list(shape_faults(file.content, OfficeConfig)):
        raise _refused(file, shape)
    office = file.read(OfficeConfig)
    if broken := list(office_faults(office)):
        raise _refused(file, broken)
    return office


def check_office(path: Path) -> tuple[FaultLine, ...]:
    """Return every fault of the office file, by line; empty: it can be served."""
    try:
        load_office(path)
    except OfficeFileError as error:
        found = error.faults or (FaultLine(error.file, error.line, "file", error.rule, _MEND),)
        return tuple(sorted(found, key=lambda fault: fault.line))
    return ()


def _refused(file: RuleFile, faults: Iterable[Fault]) -> OfficeFileError:
    lines = tuple(
        FaultLine(file.name, file.line(*fault.place), fault.rule, fault.says, fault.todo)
        for fault in faults
    )
    error = OfficeFileError(file.name, lines[0].line, lines[0].says)
    error.faults = lines
    error.args = ("\n".join(str(line) for line in sorted(lines, key=lambda one: one.line)),)
    return error


_MEND = Words(
    id="Perbaiki baris ini menurut pesan di atas.", en="Mend this line as the message says."
)
