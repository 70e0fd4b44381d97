"""A hub whose clock went back goes on serving, says so, and its records stay sound."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.queue import board


def later(hall) -> datetime | None:
    with hall.house.database.reading() as session:
        return board.later_than(session.connection(), hall.house.office_no, hall.clock.now())


def test_a_clock_that_went_back_is_known_by_what_it_said_before(hall):
    hall.issue()
    before = hall.clock.now()
    hall.clock.pass_(minutes=-4)
    assert later(hall) is None, "machines correct themselves by moments"

    hall.clock.pass_(minutes=-56)
    hall.issue()

    last = later(hall)
    assert last is not None
    assert timedelta(0) <= last - before < timedelta(seconds=1)
