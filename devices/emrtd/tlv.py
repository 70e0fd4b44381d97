"""BER-TLV as chips write it: tags of up to three bytes, definite lengths (ISO 7816-4 §5.2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


class LdsError(ValueError):
    """A chip's file is not built as ICAO 9303-10 says; the text says where, never what it held."""


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object."""

    tag: int
    value: bytes


def read_header(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """Return (tag, length, start) of the value at `at`. Raises LdsError: cut or indefinite."""
    tag, place = _tag(data, at)
    if place >= len(data):
        raise _cut()
    first = data[place]
    if first < 0x80:
        return tag, first, place + 1
    count = first & 0x7F
    if not 1 <= count <= 4:
        message = "a length of more than four bytes or of indefinite form"
        raise LdsError(message)
    end = place + 1 + count
    if end > len(data):
        raise _cut()
    return tag, int.from_bytes(data[place + 1 : end], "big"), end


def each(data: bytes) -> Iterator[Tlv]:
    """Yield the data objects that follow each other in `data`. Raises LdsError."""
    at = 0
    while at < len(data):
        if data[at] in (0x00, 0xFF):  # ISO 7816-4: filler between objects
            at += 1
            continue
        tag, length, start = read_header(data, at)
        if start + length > len(data):
            raise _cut()
        yield Tlv(tag, data[start : start + length])
        at = start + length


def find(data: bytes, tag: int) -> bytes | None:
    """Return the value of the first object `tag` in `data`, None if absent. Raises LdsError."""
    return next((item.value for item in each(data) if item.tag == tag), None)


def need(data: bytes, tag: int, where: str) -> bytes:
    """Return the value of object `tag` in `data`. Raises LdsError naming `where` it is missing."""
    value = find(data, tag)
    if value is None:
        message = f"{where}: object {tag:02X} is missing"
        raise LdsError(message)
    return value


def write(tag: int, value: bytes) -> bytes:
    """Encode one data object."""
    name = tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")
    size = len(value)
    if size < 0x80:
        return name + bytes([size]) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return name + bytes([0x80 | len(length)]) + length + value


def file_length(header: bytes) -> int:
    """Return the whole length of the file that begins with `header`. Raises LdsError."""
    _, length, start = read_header(header)
    return start + length


def _tag(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise _cut()
    tag, place = data[at], at + 1
    if tag & 0x1F != 0x1F:
        return tag, place
    for _ in range(2):
        if place >= len(data):
            raise _cut()
        tag, place = tag << 8 | data[place], place + 1
        if data[place - 1] < 0x80:
            return tag, place
    message = "a tag of more than three bytes"
    raise LdsError(message)


def _cut() -> LdsError:
    return LdsError("the data end in the middle of an object")
