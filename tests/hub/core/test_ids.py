"""Ids that say when, for tables that grow fast: UUIDs all the same, greater the later they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from hub.models.schema import chances, new_id_at

MORNING = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
ONE_COMMAND = timedelta(microseconds=1)


def test_an_id_is_a_uuid_of_version_7_that_holds_its_instant() -> None:
    made = UUID(hex=new_id_at(MORNING + timedelta(microseconds=7_999)))

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(MORNING.timestamp()) * 1000 + 7


def test_the_ids_of_a_batch_are_greater_one_by_one() -> None:
    made = [new_id_at(MORNING + n * ONE_COMMAND) for n in range(2_500)]

    assert made == sorted(made)


def test_ids_of_one_instant_differ() -> None:
    assert len({new_id_at(MORNING) for _ in range(1_000)}) == 1_000


def test_ids_of_chances_that_were_drawn_at_once_differ_and_are_of_version_7() -> None:
    made = {new_id_at(MORNING, chance) for chance in chances(1_000)}

    assert len(made) == 1_000
    assert {(UUID(hex=one).version, UUID(hex=one).variant) for one in made} == {(7, RFC_4122)}
