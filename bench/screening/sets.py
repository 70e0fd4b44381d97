"""A list and queries against it: people on it in other spellings, and people who are not on it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.screening import changes, spelling
from bench.screening.people import FORM_OF, Part, Person, Population
from hub.cekal.records import Entry, Query

NEGATIVES = {"stranger": 80, "namesake": 5, "sibling": 5, "parent or child": 5, "same day": 5}
# shares of names that are changed as a whole: order, parts, titles, fillers, MRZ
SHAPED, UNSEEN_SHAPED, STRANGERS_SHAPED, ON_LIST_CHANGED = 0.5, 0.2, 0.25, 0.12
LIST_SHAPES = ("order", "part dropped", "titles", "part added", "mrz", "custom")
Spread = tuple[spelling.Family, tuple[str, ...]]
EASTERN = ("chinese", "korean", "burmese", "thai", "vietnamese")


@dataclass(frozen=True, slots=True)
class Case:
    """A query, the entry it belongs to (empty: to none), and what was done to it."""

    query: Query
    entry: str
    family: str
    culture: str
    birth: str
    complete: bool = False


class Sets:
    """Makes a list and cases from one seed."""

    def __init__(self, seed: int) -> None:
        self.population = Population(seed)
        self.random = random.Random(seed + 1)
        self._births: dict[int, str | None] = {}

    def entries(self, size: int) -> tuple[list[Entry], list[Person]]:
        """Return a list of `size` and the people on it."""
        people = [self.population.person() for _ in range(size)]
        return [self._entry(number, person) for number, person in enumerate(people)], people

    def positives(self, people: list[Person], count: int, *, unseen: bool) -> list[Case]:
        """Return queries for people on the list, changed by families seen in training or not."""
        chosen = self.random.choices(range(len(people)), k=count)
        return [self._case(number, people[number], unseen=unseen) for number in chosen]

    def negatives(self, people: list[Person], count: int, *, unseen: bool = False) -> list[Case]:
        """Return queries for people who are not on the list, some of them dangerously near."""
        kinds = self.random.choices(list(NEGATIVES), list(NEGATIVES.values()), k=count)
        families = spelling.UNSEEN if unseen else spelling.SEEN
        return [self._stranger(n, kind, people, families) for n, kind in enumerate(kinds)]

    def _entry(self, number: int, person: Person) -> Entry:
        draw = self.random
        names = [self.name(person, shape=self._shape(ON_LIST_CHANGED, LIST_SHAPES))]
        if draw.random() < 0.15:
            family = draw.choice(list(fitting(spelling.SEEN, person.culture)))
            names.append(self.name(person, family=family))
        kind = draw.random()
        dob: str | None = person.birth.isoformat()
        if kind < 0.22:
            dob = None if kind < 0.03 else changes.birth_text(draw, person.birth, person.nation)[0]
        self._births[number] = dob
        return Entry(
            id=f"E{number}", names=names, dob=dob,
            sex=person.sex if draw.random() < 0.93 else None,
            nationality=person.nation if draw.random() < 0.93 else None,
            passports=[person.passport] if draw.random() < 0.55 else [],
        )  # fmt: skip

    def _case(self, number: int, person: Person, *, unseen: bool) -> Case:
        draw = self.random
        families = fitting(spelling.UNSEEN if unseen else spelling.SEEN, person.culture)
        family = draw.choice(list(families))
        shape = self._shape(UNSEEN_SHAPED if unseen else SHAPED)
        plain = draw.random()
        if not unseen and shape and plain < 0.5:
            family = ""
        name = self.name(person, family=family, shape=shape)
        birth, kind = changes.birth_text(draw, person.birth, person.nation)
        query = self._query(f"P{number}", person, name, birth, same_passport=draw.random() < 0.12)
        right = self._births.get(number) == birth == person.birth.isoformat()
        return Case(query, f"E{number}", family or shape, person.culture, kind, right)

    def _stranger(
        self, number: int, kind: str, people: list[Person], every: dict[str, Spread]
    ) -> Case:
        draw = self.random
        model = draw.choice(people)
        makers = {
            "namesake": self.population.namesake, "sibling": self.population.sibling,
            "parent or child": self.population.child, "same day": self.population.twin_of_chance,
        }  # fmt: skip
        person = makers[kind](model) if kind in makers else self.population.person()
        while kind == "same day" and len({*model.parts} - {*person.parts}) == 0:
            model = draw.choice(people)
            person = self.population.twin_of_chance(model)
        families = fitting(every, person.culture)
        family = draw.choice(list(families)) if draw.random() < 0.4 else ""
        birth = person.birth.isoformat()
        if draw.random() < 0.2:
            birth = changes.birth_text(draw, person.birth, person.nation)[0] or birth[:4]
        name = self.name(person, family=family, shape=self._shape(STRANGERS_SHAPED))
        query = self._query(f"N{number}", person, name, birth)
        return Case(query, "", kind, person.culture, "")

    def _shape(self, share: float, shapes: tuple[str, ...] = tuple(changes.SHAPES)) -> str:
        if self.random.random() >= share:
            return ""
        return self.random.choices(shapes, [changes.SHAPES[shape][1] for shape in shapes])[0]

    def _query(
        self,
        identity: str,
        person: Person,
        name: str,
        birth: str | None,
        *,
        same_passport: bool = False,
    ) -> Query:
        draw = self.random
        sex = person.sex if draw.random() > 0.02 else "MF"[person.sex == "M"]
        nation = (
            person.nation
            if draw.random() > 0.05
            else draw.choice(("MYS", "IDN", "SGP", "AUS", "NLD"))
        )
        return Query(
            id=identity, name=name, dob=birth,
            sex=sex if draw.random() < 0.95 else None,
            nationality=nation if draw.random() < 0.93 else None,
            passport=person.passport if same_passport else self.population.passport(),
        )  # fmt: skip

    def name(self, person: Person, *, family: str = "", shape: str = "") -> str:
        """Return the name in a family's spelling and a shape; without both as at home."""
        draw = self.random
        form = FORM_OF.get(person.nation, 0) if person.culture == "chinese" else 0
        if person.culture == "korean" and not family:
            form = draw.choice((0, 0, 1))
        change = {**spelling.SEEN, **spelling.UNSEEN}[family][0] if family else None
        words: list[tuple[Part, str]] = []
        other_hand: list[str] = []
        if family == "romanisation":
            other_hand = spelling.in_one_hand(draw, [p.word for p in person.parts], person.culture)
        for place, part in enumerate(person.parts):
            at_home = (
                spelling.cyrillic(part.word, "icao")
                if person.culture == "russian"
                else spelling.base(part.word, form)
            )
            if change is None or (family in ("typing", "scan") and draw.random() < 0.5):
                words.append((part, at_home))
            elif other_hand:
                words.append((part, other_hand[place]))
            elif family == "southeast" and "/" in part.word:
                words.append((part, change(draw, part.word, person.culture)))
            else:
                words.append((part, change(draw, at_home, person.culture)))
        words = self._hyphenated(person, words)
        if shape:
            text = changes.SHAPES[shape][0](draw, words, person)
        else:
            text = " ".join(text for _, text in words)
        return text.upper() if draw.random() < 0.5 else text.title()

    def _hyphenated(self, person: Person, words: list[tuple[Part, str]]) -> list[tuple[Part, str]]:
        """Write two given syllables of Chinese and Korean names together, apart or hyphenated."""
        if person.culture not in ("chinese", "korean") or len(words) < 3:
            return words
        between = self.random.choice(("", "", " ", "-"))
        return [words[0], (words[1][0], words[1][1] + between + words[2][1]), *words[3:]]


def fitting(families: dict[str, Spread], culture: str) -> dict[str, spelling.Family]:
    """Return the families that change names of a culture."""
    return {
        name: family
        for name, (family, cultures) in families.items()
        if not cultures or culture in cultures
    }
