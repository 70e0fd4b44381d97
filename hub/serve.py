"""The serving process: `python -m hub.serve JSON`, which `loket hub serve` becomes.

The command line's libraries stay behind: ten megabytes and a command's worth of imports that a
process which runs for months has no use for.
"""

from __future__ import annotations

import gc
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

if TYPE_CHECKING:
    from hub.serving import Manner


class AskedPhones(msgspec.Struct, frozen=True):
    """Where the command line wants visitors' phones served."""

    host: str
    port: int
    certificate: str | None
    key: str | None


class Asked(msgspec.Struct, frozen=True):
    """What the command line asked for."""

    data: str
    database: str | None
    key_file: str | None
    host: str
    port: int
    plain: bool
    practice_clock: datetime | None
    interfaces: tuple[str, ...]
    public: AskedPhones | None = None


def become(asked: Asked) -> NoReturn:
    """Replace this process by the serving one; its number stays."""
    sys.stdout.flush()
    # no_debug_ranges: columns in tracebacks are a megabyte that nobody reads in a log
    command = [
        sys.executable,
        "-X",
        "no_debug_ranges",
        "-m",
        "hub.serve",
        msgspec.json.encode(asked).decode(),
    ]
    os.execv(sys.executable, command)  # noqa: S606 — ourselves, no shell is wanted


def main(told: str) -> None:
    """Serve as asked; exit code 1 with words if that is refused."""
    gc.disable()  # all that starting makes stays; hub.serving turns the collector on again
    from hub.saying import in_words
    from hub.serving import serve_hub
    from hub.settings import settings_for
    from hub.storage import storing_in

    gc.collect()  # what importing left is used again by what starting makes
    gc.freeze()  # it all stays: the next collections need not look through it (0.1 s each)

    asked = msgspec.json.decode(told, type=Asked)
    with in_words():
        data, key_file = Path(asked.data), _path(asked.key_file)
        settings = settings_for(data, database_url=asked.database, key_file=key_file)
        with storing_in(settings.folder):
            serve_hub(settings, _manner(asked))


def _manner(asked: Asked) -> Manner:
    from hub.phones import PublicManner
    from hub.serving import Manner

    phones = asked.public
    public = None
    if phones is not None:
        public = PublicManner(
            phones.host, phones.port, _path(phones.certificate), _path(phones.key)
        )
    return Manner(
        asked.host, asked.port, asked.plain, asked.practice_clock, asked.interfaces, public
    )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


if __name__ == "__main__":
    main(sys.argv[1])
