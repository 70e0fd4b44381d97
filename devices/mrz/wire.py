"""The machine-readable zone: lines ↔ fields (ICAO 9303-3 §4.9; 9303-4 to -6: TD3, TD1, TD2).

TD3: 2 lines of 44 · TD2: 2 of 36 · TD1: 3 of 30. A check digit weighs 7-3-1; A = 10 … Z = 35,
`<` = 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle

from devices.capabilities import MrzKey
from devices.mrz.dates import full_date, unfilled
from devices.mrz.errors import MrzError, fault
from devices.mrz.names import compose_names, is_truncated, split_names, transliterate
from devices.mrz.typed import typed_key, typed_number

_ALPHABET = re.compile(r"[A-Z0-9<]+")
_3M_HEAD = re.compile(r"\x01[\s\S]{1,2}OU\x02[\s\S]")
_SHAPES = {(2, 44): "TD3", (2, 36): "TD2", (3, 30): "TD1"}
_LINES = {88: (2, 44), 72: (2, 36), 90: (3, 30)}
_SEXES = {"M": "M", "F": "F", "<": "X", "X": "X"}


@dataclass(frozen=True, slots=True)
class Mrz:
    """The fields of a machine-readable zone without fillers; dates as YYMMDD, sex M, F or X.

    `wrong` names the fields whose check digit does not match: document_number, birth_date,
    expiry_date, optional_data, composite.
    """

    kind: str
    document_code: str
    issuing_state: str
    document_number: str
    surname: str
    given_names: str
    nationality: str
    birth_date: str
    sex: str
    expiry_date: str
    optional_data: str = ""
    optional_data_2: str = ""
    names_truncated: bool = False
    wrong: tuple[str, ...] = ()

    def born(self, on: date) -> str:
        """Return the birth date as ISO, as far as it is known, in a year not after `on`."""
        return full_date(self.birth_date, on=on, past=True)

    def expires(self, on: date) -> str:
        """Return the expiry as ISO in the century nearest to `on`."""
        return full_date(self.expiry_date, on=on, past=False)


def check_digit(text: str) -> str:
    """Return the check digit of `text`, weights 7-3-1 (ICAO 9303-3 §4.9). Raises MrzError."""
    if text and not _ALPHABET.fullmatch(text):
        raise fault("mrz_letters", "")
    total = sum(_value(sign) * weight for sign, weight in zip(text, cycle((7, 3, 1)), strict=False))
    return str(total % 10)


def lines_of(text: str | bytes) -> tuple[str, ...]:
    """Return the MRZ lines in what a reader or a person sent. Raises MrzError.

    Controls, framing and prefixes fall away: 3M `SOH len O U STX … ETX BCC`, DESKO
    `SOD STX … ETX EOD`, a plain wedge with CR; an unread position `_` is refused.
    """
    raw = text.decode("latin-1") if isinstance(text, bytes) else text
    raw = _3M_HEAD.sub("", raw)
    pieces = [piece.strip(" ") for piece in re.split(r"[\x00-\x1f\x7f-\x9f]+", raw.upper())]
    for length in (44, 36, 30):
        count = 3 if length == 30 else 2
        found = [piece for piece in pieces if len(piece) == length]
        if len(found) >= count:
            return _readable(found[:count])
    joined = "".join(piece.replace(" ", "") for piece in pieces)
    return split_lines(joined)


def split_lines(joined: str) -> tuple[str, ...]:
    """Cut an MRZ written without line ends (88, 72 or 90 signs). Raises MrzError."""
    shape = _LINES.get(len(joined))
    if shape is None:
        raise fault("mrz_length", "")
    count, length = shape
    return _readable([joined[row * length : (row + 1) * length] for row in range(count)])


def parse_mrz(lines: Sequence[str], *, strict: bool = True) -> Mrz:
    """Return the fields of two or three MRZ lines. Raises MrzError.

    With `strict` a wrong check digit raises and names the field; without, it stands in `wrong`.
    """
    rows = _readable([line.strip().upper() for line in lines])
    shape = {(len(rows), len(row)) for row in rows}
    kind = _SHAPES.get(shape.pop()) if len(shape) == 1 else None
    if kind is None:
        raise fault("mrz_length", "")
    mrz = {"TD3": _td3, "TD2": _td2, "TD1": _td1}[kind](rows)
    if strict and mrz.wrong:
        raise fault("mrz_check_digit", mrz.wrong[0])
    return mrz


def chip_key(mrz: Mrz) -> MrzKey:
    """Return the part of `mrz` that opens the document's chip."""
    return MrzKey(mrz.document_number, mrz.birth_date, mrz.expiry_date)


