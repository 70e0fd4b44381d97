"""Rule files (TOML): read into frozen structs, every fault with its file, line and rule."""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path as FilePath
from typing import TypeVar

import msgspec

from hub.errors import LoketError

T = TypeVar("T")
Place = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*)\s*=")
_SYNTAX = re.compile(r"\(at line (\d+), column \d+\)")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what a rule file holds: unknown names are refused."""


class RuleFileError(LoketError):
    """A rule file breaks a rule: correct `line` of `file`."""

    def __init__(self, file: str, line: int, rule: str) -> None:
        super().__init__(f"{file}, baris/line {line}: {rule}")
        self.file = file
        self.line = line
        self.rule = rule


class RuleFile:
    """The text of one rule file, which knows on which line each of its values stands."""

    def __init__(self, path: FilePath, fault: type[RuleFileError]) -> None:
        self.name = path.name
        self._fault = fault
        try:
            self._text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise fault(self.name, 1, "the file must be readable UTF-8 text") from error

    def read(self, shape: type[T]) -> T:
        """Return the content as `shape`; raise the file's fault with the line that breaks it."""
        content = self.content
        try:
            return msgspec.convert(content, shape)
        except msgspec.ValidationError as error:
            message = str(error)
            raise self._fault(self.name, self._line_of_message(message), message) from error

    @cached_property
    def content(self) -> dict[str, object]:
        """Return what the file says, not looked at yet. Raises the file's fault for its syntax."""
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            found = _SYNTAX.search(str(error))
            line = int(found.group(1)) if found else self._text.count("\n") + 1
            rule = f"not valid TOML: {error}"
            raise self._fault(self.name, line, rule) from error

    def line(self, *place: str | int) -> int:
        """Return the line of the value at `place`, or of the nearest table around it."""
        for length in range(len(place), 0, -1):
            if (line := self._lines.get(place[:length])) is not None:
                return line
        return 1

    @cached_property
    def _lines(self) -> dict[Place, int]:
        return _places(self._text)

    def _line_of_message(self, message: str) -> int:
        return self.line(*place_of(message))


def place_of(message: str) -> Place:
    """Return where in the file a complaint of the decoder points to."""
    place = _place_of(message.rpartition("at `")[2].rstrip("`")) if "at `" in message else ()
    unknown = _UNKNOWN.search(message)
    return (*place, unknown.group(1)) if unknown else place


def _place_of(path: str) -> Place:
    """Turn `$.step[3].minutes` into ("step", 3, "minutes")."""
    parts = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path)
    return tuple(int(index) if index else name for name, index in parts)


def _places(text: str) -> dict[Place, int]:
    found: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if header := _HEADER.match(line):
            table = _enter(header.group(2), header.group(1) == "[[", counts)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *key.group(1).split(".")), number)
            fence = next((f for f in ('"""', "'''") if line.count(f) == 1), "")
    return found


def _enter(dotted: str, repeated: bool, counts: dict[Place, int]) -> Place:
    place: Place = ()
    names = dotted.split(".")
    for depth, name in enumerate(names):
        place = (*place, name)
        if depth == len(names) - 1 and repeated:
            counts[place] = counts.get(place, -1) + 1
            return (*place, counts[place])
        if place in counts:
            place = (*place, counts[place])
    return place
