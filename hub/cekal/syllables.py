"""Syllables of Chinese and Korean names in the romanisations that people's passports use.

A syllable is compared by the Mandarin syllables it can stand for: CHAN, TAN and CH'EN are all
`chen`. Wade-Giles is derived from pinyin by rule; Cantonese, Hokkien, Teochew and Hakka forms
are listed in tables/readings.txt. Korean syllables fall together by onset, vowel class and final.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain, islice, product

from hub.cekal.tables import in_order, lines, pairs, words

_TABLE = "syllables.toml"
_KOREAN = re.compile(
    r"(KK|GH|KH|K|G|TT|T|D|PP|PH|B|P|CH|JJ|ZH|J|SS|SH|S|HH|WH|H|RH|R|L|M|N)?"
    r"(YEOU|YEOH|YEO|YAE|YOU|YOO|YUH|YEE|YEA|YAI|YE|YA|YO|YU|YI|"
    r"WAE|WEO|WOO|WON?(?=$)|WA|WEE|WE|WI|WU|WO|EUI|UI|UE|"
    r"EOU|EO|EU|EA|AE|AI|AY|OE|OI|OY|OU|OO|OH|UH|EE|EI|EY|IE|IH|AH|A|E|I|O|U|Y)"
    r"(NG|CK|GK|RK|K|G|N|LL|L|R|M|PP|P|B|T|D|S)?"
)
_ONSETS = str.maketrans("GDBJZRL", "KTPCCLL")
_DUTCH = re.compile("OE|J|UW")
"""Letters by which Chinese syllables of Indonesia show that they are not in the table as such."""
_FINAL = {
    "G": "K",
    "CK": "K",
    "GK": "K",
    "RK": "K",
    "R": "L",
    "LL": "L",
    "B": "P",
    "PP": "P",
    "D": "T",
    "S": "T",
}
ONE_LETTER = {"A": "AH", "I": "YI", "U": "WOO", "O": "OH"}
"""Korean syllables that the Revised Romanization writes with one letter, surnames too."""
_LONGEST_SYLLABLE = 6
_MOST_SYLLABLES = 4
_MOST_WAYS = 2
_FAR_FETCHED = 2
_DIALECT = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^Y(?=[AEIOU])", "I"), (r"(?<=[AO])R(?=[KNPT]?$)", ""),
        (r"^TJH?|^CHH|^TS|^TZ|^DJ|^DZ|^C(?=[AEIOU])|^J(?=[AEIOU])", "CH"), (r"^NJ", "NY"),
        (r"^(SH|HS)", "S"), (r"^([PTK])H", r"\1"), (r"^GW", "KW"),
        (r"^(?:BH|V)", "B"),
        (r"OEY|OEI|OOI|OOY|WEE|UEE|WIE|UEY|WEI|WI$|UEI|EOI", "UI"), (r"OEK|UCK|OOK", "UK"),
        (r"EOK|IOEK|EOCK|IOCK", "IOK"), (r"IEOW|EOW|IAUW|IAO|IAW|IEW|IOU|IEUW|IOE|IOO|YAUW", "IU"),
        (r"OUW|AUW|OW|AW$", "AU"), (r"OEAT|WAT", "UAT"), (r"OAN|WAN|UEN|OEN|OON", "UAN"),
        (r"OA$|WA$|WAH$|OAH$", "UA"), (r"OOI|OI$|OY$|OH?Y$", "OI"), (r"IEN|EAN|YEN", "IAN"),
        (r"OE|OO|OU", "U"), (r"EE|IE$|EA$|Y$|IH$", "I"), (r"EONG|IEONG|YONG", "IONG"),
        (r"CK$|G$(?<!NG)|GK$", "K"), (r"AI$|AY$|AE$|YE$", "AI"), (r"EH$|AH$|OH$|UH$", ""),
        (r"OENG|OONG", "UNG"), (r"IM$|IEM$|EEM$|IAM$", "IM"), (r"II", "I"),
    )
)  # fmt: skip


@lru_cache(maxsize=65536)
def mandarin_of(part: str) -> tuple[str, ...]:
    """Return the Mandarin syllables that `part` can stand for, as keys; () if it is no syllable."""
    if len(part) > _LONGEST_SYLLABLE:
        return ()
    exact = _readings().get(part, ())
    heard = _heard().get(dialect_form(part), ())
    return tuple(dict.fromkeys((*exact, *heard)))


def dialect_form(part: str) -> str:
    """Write a dialect syllable in one way: TJOE, CHOO and CHU are CHU; GEOK and GIOK are GIOK.

    Dutch, Malay and English hands wrote the same Hokkien and Cantonese sounds (Peh-oe-ji without
    marks, 1850; the Dutch consulates at Amoy; Malaysian and Singapore registers).
    """
    for pattern, by in _DIALECT:
        part = pattern.sub(by, part)
    return part


def is_chinese_surname(part: str) -> bool:
    """Say whether `part` can be one of the hundred most frequent surnames."""
    return any(key[1:] in words("chinese_surnames", _TABLE) for key in mandarin_of(part))


def is_korean_surname(part: str) -> bool:
    """Say whether `part` is a Korean surname in one of its usual spellings."""
    return part in words("korean_surnames", _TABLE)


def eastern(tokens: list[str], beside: frozenset[str]) -> tuple[str, ...]:
    """Return the parts of a name that is made of Chinese, Korean or Vietnamese syllables, or ().

    Such a name has no particles: SON, LE, DO, IL, NA, BIN and ENG are parts of it. Words of
    `beside` that are no syllables (titles, fillers) do not count.
    """
    said = tuple(token for token in tokens if _is_named(token) or token not in beside)
    if not 2 <= len(said) <= _MOST_SYLLABLES + 1:
        return ()
    foreign = sum(not _is_said(token) for token in said)
    if foreign == 0 and len(said) <= _MOST_SYLLABLES:
        return said
    if foreign == 1 and len(said) > _MOST_SYLLABLES - 1:
        return said if _with_foreign_name(said) else ()
    if vietnamese_apart(said) and not words("vietnamese", _TABLE).isdisjoint(said):
        return said
    # a given name written together: DU JINCAI, HEUNGMIN SON
    together = len(said) == 2 and any(map(_is_surname, said))
    return said if together and all(_is_said(one) or split_syllables(one) for one in said) else ()


def _is_named(token: str) -> bool:
    """Say whether a word that is also a title (ENG, IR) can be a part of such a name."""
    return token in words("vietnamese", _TABLE) or token in _readings() or is_korean_surname(token)


def _is_said(token: str) -> bool:
    return token in words("vietnamese", _TABLE) or _is_syllable(token) or is_korean_surname(token)


def _with_foreign_name(said: tuple[str, ...]) -> bool:
    """Say whether one part is a name taken from elsewhere: ANDY LAU TAK WAH, TAN BOON ENG SIMON."""
    whole = [token for token in said if _is_said(token)]
    at_an_end = not _is_said(said[0]) or not _is_said(said[-1])
    particles = not words("markers").isdisjoint(whole)
    return at_an_end and not particles and is_chinese_surname(whole[0])


def said_once(said: tuple[str, ...]) -> tuple[str, ...]:
    """Return a doubled name of one word once; WEE KIM WEE keeps its syllables."""
    half = len(said) // 2
    if half > 1 and said[:half] == said[half:]:
        return said[:half]
    return said if len(set(said)) > 1 else said[:1]


def korean_key(part: str) -> tuple[str, ...]:
    """Return the class of `part` if it is one Korean syllable."""
    found = _KOREAN.fullmatch(part)
    return (f"~{_korean(found)}",) if found and len(part) <= _LONGEST_SYLLABLE else ()


@lru_cache(maxsize=65536)
def split_syllables(part: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways to read `part` as two or three Chinese or Korean syllables, likeliest first.

    A syllable begins with a consonant if it can (JI HOON, not JIH OON); whether G ends one or
    begins the next is open (JEON GIL, JEONG IL). A vowel may be one, written out then: WOO CHAE.
    """
    if not 4 <= len(part) <= 3 * _LONGEST_SYLLABLE:
        return ()
    cuts = [place for place in range(1, len(part)) if _begins(part[:place])]
    two = [cut for cut in cuts if _ends(part[cut:])]
    if two:
        two.sort(key=lambda cut: (_strain(part, cut), abs(2 * cut - len(part))))
        good = [cut for cut in two[:2] if _strain(part, cut) < _FAR_FETCHED] or two[:1]
        return tuple((written_out(part[:cut]), written_out(part[cut:])) for cut in good)
    for place in (cut for cut in cuts if cut > 1):
        for rest in split_syllables(part[place:]):
            if len(rest) == 2:
                return ((part[:place], *rest),)
    return ()


