"""A second hand: spellings typed from real papers, put together without the generator.

spellings.txt holds them. One spelling of a name stands on the list, another is asked for. Customs
and dates are its own, so that weights learned from both do not repeat a mistake of the generator.
"""

# ruff: noqa: ARG001 — every change has one signature
from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from bench.screening.sets import Case
from hub.cekal.records import Entry, Query

TABLE = Path(__file__).with_name("spellings.txt")
Line = tuple[str, ...]
NATIONS = {
    "arabic": "EGY SYR IRQ DZA LBY SAU YEM LBN", "persian": "IRN AFG IRN AFG", "urdu": "PAK",
    "hindi": "IND NPL", "tamil": "LKA IND MYS SGP", "bengali": "BGD", "indonesian": "IDN",
    "chinese": "CHN TWN HKG SGP MYS IDN", "korean": "KOR", "burmese": "MMR", "vietnamese": "VNM",
    "thai": "THA", "russian": "RUS UKR KAZ UZB", "turkish": "TUR AZE",
    "european": "DEU NLD FRA POL ESP GBR PHL", "african": "NGA SEN MLI SOM ETH GHA",
}  # fmt: skip
IN_STEP = ("chinese", "korean")
"""Their columns are systems of romanisation: a paper keeps to one for all parts of a name."""
FATHERS = {"arabic": 0.6, "persian": 0.25, "urdu": 0.3, "african": 0.3}
NEGATIVES = (*["stranger"] * 16, "namesake", "sibling", "parent or child", "same day")
SHAPED = 0.35


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whose name is made of lines of the table."""

    culture: str
    sex: str
    nation: str
    lines: tuple[Line, ...]
    birth: date


class SecondHand:
    """People, list entries and cases from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._used: set[tuple[Line, ...]] = set()
        self._known: dict[str, Known] = {}
        self._columns: dict[str, list[int]] = {}
        self._births: dict[str, str] = {}

    def entries(self, each: int) -> list[Entry]:
        """Return up to `each` entries a culture; where whole names are listed, half of them."""
        made = []
        for culture in NATIONS:
            whole = not parts(culture, "f")
            for _ in range(len(parts(culture, "m")) // 2 if whole else each):
                known = self._fresh(culture)
                self._used.add(known.lines)
                made.append(self._entry(f"S{len(self._known)}", known))
        return made

    def positives(self, count: int) -> list[Case]:
        """Return queries for the people on the list, each in another spelling."""
        chosen = self.random.choices(list(self._known), k=count)
        return [self._positive(number, identity) for number, identity in enumerate(chosen)]

    def negatives(self, count: int) -> list[Case]:
        """Return queries for people who are not on the list."""
        return [self._negative(number, self.random.choice(NEGATIVES)) for number in range(count)]

    def _fresh(self, culture: str) -> Known:
        while True:
            known = self._person(culture)
            if known.lines not in self._used:
                return known

    def _person(self, culture: str) -> Known:
        draw = self.random
        sex = draw.choice("MMMF")
        lines = [draw.choice(parts(culture, "m" if sex == "M" else "w"))]
        if draw.random() < FATHERS.get(culture, 0.0):
            lines.append(draw.choice(parts(culture, "m")))
        if families := parts(culture, "f"):
            lines.append(draw.choice(families))
        nation = draw.choice(NATIONS[culture].split())
        return Known(culture, sex, nation, tuple(lines), self._day())

    def _day(self) -> date:
        return date(2005, 12, 31) - timedelta(days=self.random.randrange(21_000))

    def _entry(self, identity: str, known: Known) -> Entry:
        draw = self.random
        columns = self._spelt(known)
        dob = known.birth.isoformat()
        if draw.random() < 0.2:
            dob = draw.choice((dob[:4], f"{dob[:4]}-01-01", dob[:7], f"{dob[:4]}-00-00"))
        self._known[identity], self._columns[identity] = known, columns
        self._births[identity] = dob
        return Entry(
            id=identity, names=[" ".join(_words(known, columns)).title()], dob=dob, sex=known.sex,
            nationality=known.nation, passports=[_document(draw)] if draw.random() < 0.4 else [],
        )  # fmt: skip

    def _spelt(self, known: Known) -> list[int]:
        """Return a column for each line."""
        draw = self.random
        if known.culture in IN_STEP:
            return [draw.randrange(max(map(len, known.lines)))] * len(known.lines)
        return [draw.randrange(len(line)) for line in known.lines]

    def _positive(self, number: int, identity: str) -> Case:
        draw, known = self.random, self._known[identity]
        words = before = _words(known, self._columns[identity])
        while words == before:
            words = _words(known, self._spelt(known))
        way = draw.choice(list(SHAPES)) if draw.random() < SHAPED else ""
        name = SHAPES[way](draw, words) if way else " ".join(words)
        dob, birth = _birth(draw, known)
        query = self._query(f"Q{number}", replace(known), name, dob)
        complete = dob == self._births[identity] == known.birth.isoformat()
        return Case(query, identity, way or "spelling", known.culture, birth, complete)

    def _negative(self, number: int, kind: str) -> Case:
        draw = self.random
        model = draw.choice(list(self._known.values()))
        other = self._fresh(model.culture)
        known = other
        if kind in ("namesake", "parent or child"):
            apart = draw.choice((-1, 1)) * draw.randint(7000, 14_000)
            moved = self._day() if kind == "namesake" else _alive(model.birth, apart)
            known = replace(model, birth=moved)
        elif len(model.lines) > 1 and kind == "sibling":
            apart = draw.choice((-1, 1)) * draw.randint(320, 4000)
            lines = (other.lines[0], *model.lines[1:])
            known = replace(other, lines=lines, birth=_alive(model.birth, apart))
        elif len(model.lines) > 1 and kind == "same day":
            place = draw.randrange(len(model.lines))
            lines = tuple(
                line if n == place else other.lines[min(n, len(other.lines) - 1)]
                for n, line in enumerate(model.lines)
            )
            known = replace(model, lines=lines, sex=other.sex)
        if kind in ("sibling", "same day") and known.lines in self._used:
            known = other
        name = " ".join(_words(known, self._spelt(known)))
        return Case(
            self._query(f"N{number}", known, name, known.birth.isoformat()),
            "", kind if known is not other else "stranger", known.culture, "right",
        )  # fmt: skip

    def _query(self, identity: str, known: Known, name: str, dob: str | None) -> Query:
        draw = self.random
        shown = name.upper() if draw.random() < 0.7 else name.title()
        return Query(
            id=identity, name=shown, dob=dob, sex=known.sex if draw.random() < 0.97 else None,
            nationality=known.nation if draw.random() < 0.95 else None, passport=_document(draw),
        )  # fmt: skip


@cache
def _table() -> dict[tuple[str, str], tuple[Line, ...]]:
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    culture = ""
    for text in TABLE.read_text(encoding="utf-8").splitlines():
        if text.startswith("["):
            culture = text.strip("[]")
        elif text and not text.startswith("#"):
            role, _, spellings = text.partition(":")
            found[culture, role].append(tuple(s.replace("_", " ") for s in spellings.split()))
    return {key: tuple(lines) for key, lines in found.items()}


def parts(culture: str, role: str) -> tuple[Line, ...]:
    """Return the lines of a culture: m given names of men, w of women, f families."""
    return _table().get((culture, role), ())


def _alive(born: date, days: int) -> date:
    moved = born + timedelta(days=days)
    return moved if moved < date(2015, 1, 1) else born - timedelta(days=abs(days))


def _words(known: Known, columns: list[int]) -> list[str]:
    return [
        line[min(column, len(line) - 1)] for line, column in zip(known.lines, columns, strict=True)
    ]


def _document(draw: random.Random) -> str:
    return draw.choice("ABCEGKLNPX") + f"{draw.randrange(10**7):07d}"


def _turned(draw: random.Random, words: list[str]) -> str:
    return draw.choice((f"{words[-1]}, {' '.join(words[:-1])}", " ".join([words[-1], *words[:-1]])))


def _shorter(draw: random.Random, words: list[str]) -> str:
    """Without the father's or middle part; of two parts both stay."""
    return " ".join([words[0], words[-1]] if len(words) > 2 else words)


def _zone(draw: random.Random, words: list[str]) -> str:
    """As read from the machine-readable zone, with its fillers."""
    line = f"{words[-1]}<<{' '.join(words[:-1])}".upper().replace(" ", "<").replace("-", "<")
    line = line.replace("'", "")[:39].ljust(39, "<")
    filler = draw.choice("<<KCX")
    return line.replace("<<<", filler * 3) if filler != "<" else line


def _unknown(draw: random.Random, words: list[str]) -> str:
    return draw.choice(("FNU {}", "{} LNU", "XXX {}", "{} XXX")).format(" ".join(words))


def _doubled(draw: random.Random, words: list[str]) -> str:
    """Words run into each other, as forms without room do it."""
    return "".join(words).replace(" ", "")


def _initial(draw: random.Random, words: list[str]) -> str:
    return " ".join([words[0][0] + draw.choice((".", "")), *words[1:]]) if words[1:] else words[0]


def _titled(draw: random.Random, words: list[str]) -> str:
    return f"{draw.choice(('Mr', 'Dr.', 'Haji', 'Mrs', 'Sheikh'))} {' '.join(words)}"


def _slip(draw: random.Random, words: list[str]) -> str:
    text = " ".join(words)
    at = draw.randrange(1, len(text) - 1)
    return draw.choice((text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:],
                        text[:at] + text[at + 1] + text[at] + text[at + 2 :]))  # fmt: skip


