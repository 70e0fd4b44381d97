"""The index of a list as one piece of bytes, so that a process is ready at once.

    LOKETIDX | format 1 | digest of the rest 32 | length of head 8 | head | arrays

The head is JSON: the fingerprint of what was indexed and by which code; kind, shape and place
of each array. The bytes hold names: who stores them seals them (`StoredList.keep`). Arrays are read
where they lie, without a copy; texts are packed as MessagePack.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import msgspec
import numpy as np
import numpy.typing as npt

from hub.cekal.index import Index, People, Rows
from hub.cekal.vocabulary import Vocabulary

MAGIC = b"LOKETIDX"
FORMAT = 1
_DIGEST = 32
_START = len(MAGIC) + 1 + _DIGEST + 8
_ALIGNED = 16
_READERS = (
    "birthdates", "folding", "index", "indic", "kanji", "records", "saved", "siamese", "sounds",
    "syllables", "variants", "vocabulary",
)  # fmt: skip
"""The modules by whose rules an index is made; a change of one makes saved ones stale."""
Array = npt.NDArray[np.generic]


class Stale(Exception):
    """The bytes are no index, a damaged one, or one of another list, format or code."""


class _Piece(msgspec.Struct, frozen=True):
    name: str
    kind: str
    shape: tuple[int, ...]
    start: int
    size: int


class _Head(msgspec.Struct, frozen=True):
    fingerprint: str
    pieces: list[_Piece]


def fingerprint_of(contents: list[str]) -> str:
    """Return what an index of a list with these contents, made by this code, is known by."""
    return hashlib.blake2b("\n".join([_code(), *contents]).encode(), digest_size=16).hexdigest()


def packed(index: Index, fingerprint: str) -> bytes:
    """Return an index as bytes."""
    people, rows = index.people, index.rows
    arrays: dict[str, Array] = {
        "rows.entry": rows.entry, "rows.parts": rows.parts, "rows.cut": rows.cut,
        "births": people.births, "sex": people.sex, "country": people.country,
        "passport_keys": people.passport_keys, "passport_entries": people.passport_entries,
    }  # fmt: skip
    arrays |= {f"vocabulary.{name}": array for name, array in index.vocabulary.arrays().items()}
    texts = {
        "ids": people.ids, "passports": people.passports, "countries": people.countries,
        "parts": index.vocabulary.parts, "fine": index.vocabulary.fine,
    }  # fmt: skip
    arrays |= {
        name: np.frombuffer(msgspec.msgpack.encode(t), np.uint8) for name, t in texts.items()
    }
    pieces, body, start = [], [], 0
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array).tobytes()
        pieces.append(_Piece(name, array.dtype.str, array.shape, start, len(raw)))
        body.append(raw + bytes(-len(raw) % _ALIGNED))
        start += len(body[-1])
    head = msgspec.json.encode(_Head(fingerprint, pieces))
    head += b" " * (-(_START + len(head)) % _ALIGNED)
    rest = b"".join([len(head).to_bytes(8, "little"), head, *body])
    digest = hashlib.blake2b(rest, digest_size=_DIGEST).digest()
    return b"".join([MAGIC, bytes([FORMAT]), digest, rest])


def unpacked(raw: bytes, fingerprint: str) -> Index:
    """Return the index that was packed. Raises Stale if it is not the one asked for."""
    head, body = _opened(raw)
    if head.fingerprint != fingerprint:
        message = "another list or another version of the program"
        raise Stale(message)
    arrays = {piece.name: _array(raw, body + piece.start, piece) for piece in head.pieces}
    texts = {
        name: msgspec.msgpack.decode(arrays[name].tobytes(), type=list[str])
        for name in ("ids", "passports", "countries", "parts", "fine")
    }
    vocabulary = Vocabulary.of(
        texts["parts"],
        texts["fine"],
        {name.partition(".")[2]: a for name, a in arrays.items() if name.startswith("vocabulary.")},
    )
    rows = Rows(arrays["rows.entry"], arrays["rows.parts"], arrays["rows.cut"])
    people = People(
        texts["ids"], arrays["births"], arrays["sex"], arrays["country"], texts["countries"],
        arrays["passport_keys"], arrays["passport_entries"], texts["passports"],
    )  # fmt: skip
    return Index(vocabulary, rows, people)


def _opened(raw: bytes) -> tuple[_Head, int]:
    magic, form = raw[: len(MAGIC)], raw[len(MAGIC) : len(MAGIC) + 1]
    if magic != MAGIC or form != bytes([FORMAT]):
        message = "no index of this format"
        raise Stale(message)
    view = memoryview(raw)
    digest, rest = view[len(MAGIC) + 1 : len(MAGIC) + 1 + _DIGEST], view[_START - 8 :]
    if hashlib.blake2b(rest, digest_size=_DIGEST).digest() != digest:
        message = "damaged or cut"
        raise Stale(message)
    length = int.from_bytes(view[_START - 8 : _START], "little")
    return msgspec.json.decode(view[_START : _START + length], type=_Head), _START + length


def _array(raw: bytes, start: int, piece: _Piece) -> npt.NDArray:  # type: ignore[type-arg] # of many kinds
    kind = np.dtype(piece.kind)
    count = piece.size // kind.itemsize
    return np.frombuffer(raw, kind, count, start).reshape(piece.shape)


@cache
def _code() -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{FORMAT} {version('anyascii')}".encode())
    package = files("hub.cekal")
    tables = sorted(t.name for t in package.joinpath("tables").iterdir() if t.is_file())
    for name in (*(f"{module}.py" for module in _READERS), *(f"tables/{name}" for name in tables)):
        digest.update(name.encode() + package.joinpath(*name.split("/")).read_bytes())
    return digest.hexdigest()
