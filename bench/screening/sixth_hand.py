"""A check by a sixth hand, on a list that no generator of ours invented.

python -m bench.screening.sixth_hand [--sizes 10000 100000] [--seed N]

sixth_people.txt and sixth_hand.txt hold it. The rest of the list, and most strangers, are put
together anew from the words that the hands have written, some words far more often than others;
so the share of strangers who are stopped is measured on another mixture than the one the weights
and levels come from. The misses of one half of the people were read, those of the other were not.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zlib import crc32

import numpy as np

from bench.screening import second_hand, third_hand
from bench.screening.measured import Find, by, recall, score, threshold
from bench.screening.sets import Case
from bench.screening.third_hand import Written
from bench.screening.written_pairs import SIXTH
from hub.cekal.index import index_of
from hub.cekal.matcher import Matcher
from hub.cekal.records import Entry, Query
from hub.cekal.weights import load_weights

TABLE = Path(__file__).with_name("sixth_people.txt")
FAMILY_FIRST = ("chinese", "korean", "vietnamese")
NEAR = ("namesake", "sibling", "parent or child", "same day")
NEAR_SHARE, SHAPED, STRANGERS = 0.2, 0.3, 2000
OTHER_CALENDAR = {"THA": 543, "TWN": -1911, "IRN": -621, "AFG": -621}
"""Years between a country's calendar and ours."""
SAME_MONTHS = ("THA", "TWN")


class SixthHand:
    """A list and cases from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        every = third_hand.people(self.random, TABLE)
        self.mixture = Mixture(self.random, every)
        self.random.shuffle(every)
        half = len(every) // 2
        self._known = {f"X{number}": person for number, person in enumerate(every[:half])}
        self._strangers = every[half:]
        self.unread = {one for one, person in self._known.items() if unread(person)}
        self._listed: dict[str, tuple[str, str | None]] = {}

    def entries(self, size: int) -> list[Entry]:
        """Return a list of `size`: half of the people, the written pairs, and a mixture."""
        draw = self.random
        mine = SIXTH.entries()
        for one, person in self._known.items():
            dob = _on_list(draw, person.birth)
            self._listed[one] = draw.choice(person.names), dob
            mine.append(_entry(one, person, *self._listed[one]))
        for number in range(size - len(mine)):
            person = self.mixture.person()
            mine.append(_entry(f"M{number}", person, person.names[0], _on_list(draw, person.birth)))
        return mine

    def positives(self) -> list[Case]:
        """Return a query for every other writing of those on the list."""
        return [
            self._positive(one, person, name)
            for one, person in self._known.items()
            for name in person.names
            if name != self._listed[one][0]
        ]

    def negatives(self) -> list[Case]:
        """Return strangers: every writing of the other half, people mixed, people who are near."""
        cases = [
            self._negative("stranger", replace(person, names=(name,)))
            for person in self._strangers
            for name in person.names
        ]
        while len(cases) < STRANGERS * (1 - NEAR_SHARE):
            cases.append(self._negative("stranger", self.mixture.person()))
        while len(cases) < STRANGERS:
            kind = self.random.choice(NEAR)
            cases.append(self._negative(kind, self._near(kind)))
        return cases

    def _near(self, kind: str) -> Written:
        """Return somebody who is like a person on the list."""
        draw = self.random
        model = draw.choice(list(self._known.values()))
        words = draw.choice(model.names).split()
        years = draw.choice((-1, 1)) * (draw.randint(22, 36) if kind == "parent or child" else 9)
        born = model.birth + timedelta(days=int(365.25 * years) + draw.randrange(-300, 300))
        if kind == "namesake":
            born = date(1999, 12, 31) - timedelta(days=draw.randrange(18_000))
        if kind in ("namesake", "parent or child"):
            return replace(model, names=(" ".join(words),), birth=born)
        other = self.mixture.person(model.culture, model.nation).names[0].split()
        same = [words[0], *other[1:]] if model.culture in FAMILY_FIRST else [*other[:-1], words[-1]]
        if len(words) == 1 or len(other) == 1:
            same = other
        if kind == "sibling":
            near = model.birth + timedelta(days=draw.choice((-1, 1)) * draw.randrange(300, 3000))
            return replace(model, names=(" ".join(same),), birth=near)
        return replace(model, names=(" ".join(same),))

    def _positive(self, one: str, person: Written, name: str) -> Case:
        draw = self.random
        way = draw.choice(list(WAYS)) if draw.random() < SHAPED else ""
        shown = WAYS[way](draw, name.split()) if way else name
        dob, birth = _asked(draw, person)
        complete = dob == self._listed[one][1] == person.birth.isoformat()
        return Case(
            _query(draw, person, shown, dob),
            one,
            way or "spelling",
            person.culture,
            birth,
            complete,
        )

    def _negative(self, kind: str, person: Written) -> Case:
        draw = self.random
        words = person.names[0].split()
        shown = (
            WAYS[draw.choice(list(WAYS))](draw, words) if draw.random() < 0.15 else " ".join(words)
        )
        dob = person.birth.isoformat()
        if draw.random() < 0.1:
            dob = dob[:4]
        return Case(_query(draw, person, shown, dob), "", kind, person.culture, "right")


class Mixture:
    """People made of the words that the hands have written: first, inner and last words apart."""

    def __init__(self, draw: random.Random, every: list[Written]) -> None:
        self.random = draw
        pools: dict[str, list[list[str]]] = defaultdict(list)
        self.nations: dict[str, list[str]] = defaultdict(list)
        for person in [*every, *third_hand.people(draw, third_hand.TABLE)]:
            pools[person.culture] += [name.split() for name in person.names]
            self.nations[person.culture].append(person.nation)
        for culture in second_hand.NATIONS:
            pools[culture] += _columns(draw, culture)
        for names in pools.values():
            draw.shuffle(names)
        self.pools = dict(pools)

    def person(self, culture: str = "", nation: str = "") -> Written:
        """Return somebody; of this culture and nationality if they are given."""
        draw = self.random
        culture = culture or draw.choice(list(self.pools))
        nation = nation or draw.choice(self.nations[culture])
        names = self.pools[culture]
        length = len(draw.choice(names))
        words = [self._often(names)[0]]
        words += [draw.choice(self._often(names)[1:] or [""]) for _ in range(length - 2)]
        words += [self._often(names)[-1]] if length > 1 else []
        birth = date(2004, 12, 31) - timedelta(days=int(draw.betavariate(2, 2) * 22_000))
        name = " ".join(word for word in words if word)
        return Written(culture, draw.choice("MMF"), nation, (name,), birth)

    def _often(self, names: list[list[str]]) -> list[str]:
        """Draw a name, those at the head of the list far more often."""
        return names[int(len(names) * self.random.random() ** 2)]


def unread(person: Written) -> bool:
    """Say whether somebody is of the half whose misses are never read."""
    return crc32(person.names[0].encode()) % 2 == 1


def _columns(draw: random.Random, culture: str) -> list[list[str]]:
    """Return names of the second hand's parts, each in one column of spellings."""
    firsts = second_hand.parts(culture, "m") + second_hand.parts(culture, "w")
    lasts = second_hand.parts(culture, "f")
    made = []
    for _ in range(150 * bool(firsts)):
        column, lines = draw.randrange(4), [draw.choice(firsts)]
        lines += [draw.choice(lasts)] if lasts else []
        made.append(" ".join(line[min(column, len(line) - 1)] for line in lines).split())
    return made


