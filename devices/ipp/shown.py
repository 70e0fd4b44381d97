"""An IPP message in a trace: its head as bytes, every attribute by name, no name, text or document.

Shown are numbers and words of the standard (keywords, formats, character sets); of texts only the
printer's model and firmware. Job and user names, addresses and documents are told by their length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from devices.errors import DeviceProtocolError
from devices.ipp import wire
from devices.ipp.wire import Attribute, Message, Operation, Status, Tag, Value
from devices.trace import show_length

_OPEN: Final = frozenset(
    {Tag.INTEGER, Tag.BOOLEAN, Tag.ENUM, Tag.KEYWORD, Tag.CHARSET, Tag.LANGUAGE, Tag.MIME}
)
_OPEN_TEXTS: Final = frozenset({"printer-make-and-model", "printer-firmware-string-version"})
_MOST_VALUES: Final = 4
_LONGEST: Final = 60
_HEAD: Final = 8


def show_request(octets: bytes) -> list[str]:
    """Return a request's lines."""
    return _shown(octets, {int(one): one.name for one in Operation})


def show_answer(octets: bytes) -> list[str]:
    """Return an answer's lines."""
    return _shown(octets, {int(one): one.name for one in Status})


def _shown(octets: bytes, names: dict[int, str]) -> list[str]:
    try:
        message = wire.decode(octets)
    except DeviceProtocolError as error:
        return [f"{octets[:_HEAD].hex(' ')} no IPP: {error.detail}", *show_length(octets)]
    head = f"{octets[:_HEAD].hex(' ')} {names.get(message.code, '')}".rstrip()
    return [head, *_attributes(message), *_document(message)]


def _attributes(message: Message) -> Iterator[str]:
    for group in message.groups:
        for attribute in group.attributes:
            yield f"{group.tag:02x} {attribute.name[:_LONGEST]} = {_values(attribute)}"


def _values(attribute: Attribute) -> str:
    shown = [_value(attribute.name, value) for value in attribute.values[:_MOST_VALUES]]
    more = len(attribute.values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _value(name: str, value: Value) -> str:
    if value.tag in _OPEN or (value.tag == Tag.TEXT and name in _OPEN_TEXTS):
        text = str(value.content)[:_LONGEST]
        return "".join(sign if sign.isprintable() else "?" for sign in text)
    content = value.content
    length = len(content.encode() if isinstance(content, str) else bytes(content))
    return f"{value.tag:02x} {length} byte(s), hidden"


def _document(message: Message) -> list[str]:
    return [f"document: {line}" for line in show_length(message.document)] * bool(message.document)
