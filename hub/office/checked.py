"""Rule files that are judged whole: every fault at once, each with its line and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.office.faults import Fault, FaultLine
from hub.office.shape import shape_faults
from hub.rulefile import RuleFile, RuleFileError
from hub.wire import Words

T = TypeVar("T", bound=msgspec.Struct)
E = TypeVar("E", bound="FaultyFileError")
_MEND = Words(
    id="Perbaiki baris ini menurut pesan di atas.", en="Mend this line as the message says."
)


class FaultyFileError(RuleFileError):
    """A file breaks rules: `faults` has all, `line` and `rule` the one to begin with."""

    faults: tuple[FaultLine, ...] = ()


def read_judged(
    path: Path,
    shape: type[T],
    rules: Callable[[T], Iterator[Fault]],
    refusal: type[FaultyFileError],
) -> T:
    """Return the content of `path`. Raises `refusal` with every line and rule that is broken."""
    file = RuleFile(path, refusal)
    if misshapen := list(shape_faults(file.content, shape)):
        raise refused(lines_of(file, misshapen), refusal)
    found = file.read(shape)
    if broken := list(rules(found)):
        raise refused(lines_of(file, broken), refusal)
    return found


def refused(lines: tuple[FaultLine, ...], refusal: type[E]) -> E:
    """Return the error that says all `lines`, in the order of the file."""
    error = refusal(lines[0].file, lines[0].line, lines[0].says)
    error.faults = lines
    error.args = ("\n".join(str(line) for line in sorted(lines, key=_by_line)),)
    return error


def lines_of(file: RuleFile, faults: Iterable[Fault]) -> tuple[FaultLine, ...]:
    """Return `faults` with the lines of `file` where they are to be mended."""
    return tuple(
        FaultLine(file.name, file.line(*one.place), one.rule, one.says, one.todo) for one in faults
    )


def faults_of(load: Callable[[], object]) -> tuple[FaultLine, ...]:
    """Return every fault for which `load` refuses its file, by line; empty: it can be served."""
    try:
        load()
    except FaultyFileError as error:
        found = error.faults or (FaultLine(error.file, error.line, "file", error.rule, _MEND),)
        return tuple(sorted(found, key=_by_line))
    return ()


def _by_line(fault: FaultLine) -> int:
    return fault.line
