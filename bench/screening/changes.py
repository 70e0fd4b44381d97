"""Changes of a whole name and of its facts: what clerks, machines and customs do to them.

MRZ: ICAO Doc 9303-4 §4.2.2 (39 characters) and 9303-3 §4.6 (`<`); placeholders as in visa systems
(FNU, LNU, XXX); one-word names doubled as Gulf carriers ask for; customs of
patronymics, kunya, nisba, married names.
"""

# ruff: noqa: ARG001 — every builder and family has one signature
from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

from bench.screening.people import Part, Person

Words = list[tuple[Part, str]]


def swapped(draw: random.Random, words: Words, person: Person) -> str:
    """Surname and given names in each other's place."""
    shift = draw.randrange(1, len(words)) if len(words) > 1 else 0
    turned = words[shift:] + words[:shift]
    return _plain(turned) if draw.random() < 0.6 else _comma(turned)


def dropped(draw: random.Random, words: Words, person: Person) -> str:
    """A part left out: father, grandfather, middle name, or family name."""
    optional = [
        n
        for n, (part, _) in enumerate(words)
        if part.role in ("father", "grandfather", "middle", "place")
    ]
    if len(words) > 2:
        gone = draw.choice(optional or range(len(words)))
        words = words[:gone] + words[gone + 1 :]
    return _plain(words)


def initials(draw: random.Random, words: Words, person: Person) -> str:
    """A part as its initial, as in South India and on Indonesian papers."""
    if len(words) < 2:
        return _plain(words)
    at = draw.choice([n for n, (part, _) in enumerate(words) if part.role != "family"] or [0])
    dot = draw.choice((".", ""))
    return " ".join(text[0] + dot if n == at else text for n, (_, text) in enumerate(words))


def joined(draw: random.Random, words: Words, person: Person) -> str:
    """Two parts in one, or a hyphen between them."""
    if len(words) < 2:
        return _plain(words)
    at = draw.randrange(len(words) - 1)
    between = draw.choice(("", "", "-"))
    texts = [text for _, text in words]
    return " ".join([*texts[:at], texts[at] + between + texts[at + 1], *texts[at + 2 :]])


def titled(draw: random.Random, words: Words, person: Person) -> str:
    """Titles, degrees, `bin`, `alias`."""
    title = draw.choice(
        ("H. ", "Hj. ", "Dr. ", "MR ", "Drs. ", "Haji ", "Prof. ", "Syekh ", "Ir. ")
    )
    texts = [text for _, text in words]
    if (
        person.culture in ("arabic", "indonesian", "african")
        and len(texts) > 1
        and draw.random() < 0.5
    ):
        texts.insert(1, "bin" if person.sex == "M" else "binti")
        return " ".join(texts)
    return title + " ".join(texts) + draw.choice(("", "", ", S.H.", ", M.Sc", ", SE, MM"))


def filled(draw: random.Random, words: Words, person: Person) -> str:
    """FNU, XXX and one-word names doubled."""
    text = _plain(words)
    if len(words) == 1 or draw.random() < 0.25:
        one = words[0][1] if len(words) == 1 else max((text for _, text in words), key=len)
        return draw.choice(
            (f"{one} {one}", f"FNU {one}", f"{one} XXX", f"{one}, {one}", f"LNU {one}")
        )
    return draw.choice((f"FNU {text}", f"{text} XXX", f"{text} LNU", f"-, {text}"))


def added(draw: random.Random, words: Words, person: Person) -> str:
    """A part that other papers leave out: a middle name, a husband's name, a place."""
    extra = draw.choice(
        ("maria", "abdullah", "kumar", "bin ali", "lee", "jose", "muhammad", "al-hasani", "van")
    )
    texts = [text for _, text in words]
    texts.insert(draw.randrange(len(texts) + 1), extra)
    return " ".join(texts)


def machine_read(draw: random.Random, words: Words, person: Person) -> str:
    """The line of an MRZ, cut at 39, its `<` read as K, C or X."""
    family = "<".join(text for part, text in words if part.role in ("family", "place"))
    given = "<".join(text for part, text in words if part.role not in ("family", "place"))
    line = (f"{family}<<{given}" if family else given).upper().replace(" ", "<").replace("-", "<")
    line = line.replace("'", "")[:39]
    way = draw.random()
    if way < 0.35:
        return line + "<" * draw.choice((0, 3, 39 - len(line)))
    if way < 0.7:
        wrong = draw.choice("KCX")
        return "".join(
            wrong if sign == "<" and draw.random() < 0.5 else sign for sign in line
        ).replace("<", " ")
    return line.replace("<", " ")[: draw.choice((39, 30, 25))].strip()


