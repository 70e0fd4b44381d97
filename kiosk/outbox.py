"""What the hub has not yet acknowledged, in one SQLite file, encrypted row by row.

A row is written (synchronous=FULL) before its request leaves, keeps the request's key through
restarts, and goes when nothing of it is left to do. AES-256-GCM: `nonce 12 | ciphertext | tag 16`,
the row's key as associated data, so that no row can stand in for another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pysqlite3 import dbapi2 as sqlite

from hub.wire import IssueTicket, Preregistration, Ticket, TicketPrinted
from hub.wire.opening import CheckIn

NONCE_BYTES = 12
KEY_BYTES = 32
KEY_NAME = "outbox.key"
_TABLES = """
CREATE TABLE IF NOT EXISTS request (
    key TEXT PRIMARY KEY, made_at REAL NOT NULL, state TEXT NOT NULL,
    process_id INTEGER NOT NULL DEFAULT 0, sealed BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS paper (
    place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS print_number (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER);
INSERT OR IGNORE INTO print_number VALUES (1, 0);
"""
LAST_PROCESS_ID = 9000
"""Process ids that printers echo are short; they only have to differ from the print before."""

T = TypeVar("T")
RequestState = Literal["unsent", "issued", "printing"]


class OutboxUnreadable(Exception):
    """The outbox's key does not open its rows: restore the key or move the state folder away."""


class OutboxFull(Exception):
    """Nothing can be written to the outbox: its disk is full or broken."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a ticket, with what the hub has answered so far."""

    key: str
    ticket: IssueTicket
    draft: Preregistration | None = None
    application: str = ""
    case_code: str = ""
    issued: Ticket | None = None
    own: bool = False
    """The number came from the kiosk's own series, without the hub."""
    check_in: CheckIn | None = None
    """The booked time that becomes the ticket, if the person has one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored request: when it was made (seconds of the epoch) and how far it came."""

    wanted: Wanted
    made_at: float
    state: RequestState
    process_id: int = 0


@dataclass(frozen=True, slots=True)
class PaperReport:
    """What became of a ticket's paper, still to be told to the hub."""

    key: str
    ticket: str
    printed: TicketPrinted


class Outbox:
    """The file of one kiosk; all calls are short and made from one thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._cipher = AESGCM(_secret(folder))
        self.file = sqlite.connect(str(folder / "outbox.sqlite"), isolation_level=None)
        self.file.execute("PRAGMA journal_mode=WAL")
        self.file.execute("PRAGMA synchronous=FULL")
        self.file.execute("PRAGMA secure_delete=ON")
        self.file.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def keep(self, wanted: Wanted, *, at: float) -> None:
        """Store a request before it is sent. Raises OutboxFull."""
        self._write(
            "INSERT INTO request (key, made_at, state, sealed) VALUES (?, ?, 'unsent', ?)",
            (wanted.key, at, self.seal(wanted.key, wanted)),
        )

    def advance(self, wanted: Wanted) -> None:
        """Store what the hub answered; a request with its ticket counts as issued.

        Raises OutboxFull.
        """
        state = "issued" if wanted.issued else "unsent"
        self._write(
            "UPDATE request SET state = ?, sealed = ? WHERE key = ?",
            (state, self.seal(wanted.key, wanted), wanted.key),
        )

    def begin_print(self, key: str) -> int:
        """Journal that paper is about to come; return the number to give to the printer."""
        with self.together():
            self.file.execute("UPDATE print_number SET last = last % ? + 1", (LAST_PROCESS_ID,))
            (number,) = self.file.execute("SELECT last FROM print_number").fetchone()
            self.file.execute(
                "UPDATE request SET state = 'printing', process_id = ? WHERE key = ?", (number, key)
            )
        return int(number)

    def settle_print(self, key: str, report: PaperReport) -> None:
        """Replace the request, which is done, by the report on its paper."""
        with self.together():
            self.file.execute("DELETE FROM request WHERE key = ?", (key,))
            self.file.execute(
                "INSERT INTO paper (key, sealed) VALUES (?, ?)",
                (report.key, self.seal(report.key, report)),
            )

    def forget(self, key: str) -> None:
        """Delete a request, if it is there."""
        self.file.execute("DELETE FROM request WHERE key = ?", (key,))

    def forget_shown(self) -> None:
        """Delete requests whose ticket was only shown: their person has seen it and gone."""
        self.file.execute("DELETE FROM request WHERE state = 'issued'")

    def reported(self, key: str) -> None:
        """Delete a report that the hub has acknowledged."""
        self.file.execute("DELETE FROM paper WHERE key = ?", (key,))

    def requests(self) -> list[Kept]:
        """Return what is stored, oldest first. Raises OutboxUnreadable."""
        rows = self.file.execute(
            "SELECT key, made_at, state, process_id, sealed FROM request ORDER BY made_at"
        ).fetchall()
        return [
            Kept(self.open(key, sealed, Wanted), made_at, state, process_id)
            for key, made_at, state, process_id, sealed in rows
        ]

    def reports(self) -> list[PaperReport]:
        """Return the reports the hub has not acknowledged, in order. Raises OutboxUnreadable."""
        rows = self.file.execute("SELECT key, sealed FROM paper ORDER BY place").fetchall()
        return [self.open(key, sealed, PaperReport) for key, sealed in rows]

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        try:
            self.file.execute(statement, values)
        except sqlite.OperationalError as error:
            raise OutboxFull from error

    def seal(self, key: str, row: object) -> bytes:
        """Return `row` encrypted, bound to `key`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, msgspec.json.encode(row), key.encode())

    def open(self, key: str, sealed: bytes, kind: type[T]) -> T:
        """Return what `seal` encrypted under `key`. Raises OutboxUnreadable."""
        try:
            plain = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key.encode())
        except InvalidTag as error:
            message = f"the key in {KEY_NAME} does not open the outbox"
            raise OutboxUnreadable(message) from error
        return msgspec.json.decode(plain, type=kind)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make what is done inside one transaction. Raises OutboxFull."""
        try:
            self.file.execute("BEGIN IMMEDIATE")
            yield
            self.file.execute("COMMIT")
        except BaseException as error:
            if self.file.in_transaction:
                self.file.execute("ROLLBACK")
            if isinstance(error, sqlite.OperationalError):
                raise OutboxFull from error
            raise


def _secret(folder: Path) -> bytes:
    """Return the key: systemd's credential if the office gives one, else a file of our own."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (Path(credentials) / KEY_NAME).exists():
        return (Path(credentials) / KEY_NAME).read_bytes()[:KEY_BYTES]
    path = folder / KEY_NAME
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(AESGCM.generate_key(KEY_BYTES * 8))
            file.flush()
            os.fsync(file.fileno())
    return path.read_bytes()
