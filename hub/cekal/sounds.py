"""How a part of a name sounds: spellings of one sound fall together, in three degrees.

    fine    vowels and consonants of Indonesian old and new spelling, Arabic, Slavic, Indian letters
            SOEHARTO = SUHARTO, DJOKO = JOKO, SHARIEF = SYARIF, TCHAIKOVSKY = CHAIKOVSKII
    bare    its consonants only        MOHAMED = MUHAMMAD = MOCHAMAD, HOSSEIN = HUSAIN
    blunt   voiced and unvoiced together, runs of vowels as one    GIM = KIM, BALAN = PALAN

A spelling that is read differently in two languages (CH, J, C, X, TH, ZH) gives several keys.
Sources: EYD 1972 and Soewandi 1947; ALA-LC, DIN 31635 and French practice for Arabic; ICAO Doc
9303-3 §6 and GOST for Cyrillic; ISO 15919 and common practice for Indian scripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from hub.cekal.syllables import korean_key, mandarin_of
from hub.cekal.tables import words
from hub.cekal.variants import every_group, groups_of

Rules = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """The keys of one part; two parts sound alike in a degree if they share a key of it."""

    fine: tuple[str, ...]
    known: tuple[str, ...]
    bare: tuple[str, ...]
    blunt: tuple[str, ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(pattern), by) for pattern, by in pairs)


_STEMS = _rules(
    (r"^ABD(?:[AEIOU]+[LRSZD]?)?(?=[BCDFGHJKLMNQRSTVWYZ]|A[LZSQM])", "ABD"),
    (r"(?:OU|U|E|A|O|I)?L?(?:UD|ED|AD|OD|D)?D(?:I|EE|E|Y|IE)N+E?$", "DIN"),
    (r"(?:OU|U|O|E|A|I)L+AH?$", "ULA"),
    (r"(?:PUR|POOR|POUR)$", "PUR"),
    (r"ZAD(?:EH|AH|E|A)$", "ZADA"),
    (r"N(?:EZH|EJH|EJ)AD$", "NIJAD"),
    (r"(?:OFF|OV|OW|OVA|OWA|OFA)$", "OV"),
    (r"(?<=..)(?:EFF|EV|EW|EVA|EWA|YEV|YEVA|IEV|IEVA|JEW)$", "EV"),
    (r"(?:SKIY|SKYY|SKII|SKIJ|SKY|SKI|SKYI|SKAYA|SKAIA|SKAJA|SKA)$", "SKI"),
    (r"^(?:YE|IE|JE)(?=[BCDFGHKLMNPRSTVZ])", "E"),
    (r"(?<=...)Z(?:AI|AY|OY|EY|AEY|OI)$", "ZAI"),
    (r"(?:OGLU|OGHLU|OGLOU|OGLY)$", "OGLU"),
)
_SPELLINGS = _rules(
    (r"SCHTSCH|SHTCH|STCH|SHCH|CHTCH|SZCZ|SJTSJ", "S"),
    (r"TSCH|TCH|TSJ|CZ|TJH?", "C"),
    (r"DSCH|DZH|DJH?", "J"),
    (r"SCH|SHH|SH|SJ|SZ|SY(?=[AEIOU])", "S"),
    (r"CHH", "C"),
    (r"CK", "K"),
    (r"PH", "F"),
    (r"GH", "G"),
    (r"BH", "B"),
    (r"KH", "K"),
    (r"RH", "R"),
    (r"^H(?=[TKPLMNSW])|(?<=[KGTPBD])H", ""),
    (r"NJ", "NY"),
    (r"(?:QU|Q)(?=[EI])|Q|CQ", "K"),
    (r"X(?!$|[AEIOU])|(?<=[AEIOU])X", "KS"),
    (r"TZ|TS", "S"),
    (r"W|PV|FV", "V"),
    (r"OEI|OEY", "UI"),
    (r"AEE|AE|EA|AI|AY|EI|EY|EYH|AJ(?![AEIOU])", "I"),
    (r"OE|OU|OO|UU|UE|OW|OH(?![AEIOU])", "U"),
    (r"AU|AV(?![AEIOU])|AOU", "O"),
    (r"EE|IE|II|IY|YI|IYY|Y", "I"),
    (r"(?<=[BCDFGKLMNPRSTVZ])J(?=[AEIOU])", "I"),
    (r"E", "I"),
    (r"O", "U"),
    (r"(.)\1+", r"\1"),
    (r"(?<=.)H", ""),
    (r"(?<=[^AIU])IA", "IA"),
    (r"(.)\1+", r"\1"),
)
_AMBIGUOUS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"CH(?=[^AEIOUY]|$)|(?<=[AEOU])CH(?=[AEIOUY])|^CH"), ("C", "K")),
    (re.compile(r"(?<![NDTS])J(?=[AEOU])|^J(?=I)|(?<=[AEIOU])J"), ("J", "Y")),
    (re.compile(r"(?<![KST])C(?![HKZJ])"), ("C", "K")),
    (re.compile(r"C(?=[EIY])"), ("C", "S")),
    # Somali: C is the letter ain, X the sharp H (CABDIRAXMAAN, SACIID, JAAMAC); Uzbek X too
    (
        re.compile(
            r"^C(?=ABD|AASH|AWA[LD]|AYN|ILMI|IIS|UMAR|USM|ISM|ALI$|ARAB|ARTE|IGAA|ADAA|ADDE|AAM|ABBA)"
            r"|(?<=[AEIOU])C(?=AA|II|UU|EE|OO)|(?<=AA)C|(?<=II)C"
        ),
        ("", r"\g<0>"),
    ),
    (re.compile(r"^X|X$"), ("S", "KS", "H")),
    (re.compile(r"(?<=[AEIOU])X(?=[AEIOUMRLT])"), (r"\g<0>", "H")),
    (re.compile(r"TH"), ("T", "S")),
    (re.compile(r"DH|DZ"), ("D", "Z")),
    (re.compile(r"ZH"), ("J", "L")),
    (re.compile(r"(?<=[AEIOU])NJ"), ("NY", "NDJ")),
    (re.compile(r"G(?=[EIADLW])"), ("G", "J")),
    (re.compile(r"^KH|^CH(?=A)"), ("K", "H")),
    (re.compile(r"Q"), ("K", "C", "G")),
    (re.compile(r"(?<=[BDEFJKLMNRSTZ])OU(?=[AEI])"), (r"\g<0>", "W")),
    (
        re.compile(r"^(?:AL|EL)(?=.{5})|^AL(?=[^L].{2})|^EL(?=[^AEIOULMV].{3})"),
        (r"\g<0>", ""),
    ),
    (re.compile(r"^(?:DELA|DELOS|VANDER|VANDEN|VANDE|DOS(?=S))(?=.{4})"), (r"\g<0>", "")),
    (re.compile(r"(?<![AEIOU])DI(?=[AO])"), (r"\g<0>", "J")),
    (re.compile(r"(?<=[OA])R(?=N(?:$|[^AEIOU]))"), (r"\g<0>", "")),
    (re.compile(r"^BEN(?=[^JE].{3})"), (r"\g<0>", "")),
    (re.compile(r"OW$"), ("OW", "O")),
    (re.compile(r"TSU"), ("SU", "TU")),
    (re.compile(r"GN"), ("GN", "NY")),
    (re.compile(r"(?<=.{4})(?:BHAI|BEN|BHEN|LAL|KUMAR)$"), (r"\g<0>", "")),
)
_BEGINNINGS = _rules(
    (r"SCH|SH|SJ|SY|SZ|X", "S"), (r"DJ|DZ|DSCH|ZH", "J"), (r"TJ|TCH|TSCH|CZ|TSJ", "C"),
    (r"PH", "F"), (r"KH|Q", "K"), (r"GH", "G"), (r"W", "V"), (r"OE|OU|O", "U"), (r"E", "I"),
    (r"J", "J"),
)  # fmt: skip
_LETTERS_HEARD = {
    "C": "CKS", "Q": "QK", "W": "WV", "O": "OU", "E": "EI", "X": "XS", "J": "JY", "D": "DJ",
}  # fmt: skip
"""What an initial may stand for besides itself."""
_MOST_READINGS = 6
_VOWELS = re.compile(r"[AEIOU]+")
_TO_BLUNT = str.maketrans("GQDBVFPZJCXW", "KKTPPPPSSSSP")
_SHORT = 3
_ENDINGS = ("DIN", "ULA")
_THAI_LAST = _rules((r"(?:L|R|NT)$", "N"), (r"S$", "T"))
"""The last consonant of a Thai word is N, T, K, P whatever letter is written: -BOL is -PHON."""
_SPOKEN_LONG = 5
_BUILT = (("ABD", ""), ("", "DIN"), ("", "ULA"), ("", "UV"), ("", "IV"), ("", "ZADA"), ("", "PUR"),
          ("", "NIJAD"), ("", "UGLU"), ("", "ZI"), ("", "UVIC"), ("", "IVIC"))  # fmt: skip
"""What a listed name may be built out with, as it is heard: servant of, -uddin, -ullah, -ov, …"""


@lru_cache(maxsize=1 << 14)
def sound_of(part: str) -> Sound:
    """Return the keys of a folded part."""
    fine = tuple(dict.fromkeys(_fine(reading) for reading in _readings(part)))
    bare = tuple(dict.fromkeys(key for key in map(_bare, _stems(fine)) if len(key) >= _SHORT))
    blunt = tuple(dict.fromkeys(key for key in _blunt_keys(fine) if len(key) >= _SHORT))
    groups = (*(groups_of(part) or _groups_heard(fine)), *_built_of_groups(fine))
    known = (*groups, *mandarin_of(part), *korean_key(part))
    return Sound(fine, known, bare, blunt)


def _stems(fine: tuple[str, ...]) -> list[str]:
    """Return the keys and, of BURHANUDDIN and HABIBULLAH, what is left without the ending."""
    whole = [key for key in fine if key.endswith(_ENDINGS)]
    stems = [key[: -len("DIN")] for key in whole]
    return [*fine, *(stem for stem in stems if len(_VOWELS.sub("", stem)) >= _SHORT)]


def _blunt_keys(fine: tuple[str, ...]) -> list[str]:
    """Return the blunt keys, long ones also with their last consonant as Thai speaks it."""
    keys = list(map(_blunt, fine))
    for pattern, by in _THAI_LAST:
        keys += [
            pattern.sub(by, key) for key in keys if len(key) > _SPOKEN_LONG and pattern.search(key)
        ]
    return keys


def _groups_heard(fine: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups that list another spelling of the same sound."""
    return next((_heard()[key] for key in fine if key in _heard()), ())


