"""Whole mornings on a virtual clock with a bad wire and a dying hub; one seed is one morning."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from mortal_hub import MortalHub, MortalHubOnPostgresql
from office_day import Acknowledged, OfficeDay
from oracle import events_at, head, impossible_events, repeated, stored_numbers
from sqlalchemy import Connection

from hub.check import check_records
from hub.settings import THE_OFFICE
from hub.wire import Ticket

SEEDS = range(20)
ROUNDS = 20

Play = Callable[..., OfficeDay]


@pytest.fixture
def play(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    virtual_clock,
    monkeypatch: pytest.MonkeyPatch,
) -> Play:
    """Play the morning of a seed; the same seed is the same morning to the last byte."""

    def play(seed: int, folder: str = "morning", *, on_postgresql: bool = False) -> OfficeDay:
        chance, ids, clock = Random(seed), Random(-seed - 1), virtual_clock()
        monkeypatch.setattr(os, "urandom", ids.randbytes)
        place, limit = tmp_path / folder, chance.choice((1, 3, 64))
        if on_postgresql:
            empty, cluster = map(request.getfixturevalue, ("empty_hub_on_postgresql", "cluster"))
            hub = MortalHubOnPostgresql(empty, place, clock, limit, cluster)
        else:
            hub = MortalHub(request.getfixturevalue("empty_hub"), place, clock, limit)
        day = OfficeDay(hub, clock, chance)
        asyncio.run(day.run(ROUNDS))
        return day

    return play


@contextmanager
def records(day: OfficeDay) -> Iterator[Connection]:
    database = day.hub.house.database
    with database.reading_core() as connection:
        yield connection
    database.close()


def acknowledged(day: OfficeDay, name: str) -> list[Acknowledged]:
    return [one for one in day.acknowledged.values() if one.request.name.startswith(name)]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_nobody_is_lost_or_called_twice(play: Play, seed: int) -> None:
    nobody_is_lost_or_called_twice(play(seed))


@pytest.mark.parametrize("seed", SEEDS[:5], ids=lambda seed: f"seed-{seed}")
def test_nobody_is_lost_or_called_twice_on_postgresql(play: Play, seed: int) -> None:
    nobody_is_lost_or_called_twice(play(seed, on_postgresql=True))


def nobody_is_lost_or_called_twice(day: OfficeDay) -> None:
    issued = [one.done.value for one in acknowledged(day, "issue")]
    calls = acknowledged(day, "call")
    assert all(isinstance(ticket, Ticket) for ticket in issued)
    with records(day) as connection:
        assert check_records(connection, THE_OFFICE) == []
        assert impossible_events(connection) == []
        assert stored_numbers(connection) == {ticket.id: ticket.number for ticket in issued}
        happened = events_at(connection)
    assert repeated(ticket.number for ticket in issued) == []
    assert repeated(call.done.seq for call in calls) == []
    for call in calls:
        assert happened[call.done.seq] == ("ticket.called", call.done.value.id)


def test_the_mornings_are_as_bad_as_they_are_meant_to_be(play: Play) -> None:
    days = [play(seed, folder=f"morning-{seed}") for seed in range(3)]

    assert sum(day.hub.deaths for day in days) >= 5
    assert sum(len(acknowledged(day, "issue")) for day in days) >= 200
    for act in ("call", "start", "finish", "absent", "return", "transfer", "recall", "park",
                "resume", "undo"):  # fmt: skip
        assert any(acknowledged(day, act) for day in days), act


def test_the_same_seed_is_the_same_morning(play: Play) -> None:
    seals = []
    for folder in ("once", "again"):
        with records(play(7, folder=folder)) as connection:
            seals.append(head(connection))

    assert seals[0] == seals[1]
