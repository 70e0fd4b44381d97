"""Fold a name as written into its parts: Latin capitals, no titles, markers, fillers, stray signs.

"H. Moch. Sjafi'i bin Achmad, S.H."  → MOCH SJAFII ACHMAD
"ABD AL-RAHMAN<<SALEH<<<<<"          → ABDULRAHMAN SALEH
"李小龍" → LI XIAO LONG              "SUHARTO SUHARTO" → SUHARTO
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from anyascii import anyascii

from hub.cekal.abjad import joints_apart, read_abjad
from hub.cekal.indic import latin_of_indic
from hub.cekal.kanji import read_kanji
from hub.cekal.siamese import latin_of_siam
from hub.cekal.syllables import eastern, in_use, said_once, written_out
from hub.cekal.tables import words
from hub.cekal.variants import groups_of

LONGEST = 300
MOST_PARTS = 9
_COMMA = (",",)
MRZ_WIDTH = 39
"""ICAO Doc 9303-4 §4.2.2: the name has 39 characters in the upper line of a passport."""

_ALIAS = re.compile(
    r"\s*(?:@|\ba\.?\s?k\.?\s?a\b\.?|\balias\b|[()\[\]{};|\"“”]|/(?!\s*[lpoLPO]\b))\s*",
    re.IGNORECASE,
)
_OF = re.compile(r"(?<![A-Z])(?:A\s*/\s*[LP]|[SDWC]\s*/\s*O|S\.O\.|D\.O\.)(?![A-Z])", re.IGNORECASE)
_FATHER = re.compile(
    r"(?<=[A-Z]{3})\s+(?:BINT?[IEY]?|BTE?\.?|B\.|[ASD] ?/ ?[LPO])\s+(?=[A-Z]{3})", re.IGNORECASE
)
"""What stands between a name and the father's: SITI AMINAH BINTI SALEH, GANESAN A/L KRISHNAN."""
_ETHIOPIAN = re.compile(r"\b([GWHT])\s?/\s?(?=(?!O\b|LAHIR)[A-Z][A-Z]{2})", re.IGNORECASE)
_IN_FULL = {"G": "GEBRE", "W": "WOLDE", "H": "HAILE", "T": "TEKLE"}
"""What Ethiopia writes with a stroke: G/SELASSIE, W/MARIAM."""
_PLAIN = re.compile(
    r"(?!.*\b[aA][lL][iI][aA][sS]\b)(?!.*\b[aA] ?[kK] ?[aA]\b)[A-Za-z \-',.<]{0,200}"
)
_CASES = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2010-\u2019]")
_MARKS = re.compile(r"['`’‘ʼʻ´^~]")
_SIGNS = re.compile(r"[^A-Z0-9<.,]+")
_LOST = re.compile(r"(?<=\w)[?\ufffd]+|[?\ufffd]+(?=\w)")
"""Letters that an encoding had no place for: Ba?bu?."""
_TICKET = re.compile(r"^\s*([^/\s]+(?: [^/\s]+)*)/([^/]{3,}?)(?: ?(?:MR|MRS|MSTR|MISS)| MS)\s*$")
"""SURNAME/GIVENNAMESMR, as airlines write it."""
_SURNAME_FIRST = re.compile(r"^[^/]+/(?!\s*[lpoLPO]\b)[^/]{2,}$")
_NO_VOWELS = re.compile(r"[BCDFGHJKLMNPRSTVWYZ]{2,3}|FX")
_NOTHING = re.compile(r"\bNO[ -](?:SUR|FAMILY[ -]?|GIVEN[ -]?|LAST[ -]?|FIRST[ -]?)NAMES?\b")
_VAN_DER = re.compile(r"(?<=[A-Z])[ ,]+V[. ]+D[. ]+(?=[A-Z]{4})")
"""Of Dutch names: JANSEN V.D. BERG."""
_ODE = re.compile(r"\b([LW]A)[ <]ODE\b")
"""Of names of Buton, where LA and WA are no article: LA ODE RUSDI."""
_TAIL = re.compile(r"(?<=[A-Z])(?:K{3,}|C{3,}|X{2,})$")
_SHORT_TAIL = re.compile(r"(?<=[A-Z<]{3})([KCX])\1+[KCX]?$")
"""Of a line that still has `<`: KILIC<<AYSE<NURCC."""
_TOGETHER = re.compile(
    r"(?<![A-Za-z])(?!(?:D[aeiou]|L[ae]|[AE]l|Ma?c|V[ao]n|Fitz|Abu?)[A-Z])"
    r"[A-Z][a-z]+(?:[A-Z][a-z]{2,})+"
)
"""YiSeungman, IndahFirman; but McDonald, DeVries, AlHashimi are one part."""
_MIXED_TAIL = re.compile(r"(?<=[A-Z])[KCX]{4,}$")
_INSIDE = re.compile(r"(?<=[A-Z]{3})XX+(?=[A-Z]{3})")
"""`<<` between the fields of an MRZ, read as letters: SENXXAJAY. No name is written so."""
_FILLING = re.compile(r"[KCX]{3,}|[KX]{2}|X+")
_GENITIVE = r"(?:ISLAM|R[AEO]C?H?H?A?MAN|[ZJ]AMAN|H[AOU]Q(?:UE)?|HAK|HAKIM|QUADER|AMIN|KARIM)"
_COMPOUND = re.compile(rf"(?!ABD|ABU)(.{{3,}}?)(?:[UO][LRZJ]|[LRU])?({_GENITIVE})")
_GENITIVES = re.compile(_GENITIVE)
_SHORTEST_COMPOUND = 9
_JOINT = re.compile(r"(.{3,})(?:[UO][LRZJ])")
_MOHAMMAD = "MD."
"""The physician is M.D."""
_ARTICLES = ("AL", "EL")
_SUN = frozenset(("AD", "AN", "AR", "AS", "ASH", "AT", "AZ", "ED", "EN", "ES", "ESH", "ET"))
_OCR = str.maketrans("0123456789", "OIZEASGTBG")
_BURMESE = ("U", "DAW")
_ADDRESSED = ("KO", "MA", "MAUNG", "MG", "SAW", "NAW", "SAI")
"""Before a name of Burma: brother, sister, of the Karen and Shan too; also parts of names."""
_DOTTED = re.compile(r"^(?:[A-Z]{1,4}\.)+[A-Z]{1,4}\.?$|^[A-Z]{1,5}\.$")


