"""Fold a name as written into its parts: Latin capitals, no titles, markers, fillers, stray signs.

"H. Moch. Sjafi'i bin Achmad, S.H."  → MOCH SJAFII ACHMAD
"ABD AL-RAHMAN<<SALEH<<<<<"          → ABDULRAHMAN SALEH
"李小龍" → LI XIAO LONG              "SUHARTO SUHARTO" → SUHARTO
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from anyascii import anyascii

from hub.cekal.tables import words

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
_PLAIN = re.compile(
    r"(?!.*\b[aA][lL][iI][aA][sS]\b)(?!.*\b[aA] ?[kK] ?[aA]\b)[A-Za-z \-',.<]{0,200}"
)
_CASES = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2010-\u2019]")
_MARKS = re.compile(r"['`’‘ʼʻ´^~]")
_SIGNS = re.compile(r"[^A-Z0-9<.,]+")
_TAIL = re.compile(r"(?<=[A-Z])(?:K{3,}|C{3,}|X{2,}|[KCX]{4,})$")
_FILLING = re.compile(r"[KCX]{3,}|[KX]{2}|X+")
_OCR = str.maketrans("0123456789", "OIZEASGTBG")
_DOTTED = re.compile(r"^(?:[A-Z]{1,4}\.)+[A-Z]{1,4}\.?$|^[A-Z]{1,5}\.$")


@dataclass(frozen=True, slots=True)
class FoldedName:
    """The parts of one name; `cut` says that it may end at the width of an MRZ."""

    parts: tuple[str, ...]
    cut: bool = False


def fold(text: str) -> tuple[FoldedName, ...]:
    """Return the name and, where `text` names aliases, each of them; nothing legible gives ()."""
    if _PLAIN.fullmatch(text):
        name = _folded(text)
        return (name,) if name.parts else ()
    cleaned = _OF.sub(" BIN ", _cleaned(text))
    folded = [_folded(piece) for piece in _ALIAS.split(cleaned) if piece.strip()]
    return tuple(dict.fromkeys(name for name in folded if name.parts))


def latin(text: str) -> str:
    """Return `text` in Latin capitals, words of other scripts set apart."""
    if text.isascii():
        return text.upper()
    spaced = unicodedata.normalize("NFKC", text)
    if _NOT_LATIN.search(spaced):
        return _CASES.sub(" ", anyascii(spaced)).upper()
    return anyascii(spaced).upper()


def _cleaned(text: str) -> str:
    short = text[:LONGEST]
    return short if short.isprintable() else "".join(_printable(sign) for sign in short)


def _printable(sign: str) -> str:
    # zero-width and direction marks stand inside words; other controls stand between them
    kind = unicodedata.category(sign)
    return "" if kind == "Cf" else " " if kind[0] == "C" else sign


def _folded(text: str) -> FoldedName:
    upper = _MARKS.sub("", latin(text))
    width = len(upper.rstrip("<KCX ,"))
    tokens = _SIGNS.sub(" ", upper.replace("<", " ")).replace(",", " , ").split()
    parts = _joined(_named(_without_degrees(tokens)))
    if len(parts) > 1:
        parts = [part for part in dict.fromkeys(parts) if part]
    return FoldedName(tuple(parts[:MOST_PARTS]), cut=MRZ_WIDTH - 3 <= width <= MRZ_WIDTH + 1)


def _without_degrees(tokens: list[str]) -> list[str]:
    kept: list[str] = []
    after_comma = False
    for token in tokens:
        if token in _COMMA:
            after_comma = bool(kept)
        elif not kept or not _is_degree(token, after_comma=after_comma):
            kept += token.split(".") if "." in token else [token]
    return kept


def _is_degree(token: str, *, after_comma: bool) -> bool:
    plain = token.replace(".", "")
    if plain in words("generations"):
        return True
    dotted = plain != token and _DOTTED.match(token) is not None
    return (after_comma or dotted) and plain in words("degrees")


def _named(tokens: list[str]) -> list[str]:
    parts = [part for part in map(_letters, tokens) if part]
    named = [part for part in parts if part not in _unsaid()]
    return named or [part for part in parts if part not in words("fillers")]


@cache
def _unsaid() -> frozenset[str]:
    return words("titles") | words("fillers")


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
    return "" if _FILLING.fullmatch(token) else _TAIL.sub("", token)


def _joined(parts: list[str]) -> list[str]:
    """Drop markers between parts; write servant names, kunyas and endings as one part."""
    markers, before, after = words("markers"), words("before"), words("after")
    if not any(part in markers or part in before or part in after for part in parts):
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
        elif last or not _is_marker(part, first=place == 0, parts=len(parts), waiting=waiting):
            kept.append(waiting + part)
            waiting = ""
    return kept


def _is_marker(part: str, *, first: bool, parts: int, waiting: str) -> bool:
    if part not in words("markers"):
        return False
    return not first or parts > 2 or (waiting == "" and len(part) == len("AL"))
