"""`loket case export | import | schema`: cases as documented JSON, one a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from hub.saying import in_words

case_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Cases as documented JSON: export, import, schema.",
)
Data = Annotated[Path, typer.Option("--data", help="The hub's folder.")]


@case_app.command(name="export")
def export_cases(
    data: Data,
    to: Annotated[Path | None, typer.Option("--to", help="File to write, mode 0600.")] = None,
) -> None:
    """Write every case as JSON, one a line; the export is recorded in the audit.

    Example: loket case export --data DIR --to cases.jsonl
    """
    from hub.admin import ExportCases, perform
    from hub.clock import SystemClock
    from hub.settings import settings_for

    settings = settings_for(data)
    count, after = 0, ""
    with _target(to) as out, in_words():
        while lines := perform(settings, SystemClock(), ExportCases(after)):
            for line in lines:
                out.write(line + "\n")
            count += len(lines)
            after = str(msgspec.json.decode(lines[-1])["record"]["id"])
    print(f"{count} permohonan / cases", file=sys.stderr)


@case_app.command(name="import")
def import_cases(
    data: Data,
    file: Annotated[Path, typer.Argument(help="Cases, one JSON text a line.")],
) -> None:
    """Take cases in as drafts, each once; a wrong line stops it and is named.

    A case that is here already, also this office's own export, is named and stays as it is.

    Example: loket case import --data DIR cases.jsonl
    """
    from hub.admin import ImportCase, perform
    from hub.clock import SystemClock
    from hub.errors import Refused
    from hub.settings import settings_for

    if not file.is_file():
        print(f"loket case: tidak ada berkas {file} / there is no file {file}", file=sys.stderr)
        raise SystemExit(2)
    settings = settings_for(data)
    taken = known = 0
    with in_words(), file.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            try:
                code, *here = perform(settings, SystemClock(), ImportCase(_text_of(raw)))
            except Refused as refused:
                print(f"{file.name}, baris/line {number}: {refused.id} / {refused.en}")
                raise SystemExit(1) from refused
            print(f"{code}: sudah ada, tidak diubah / is here already, unchanged" if here else code)
            known, taken = known + bool(here), taken + (not here)
    if not taken + known:
        print(f"{file.name}: tidak ada berkas di dalamnya / holds no case", file=sys.stderr)
        raise SystemExit(1)
    if known:
        told = f"{taken} baru, {known} sudah ada / {taken} new, {known} here already"
        print(told, file=sys.stderr)


def _text_of(raw: bytes) -> str:
    """Return a line as text, also after a byte order mark. Raises BadInput `case_no_text`."""
    from hub.errors import BadInput

    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            "case_no_text",
            "This line is no text in UTF-8: give a file that `loket case export` wrote.",
            id="Baris ini bukan teks UTF-8: berikan berkas dari `loket case export`.",
        ) from error


@case_app.command(name="schema")
def case_schema() -> None:
    """Print the JSON Schema of a line.

    Example: loket case schema > case.schema.json
    """
    from hub.cases.exchange import schema

    print(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode())


@contextmanager
def _target(to: Path | None) -> Iterator[IO[str]]:
    """Yield what is written to: a new file that only its owner reads, or standard output."""
    if to is None:
        yield sys.stdout
        return
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        yield file
