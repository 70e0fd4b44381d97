"""What must outlive a crash: jobs that a device began, and results the hub has not acknowledged.

    job    id, kind, state begun|ended, print_id, boot, fence, result (sealed)
    part   job, n, media type, key of its upload, content (sealed), id at the hub once uploaded

SQLite with `synchronous=FULL`: when a method returns, it is on the disk. Results and files are
sealed with AES-256-GCM (job and part as associated data), for they hold faces and fingers.
"""

from __future__ import annotations

import fcntl
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pysqlite3 import dbapi2 as sqlite3

from counter_agent.errors import StateInUse, StateLost
from counter_agent.keys import outbox_key

_NONCE_BYTES = 12
_PRINT_IDS = 9999
"""A receipt printer echoes four digits (ESC/POS GS ( H, function 48)."""

_TABLES = """
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, print_id INTEGER NOT NULL,
    boot TEXT NOT NULL, fence INTEGER NOT NULL, result BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS part (
    job TEXT NOT NULL REFERENCES job ON DELETE CASCADE, n INTEGER NOT NULL,
    media_type TEXT NOT NULL, key TEXT NOT NULL, content BLOB NOT NULL, blob TEXT,
    PRIMARY KEY (job, n)
) STRICT;
CREATE TABLE IF NOT EXISTS print_id (last INTEGER NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """In whose name a job is done: one start of the agent, and the hub's fencing number."""

    boot: str
    fence: int


@dataclass(frozen=True, slots=True)
class Part:
    """A file that a job produced."""

    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended; `detail` and `facts` hold no personal data."""

    state: Literal["done", "failed", "unknown"]
    parts: tuple[Part, ...] = ()
    code: str = ""
    detail: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begun:
    """A job that a device began and of which no end is known."""

    job: str
    kind: str
    print_id: int
    lease: Lease


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way to the hub; `blob` is its id there once it arrived."""

    n: int
    media_type: str
    key: str
    blob: str | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A result on its way to the hub; `ending.parts` is empty, the files are in `uploads`."""

    job: str
    lease: Lease
    ending: Ending
    uploads: tuple[Upload, ...]


class Outbox:
    """The agent's journal in a state folder of its own; any thread may use it."""

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock_file = _locked(state / "lock")
        self._seal = AESGCM(outbox_key(state))
        self._lock = threading.Lock()
        path = state / "outbox.sqlite"
        path.touch(mode=0o600)
        self._db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the journal and release the state folder."""
        with self._lock:
            self._db.close()
            self._lock_file.close()

    def begin(self, job: str, kind: str, lease: Lease) -> int:
        """Note that a device is about to begin `job`; return the number for its print."""
        with self._transaction() as db:
            row = db.execute("SELECT last FROM print_id").fetchone()
            print_id = (row[0] if row else 0) % _PRINT_IDS + 1
            db.execute("DELETE FROM print_id")
            db.execute("INSERT INTO print_id VALUES (?)", (print_id,))
            db.execute("DELETE FROM job WHERE id = ?", (job,))
            db.execute(
                "INSERT INTO job VALUES (?, ?, 'begun', ?, ?, ?, NULL)",
                (job, kind, print_id, lease.boot, lease.fence),
            )
        return print_id

    def end(self, job: str, kind: str, lease: Lease, ending: Ending) -> None:
        """Keep the end of `job` with its files until the hub has them."""
        told = {
            "state": ending.state,
            "code": ending.code,
            "detail": ending.detail,
            "facts": ending.facts,
        }
        sealed = self._sealed(msgspec.json.encode(told), job, "result")
        with self._transaction() as db:
            db.execute("DELETE FROM job WHERE id = ?", (job,))
            db.execute(
                "INSERT INTO job VALUES (?, ?, 'ended', 0, ?, ?, ?)",
                (job, kind, lease.boot, lease.fence, sealed),
            )
            for n, part in enumerate(ending.parts):
                content = self._sealed(part.content, job, str(n))
                db.execute(
                    "INSERT INTO part VALUES (?, ?, ?, ?, ?, NULL)",
                    (job, n, part.media_type, uuid.uuid4().hex, content),
                )

    def begun(self) -> list[Begun]:
        """Return the jobs that a device began before a crash."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, kind, print_id, boot, fence FROM job WHERE state = 'begun'"
            ).fetchall()
        return [
            Begun(job, kind, number, Lease(boot, fence)) for job, kind, number, boot, fence in rows
        ]

    def unsent(self) -> list[Unsent]:
        """Return the results that the hub has not acknowledged, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, boot, fence, result FROM job WHERE state = 'ended' ORDER BY rowid"
            ).fetchall()
            uploads = {row[0]: self._uploads(row[0]) for row in rows}
        return [
            Unsent(job, Lease(boot, fence), self._ending(job, sealed), uploads[job])
            for job, boot, fence, sealed in rows
        ]

    def content(self, job: str, n: int) -> bytes:
        """Return file `n` of a result."""
        with self._lock:
            row = self._db.execute(
                "SELECT content FROM part WHERE job = ? AND n = ?", (job, n)
            ).fetchone()
        return self._opened(row[0], job, str(n))

    def uploaded(self, job: str, n: int, blob: str) -> None:
        """Note that the hub holds file `n` as `blob`; its content is erased here."""
        with self._transaction() as db:
            db.execute(
                "UPDATE part SET blob = ?, content = x'' WHERE job = ? AND n = ?", (blob, job, n)
            )

    def renew(self, job: str, lease: Lease) -> None:
        """Hand in a kept result under a newer lease."""
        with self._transaction() as db:
            db.execute(
                "UPDATE job SET boot = ?, fence = ? WHERE id = ?", (lease.boot, lease.fence, job)
            )

    def forget(self, job: str) -> None:
        """Drop a job: the hub has its end, or wants none."""
        with self._transaction() as db:
            db.execute("DELETE FROM job WHERE id = ?", (job,))

    def _uploads(self, job: str) -> tuple[Upload, ...]:
        rows = self._db.execute(
            "SELECT n, media_type, key, blob FROM part WHERE job = ? ORDER BY n", (job,)
        )
        return tuple(Upload(*row) for row in rows)

    def _ending(self, job: str, sealed: bytes) -> Ending:
        told = msgspec.json.decode(self._opened(sealed, job, "result"), type=dict[str, object])
        return msgspec.convert(told, Ending)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise StateLost(
                    en=f"the outbox cannot be written ({error}): make room on the disk",
                    id=f"kotak keluar tidak dapat ditulis ({error}): kosongkan ruang disk",
                ) from error
            finally:
                # SQLite itself rolls back when the disk is full
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _sealed(self, content: bytes, job: str, place: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, content, f"{job}/{place}".encode())

    def _opened(self, sealed: bytes, job: str, place: str) -> bytes:
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._seal.decrypt(nonce, rest, f"{job}/{place}".encode())
        except InvalidTag as error:
            raise StateInUse(
                en="outbox.key does not open outbox.sqlite: bring the right key back, or move the "
                "state folder away (unsent results are then lost)",
                id="outbox.key tidak membuka outbox.sqlite: kembalikan kunci yang benar, atau "
                "pindahkan foldernya (hasil yang belum terkirim akan hilang)",
            ) from error


def _locked(path: Path) -> IO[str]:
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StateInUse(
            en=f"another agent works with {path.parent}: stop it, or choose another --state",
            id=f"agen lain memakai {path.parent}: hentikan, atau pilih --state lain",
        ) from error
    return lock
