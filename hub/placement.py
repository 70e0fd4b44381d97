"""Which database a hub uses and which office it is in there: `DIR/hub.toml`, written by `init`.

Without that file a hub keeps one office in a SQLite file of its own folder.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import msgspec
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from hub.errors import BadInput

FILE = "hub.toml"
_DRIVER = "postgresql+psycopg"
_OTHER_NAMES = ("postgresql", "postgres")


class Placement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A database's URL, and the number of the office's rows in it."""

    database: str
    office: int


def read_placement(folder: Path) -> Placement | None:
    """Return what `init` wrote, None if nothing. Raises BadInput `hub_toml_broken`."""
    file = folder / FILE
    if not file.exists():
        return None
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Placement)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(
            "hub_toml_broken",
            f'{file}: {error}. It needs database = "URL" and office = NUMBER.',
            id=f'{file}: {error}. Isinya: database = "URL" dan office = NOMOR.',
        ) from error


def write_placement(folder: Path, placement: Placement) -> None:
    """Keep the placement durably for every later command."""
    text = (
        "# Written by `loket hub init`: the database of this hub, and which office it is there.\n"
        f"database = {json.dumps(placement.database)}\noffice = {placement.office}\n"
    )
    partial = folder / f"{FILE}.partial"
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(0o600)
    partial.replace(folder / FILE)


def checked_url(url: str) -> str:
    """Return the URL as our drivers want it. Raises BadInput for another database or a password."""
    if url.startswith("sqlite"):
        return url
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _unfit(url) from error
    if parsed.drivername in _OTHER_NAMES:
        parsed = parsed.set(drivername=_DRIVER)
    if parsed.password is not None:
        raise BadInput(
            "password_in_url",
            "Leave the password out of the URL: everybody on this machine could read it there. "
            "Put it into ~/.pgpass or the file that PGPASSFILE names.",
            id="Jangan tulis kata sandi di URL: semua pengguna mesin ini dapat membacanya. "
            "Simpan di ~/.pgpass atau berkas yang disebut PGPASSFILE.",
        )
    if parsed.drivername != _DRIVER:
        raise _unfit(url)
    return parsed.render_as_string()


def _unfit(url: str) -> BadInput:
    shown = url.rpartition("@")[2]
    return BadInput(
        "database_unknown",
        f"'{shown}' is no database of ours. Example: {_DRIVER}://loket@192.0.2.5/loket",
        id=f"'{shown}' bukan basis data yang dikenal. Contoh: {_DRIVER}://loket@192.0.2.5/loket",
    )