def by_custom(draw: random.Random, words: Words, person: Person) -> str:
    """Kunya or nisba only, father's name only, first name and initial."""
    texts = {part.role: text for part, text in words}
    if person.culture == "arabic":
        kunya = draw.choice(("abu ", "abou ")) + draw.choice(
            ("ali", "omar", "hasan", "yahya", "bakr")
        )
        place = texts.get("place") or texts.get("family", "")
        given = texts["given"]
        return draw.choice(
            (
                f"{kunya} {given} {place}",
                f"{given} {place}",
                f"{given} {texts['father']}",
                f"{given} ibn {texts['father']}",
            )
        )
    if person.culture in ("tamil", "hindi") and len(words) > 1:
        return draw.choice(
            (
                f"{words[1][1][0]}. {words[0][1]}",
                f"{words[0][1]} a/l {words[1][1]}",
                f"{words[0][1]} s/o {words[1][1]}",
            )
        )
    if person.culture in ("persian", "urdu") and len(words) > 1:
        return draw.choice(
            (f"sayed {_plain(words)}", _plain(words[:1] + words[-1:]), f"mohammad {_plain(words)}")
        )
    return _plain(words[:1] + words[-1:]) if len(words) > 2 else swapped(draw, words, person)


SHAPES: dict[str, tuple[Callable[[random.Random, Words, Person], str], float]] = {
    "order": (swapped, 1.0), "part dropped": (dropped, 1.0), "initial": (initials, 0.7),
    "joined": (joined, 0.9), "titles": (titled, 0.8), "fillers": (filled, 0.7),
    "part added": (added, 0.5), "mrz": (machine_read, 0.9), "custom": (by_custom, 1.0),
}  # fmt: skip


def birth_text(draw: random.Random, birth: date, nation: str) -> tuple[str | None, str]:
    """Return a date of birth as another paper has it, and the name of what happened to it."""
    kinds = {
        "right": 58, "swapped": 5, "digit": 5, "year only": 7, "month only": 2, "placeholder": 5,
        "year off": 4, "missing": 6, "calendar": 4, "other": 2,
    }  # fmt: skip
    kind = draw.choices(list(kinds), list(kinds.values()))[0]
    if kind == "swapped" and birth.day > 12:
        kind = "right"
    texts: dict[str, str | None] = {
        "right": birth.isoformat(),
        "swapped": f"{birth.year}-{birth.day:02d}-{birth.month:02d}",
        "digit": _slip(draw, birth),
        "year only": str(birth.year),
        "month only": f"{birth.year}-{birth.month:02d}",
        "placeholder": f"{birth.year}-01-01",
        "year off": _day(birth.year + draw.choice((-1, 1, 1, -2, 10, -10)), birth.month, birth.day),
        "missing": None,
        "calendar": _elsewhere(draw, birth, nation),
        "other": _day(birth.year + draw.randint(-3, 3), draw.randint(1, 12), draw.randint(1, 28)),
    }
    return texts[kind], kind


def _day(year: int, month: int, day: int) -> str:
    return f"{year}-{month:02d}-{min(day, 28):02d}"


def _slip(draw: random.Random, birth: date) -> str:
    while True:
        signs = list(birth.isoformat())
        at = draw.choice((3, 2, 6, 8, 9, 9, 6))
        signs[at] = draw.choice("0123456789")
        try:
            slipped = date.fromisoformat("".join(signs))
        except ValueError:
            continue
        if slipped != birth:
            return slipped.isoformat()


def _elsewhere(draw: random.Random, birth: date, nation: str) -> str:
    if nation == "THA":
        return f"{birth.year + 543}-{birth.month:02d}-{birth.day:02d}"
    if nation == "TWN":
        return f"{birth.year - 1911:03d}-{birth.month:02d}-{birth.day:02d}"
    if nation in ("IRN", "AFG"):
        spring = birth >= date(birth.year, 3, 21)
        days = (birth - date(birth.year if spring else birth.year - 1, 3, 21)).days
        month, day = (
            (days // 31 + 1, days % 31 + 1)
            if days < 186
            else ((days - 186) // 30 + 7, (days - 186) % 30 + 1)
        )
        return f"{birth.year - (621 if spring else 622)}-{month:02d}-{day:02d}"
    if nation in ("SAU", "YEM", "ARE", "KWT"):
        days = (birth - date(622, 7, 19)).days
        year = (30 * days + 10_646) // 10_631
        month = min(12, int((days - (354 * (year - 1) + (11 * year + 3) // 30)) / 29.5) + 1)
        return f"{year}-{month:02d}-{draw.randint(1, 29):02d}" if draw.random() < 0.3 else f"{year}"
    return f"{birth.year}-00-00" if draw.random() < 0.5 else birth.isoformat()


def _plain(words: Words) -> str:
    return " ".join(text for _, text in words)


def _comma(words: Words) -> str:
    return f"{words[0][1]}, {_plain(words[1:])}" if len(words) > 1 else words[0][1]