def _built_of_groups(fine: tuple[str, ...]) -> tuple[str, ...]:
    """Return keys of names built of a listed one: GUSEYNOV is HUSEINOV, ABDURROHMAN ABDULRAHMAN."""
    for key in fine:
        for begin, end in _BUILT:
            stem = key.removeprefix(begin).removesuffix(end)
            if len(stem) + len(begin) + len(end) == len(key) and stem in _heard():
                return tuple(f"{group}{begin}+{end}" for group in _heard()[stem])
    return ()


@cache
def _heard() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for spelling, groups in every_group().items():
        key = _fine(spelling)
        if len(key) > _SHORT:
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *groups)))
    return found


def _readings(part: str) -> list[str]:
    readings = [part]
    for pattern, choices in _AMBIGUOUS:
        if len(readings) >= _MOST_READINGS or not pattern.search(part):
            continue
        readings = [pattern.sub(choice, reading) for choice in choices for reading in readings][
            :_MOST_READINGS
        ]
    return readings


def _fine(reading: str) -> str:
    for pattern, by in _STEMS:
        reading = pattern.sub(by, reading)
    for pattern, by in _SPELLINGS:
        reading = pattern.sub(by, reading)
    return reading


def _bare(fine: str) -> str:
    """Keep consonants; a vowel only where the name begins with one or would be too short."""
    first = "A" if fine[:1] in ("A", "I", "U") else ""
    consonants = _VOWELS.sub("", fine.removeprefix("H") if len(fine) > _SHORT + 2 else fine)
    key = first + re.sub(r"(.)\1+", r"\1", consonants)
    if len(key) >= _SHORT:
        return key
    last = _VOWELS.findall(fine)
    return key + (last[-1][-1].lower() if last and len(fine) > _SHORT else "")


