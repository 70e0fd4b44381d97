"""Write names in the scripts of Thailand, Laos and Burma in the Latin letters of passports.

Their vowels stand before, above, below or around a consonant, or are not written at all, so a word
is taken apart into syllables first: สมชาย is SOM CHAI, วีรชัย is WI RA CHAI, ကျော်ဇော် is KYAW ZAW.
Sources: the Royal Thai General System (1999); the spelling of Burmese names in passports.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from hub.cekal.tables import pairs

_TABLE = "siamese.toml"
_THAI = re.compile(r"[\u0E01-\u0E4E]+")
_LAO = re.compile(r"[\u0E81-\u0EDD]+")
_LAO_AS_THAI = {code: code - 0x80 for code in range(0x0E81, 0x0ECD)} | dict(
    zip(map(ord, "ຊຍໍໜໝຼົ"), ("ซ", "ย", "อ", "น", "ม", "ล", None), strict=True)
)
"""Lao has the order of Thai in Unicode, but for these letters and its own sign for IA and O."""
_THAI_AM, _LAO_AM = ("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3")
"""AM is one sign, which compatibility forms take apart."""
_LAO_IA = re.compile("ເ?([ກ-ຮ])ຽ")
_BURMESE = re.compile(r"[\u1000-\u104F]+")

_MUTE = re.compile("(?:[ตทดธจ]ร|.)[ิุ]?์")
"""A consonant under the sign of silence, with its R (จันทร์) or vowel (ศักดิ์)."""
_TONES = re.compile("[\u0e47-\u0e4e]")
_C = "[ก-ฮ]"
_ONSETS = (_C, "ห[งญนมยรลว]", "[กขคตปผพทศส]ร|[กขคปผพ]ล|[กขค]ว")
_S_WRITTEN = ("ศร", "สร", "ทร")
_CODA = f"(?:{_C}(?![ะ-ู]))"
_SILENT_END = "(?:[ิุ]$|(?<=[ตทช])ร(?![ะ-ู]))?"
"""After a stop at the end of a syllable: ภูมิ is PHUM, ฉัตร is CHAT."""
_SHAPES = (
    ("เOียF?", "IA"), ("เOือF?", "UEA"), ("เOาะ", "O"), ("เOา", "AO"), ("เOอF?", "OE"),
    ("เOิF", "OE"), ("เOย", "OEI"), ("เOะ", "E"), ("เOF?", "E"), ("แOะ", "AE"), ("แOF?", "AE"),
    ("โOะ", "O"), ("โOF?", "O"),
    ("[ไใ]O(?:ย(?![ะ-ู]))?", "AI"), ("Oัวะ?", "UA"), ("Oัย", "AI"), ("OัF", "A"),
    ("Oะ", "A"), ("Oำ", "AM"), ("OาF?", "A"), ("OิF?", "I"), ("OีF?", "I"), ("OึF?", "UE"),
    ("Oือ?F?", "UE"), ("OุF?", "U"), ("OูF?", "U"), ("OรรF", "A"), ("Oรร", "AN"), ("OวF", "UA"),
    ("OอF?", "O"), ("OF", "O"), ("O", "A"),
)  # fmt: skip
"""Syllables with their vowel: O is the onset, F the final."""
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape.replace("O", f"({onset})").replace("F", f"({_CODA}{_SILENT_END})")), vowel)
    for pattern, vowel in _SHAPES
    for shape in dict.fromkeys((pattern.replace("F?", "F"), pattern.replace("F?", "")))
    for onset in _ONSETS
)
_SYLLABLE, _ELEMENT, _UNREADABLE = 1.0, 0.9, 10.0
_BARE, _BARE_LAST, _RARE_END = 0.5, 2.0, 2.0
"""What a reading costs: the fewest syllables win; one without a written vowel stands at a word's
beginning rather than at its end; R, L after I, U and some letters for S and T rarely end one."""
_ROUND = ("O", "U", "UA", "UE", "OE")
_Syllable = tuple[int, float, str]

_GLIDES = {"ျ": "Y", "ြ": "Y", "ွ": "W", "ှ": "H"}
_BURMESE_TONES = re.compile("[့း]")
_CARRIER, _NO_RIME = "အ", "A"


def latin_of_siam(text: str) -> str:
    """Return `text` with every Thai, Lao or Burmese word in Latin capitals, the rest as it is."""
    text = text.replace(*_THAI_AM).replace(*_LAO_AM)
    text = _LAO.sub(lambda word: _as_thai(word.group()), text)
    thai = _THAI.sub(lambda word: _thai(word.group()), text)
    return _BURMESE.sub(lambda word: _burmese(word.group()), thai)


def _as_thai(lao: str) -> str:
    return _LAO_IA.sub(r"ເ\1ີຍ", lao).translate(_LAO_AS_THAI)


@cache
def _elements() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the elements of Thai names that are read as a whole, by their first sign."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for word, said in pairs("thai_elements", _TABLE).items():
        bare = _TONES.sub("", _MUTE.sub("", word))
        found[bare[0]] = (*found.get(bare[0], ()), (bare, said))
    return found


@lru_cache(maxsize=1 << 12)
def _thai(word: str) -> str:
    """Return the cheapest reading of a word as syllables; a sign that fits nowhere is left out."""
    signs = _TONES.sub("", _MUTE.sub("", word))
    best: list[tuple[float, str]] = [(0.0, ""), *[(float("inf"), "")] * len(signs)]
    for begin in range(len(signs)):
        cost, said = best[begin]
        for end, more, syllable in (*_syllables(signs, begin), (begin + 1, _UNREADABLE, "")):
            best[end] = min(best[end], (cost + more, said + syllable), key=lambda way: way[0])
    return best[-1][1]


def _syllables(signs: str, begin: int) -> list[_Syllable]:
    found = [
        (begin + len(word), _ELEMENT, said)
        for word, said in _elements().get(signs[begin], ())
        if signs.startswith(word, begin)
    ]
    for pattern, vowel in _PATTERNS:
        if match := pattern.match(signs, begin):
            coda = (match.group(2) or "")[:1] if pattern.groups > 1 else ""
            found += _syllable(match, vowel, coda, last=match.end() == len(signs))
    return found


def _syllable(match: re.Match[str], vowel: str, coda: str, *, last: bool) -> list[_Syllable]:
    onset, cost = match.group(1), _SYLLABLE
    if coda == "ว" and vowel in _ROUND:
        return []
    if match.group() == onset:
        end_or_cluster = last or len(onset) > 1
        cost += _BARE_LAST if match.start() and end_or_cluster else _BARE
    if coda and not last and (coda in "สศษธถ" or (coda in "รล" and vowel in ("I", "U"))):
        cost += _RARE_END
    end = "W" if coda == "ว" and vowel == "AE" else pairs("thai_finals", _TABLE).get(coda, "")
    return [(match.end(), cost, _onset(onset) + vowel + end)]


def _onset(signs: str) -> str:
    if signs in _S_WRITTEN:
        return "S"
    said = pairs("thai_onsets", _TABLE)
    written = signs[1:] if len(signs) > 1 and signs[0] == "ห" else signs
    return "".join(said[sign] for sign in written).replace("_", "")


@lru_cache(maxsize=1 << 12)
def _burmese(word: str) -> str:
    whole, said = pairs("burmese_whole", _TABLE), list[str]()
    for match in _burmese_syllable().finditer(_BURMESE_TONES.sub("", word)):
        first, glides, rime = match.groups()
        if first in whole:
            # at the beginning it is the title U
            said.append("OO" if said and whole[first] == "U" else whole[first])
        else:
            said.append(_burmese_said(first, glides, rime))
    return " ".join(said)


def _burmese_said(consonant: str, glides: str, rime: str) -> str:
    vowel = pairs("burmese_rimes", _TABLE).get(rime, _NO_RIME)
    if consonant == _CARRIER:
        return vowel if vowel != "AY" else "AYE"
    letters = "".join(_GLIDES[sign] for sign in glides)
    onset = pairs("burmese_onsets", _TABLE)[consonant]
    breathed = "H" if "H" in letters and not onset.startswith(("H", "TH")) else ""
    return breathed + onset + letters.replace("H", "") + vowel


@cache
def _burmese_syllable() -> re.Pattern[str]:
    """Return the pattern of a syllable: what it begins with, its glides, its rime."""
    rimes = list(pairs("burmese_rimes", _TABLE))
    not_rime = "|".join(rime for rime in rimes if rime[0] in _GLIDES)
    consonants = "".join((*pairs("burmese_onsets", _TABLE), _CARRIER))
    whole = "".join(pairs("burmese_whole", _TABLE))
    return re.compile(
        f"([{consonants}{whole}])((?:(?!{not_rime})[{''.join(_GLIDES)}])*)({'|'.join(rimes)}|)"
    )
