from collections.abc import Iterator
from typing import cast

import pytest

from devices import conformance
from devices.capabilities import Device, OfficerCardReader
from devices.conformance import Check, Subject
from devices.errors import DeviceProtocolError, DeviceSilent, DocumentRemoved
from devices.piv.simulator import CardSimulator, start

LONGEST_FLIPPED = 12


@pytest.fixture(scope="module")
def card() -> Iterator[CardSimulator]:
    running = start({})
    yield running
    running.stop()


def whose(device: Device) -> object:
    return cast("OfficerCardReader", device).officer_card()


@pytest.mark.parametrize("check", conformance.CHECKS_OF_CARDS, ids=lambda check: check.name)
def test_it_conforms(check: Check, card: CardSimulator) -> None:
    """An open answer of PIV has no check value: what it says of itself is proved by signing."""
    subject = Subject(
        card.address,
        card,
        ask=whose,
        flips=LONGEST_FLIPPED,
        detects_flips=False,
        on_garbage=(DeviceProtocolError, DeviceSilent, DocumentRemoved),
        on_unplugged=(DocumentRemoved,),
        reader=card.place.reader,
    )
    assert conformance.applies(check, subject)

    conformance.run(check, subject)