def compose_mrz(mrz: Mrz) -> tuple[str, ...]:
    """Write the lines of `mrz.kind` with all check digits; names are transliterated and cut.

    Raises MrzError when a field does not fit its place.
    """
    if mrz.kind not in _SHAPES.values():
        raise fault("mrz_length", "")
    return {"TD3": _write_td3, "TD2": _write_td2, "TD1": _write_td1}[mrz.kind](mrz)


def _readable(rows: Sequence[str]) -> tuple[str, ...]:
    if any("_" in row for row in rows):
        raise fault("mrz_unread", "")
    if not rows or not all(_ALPHABET.fullmatch(row) for row in rows):
        raise fault("mrz_letters", "")
    return tuple(rows)


def _value(sign: str) -> int:
    if sign == "<":
        return 0
    return int(sign, 36)


# ── reading ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Checks:
    wrong: list[str]

    def compare(self, name: str, text: str, digit: str, *, may_be_filler: bool = False) -> None:
        empty = not text.strip("<")
        if may_be_filler and empty and digit in "<0":
            return
        if check_digit(text) != digit:
            self.wrong.append(name)


def _td3(rows: Sequence[str]) -> Mrz:
    first, second = rows
    checks = _Checks([])
    checks.compare("document_number", second[0:9], second[9])
    checks.compare("birth_date", second[13:19], second[19])
    checks.compare("expiry_date", second[21:27], second[27])
    checks.compare("optional_data", second[28:42], second[42], may_be_filler=True)
    checks.compare("composite", second[0:10] + second[13:20] + second[21:43], second[43])
    return _fields(
        "TD3", first[0:5], first[5:44], second[0:9], second[10:13], second[13:28], second[28:42],
        wrong=checks.wrong,
    )  # fmt: skip


def _td2(rows: Sequence[str]) -> Mrz:
    first, second = rows
    checks = _Checks([])
    number, optional = _long_number(second[0:9], second[9], second[28:35], checks)
    checks.compare("birth_date", second[13:19], second[19])
    checks.compare("expiry_date", second[21:27], second[27])
    checks.compare("composite", second[0:10] + second[13:20] + second[21:35], second[35])
    return _fields(
        "TD2", first[0:5], first[5:36], number, second[10:13], second[13:28], optional,
        wrong=checks.wrong,
    )  # fmt: skip


def _td1(rows: Sequence[str]) -> Mrz:
    first, second, third = rows
    checks = _Checks([])
    number, optional = _long_number(first[5:14], first[14], first[15:30], checks)
    checks.compare("birth_date", second[0:6], second[6])
    checks.compare("expiry_date", second[8:14], second[14])
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    checks.compare("composite", composite, second[29])
    return _fields(
        "TD1", first[0:5], third, number, second[15:18], second[0:15], optional,
        second[18:29], wrong=checks.wrong,
    )  # fmt: skip


