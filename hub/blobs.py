"""Files outside the database: encrypted, durable before anything refers to them.

    DIR/blobs/aa/<id>    "LKB1" | wrapped key 60 | nonce 12 | ciphertext | tag 16

Each file has its own random key, wrapped by the master key for the file's id: rotating the
master rewraps 60 bytes a file, and a file moved under another id does not open.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.errors import BadInput, Fault, NotFound
from hub.keys import KEY_BYTES, NONCE_BYTES, Keyring, seal, unseal
from hub.models.schema import new_id
from hub.models.station import BlobRow
from hub.storage import FILES, not_stored
from hub.writer import Tx

log = logging.getLogger(__name__)

MAGIC = b"LKB1"
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + 16
LARGEST_BYTES = 30 * 1024 * 1024
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is on disk: its id, and digest and size of the plain content."""

    id: str
    sha256: str
    size: int


class Blobs:
    """The folder of encrypted files. Safe from several threads."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring

    def put(self, content: bytes, *, largest: int = LARGEST_BYTES) -> StoredFile:
        """Store `content` durably under a new id.

        Raises BadInput if empty or over `largest`, Busy `storage_failed` if the disk is full.
        """
        if not 0 < len(content) <= largest:
            size = largest // (1024 * 1024)
            text = f"The file must have 1 byte to {size} MiB"
            raise BadInput("file_size", text, id=f"Berkas harus 1 byte sampai {size} MiB")
        blob = new_id()
        key = self._keyring.new_data_key()
        wrapped = self._keyring.wrap(key, _place(blob))
        sealed = MAGIC + wrapped + seal(key, content, _place(blob))
        try:
            _write_durably(self._path(blob), sealed)
        except OSError as error:
            log.error("a file could not be stored: %s", error)  # noqa: TRY400 — no trace needed
            raise not_stored(error, FILES) from error
        return StoredFile(blob, hashlib.sha256(content).hexdigest(), len(content))

    def get(self, blob: str) -> bytes:
        """Return the plain content. Raises NotFound, or Fault if the file is damaged."""
        try:
            stored = self._path(blob).read_bytes()
        except FileNotFoundError as error:
            raise _unknown() from error
        if not stored.startswith(MAGIC):
            message = "a stored file is damaged: wrong head"
            raise Fault(message)
        end = len(MAGIC) + WRAPPED_BYTES
        key = self._keyring.unwrap(stored[len(MAGIC) : end], _place(blob))
        return unseal(key, stored[end:], _place(blob))

    def ids(self) -> Iterator[str]:
        """Yield the id of every stored file."""
        yield from (path.name for path in self._folder.glob("??/*") if _ID.fullmatch(path.name))

    def sweep(self, keep: set[str], before: datetime) -> int:
        """Remove files not in `keep` last written before `before`; return how many."""
        removed = 0
        for path in list(self._folder.glob("??/*")):
            if path.name not in keep and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _path(self, blob: str) -> Path:
        if not _ID.fullmatch(blob):
            raise _unknown()
        return self._folder / blob[:2] / blob


def register(tx: Tx, stored: StoredFile, media_type: str, *, station: str = "") -> BlobRow:
    """Make a stored file known to the database and return its row."""
    row = BlobRow(
        office=tx.office,
        id=stored.id,
        sha256=stored.sha256,
        size=stored.size,
        media_type=media_type,
        stored_at=tx.at,
        station=station,
    )
    tx.session.add(row)
    tx.session.flush()
    return row


def _place(blob: str) -> str:
    return f"blob/{blob}"


def _unknown() -> NotFound:
    return NotFound("blob_unknown", "There is no such file", id="Berkas tidak ada")


def _write_durably(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)  # half a file would keep the disk full
        raise
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
