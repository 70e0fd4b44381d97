"""IPP messages as bytes and as values (RFC 8010 §3).

    version 2 | operation or status 2 | request id 4 | groups… | 03 | document
    group:     delimiter tag 1 (01 operation, 02 job, 04 printer, 05 unsupported) | attributes…
    attribute: value tag 1 | name length 2 | name | value length 2 | value
               a further value of the same attribute has name length 0

Integers are big endian. Collections (34 … 37) stay the flat list of values that they are on the
wire. Lengths are unsigned here; a message that ends early or has no end is DeviceProtocolError.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from devices.errors import DeviceProtocolError

Content = int | bool | str | bytes


class Tag(enum.IntEnum):
    """Delimiter and value tags that we write (RFC 8010 §3.5)."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49


class Operation(enum.IntEnum):
    """Operations of RFC 8011 §4 that we speak."""

    PRINT_JOB = 0x0002
    VALIDATE_JOB = 0x0004
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class Status(enum.IntEnum):
    """Status codes of RFC 8011 §B that we use."""

    OK = 0x0000
    BAD_REQUEST = 0x0400
    NOT_POSSIBLE = 0x0404
    NOT_FOUND = 0x0406
    FORMAT_NOT_SUPPORTED = 0x040A
    OPERATION_NOT_SUPPORTED = 0x0501
    VERSION_NOT_SUPPORTED = 0x0503
    TEMPORARY_ERROR = 0x0505
    NOT_ACCEPTING_JOBS = 0x0506
    BUSY = 0x0507


class JobState(enum.IntEnum):
    """job-state (RFC 8011 §5.3.7)."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


_INTEGERS = (Tag.INTEGER, Tag.ENUM)
_STRINGS = range(0x40, 0x60)
_FIRST_VALUE_TAG = 0x10


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its tag; what we have no type for stays bytes."""

    tag: int
    content: Content


@dataclass(frozen=True, slots=True)
class Attribute:
    """A named list of values."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Attributes after one delimiter tag."""

    tag: int
    attributes: tuple[Attribute, ...]

    def contents(self, name: str) -> tuple[Content, ...]:
        """Return the values of attribute `name`, empty if it is absent."""
        for attribute in self.attributes:
            if attribute.name == name:
                return tuple(value.content for value in attribute.values)
        return ()

    def text(self, name: str) -> str:
        """Return the first value of `name` as text, "" if it is absent."""
        values = self.contents(name)
        return str(values[0]) if values else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the values of `name` that are text."""
        return tuple(value for value in self.contents(name) if isinstance(value, str))

    def number(self, name: str) -> int | None:
        """Return the first value of `name` if it is an integer."""
        values = self.contents(name)
        return values[0] if values and isinstance(values[0], int) else None


@dataclass(frozen=True, slots=True)
class Message:
    """A request (code = operation) or response (code = status) with its document."""

    code: int
    request_id: int
    groups: tuple[Group, ...] = ()
    document: bytes = b""
    version: tuple[int, int] = (2, 0)

    def group(self, tag: int) -> Group:
        """Return the first group with `tag`, an empty one if there is none."""
        return next(iter(self.all(tag)), Group(tag, ()))

    def all(self, tag: int) -> list[Group]:
        """Return all groups with `tag` in order; Get-Jobs answers one per job."""
        return [group for group in self.groups if group.tag == tag]


def attribute(name: str, tag: Tag, *contents: Content) -> Attribute:
    """Build an attribute whose values share one tag."""
    return Attribute(name, tuple(Value(tag, content) for content in contents))


def encode(message: Message) -> bytes:
    """Return the message as it goes over the wire."""
    head = struct.pack(">BBHI", *message.version, message.code, message.request_id)
    return b"".join(
        [head, *map(_encoded_group, message.groups), bytes([Tag.END]), message.document]
    )


def _encoded_group(group: Group) -> bytes:
    return bytes([group.tag]) + b"".join(_encoded_values(group.attributes))


def _encoded_values(attributes: Iterable[Attribute]) -> Iterable[bytes]:
    for entry in attributes:
        name = entry.name.encode()
        for value in entry.values:
            content = _encoded_content(value)
            yield struct.pack(">BH", value.tag, len(name)) + name
            yield struct.pack(">H", len(content)) + content
            name = b""


def _encoded_content(value: Value) -> bytes:
    if isinstance(value.content, bool):
        return bytes([value.content])
    if isinstance(value.content, int):
        return struct.pack(">i", value.content)
    return value.content.encode() if isinstance(value.content, str) else value.content


def decode(data: bytes) -> Message:
    """Read a whole message. Raises DeviceProtocolError naming the offset of the fault."""
    reader = _Reader(data)
    major, minor, code, request_id = struct.unpack(">BBHI", reader.take(8))
    groups: list[Group] = []
    while (tag := reader.byte()) != Tag.END:
        if tag >= _FIRST_VALUE_TAG:
            raise reader.fault("a value outside any group")
        groups.append(Group(tag, _decoded_attributes(reader)))
    return Message(code, request_id, tuple(groups), reader.rest(), (major, minor))


def _decoded_attributes(reader: _Reader) -> tuple[Attribute, ...]:
    found: list[tuple[str, list[Value]]] = []
    while reader.peek() >= _FIRST_VALUE_TAG:
        tag = reader.byte()
        name = reader.counted().decode("utf-8", "replace")
        value = Value(tag, _decoded_content(tag, reader.counted(), reader))
        if name:
            found.append((name, [value]))
        elif found:
            found[-1][1].append(value)
        else:
            raise reader.fault("a further value of no attribute")
    return tuple(Attribute(name, tuple(values)) for name, values in found)


def _decoded_content(tag: int, raw: bytes, reader: _Reader) -> Content:
    if tag in _INTEGERS:
        if len(raw) != 4:
            raise reader.fault("an integer is not 4 bytes long")
        return int.from_bytes(raw, "big", signed=True)
    if tag == Tag.BOOLEAN:
        return raw != b"\0"
    return raw.decode("utf-8", "replace") if tag in _STRINGS else raw


class _Reader:
    """Take bytes from a message, never past its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    def take(self, count: int) -> bytes:
        taken = self._data[self._offset : self._offset + count]
        if len(taken) < count:
            raise self.fault("the message ends too early")
        self._offset += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def peek(self) -> int:
        byte = self.byte()
        self._offset -= 1
        return byte

    def counted(self) -> bytes:
        return self.take(int.from_bytes(self.take(2), "big"))

    def rest(self) -> bytes:
        return self._data[self._offset :]

    def fault(self, what: str) -> DeviceProtocolError:
        return DeviceProtocolError(f"IPP message, byte {self._offset}: {what}")
