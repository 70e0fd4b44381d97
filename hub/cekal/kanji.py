"""Japanese names in kanji, read as their passports write them: 山口千代子 is YAMAGUCHI CHIYOKO.

A name is taken for Japanese by its surname of two or more signs (tables/kanji.txt); without one it
is read as Chinese. Many given names are read in several ways: the likeliest ones are given.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice, product

from anyascii import anyascii

from hub.cekal.tables import lines

MOST_WAYS = 3
_SIGNS = re.compile(r"[\u3005\u3041-\u30ff\u3400-\u9fff]{3,8}")
_PIECES = re.compile(r"[\u3041-\u30ff]+|[一二次三四五太]郎|之[介助輔]|.")
_SMALL_KANA = re.compile("[\u3083\u3085\u3087\u30e3\u30e5\u30e7]")
_SMALL = re.compile(r"(SH|CH|J)IY(?=[AUO])")
_GLIDE = re.compile(r"(?<=[KGNHBPMR])IY(?=[AUO])")
_LONG = re.compile(r"OU|OO|UU")
_LONGEST_SURNAME = 4


@lru_cache(maxsize=4096)
def read_kanji(text: str) -> tuple[str, ...]:
    """Return the ways to read a Japanese name, likeliest first; () if it is none."""
    name = "".join(text.split())
    if not _SIGNS.fullmatch(name):
        return ()
    table = _table()
    for cut in range(min(_LONGEST_SURNAME, len(name) - 1), 1, -1):
        if surnames := table["surname"].get(name[:cut]):
            ways = islice(product(_given(name[cut:]), surnames), MOST_WAYS)
            return tuple(f"{surname} {given}" for given, surname in ways)
    return ()


def _given(signs: str) -> tuple[str, ...]:
    table = _table()
    if whole := table["whole"].get(signs):
        return whole
    pieces = [_spoken(piece) or table["sign"].get(piece, ()) for piece in _PIECES.findall(signs)]
    return tuple("".join(way) for way in islice(product(*pieces), MOST_WAYS))


def _spoken(piece: str) -> tuple[str, ...]:
    """Return a piece in kana as it is spoken, long vowels short."""
    if not "\u3041" <= piece[0] <= "\u30ff":
        return ()
    written = anyascii(piece).upper()
    if _SMALL_KANA.search(piece):
        written = _GLIDE.sub("Y", _SMALL.sub(r"\1", written))
    return (_LONG.sub(lambda long: long.group()[0], written),)


@cache
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {"surname": {}, "whole": {}, "sign": {}}
    for line in lines("kanji.txt"):
        kind, *pairs = line.split()
        for signs, _, readings in (pair.partition("=") for pair in pairs):
            found[kind][signs] = tuple(readings.split("/"))
    return found
