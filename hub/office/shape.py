"""Every value of an office file that has the wrong form, not only the first the decoder meets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Literal, TypeGuard, Union, get_args, get_origin, get_type_hints

import msgspec

from hub.office.faults import Fault
from hub.rulefile import Place, place_of
from hub.wire import Words

_AT = re.compile(r" - at `[^`]*`$")
_UNKNOWN = Words(
    id="Hapus baris ini, atau perbaiki namanya: {known}.",
    en="Remove this line, or correct its name: {known}.",
)
_MISSING = Words(id="Tambahkan `{name}` pada tabel ini.", en="Add `{name}` to this table.")
_ONE_OF = Words(id="Tulis salah satu: {known}.", en="Write one of: {known}.")
_FORM = Words(id="Tulis nilai dalam bentuk yang disebut.", en="Write the value in the named form.")


def shape_faults(content: object, kind: type[msgspec.Struct], place: Place = ()) -> Iterator[Fault]:
    """Return one fault for each value of `content` that does not fit `kind`."""
    if not isinstance(content, dict):
        yield Fault("shape", "a table is expected here", _FORM, place)
        return
    names = _fields_of(kind)
    for name in sorted(content.keys() - names.keys()):
        from difflib import get_close_matches  # loaded with the first mistake

        known = get_close_matches(name, names, n=1) or sorted(names)
        todo = _filled(_UNKNOWN, known=", ".join(known))
        yield Fault("unknown-name", f"unknown field `{name}`", todo, (*place, name))
    for name, (required, form) in names.items():
        if name in content:
            yield from _value_faults(content[name], form, (*place, name))
        elif required:
            todo = _filled(_MISSING, name=name)
            yield Fault("missing", f"missing required field `{name}`", todo, place)


@cache
def _fields_of(kind: type[msgspec.Struct]) -> Mapping[str, tuple[bool, object]]:
    """Return by name whether a field is required and its form, which takes long to find out."""
    forms = get_type_hints(kind, include_extras=True)
    return {
        field.encode_name: (field.required, forms[field.name])
        for field in msgspec.structs.fields(kind)
    }


def _value_faults(value: object, kind: object, place: Place) -> Iterator[Fault]:
    inner = get_args(kind)[0] if get_origin(kind) is tuple and get_args(kind) else None
    if _is_table(inner) and isinstance(value, list):
        for index, one in enumerate(value):
            yield from shape_faults(one, inner, (*place, index))
        return
    if (table := _table_of(kind)) is not None:
        yield from shape_faults(value, table, place)
        return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        said = _AT.sub("", str(error))
        known = _choices_of(kind) if said.startswith("Invalid enum value") else ()
        todo = _filled(_ONE_OF, known=", ".join(known)) if known else _FORM
        yield Fault("value", said, todo, (*place, *place_of(str(error))))


def _table_of(kind: object) -> type[msgspec.Struct] | None:
    """Return the table that `kind` is, also if it may be left out."""
    parts = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) in (Union, UnionType) and len(parts) == 1:
        kind = parts[0]
    return kind if _is_table(kind) else None


def _choices_of(kind: object) -> tuple[str, ...]:
    """Return the words that `kind`, or each of its values, may be; empty for another form."""
    if get_origin(kind) is Literal:
        return tuple(str(one) or '""' for one in get_args(kind))
    return next((found for one in get_args(kind) if (found := _choices_of(one))), ())


def _is_table(kind: object) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _filled(words: Words, **values: str) -> Words:
    return Words(id=words.id.format(**values), en=words.en.format(**values))