@dataclass(frozen=True, slots=True)
class FoldedName:
    """The parts of one name; `cut` says that it may end at the width of an MRZ, `short` that the
    father whom it names is left out."""

    parts: tuple[str, ...]
    cut: bool = False
    short: bool = False


def fold(text: str) -> tuple[FoldedName, ...]:
    """Return the name and, where `text` names aliases, each of them; nothing legible gives ()."""
    if _PLAIN.fullmatch(text):
        return _readings(text)
    text = _ETHIOPIAN.sub(lambda one: _IN_FULL[one.group(1).upper()], text)
    cleaned = _OF.sub(" BIN ", _TICKET.sub(r"\1, \2", _cleaned(text)))
    pieces = [piece for piece in _ALIAS.split(cleaned) if piece.strip()]
    spoken = [way for piece in pieces for way in (*read_kanji(piece), piece)]
    folded = [name for way in spoken for name in _readings(way)]
    if _SURNAME_FIRST.match(cleaned):
        folded += _readings(cleaned.replace("/", " "))
    return tuple(dict.fromkeys(folded))


def without_father(text: str) -> tuple[FoldedName, ...]:
    """Return the name before `bin`, `binti` or `s/o`, as it is where no father is named, or ()."""
    if not (found := _FATHER.search(text)):
        return ()
    named = fold(text[: found.start()])
    return tuple(FoldedName(name.parts, short=True) for name in named[:1])


def latin(text: str) -> str:
    """Return `text` in Latin capitals, words of other scripts set apart."""
    if text.isascii():
        return text.upper()
    spaced = read_abjad(unicodedata.normalize("NFKC", text))
    spaced = latin_of_siam(latin_of_indic(spaced))
    if _NOT_LATIN.search(spaced):
        return _CASES.sub(" ", anyascii(spaced)).upper()
    return anyascii(spaced).upper()


def _cleaned(text: str) -> str:
    short = joints_apart(_LOST.sub("", _read_twice(text[:LONGEST])))
    return short if short.isprintable() else "".join(_printable(sign) for sign in short)


def _read_twice(text: str) -> str:
    """Return UTF-8 that was read as Windows' letters as it was: GÃ¼l is Gül."""
    if text.isascii():
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _printable(sign: str) -> str:
    # zero-width and direction marks stand inside words; other controls stand between them
    kind = unicodedata.category(sign)
    return "" if kind == "Cf" else " " if kind[0] == "C" else sign


def _readings(text: str) -> tuple[FoldedName, ...]:
    """Return a name without titles and, where one of them may be a name, also with it."""
    apart = _TOGETHER.sub(lambda found: _CASES.sub(" ", found.group()), text)
    upper = _VAN_DER.sub(" VAN DER ", _NOTHING.sub(" ", _MARKS.sub("", latin(apart))))
    if "<<" in upper:
        upper = _SHORT_TAIL.sub("", upper)
    upper = _ODE.sub(r"\1ODE", _INSIDE.sub("<<", upper))
    width = len(upper.rstrip("<KCX ,"))
    tokens = _SIGNS.sub(" ", upper.replace("<", " ")).replace(",", " , ").split()
    letters = [part for part in map(_letters, _without_degrees(tokens)) if part]
    cut = MRZ_WIDTH - 3 <= width <= MRZ_WIDTH + 1
    if said := eastern(letters, words("fillers") | words("titles")):
        return tuple(FoldedName(parts, cut=cut) for parts in _eastern_readings(said))
    every = [part for part in letters if part not in words("fillers")]
    plain = [part for part in every if part not in words("titles")] or every
    readings = [plain]
    if len(plain) < len(every) and not words("names_too").isdisjoint(every):
        hard = words("titles") - words("names_too")
        readings.append([part for part in every if part not in hard])
    spelt = [letter for part in plain for letter in (part if _are_initials(part) else (part,))]
    if len(spelt) > len(plain) > 1:
        readings.append(spelt)
    if len(plain) > 2 and plain[0] in _ADDRESSED and plain[1] != plain[0]:
        readings.append(plain[1:])
    found = (_shaped(reading) for reading in readings)
    return tuple(FoldedName(parts, cut=cut) for parts in dict.fromkeys(found) if parts)


