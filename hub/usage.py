"""What `loket --help` prints: every command with what its module says it is for."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

_HEAD = """\
loket: the queue of an immigration office and the SKIM procedure

Usage: loket COMMAND [OPTIONS]     loket COMMAND --help shows examples
"""
_FOOT = """
loket import, loket export: the same as loket case import and loket case export
Example: loket demo        (a whole office on this machine, with simulated devices)
Exit codes: 0 fine, 1 failed, 2 wrong use
"""


def usage(commands: Iterable[EntryPoint]) -> str:
    """Return the text of `loket --help`; no command is imported for it."""
    lines = [f"  {one.name:9}{_purpose(one)}" for one in sorted(commands, key=lambda one: one.name)]
    return "\n".join([_HEAD, *lines, _FOOT])


def _purpose(command: EntryPoint) -> str:
    """Return the first line of the module's docstring behind its `loket NAME: `."""
    found = find_spec(command.module)
    if found is None or found.origin is None:
        return ""
    source = Path(found.origin).read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return first.partition("`: ")[2].rstrip(".") or first.rstrip(".")