def _strain(part: str, cut: int) -> int:
    """Return how unlikely a cut is: pieces that no name uses (WE NYING, TAIM AN), vowels apart.

    A consonant would rather begin the syllable after it (JI HOON). HYUK EUN and CHAE IN are read
    so all the same: EUN, IN, EON, AH are syllables of many names; CHA EIN and RY UIL break a vowel.
    """
    odd = sum(not in_use(written_out(piece)) for piece in (part[:cut], part[cut:]))
    if part[cut] not in "AEIOU" or part[cut:] == "U" or part[:cut].endswith("NG"):
        return odd
    return odd + (1 if part[cut:] in words("begun_with_vowels", _TABLE) else _FAR_FETCHED)


def _begins(piece: str) -> bool:
    return piece in ONE_LETTER or (len(piece) > 1 and _is_syllable(piece))


def _ends(piece: str) -> bool:
    return piece == "U" or (len(piece) > 1 and _is_syllable(piece))


def written_out(part: str) -> str:
    """Return a syllable of one letter as it is written elsewhere."""
    return ONE_LETTER.get(part, part)


def syllabic(parts: tuple[str, ...], *, certain: bool = False) -> tuple[tuple[str, ...], ...]:
    """Return the ways to read an East Asian name by syllables; none if it looks like no such.

    `certain`: it need not be known by its surname.
    """
    if not 2 <= len(parts) <= _MOST_SYLLABLES:
        return ()
    if not certain and not any(_is_surname(part) for part in (parts[0], parts[-1])):
        return ()
    ways = [_ways(part) for part in parts]
    foreign = _foreign(parts, ways) if certain and len(parts) > 2 else ()
    for place in foreign:
        ways[place] = ((parts[place],),)
    spread = (tuple(chain.from_iterable(way)) for way in product(*ways))
    most = _MOST_SYLLABLES + len(foreign)
    longer = (way for way in islice(spread, _MOST_WAYS) if len(parts) < len(way) <= most)
    return tuple(map(said_once, longer))