def _are_initials(part: str) -> bool:
    """Say whether a part is initials written together: GM KHAR, but MD and NG are names."""
    return bool(_NO_VOWELS.fullmatch(part)) and not groups_of(part) and not in_use(part)


def _eastern_readings(said: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return an eastern name with its surname written out, and without a Burmese U or DAW."""
    whole = said_once(tuple(map(written_out, said)))
    readings = [whole]
    if len(said) > 2 and said[0] in _BURMESE:
        readings.append(said_once(said[1:]))
    if len(said) > 1 and any(len(one) == 1 for one in said):
        # O. USYK: an initial, not the syllable OH
        readings.append(said)
    return tuple(dict.fromkeys(readings))


def _shaped(tokens: list[str]) -> tuple[str, ...]:
    while len(tokens) > 1 and tokens[-1] in _ARTICLES:
        tokens = tokens[:-1]
    parts = _loosened(_joined(tokens))
    if len(parts) > 1:
        parts = [part for part in dict.fromkeys(parts) if part]
    return tuple(parts[:MOST_PARTS])


def _without_degrees(tokens: list[str]) -> list[str]:
    kept: list[str] = []
    after_comma = False
    named = _last_name(tokens) if "," in tokens else len(tokens)
    for place, token in enumerate(tokens):
        if token in _COMMA:
            after_comma = bool(kept)
        elif not kept or not _is_degree(token, after_comma=after_comma and place > named):
            kept += token.split(".") if "." in token else [token]
    return kept


def _last_name(tokens: list[str]) -> int:
    """Return the place of the last word that is no degree: what follows a comma may be a name."""
    plain = [token.replace(".", "") for token in tokens]
    known = (words("degrees"), words("generations"), frozenset((*_COMMA, "")))
    return max(
        (n for n, one in enumerate(plain) if not any(one in all_ for all_ in known)), default=0
    )


def _is_degree(token: str, *, after_comma: bool) -> bool:
    plain = token.replace(".", "")
    if plain in words("generations"):
        return True
    dotted = plain != token and token != _MOHAMMAD and _DOTTED.match(token) is not None
    return (after_comma or dotted) and plain in words("degrees")


def _letters(token: str) -> str:
    if token.isalpha():
        return _unfilled(token)
    letters = sum(sign.isalpha() for sign in token)
    if letters * 2 < len(token) or letters == 0:
        return ""
    return _unfilled(token.translate(_OCR).replace(".", ""))


def _unfilled(token: str) -> str:
    # trailing `<` of an MRZ read as K, C or X
    if token[-1] not in "KCX":
        return token
    if _FILLING.fullmatch(token):
        return ""
    # of HOKXXXXX the X were fillers, the K was none
    return _TAIL.sub("", token) if _TAIL.search(token) else _MIXED_TAIL.sub("", token)


def _joined(parts: list[str]) -> list[str]:
    """Drop markers between parts; write servant names, kunyas and endings as one part."""
    markers, before, after = words("markers"), words("before"), words("after")
    known = (markers, before, after, _SUN)
    if not any(part in those for those in known for part in parts):
        return parts
    kept: list[str] = []
    waiting = ""
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        if part in before and not last:
            kept += [waiting] if waiting else []
            waiting = "ABDUL" if part.startswith("ABD") else part
        elif part in after and kept and not waiting:
            kept[-1] += part
        elif not last and place and _is_sun_article(part, parts[place + 1]):
            continue
        elif last or not _is_marker(part, first=place == 0, parts=len(parts), waiting=waiting):
            kept.append(waiting + part)
            waiting = ""
    return kept


def _is_sun_article(part: str, following: str) -> bool:
    """Say whether `part` is an article as it is spoken before a sun letter: AS SIRAJ, AT TAMIMI."""
    return part in _SUN and following.startswith(part[1:])


def _loosened(parts: list[str]) -> list[str]:
    """Take apart compounds of South Asia: ZIAURREHMAN, ZIAUR REHMAN → ZIA REHMAN."""
    loose: list[str] = []
    for part in parts:
        if loose and _GENITIVES.fullmatch(part) and (joint := _JOINT.fullmatch(loose[-1])):
            loose[-1] = joint.group(1)
        compound = _COMPOUND.fullmatch(part) if len(part) >= _SHORTEST_COMPOUND else None
        loose += compound.groups() if compound else (part,)
    return loose


def _is_marker(part: str, *, first: bool, parts: int, waiting: str) -> bool:
    if part not in words("markers"):
        return False
    return not first or parts > 2 or (waiting == "" and len(part) == len("AL"))
