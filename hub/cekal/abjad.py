"""Read names in Arabic letters: Arabic, Persian, Pashto, Urdu.

Short vowels are not written: a table (tables/abjad.txt) says how usual names are read, rules read
the rest, so that what is left differs by vowels only.

"عبدالغنی برادر" → ABDUL GHANI BARADAR    "جونیجو" → JUNIJU    "الدلیمی" → AL DULAIMI
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from hub.cekal.tables import lines

_WORD = re.compile(r"[\u0620-\u065f\u066e-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff\u0750-\u077f]+")
_JOINT = re.compile(r"(?<=[\u0620-\u06ff])\u200c(?=[\u0620-\u06ff])(?!ای)")
"""The sign that ends a word inside a word, but not before an ending of two letters."""
_UNWRITTEN = re.compile(r"[\u200c\u0640\u064b-\u065f\u0670\u0621]")
_ONE_LETTER = str.maketrans({
    **dict.fromkeys("أإٱآ", "ا"), **dict.fromkeys("يىېۍئےۓ", "ی"), **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ةۀہۂەھ", "ه"), **dict.fromkeys("ؤۆۇ", "و"), "ګ": "گ", "ڼ": "ن", "ں": "ن",
    "ټ": "ٹ", "ډ": "ڈ", "ړ": "ڑ", "ښ": "ش", "ږ": "ژ", "څ": "س", "ځ": "ز",
})  # fmt: skip
_CONSONANTS = {
    "ب": "B", "پ": "P", "ت": "T", "ٹ": "T", "ث": "TH", "ج": "J", "چ": "CH", "ح": "H", "خ": "KH",
    "د": "D", "ڈ": "D", "ذ": "Z", "ر": "R", "ڑ": "R", "ز": "Z", "ژ": "ZH", "س": "S", "ش": "SH",
    "ص": "S", "ض": "DH", "ط": "T", "ظ": "Z", "غ": "GH", "ف": "F", "ق": "Q", "ک": "K", "گ": "G",
    "ل": "L", "م": "M", "ن": "N", "ه": "H", "و": "W", "ی": "Y",
}  # fmt: skip
_LONG = {"ا": "A", "ع": "A", "و": "U", "ی": "I"}
_GLIDES = "وی"
_ENDINGS = (
    ("الله", "ULLAH"), ("الدین", "UDDIN"), ("زاده", "ZADEH"), ("نژاد", "NEJAD"), ("پور", "POUR"),
    ("نیا", "NIA"), ("زی", "ZAI"), ("خیل", "KHEL"), ("وند", "VAND"), ("اوغلو", "OGLU"),
    ("یان", "IAN"), ("وی", "AVI"), ("ی", "I"),
)  # fmt: skip
_ARTICLE = "ال"
_SHORTEST = 3
_YA = "IY"
"""ی between a consonant and A: ZIYAD."""


def read_abjad(text: str) -> str:
    """Return `text` with every word in Arabic letters written in Latin capitals."""
    if not _WORD.search(text):
        return text
    commas = text.replace("\N{ARABIC COMMA}", ",")
    return _WORD.sub(lambda word: f" {_read(_plain(word.group()))} ", commas)


def joints_apart(text: str) -> str:
    """Return `text` with a space where Persian ends a word inside a word: شمس‌الحق."""
    return text if text.isascii() else _JOINT.sub(" ", text)


def _plain(word: str) -> str:
    return _UNWRITTEN.sub("", word).translate(_ONE_LETTER)


@cache
def _known() -> dict[str, str]:
    pairs = (pair.partition("=") for line in lines("abjad.txt") for pair in line.split())
    return {_plain(letters): latin for letters, _, latin in pairs}


@lru_cache(maxsize=1 << 14)
def _read(word: str) -> str:
    """Return a word as the table has it, whole or in pieces, or as its letters are spelt."""
    return _listed(word) or _in_two(word) or _spelt(word)


def _listed(word: str) -> str:
    known = _known()
    if word in known:
        return known[word]
    if word.startswith("عبدال") and len(word) > len("عبدال") + 1:
        return f"ABDUL {_read(word.removeprefix('عبدال'))}"
    if word.startswith(_ARTICLE) and len(word) > len(_ARTICLE) + 1:
        return f"AL {_read(word.removeprefix(_ARTICLE))}"
    for kin, latin in (("بن", "BEN"), ("بو", "BOU")):
        if len(word) > len(kin) + 2 and (rest := known.get(word.removeprefix(kin))):
            return f"{latin} {rest}"
    for ending, latin in _ENDINGS:
        if word.endswith(ending) and (stem := known.get(word.removesuffix(ending))):
            return stem + latin
    return ""


def _in_two(word: str) -> str:
    """Return two names that are written as one word: محمدباقر is MUHAMMAD BAQIR."""
    known = _known()
    for end in range(len(word) - _SHORTEST, _SHORTEST - 1, -1):
        first, last = word[:end], word[end:]
        if first in known and (rest := _listed(last)):
            return f"{known[first]} {rest}"
        if last.startswith(_ARTICLE) and first in known and len(last) > len(_ARTICLE) + 1:
            return f"{known[first]} AL {_read(last.removeprefix(_ARTICLE))}"
    for ending, latin in _ENDINGS[:-3]:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return _spelt(word.removesuffix(ending)) + latin
    return ""


def _spelt(word: str) -> str:
    """Return the letters read by rule, A between consonants that stand together."""
    read: list[str] = []
    vowel = True
    for place, letter in enumerate(word):
        following = word[place + 1 : place + 2]
        if (sound := _vowel(letter, following, first=place == 0, after_vowel=vowel)) is not None:
            read.append(sound)
            vowel = sound != _YA and (vowel or sound != "")
            continue
        consonant = _CONSONANTS.get(letter, "")
        if letter == "ه" and not following and not vowel:
            consonant = "A"
        elif consonant and not vowel and place:
            read.append("A")
        read.append(consonant)
        vowel = False
    return "".join(read)


def _vowel(letter: str, following: str, *, first: bool, after_vowel: bool) -> str | None:
    """Return the vowel that a letter stands for, "" for a silent one, None for a consonant."""
    if letter not in _LONG:
        return None
    if letter in _GLIDES:
        spoken = first or following == "ا" or after_vowel
        if letter == "ی" and not first and following == "ا" and not after_vowel:
            return _YA
        next_is_vowel = letter == "و" and following == "ی"
        return None if spoken or next_is_vowel else _LONG[letter]
    if first and following and following in _GLIDES:
        return ""
    return "" if after_vowel and not first else _LONG[letter]
