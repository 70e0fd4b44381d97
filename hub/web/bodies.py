"""Reads the JSON body of a request strictly; a refusal names every faulty field and its remedy.

The decoder's own words stay here: they may quote what was sent, which may be personal data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar, get_args

import msgspec

from hub.errors import BadInput
from hub.wire import FieldFault, Words
from hub.wire.bounds import printable

T = TypeVar("T", bound=msgspec.Struct)

_PLACE = re.compile(r" - at (?:`key` in )?`\$([^`]*)`$")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"unknown field `(.+)`", re.DOTALL)
_TYPE = re.compile(r"^Expected `([^`]+)`, got")
_LENGTH = re.compile(r"^Expected `(\w+)` of length (<=|>=) (\d+)")
_BOUND = re.compile(r"^Expected `\w+` (<=|>=) (-?\d+)")
_LONGEST_NAME = 40
MOST_FAULTS = 50

_REQUIRED = Words(id="harus diisi", en="is required")
_NOT_KNOWN = Words(id="tidak dikenal di sini; hapus", en="is not known here; leave it out")
_OTHER_FORM = Words(id="bentuknya tidak sesuai", en="does not have the right form")
_TYPES = {
    "str": Words(id="teks", en="text"),
    "int": Words(id="bilangan bulat", en="a whole number"),
    "bool": Words(id="true atau false", en="true or false"),
    "bytes": Words(id="base64", en="base64"),
    "array": Words(id="daftar", en="a list"),
    "object": Words(id="objek", en="an object"),
    "null": Words(id="null", en="null"),
}


def read_body(body: bytes, kind: type[T]) -> T:
    """Return `body` as `kind`. Raises BadInput `json_malformed`, `body_invalid`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        faults = list(islice(_faults(_as_json(body), kind, ""), MOST_FAULTS))
    except ValueError:
        raise _malformed() from None
    raise BadInput(
        "body_invalid",
        "The request does not fit: correct the named fields.",
        id="Permintaan tidak sesuai: perbaiki isian yang disebut.",
        # a field given twice can be wrong the first time and right the second
        fields=faults or [_fault("body", "wrong_form", _OTHER_FORM)],
    )


def _as_json(body: bytes) -> object:
    # beyond the first fault nothing has been looked at yet: depth, signs, the end
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise _malformed() from None


def _malformed() -> BadInput:
    return BadInput(
        "json_malformed",
        "The body is no JSON that can be read. Send one JSON object in UTF-8, not nested deeply.",
        id="Isi permintaan bukan JSON yang terbaca. Kirim satu objek JSON dalam UTF-8.",
        fields=[FieldFault(field="body", code="malformed")],
    )


def _faults(sent: object, kind: type[msgspec.Struct], place: str) -> Iterator[FieldFault]:
    """Return one fault for each faulty field of `sent`, in the order of the declaration."""
    if not isinstance(sent, dict):
        yield _fault("body", "wrong_type", _must_be("object"))
        return
    fields = msgspec.structs.fields(kind)
    for field in fields:
        at = f"{place}{field.encode_name}"
        if field.encode_name in sent:
            yield from _field_faults(sent[field.encode_name], field.type, at)
        elif field.required:
            yield _fault(at, "missing", _REQUIRED)
    known = {field.encode_name for field in fields}
    for name in sorted(sent.keys() - known):
        yield _fault(place + printable(name, _LONGEST_NAME), "unknown", _NOT_KNOWN)


def _field_faults(value: object, annotated: object, at: str) -> Iterator[FieldFault]:
    struct = _struct_of(annotated)
    if struct is not None and isinstance(value, dict):
        yield from _faults(value, struct, f"{at}.")
        return
    try:
        msgspec.convert(value, type=annotated)
    except msgspec.ValidationError as error:
        yield _explained(str(error), annotated, at)


def _struct_of(annotated: object) -> type[msgspec.Struct] | None:
    for one in (annotated, *get_args(annotated)):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return one
    return None


def _explained(said: str, annotated: object, at: str) -> FieldFault:
    """Return the decoder's complaint in our words."""
    inner = _PLACE.search(said)
    place = at + inner[1] if inner else at
    if missing := _MISSING.search(said):
        return _fault(f"{place}.{missing[1]}", "missing", _REQUIRED)
    if unknown := _UNKNOWN.search(said):
        return _fault(f"{place}.{printable(unknown[1], _LONGEST_NAME)}", "unknown", _NOT_KNOWN)
    if wrong := _TYPE.search(said):
        return _fault(place, "wrong_type", _must_be(*wrong[1].split(" | ")))
    if said.startswith("Invalid enum value"):
        return _fault(place, "not_a_choice", _one_of(annotated))
    if length := _LENGTH.search(said):
        code = "too_long" if length[2] == "<=" else "too_short"
        return _fault(place, code, _rule(annotated, length[1]) or _bounded(length[2], length[3]))
    if bound := _BOUND.search(said):
        code = "too_large" if bound[1] == "<=" else "too_small"
        return _fault(place, code, _bounded(bound[1], bound[2]))
    return _fault(place, "wrong_form", _rule(annotated, "str") or _OTHER_FORM)


def _must_be(*types: str) -> Words:
    named = [_TYPES.get(one, _OTHER_FORM) for one in types]
    indonesian = " atau ".join(one.id for one in named)
    return Words(id=f"harus {indonesian}", en=f"must be {' or '.join(one.en for one in named)}")


def _one_of(annotated: object) -> Words:
    choices = ", ".join(str(one) for one in get_args(annotated) if isinstance(one, str))
    if not choices:
        return _OTHER_FORM
    return Words(id=f"salah satu dari {choices}", en=f"one of {choices}")


def _bounded(sign: str, number: str) -> Words:
    if sign == "<=":
        return Words(id=f"paling banyak {number}", en=f"at most {number}")
    return Words(id=f"paling sedikit {number}", en=f"at least {number}")


def _rule(annotated: object, kind: str) -> Words | None:
    """Return the words that stand beside the bounds of a text field."""
    if kind != "str":
        return None
    for one in get_args(annotated):
        if isinstance(one, msgspec.Meta) and one.extra:
            return Words(id=str(one.extra["id"]), en=str(one.extra["en"]))
        if rule := _rule(one, kind):
            return rule
    return None


def _fault(field: str, code: str, words: Words) -> FieldFault:
    return FieldFault(field=field, code=code, message=f"{words.id} / {words.en}")