def _entry(one: str, person: Written, name: str, dob: str | None) -> Entry:
    return Entry(id=one, names=[name], dob=dob, sex=person.sex, nationality=person.nation)


def _query(draw: random.Random, person: Written, name: str, dob: str | None) -> Query:
    return Query(
        id=name, name=name.upper() if draw.random() < 0.6 else name, dob=dob, sex=person.sex,
        nationality=person.nation if draw.random() < 0.93 else None,
        passport=f"K{draw.randrange(10**7):07d}",
    )  # fmt: skip


def _on_list(draw: random.Random, born: date) -> str | None:
    whole = born.isoformat()
    kinds = (whole, whole[:4], whole[:7], f"{born.year}-01-01", None)
    return draw.choices(kinds, (80, 8, 3, 5, 4))[0]


def _asked(draw: random.Random, person: Written) -> tuple[str | None, str]:
    """Return the date of birth as another paper gives it, and what was done to it."""
    born = person.birth
    whole = born.isoformat()
    moved = OTHER_CALENDAR.get(person.nation, 0)
    kinds: dict[str, tuple[str | None, int]] = {
        "right": (whole, 66), "year": (whole[:4], 8), "none": (None, 6),
        "placeholder": (f"{born.year}-01-01", 4),
        "swapped": (f"{born.year}-{born.day:02d}-{born.month:02d}" if born.day < 13 else whole, 5),
        "day": (f"{born.year}-{born.month:02d}-{born.day % 28 + 1:02d}", 3),
        "year slip": (f"{born.year + draw.choice((-10, -1, 1, 10))}{whole[4:]}", 4),
        "calendar": (f"{born.year + moved}" + whole[4:] * (person.nation in SAME_MONTHS), 6),
    }  # fmt: skip
    if not moved:
        del kinds["calendar"]
    kind = draw.choices(list(kinds), [weight for _, weight in kinds.values()])[0]
    return kinds[kind][0], kind


