"""Tables of words, spellings and readings, each a text that an officer can read."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def words(name: str, table: str = "words.toml") -> frozenset[str]:
    """Return the words listed under `name`."""
    return frozenset(in_order(name, table))


@cache
def in_order(name: str, table: str = "words.toml") -> tuple[str, ...]:
    """Return the words listed under `name`, in their order."""
    return tuple(str(_table(table)[name]).split())


@cache
def pairs(name: str, table: str) -> dict[str, str]:
    """Return the pairs `one=other` listed under `name`."""
    return {one: other for one, _, other in (w.partition("=") for w in in_order(name, table))}


@cache
def groups(name: str, table: str) -> dict[str, frozenset[str]]:
    """Return the groups of words listed in the section `name`."""
    section = _table(table)[name]
    assert isinstance(section, dict)  # noqa: S101 — narrows for the type checker
    return {group: frozenset(listed.split()) for group, listed in section.items()}


@cache
def columns() -> dict[str, list[str]]:
    """Return the usual names of the columns of a list file, by field."""
    found = _table("columns.toml")
    return {field: [str(name) for name in names] for field, names in found.items()}


def lines(name: str) -> list[str]:
    """Return the lines of a table without comments and empty lines."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    stripped = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


@cache
def _table(name: str) -> dict[str, dict[str, str] | str]:
    return tomllib.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