def _foreign(parts: tuple[str, ...], ways: list[tuple[tuple[str, ...], ...]]) -> tuple[int, ...]:
    """Return the place of the one name taken from elsewhere, if there is one: LIU DEHUA, ANDY.

    Such a name is made of no syllables (MICHAEL), or of none in use among Chinese (AN DY, PE TER).
    """
    places = tuple(
        place
        for place, part in enumerate(parts)
        if not (_is_syllable(part) or part in _compounds())
        and (
            part in words("taken_names", _TABLE)
            or not any(all(map(in_use, way)) for way in ways[place])
        )
    )
    return places if len(places) == 1 else ()


def native(parts: tuple[str, ...], *, certain: bool = False) -> tuple[str, ...]:
    """Return an East Asian name without the one at an end that was taken from elsewhere, or ().

    ANDY LAU TAK WAH is LAU TAK WAH, LIM MUCAI ALEX is LIM MUCAI: few papers have both names.
    `certain`: a Chinese or Korean passport says that it is such a name.
    """
    if not 3 <= len(parts) <= _MOST_SYLLABLES + 2:
        return ()
    for at, rest in ((0, parts[1:]), (-1, parts[:-1])):
        if _is_taken(parts[at], certain=certain) and _is_native(rest):
            return rest
    return ()


def _is_taken(part: str, *, certain: bool) -> bool:
    """Say whether a part is a name that East Asians take beside their own."""
    if part in words("taken_names", _TABLE):
        return not in_use(part)
    foreign = certain and len(part) > 2 and not (_is_said(part) or part in _compounds())
    return foreign and not any(all(map(in_use, way)) for way in split_syllables(part))


def _is_native(parts: tuple[str, ...]) -> bool:
    ends = (parts[0], parts[-1])
    if not words("vietnamese_surnames", _TABLE).isdisjoint(ends):
        return words("vietnamese", _TABLE).issuperset(vietnamese_apart(parts) or parts)
    return any(map(_is_surname, ends)) and all(
        in_use(part) or any(len(way) == 2 and all(map(in_use, way)) for way in _ways(part))
        for part in parts
    )


