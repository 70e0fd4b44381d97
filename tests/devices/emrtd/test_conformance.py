from collections.abc import Iterator
from typing import cast

import pytest

from devices import conformance
from devices.capabilities import Device, MrzKey, PassportReader
from devices.conformance import Check, Subject
from devices.emrtd.simulator import PassportSimulator, start
from devices.errors import DeviceProtocolError, DeviceSilent, DocumentRemoved, WrongAccessKey

KEY = MrzKey("L898902C3", "740812", "320415")
FOUR = {"COM", "DG1", "DG2", "SOD"}
SHORTEST_PROTECTED = 14
"""Bytes of `99 02 status | 8E 08 MAC`: every one of them is flipped, in every answer."""


@pytest.fixture(scope="module", params=["bac", "pace-aes128"])
def passport(request: pytest.FixtureRequest) -> Iterator[PassportSimulator]:
    running = start({"access": request.param, "signature": "ecdsa"})
    yield running
    running.stop()


def read(device: Device) -> object:
    found = cast("PassportReader", device).read_passport(KEY)
    assert set(found.files) >= FOUR
    return found


@pytest.mark.parametrize("check", conformance.CHECKS_OF_CARDS, ids=lambda check: check.name)
def test_it_conforms(check: Check, passport: PassportSimulator) -> None:
    subject = Subject(
        passport.address,
        passport,
        ask=read,
        healthy_s=30.0,
        repeats=20,  # a hundred stand in test_reading_a_passport
        answers_s=30.0,
        flips=SHORTEST_PROTECTED,
        on_garbage=(DeviceProtocolError, DeviceSilent, DocumentRemoved, WrongAccessKey),
        on_unplugged=(DocumentRemoved,),
        reader=passport.place.reader,
    )
    assert conformance.applies(check, subject)

    conformance.run(check, subject)
