"""The screen and the paper tell one window of time, and never a call before the ticket."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from offices import office

from hub.wire import Estimate
from kiosk.expected import call_window, served_at_once

AT = datetime(2026, 11, 24, 1, 4, 30, tzinfo=UTC)


def test_a_window_is_widened_to_five_minutes_of_office_time() -> None:
    first, last = call_window(AT, 10, 25, "Asia/Jakarta")

    assert (f"{first:%H.%M}", f"{last:%H.%M}") == ("08.10", "08.30")


def test_nobody_expects_a_call_before_the_ticket() -> None:
    first, last = call_window(AT, 0, 4, "Asia/Jakarta")

    assert (f"{first:%H.%M}", f"{last:%H.%M}") == ("08.04", "08.10")


def test_a_queue_without_people_is_not_at_once_while_its_counter_is_closed() -> None:
    empty = msgspec.structs.replace(office().services[0], waiting=0)

    closed = msgspec.structs.replace(empty, estimate=Estimate(low_min=10, high_min=25))
    ready = msgspec.structs.replace(empty, estimate=Estimate(low_min=0, high_min=5))

    late = msgspec.structs.replace(empty, estimate=Estimate(low_min=0, high_min=5, today="unsure"))

    assert not served_at_once(closed)
    assert not served_at_once(late)
    assert served_at_once(ready)
