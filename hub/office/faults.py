"""What is wrong with an office file: the rule's name, what it says, what to do, and where."""

from __future__ import annotations

from dataclasses import dataclass

from hub.rulefile import Place
from hub.wire import Words


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule at a place of the file."""

    rule: str
    says: str
    todo: Words
    place: Place


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A broken rule at a line of a named file, as a person reads it."""

    file: str
    line: int
    rule: str
    says: str
    todo: Words

    def __str__(self) -> str:
        where = f"{self.file}, baris/line {self.line}"
        return f"{where}: [{self.rule}] {self.says}\n    → {self.todo.id}\n    → {self.todo.en}"