SHAPES = {
    "order": _turned, "shorter": _shorter, "mrz": _zone, "fillers": _unknown, "joined": _doubled,
    "initial": _initial, "titles": _titled, "typing": _slip,
}  # fmt: skip


def _birth(draw: random.Random, known: Known) -> tuple[str | None, str]:
    """Return the date as another paper gives it, and what was done."""
    born, way = known.birth, draw.random()
    if way < 0.62:
        return born.isoformat(), "right"
    kind = draw.choice(("year", "placeholder", "missing", "swapped", "digit", "calendar", "next"))
    if kind == "swapped" and born.day <= 12:
        return f"{born.year}-{born.day:02d}-{born.month:02d}", kind
    if kind == "calendar" and known.nation in ("THA", "TWN"):
        return f"{born.year + (543 if known.nation == 'THA' else -1911):04d}{born:-%m-%d}", kind
    texts = {
        "year": f"{born.year}", "placeholder": f"{born.year}-01-01", "missing": None,
        "digit": f"{born.year}-{born.month:02d}-{born.day % 28 + 1:02d}",
        "next": f"{born.year + draw.choice((-1, 1))}-{born.month:02d}-{min(born.day, 28):02d}",
    }  # fmt: skip
    return (texts[kind], kind) if kind in texts else (born.isoformat(), "right")
