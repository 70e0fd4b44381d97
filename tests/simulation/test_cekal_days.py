"""Days of SOP Cekal with a bad wire and a dying hub: nothing decided by one, nothing decided twice.

Several cases of one person stand at step 3; examiners, the head and Kakanim judge them while the
list changes under them, requests are lost, doubled and late, and the hub dies in the middle.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from mortal_hub import MortalHub
from office_day import OfficeDay
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1] / "hub" / "cases"))

from case_desk import Desk
from listed import ANNA, OTHERS, Office
from wasdakim import Judge, ListInput, Screener, Verifier

from devices.emrtd.personalize import personalize
from hub.check import check_cases, check_records
from hub.house import open_house
from hub.models.cekal import CekalAct, CekalCheck
from hub.settings import THE_OFFICE, settings_for
from hub.writer import Actor

CASES, ROUNDS, LIST_CHANGES = 4, 36, 3
SEEDS = range(4)


@dataclass(frozen=True)
class Prepared:
    """A hub's folder with a list in force and cases at step 3, to be copied, and its staff."""

    folder: Path
    cases: tuple[str, ...]
    staff: dict[str, Actor]


@pytest.fixture(scope="module")
def prepared(empty_hub: Path, tmp_path_factory: pytest.TempPathFactory, virtual_clock) -> Prepared:
    folder = tmp_path_factory.mktemp("cekal") / "hub"
    shutil.copytree(empty_hub, folder)
    key_file = shutil.copy(empty_hub.with_name("hub.key"), folder.with_name("hub.key"))
    clock = virtual_clock()
    house = open_house(settings_for(folder, key_file=Path(key_file)), clock)
    desk = Desk(house, clock, personalize())
    Office(desk).load([*OTHERS, ANNA])
    cases = tuple(desk.go("3") for _ in range(CASES))
    house.database.close()
    return Prepared(folder, cases, desk.staff)


@pytest.fixture
def play(
    prepared: Prepared, tmp_path: Path, virtual_clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], OfficeDay]:
    """Play the day of a seed."""

    def play(seed: int) -> OfficeDay:
        chance, ids, clock = Random(seed), Random(-seed - 1), virtual_clock()
        monkeypatch.setattr(os, "urandom", ids.randbytes)
        clock.pass_(3600)
        hub = MortalHub(prepared.folder, tmp_path / f"day-{seed}", clock, chance.choice((1, 3, 64)))
        staff, confirms = prepared.staff, (0.15, 0.9)[seed % 2]
        judges = [
            Judge(staff[login], hub, chance, prepared.cases, confirms)
            for login in ("cekal", "cekal-2", "kepala", "kakanim", "loket")
        ]
        keepers = [
            ListInput(staff["input"], hub, chance, LIST_CHANGES),
            Verifier(staff["verifikasi"], hub, chance),
            Verifier(staff["tu"], hub, chance),
            Screener(hub, chance),
        ]
        day = OfficeDay(hub, clock, chance, people=[*judges, *keepers])
        asyncio.run(day.run(ROUNDS))
        return day

    return play


def test_the_day_is_sound_and_every_part_of_the_decision_is_met(play) -> None:
    states: Counter[str] = Counter()
    done: Counter[str] = Counter()
    deaths = 0
    for seed in SEEDS:
        day = play(seed)
        done += is_sound(day, states)
        deaths += day.hub.deaths

    assert deaths >= len(SEEDS)
    assert {"CLEAR", "FALSE_MATCH", "ON_HOLD", "LIFTED"} <= set(states), states
    for act in ("check", "verdict", "propose", "decide", "enter", "verify", "pass"):
        assert done[act], act


def is_sound(day: OfficeDay, states: Counter[str]) -> Counter[str]:
    """Check the records of a day; count the states met and the acts that were acknowledged."""
    acts = [one.request.name.partition(" ")[0] for one in day.acknowledged.values()]
    house = day.hub.house
    with house.database.reading() as session:
        assert check_records(session.connection(), THE_OFFICE) == []
        assert check_cases(session, THE_OFFICE, house.procedure) == []
        kept = Counter(session.scalars(select(CekalAct.act)))
        states.update(session.scalars(select(CekalCheck.state)))
    house.database.close()
    # whoever was told "done" finds it, and what was sent twice is there once
    for act in ("verdict", "propose", "decide"):
        assert kept[act] == acts.count(act)
    return Counter(acts)
