"""Every call of random mornings is the one that an independent oracle expects."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from brute_oracle import Desk, Office
from random_day import Morning

from hub import stations
from hub.access import token_hash
from hub.check import check_records
from hub.house import SYSTEM, House
from hub.office import OfficeConfig
from hub.stations import by_token

SEEDS = range(8)
STEPS = 400
AGENTS = (1, 2)


def with_differences(sample: OfficeConfig) -> OfficeConfig:
    """Counters differ in languages, needs and work profile."""
    differences = {
        1: {"needs": ("step_free", "written", "interpreter")},
        2: {"needs": ("step_free", "written"), "profile": "collection_first"},
        3: {"needs": ("interpreter",), "languages": ("id",)},
        4: {"needs": ()},
    }
    return msgspec.structs.replace(
        sample,
        counter_list=tuple(
            msgspec.structs.replace(one, **differences[one.number]) for one in sample.counters
        ),
    )


def desks_of(office: OfficeConfig) -> dict[int, Desk]:
    prefers = {2: (("collection", 20.0), ("payment", 20.0))}
    return {
        one.number: Desk(
            one.number,
            frozenset(one.needs),
            frozenset(one.languages or ("id", "en")),
            devices=frozenset(one.devices),
            prefers=prefers.get(one.number, ()),
        )
        for one in office.counters
    }


def morning(house: House, clock, seed: int) -> Morning:
    office = with_differences(house.procedure.office)
    writer = house.writer()
    agents = {}
    for counter in AGENTS:
        token = writer.run_alone(
            lambda tx, at=counter: stations.add(
                tx, office, kind="agent", name=f"agen {at}", counter=at
            ),
            actor=SYSTEM,
        )
        assert token_hash(token)
        with house.database.reading_core() as connection:
            agents[counter] = by_token(connection, house.office_no, token)
    return Morning(house, office, clock, Random(seed), Office(desks_of(office)), agents)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_every_call_is_the_one_the_oracle_expects(house: House, clock, seed: int) -> None:
    day = morning(house, clock, seed)

    day.run(STEPS)

    assert day.calls > 20
    with house.database.reading_core() as connection:
        assert check_records(connection, house.office_no) == []


def test_the_mornings_hold_what_they_are_meant_to_hold(house: House, clock) -> None:
    day = morning(house, clock, 99)

    day.run(2 * STEPS)

    for act in ("call", "absent", "return", "transfer lane", "transfer counter", "transfer back",
                "park", "resume", "undo call", "undo finish", "undo absent", "undo transfer",
                "out of order", "serve", "close", "device", "papers", "over"):  # fmt: skip
        assert day.did[act] > 0, act
