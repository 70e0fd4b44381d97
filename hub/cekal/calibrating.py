"""Set the threshold of one list: from which score a stranger is stopped in one of a hundred cases.

The strangers are made of the list itself: parts of names of the same nationality put together
anew, dates of birth of others, and a share of dangerous ones (same name born another day, same
family name, same day). What such a person scores is measured; nobody has to be on no list.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence

from hub.cekal.folding import fold
from hub.cekal.matcher import Matcher
from hub.cekal.records import Entry, Query

STRANGERS = 3000
SHARES = {"stranger": 85, "namesake": 5, "relative": 5, "same_day": 5}
_WHOLE_DATE = 10
TRIES = 20


def threshold_for(
    matcher: Matcher,
    entries: Sequence[Entry],
    false_alarms: float,
    *,
    seed: int = 1,
    count: int = STRANGERS,
    progress: Callable[[int], None] = lambda _: None,
) -> float:
    """Return the score that `false_alarms` of the strangers reach or exceed."""
    best = []
    for number, stranger in enumerate(strangers(entries, count, seed), start=1):
        hits = matcher.screen(stranger, top=1)
        best.append(hits[0].score if hits else 0.0)
        progress(number)
    best.sort(reverse=True)
    allowed = int(false_alarms * len(best))
    between = (best[allowed] + best[max(allowed - 1, 0)]) / 2 if allowed else best[0]
    return min(max(between, 1e-6), 1.0)


def strangers(entries: Sequence[Entry], count: int, seed: int) -> list[Query]:
    """Return people who are not on the list but could well live beside those who are."""
    draw = random.Random(seed)  # noqa: S311 — a sample, not a secret
    people = [entry for entry in entries if entry.names]
    by_nation: dict[str, list[Entry]] = defaultdict(list)
    for entry in people:
        by_nation[entry.nationality or ""].append(entry)
    kinds = draw.choices(list(SHARES), list(SHARES.values()), k=count)
    return [_stranger(draw, number, kind, people, by_nation) for number, kind in enumerate(kinds)]


def _stranger(
    draw: random.Random,
    number: int,
    kind: str,
    people: Sequence[Entry],
    by_nation: dict[str, list[Entry]],
) -> Query:
    for _ in range(TRIES):
        model = draw.choice(people)
        mine = draw.choice(model.names).split()
        name = _name(draw, kind, mine, by_nation[model.nationality or ""])
        # on a list of a few people every name put together may be one of theirs
        if kind == "namesake" or fold(name) != fold(" ".join(mine)):
            break
    # whoever applies shows a passport with a complete date
    dob = model.dob if kind == "same_day" else _birth(draw, people)
    return Query(
        id=f"S{number}", name=name, dob=dob, sex=model.sex, nationality=model.nationality,
        passport=f"ZZ{draw.randrange(10**7):07d}",
    )  # fmt: skip


def _name(draw: random.Random, kind: str, mine: list[str], others: Sequence[Entry]) -> str:
    if kind == "namesake":
        return " ".join(mine)
    other = draw.choice(draw.choice(others).names).split()
    if kind not in ("relative", "same_day"):
        return _mixed(draw, other, draw.choice(draw.choice(others).names).split())
    kept = min(range(len(mine)), key=lambda place: len(mine[place]))
    return " ".join(
        mine[n] if n == kept else other[min(n, len(other) - 1)] for n in range(len(mine))
    )


def _birth(draw: random.Random, people: Sequence[Entry]) -> str | None:
    tried = [draw.choice(people).dob for _ in range(8)]
    return next((dob for dob in tried if len(dob or "") == _WHOLE_DATE), tried[0])


def _mixed(draw: random.Random, one: list[str], other: list[str]) -> str:
    """Return the beginning of one name with the end of the other."""
    if len(one) < 2 or len(other) < 2:
        return " ".join(one[:1] + other[-1:])
    cut = draw.randrange(1, len(one))
    return " ".join(one[:cut] + other[-max(1, len(other) - cut) :])