def _blunt(fine: str) -> str:
    """Write voiced as unvoiced and each run of vowels as its first one."""
    unvoiced = fine.translate(_TO_BLUNT)
    unvoiced = re.sub(r"NK(?![AIU])", "N", unvoiced).replace("NTS", "NS")
    vowels = _VOWELS.sub(lambda run: run.group()[0], unvoiced.removeprefix("H"))
    return re.sub(r"(.)\1+", r"\1", vowels.rstrip("A"))


@lru_cache(maxsize=1 << 14)
def begun_as(part: str) -> int:
    """Return the letters that `part` may begin with as it is heard, a bit each: A is 1, B 2, …

    K. SURJADI is CHAIRUL, Y. is JOHANNES, O. is UTHMAN: an initial is taken from one spelling.
    """
    heard = {part[0]} if len(part) > 1 or part not in _LETTERS_HEARD else set(_LETTERS_HEARD[part])
    for reading in _readings(part) if len(part) > 1 else ():
        for pattern, letter in _BEGINNINGS:
            if pattern.match(reading):
                heard.add(letter)
                break
        else:
            heard.add(reading[0])
    if part in words("with_de"):
        heard.add("D")
    return sum(1 << (ord(letter) - ord("A")) for letter in heard if "A" <= letter <= "Z")


def keys_shared(one: Sound, other: Sound) -> bool:
    """Say whether two parts sound alike in any degree."""
    pairs = zip(
        (one.fine, one.known, one.bare, one.blunt),
        (other.fine, other.known, other.bare, other.blunt),
        strict=True,
    )
    return any(set(mine) & set(theirs) for mine, theirs in pairs)
