"""A portrait with a measured fault is taken again, at most so often, and its faults are told."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from counter_agent.kinds import BETWEEN_SHOTS_S, Order, perform
from devices.capabilities import Device
from devices.piv.pin import PinKey
from devices.registry import open_device, start_simulator
from hub.wire import Job


@pytest.fixture
def camera() -> Iterator[Device]:
    simulator = start_simulator("camera", {"fps": "30"})
    device = open_device(simulator.address)
    yield device
    device.close()
    simulator.stop()


def order(pauses: list[float], **options: str) -> Order:
    job = Job(
        id="a" * 32,
        counter=3,
        kind="take_photo",
        state="started",
        fence=1,
        options=options,
        deadline=datetime(2040, 1, 9, tzinfo=UTC),
    )
    return Order(job, b"", lambda _done, _total: None, lambda: False, PinKey(), pause=pauses.append)


def test_the_photo_says_what_was_measured_and_what_is_wrong(
    camera: Device,
) -> None:
    pauses: list[float] = []

    good = perform(camera, order(pauses), print_id=1)
    wrong_wall = perform(camera, order(pauses, background="red", shots="2"), print_id=1)
    nonsense = perform(camera, order(pauses, background="green"), print_id=1)

    assert (good.state, good.facts["faults"], good.facts["shots"]) == ("done", "", "1")
    assert float(good.facts["sharpness"]) > 3
    assert (wrong_wall.state, wrong_wall.facts["shots"]) == ("done", "2")
    assert wrong_wall.facts["faults"] == "background_colour"
    assert pauses == [BETWEEN_SHOTS_S], "the person moves between two shots"
    assert (nonsense.state, nonsense.code) == ("failed", "options_invalid")
