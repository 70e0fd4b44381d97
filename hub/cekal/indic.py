"""Write names in the scripts of India and Ceylon in the Latin letters of passports.

Their consonants have a vowel of their own that is not written: चन्द्र is CHANDRA, சுந்தரம் is
SUNTHARAM. Sign by sign such a name has no vowels (CNDR, CUNTRM).
Sources: the Unicode charts (nine scripts in the order of ISCII, IS 13194:1991; Sinhala);
Hunterian practice for the silent vowel of the north; Tamil's voicing by place.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache, lru_cache
from itertools import groupby

from hub.cekal.tables import in_order


class _Kind(Enum):
    CONSONANT = auto()
    SIGN = auto()
    WHOLE = auto()
    DOT = auto()


_TABLE = "indic.toml"
_FIRST, _WIDTH = 0x0900, 0x80
_TAMIL, _MALAYALAM, _SINHALA = 0x0B80, 0x0D00, 0x0D80
_NORTHERN = (0x0900, 0x0980, 0x0A00, 0x0A80)
"""Blocks of Hindi, Bengali, Panjabi and Gujarati, where a word's last vowel is silent."""
_SOUNDS = re.compile(r"[\u0900-\u0DFF]+")
_DOTTED = {"K": "Q", "J": "Z", "D": "R", "DH": "RH", "PH": "F", "S": "SH"}
"""What a consonant with a dot below is read as; the others are read as without it."""

_SILENT, _NASAL, _LIPS = "*", "~", "+"
"""Mark the vowel that a consonant has of its own, until it is known whether it is spoken, and the
nasals of north and south, which are heard like the consonant after them."""
_LETTER = r"(?:CHH|[KGCJTDPBSRZ]H|NY|[BCDFGHJKLMNPQRSTVYZ])"
_LAST_ONE = re.compile(rf"(?<=[AEIOU*~])({_LETTER})\*$|^({_LETTER})\*$")
_BETWEEN = re.compile(rf"([AEIOU*]{_LETTER})\*(?={_LETTER}[RY]?[AEIOU*])")
_TAMIL_PLACES = (
    (re.compile(r"RR(?=[AEIOU*])"), "TR"), (re.compile(r"NR(?=[AEIOU*])"), "NDR"),
    (re.compile(r"(?<=[TK])CH|CHCH"), "CH"), (re.compile(r"NYCH"), "NJ"),
    (re.compile(r"(?<![TC])CH(?=[AEIOU*])"), "S"),
    (re.compile(r"(?<=[AEIOU*N])K(?=[AEIOU*])"), "G"),
    (re.compile(r"(?<=M)P(?=[AEIOU*])"), "B"),
)  # fmt: skip


def latin_of_indic(text: str) -> str:
    """Return `text` with every word of an Indic script in Latin capitals, the rest as it is."""
    return _SOUNDS.sub(lambda word: _word(word.group()), text)


@lru_cache(maxsize=1 << 12)
def _word(word: str) -> str:
    runs = groupby(word, key=lambda sign: ord(sign) // _WIDTH * _WIDTH)
    return "".join(_spoken(block, [ord(sign) - block for sign in signs]) for block, signs in runs)


def _spoken(block: int, places: list[int]) -> str:
    """Return the letters of signs of one script, given by their places in its block."""
    spoken = _letters(block, places)
    if block == _TAMIL:
        for pattern, by in _TAMIL_PLACES:
            spoken = pattern.sub(by, spoken)
    elif block == _MALAYALAM:
        spoken = spoken.replace("RR", "TT")
    elif block in _NORTHERN:
        spoken = _BETWEEN.sub(r"\1", _LAST_ONE.sub(r"\1\2", spoken))
        spoken = re.sub(f"{_NASAL}H$", f"{_NASAL}GH", spoken)
    # a nasal is heard as the next letter says: SAMPAT, VENKAT
    spoken = re.sub(r"~(?=[PB])", "M", re.sub(r"\+(?=[KGCJTDSV])", "N", spoken))
    return spoken.replace(_SILENT, "A").replace(_NASAL, "N").replace(_LIPS, "M")


def _letters(block: int, places: list[int]) -> str:
    signs, letters = _signs_of(block), [""]
    for place in places:
        kind, said = signs.get(place, (_Kind.WHOLE, ""))
        if kind is _Kind.CONSONANT:
            letters += [said, _SILENT]
        elif kind is _Kind.WHOLE:
            letters.append(said)
        elif kind is _Kind.SIGN:
            # a vowel in two signs has its own before: the second one decides
            letters[-1] = said if letters[-1] == _SILENT else letters[-1]
        elif len(letters) > 1:
            letters[-2] = _DOTTED.get(letters[-2], letters[-2])
    return "".join(letters)


@cache
def _signs_of(block: int) -> dict[int, tuple[_Kind, str]]:
    """Return what each place of a block is and how it is read."""
    if block == _SINHALA:
        return _table("sinhala", 0x05, 0x1A, 0x4F) | {
            0x02: (_Kind.WHOLE, _NASAL), 0x4A: (_Kind.SIGN, ""),
        }  # fmt: skip
    signs = _table("iscii", 0x05, 0x15, 0x3E)
    signs |= {place: (_Kind.CONSONANT, said) for place, said in _from("dotted", 0x58)}
    anusvara = _NASAL if block in _NORTHERN else _LIPS
    signs |= {
        0x01: (_Kind.WHOLE, _NASAL), 0x02: (_Kind.WHOLE, anusvara), 0x03: (_Kind.WHOLE, "H"),
        0x70: (_Kind.WHOLE, _NASAL), 0x3C: (_Kind.DOT, ""), 0x4D: (_Kind.SIGN, ""),
        0x4E: (_Kind.WHOLE, "T"),
    }  # fmt: skip
    if block == _TAMIL:
        signs[0x24] = (_Kind.CONSONANT, "TH")
    if block == _MALAYALAM:
        signs |= {place: (_Kind.WHOLE, said) for place, said in _from("chillu", 0x7A)}
    return signs


def _table(script: str, vowels: int, consonants: int, signs: int) -> dict[int, tuple[_Kind, str]]:
    found = {place: (_Kind.WHOLE, said) for place, said in _from(f"{script}_vowels", vowels)}
    found |= {
        place: (_Kind.CONSONANT, said) for place, said in _from(f"{script}_consonants", consonants)
    }
    return found | {place: (_Kind.SIGN, said) for place, said in _from(f"{script}_signs", signs)}


def _from(name: str, first: int) -> list[tuple[int, str]]:
    """Return the readings listed under `name` with their places from `first` on; - is no sign."""
    listed = enumerate(in_order(name, _TABLE), first)
    return [(place, said) for place, said in listed if said != "-"]