def vietnamese_apart(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return a Vietnamese name by syllables where some are written together, or ().

    DO MANHCUONG is DO MANH CUONG, MYLINH HO is MY LINH HO; the surname says what it is.
    """
    if words("vietnamese_surnames", _TABLE).isdisjoint((parts[0], parts[-1])):
        return ()
    apart = [piece for part in parts for piece in _vietnamese_pieces(part) or (part,)]
    return tuple(apart) if len(parts) < len(apart) <= _MOST_SYLLABLES + 1 else ()


@lru_cache(maxsize=16384)
def _vietnamese_pieces(part: str) -> tuple[str, ...]:
    known = words("vietnamese", _TABLE)
    if part in known or not 4 <= len(part) <= 3 * _LONGEST_SYLLABLE:
        return ()
    cuts = [cut for cut in range(2, len(part) - 1) if part[:cut] in known]
    two = [cut for cut in cuts if part[cut:] in known]
    if two:
        cut = min(two, key=lambda cut: abs(2 * cut - len(part)))
        return part[:cut], part[cut:]
    for cut in cuts:
        if len(rest := _vietnamese_pieces(part[cut:])) == 2:
            return part[:cut], *rest
    return ()


def in_use(piece: str) -> bool:
    """Say whether names of China or Korea are made of such syllables."""
    return piece in _readings() or piece in words("korean_given", _TABLE)


def _ways(part: str) -> tuple[tuple[str, ...], ...]:
    if part in _compounds():
        return (_compounds()[part],)
    if _is_said(part):
        return ((part,),)
    return split_syllables(part)


def spread_out(part: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways to read an East Asian name that was written as one word, its surname first.

    PAKKIHAE: PAK KI HAE; WANGWEI: WANG WEI; ZHAOWEIMING; also WEIMINGZHAO, and a given name alone.
    """
    found: list[tuple[str, ...]] = []
    for cut in range(len(part) - 2, 1, -1):
        surname, rest = part[:cut], part[cut:]
        if _is_surname(surname):
            found += [(surname, *way) for way in split_syllables(rest) if len(way) == 2]
    for cut in range(2, len(part) - 1):
        rest, surname = part[:cut], part[cut:]
        if _is_surname(surname):
            found += [(*way, surname) for way in split_syllables(rest) if len(way) == 2]
    found += split_syllables(part)
    found.sort(key=lambda way: sum(not in_use(piece) for piece in way))
    return tuple(dict.fromkeys(found))[:_MOST_WAYS]


def _is_surname(part: str) -> bool:
    return part in _compounds() or is_chinese_surname(part) or is_korean_surname(part)


@cache
def _compounds() -> dict[str, tuple[str, ...]]:
    """Return the surnames of two syllables, by the syllables run together."""
    every = (tuple(pair.split("-")) for pair in words("compound_surnames", _TABLE))
    return {"".join(pair): tuple(map(written_out, pair)) for pair in every}


def _is_syllable(part: str) -> bool:
    if part in _readings():
        return True
    if len(part) > _LONGEST_SYLLABLE:
        return False
    return _KOREAN.fullmatch(part) is not None or bool(_DUTCH.search(part) and mandarin_of(part))


def _korean(found: re.Match[str]) -> str:
    onset, vowel, final = found.group(1) or "", found.group(2), found.group(3) or ""
    first = {"CH": "C", "WH": "H"}.get(onset, onset[:1].translate(_ONSETS))
    heard = _korean_vowels().get(vowel, "O")
    glide = "Y" if vowel[0] == "Y" and len(vowel) > 1 and heard != "I" else ""
    return first + glide + heard + _FINAL.get(final, final)


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for syllable in _pinyin():
        for spelling in (syllable, wade_giles(syllable)):
            found.setdefault(spelling.replace("v", "u").upper(), {})[f"+{syllable}"] = None
        if "v" in syllable:
            found.setdefault(syllable.upper(), {})[f"+{syllable}"] = None
            found.setdefault(syllable.replace("v", "yu").upper(), {})[f"+{syllable}"] = None
    for line in lines("readings.txt"):
        syllable, _, spellings = line.partition(":")
        for spelling in (syllable.strip(), *spellings.split()):
            found.setdefault(spelling.upper(), {})[f"+{syllable.strip()}"] = None
    return {spelling: tuple(keys) for spelling, keys in found.items()}


@cache
def _heard() -> dict[str, tuple[str, ...]]:
    """Return the syllables by their form in dialect, pinyin left out: it follows other rules."""
    found: dict[str, dict[str, None]] = {}
    for line in lines("readings.txt"):
        syllable, _, spellings = line.partition(":")
        for spelling in spellings.upper().split():
            found.setdefault(dialect_form(spelling), {})[f"+{syllable.strip()}"] = None
    return {form: tuple(keys) for form, keys in found.items()}


@cache
def _korean_vowels() -> dict[str, str]:
    return {vowel: key for key in "OEIA" for vowel in in_order(f"korean_{key.lower()}", _TABLE)}


@cache
def _pinyin() -> tuple[str, ...]:
    impossible = re.compile("|".join(in_order("impossible", _TABLE)))
    parts = product(in_order("initials", _TABLE), in_order("finals", _TABLE))
    made = (initial + final for initial, final in parts)
    whole = in_order("without_initial", _TABLE)
    return (*whole, *(syllable for syllable in made if not impossible.search(syllable)))


def wade_giles(syllable: str) -> str:
    """Return a pinyin syllable in Wade-Giles as passports write it, without apostrophes."""
    whole = pairs("wade_whole", _TABLE)
    if syllable in whole:
        return whole[syllable]
    initials = pairs("wade_initials", _TABLE).items()
    initial, written = next(
        ((old, new) for old, new in initials if syllable.startswith(old)), ("", "")
    )
    final = syllable[len(initial) :]
    final = re.sub(r"ian$", "ien", final)
    final = re.sub(r"(?<=[iu])e$", "eh", final)
    final = re.sub(r"ong$", "ung", final)
    final = re.sub(r"uo$", "o", final)
    return written + final