def _fields(
    kind: str, head: str, names: str, number: str, nationality: str, dates: str, optional: str,
    optional_2: str = "", *, wrong: Sequence[str],
) -> Mrz:  # fmt: skip
    surname, given_names = split_names(names)
    return Mrz(
        kind=kind,
        document_code=unfilled(head[0:2]),
        issuing_state=unfilled(head[2:5]),
        document_number=unfilled(number),
        surname=surname,
        given_names=given_names,
        nationality=unfilled(nationality),
        birth_date=dates[0:6],
        sex=_SEXES.get(dates[7], "X"),
        expiry_date=dates[8:14],
        optional_data=unfilled(optional),
        optional_data_2=unfilled(optional_2),
        names_truncated=is_truncated(names),
        wrong=tuple(wrong),
    )


def _long_number(number: str, digit: str, optional: str, checks: _Checks) -> tuple[str, str]:
    """Join a number of more than nine signs: `<` as digit, the rest and its digit in the optional
    data, ended by `<` (ICAO 9303-5 §4.2.2, 9303-6 §4.2.2)."""
    rest, _, others = optional.partition("<")
    if digit != "<" or len(rest) < 2:
        checks.compare("document_number", number, digit)
        return number, optional
    checks.compare("document_number", number + rest[:-1], rest[-1])
    return number + rest[:-1], others


# ── writing ──────────────────────────────────────────────────────────────────


def _write_td3(mrz: Mrz) -> tuple[str, ...]:
    optional = _place(mrz.optional_data, 14, "optional_data")
    number = _digit(_place(mrz.document_number, 9, "document_number"))
    second = number + _nationality(mrz) + _dates(mrz) + _digit(optional)
    composite = check_digit(second[0:10] + second[13:20] + second[21:43])
    return _head(mrz) + compose_names(mrz.surname, mrz.given_names, 39), second + composite


def _write_td2(mrz: Mrz) -> tuple[str, ...]:
    number, optional = _split_number(mrz, 7)
    second = number + _nationality(mrz) + _dates(mrz) + optional
    composite = check_digit(second[0:10] + second[13:20] + second[21:35])
    return _head(mrz) + compose_names(mrz.surname, mrz.given_names, 31), second + composite


def _write_td1(mrz: Mrz) -> tuple[str, ...]:
    number, optional = _split_number(mrz, 15)
    first = _head(mrz) + number + optional
    second = _dates(mrz) + _nationality(mrz) + _place(mrz.optional_data_2, 11, "optional_data")
    composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    return first, second + composite, compose_names(mrz.surname, mrz.given_names, 30)


def _head(mrz: Mrz) -> str:
    return _place(mrz.document_code, 2, "document_code") + _place(
        mrz.issuing_state, 3, "issuing_state"
    )


def _nationality(mrz: Mrz) -> str:
    return _place(mrz.nationality, 3, "nationality")


def _dates(mrz: Mrz) -> str:
    sex = mrz.sex if mrz.sex in ("M", "F") else "<"
    birth = _digit(_place(mrz.birth_date, 6, "birth_date"))
    return birth + sex + _digit(_place(mrz.expiry_date, 6, "expiry_date"))


def _split_number(mrz: Mrz, room: int) -> tuple[str, str]:
    number = transliterate(mrz.document_number)
    if len(number) <= 9:
        placed = _digit(_place(number, 9, "document_number"))
        return placed, _place(mrz.optional_data, room, "optional_data")
    rest = f"{number[9:]}{check_digit(number)}<{transliterate(mrz.optional_data)}"
    return number[:9] + "<", _place(rest.rstrip("<"), room, "document_number")


def _place(text: str, length: int, field: str) -> str:
    written = text if _ALPHABET.fullmatch(text) else transliterate(text)
    if len(written) > length:
        raise fault("mrz_too_long", field)
    return written.ljust(length, "<")


def _digit(text: str) -> str:
    return text + check_digit(text)


__all__ = [
    "Mrz", "MrzError", "check_digit", "chip_key", "compose_mrz", "full_date", "lines_of",
    "parse_mrz", "split_lines", "typed_key", "typed_number",
]  # fmt: skip