def _last_first(_draw: random.Random, words: list[str]) -> str:
    return " ".join([words[-1], *words[:-1]])


def _middle_dropped(draw: random.Random, words: list[str]) -> str:
    if len(words) < 3:
        return " ".join(words)
    dropped = draw.randrange(1, len(words) - 1)
    return " ".join(word for place, word in enumerate(words) if place != dropped)


def _zone(draw: random.Random, words: list[str]) -> str:
    """As 39 characters of a machine-readable zone, often with the filler misread."""
    line = f"{words[-1]}<<{'<'.join(words[:-1])}".upper().replace("-", "<").replace("'", "")
    line = line.replace(".", "").replace(",", "")[:39].ljust(39, "<")
    return line.replace("<", draw.choice("<<KCX"))


def _unknown(draw: random.Random, words: list[str]) -> str:
    return draw.choice(("FNU {}", "{} XXX", "{} LNU")).format(" ".join(words))


def _twice(_draw: random.Random, words: list[str]) -> str:
    return " ".join(words * 2) if len(words) == 1 else " ".join(words)


def _together(draw: random.Random, words: list[str]) -> str:
    """Two neighbouring words written as one, as forms and typists do."""
    if len(words) < 2:
        return words[0]
    at = draw.randrange(len(words) - 1)
    return " ".join([*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]])


WAYS: dict[str, Callable[[random.Random, list[str]], str]] = {
    "last first": _last_first, "middle dropped": _middle_dropped, "mrz": _zone,
    "filler": _unknown, "doubled": _twice, "together": _together,
}  # fmt: skip


def measure(size: int, seed: int) -> None:
    """Print recall at 1 % and at score 0.5, and the false alarms there."""
    hand = SixthHand(seed)
    matcher = Matcher(index_of(hand.entries(size)), load_weights())
    ask = _asking(matcher)
    found, alarms = score(hand.positives(), ask), score(hand.negatives(), ask)
    paired, alike = score(SIXTH.positives(), ask), score(SIXTH.negatives(), ask)
    one, five = threshold(alarms, 0.01), threshold(alarms, 0.05)
    print(f"sixth hand, {size:,} entries, seed {seed}: score for 1 % {one:.3f}, for 5 % {five:.3f}")
    print(
        f"  {len(found.cases)} queries: recall {recall(found, one):.3f} at 1 %, "
        f"{recall(found, five):.3f} at 5 %, {recall(found, 0.5):.3f} at score 0.5; complete date "
        f"{recall(found, one, lambda case: case.complete):.3f}; "
        f"first 30 {np.mean(found.rank < 30):.3f}; p95 {np.percentile(found.ms, 95):.1f} ms"
    )
    print(f"  {len(alarms.cases)} strangers: {100 * np.mean(alarms.best > 0.5):.2f} % at score 0.5")
    print(
        f"  {len(paired.cases)} pairs: {recall(paired, one):.3f} at 1 %, "
        f"{recall(paired, 0.5):.3f} at 0.5; of {len(alike.cases)} look-alikes "
        f"{np.sum(alike.best > one)} at 1 %, {np.sum(alike.best > 0.5)} at 0.5"
    )
    shut = [recall(found, x, lambda case: case.entry in hand.unread) for x in (one, five, 0.5)]
    print(f"  unread half: {shut[0]:.3f} at 1 %, {shut[1]:.3f} at 5 %, {shut[2]:.3f} at 0.5")
    for title, scored, values, least, field in (
        ("at 1 % by culture", found, found.right, one, "culture"),
        ("at 0.5 by culture", found, found.right, 0.5, "culture"),
        ("at 1 % by date", found, found.right, one, "birth"),
        ("at 1 % by shape", found, found.right, one, "family"),
        ("alarms at 0.5 by kind", alarms, alarms.best, 0.5, "family"),
        ("alarms at 0.5 by culture", alarms, alarms.best, 0.5, "culture"),
        ("pairs at 0.5 by culture", paired, paired.right, 0.5, "culture"),
    ):
        shares = by(scored, values, least, field)
        print(f"  {title}: " + ", ".join(f"{k} {s:.3f} ({n})" for k, (s, n) in shares.items()))


def _asking(matcher: Matcher) -> Find:
    def find(case: Case) -> tuple[float, float, int]:
        hits = matcher.screen(case.query)
        place = next((n for n, hit in enumerate(hits) if hit.entry == case.entry), 1000)
        right = hits[place].score if place < 1000 else -1.0
        return hits[0].score if hits else 0.0, right, place

    return find


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for size in options.sizes:
        measure(size, options.seed)


if __name__ == "__main__":
    main()
