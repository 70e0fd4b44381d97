"""The lamp's driver: the manual's bytes, any bytes at all, and every demand on a driver."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lamp import wire

from devices import conformance
from devices.conformance import Check, Subject
from devices.errors import DeviceProtocolError
from devices.registry import Simulator, start_simulator


@pytest.fixture
def lamp() -> Iterator[Simulator]:
    running = start_simulator("lamp")
    yield running
    running.stop()


def test_an_answer_is_read_as_the_manual_prints_it() -> None:
    answer = b"LAMP;00042;1.3;1*94"

    assert wire.decode_status(answer) == wire.Status("00042", "1.3", wire.Light.CALLING)


@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_else(line: bytes) -> None:
    try:
        wire.decode_status(line)
    except DeviceProtocolError:
        return


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_it_conforms(check: Check, lamp: Simulator) -> None:
    path = lamp.address.removeprefix("lamp:")
    # it gives up on a silent lamp within 4 s, opening included; an answer has 22 bytes
    subject = Subject(lamp.address, lamp, answers_s=4.0, flips=22, serial_path=path)

    conformance.run(check, subject)
