"""Debian's vicc, an ISO 7816 card that nobody here wrote, in the virtual reader."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devices.capabilities import MrzKey
from devices.emrtd import wire
from devices.emrtd.driver import EmrtdReader
from devices.errors import DeviceError, DeviceRefused
from devices.pcsc import virtual
from devices.pcsc.driver import PcscReader
from devices.pcsc.keeper import FIRST_PORT
from devices.piv.driver import PivReader

LIBRARY = "/usr/lib/python3/site-packages/virtualsmartcard"


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A reader of ours with vicc's card in it."""
    slot = virtual.take_slot()
    reader = PcscReader(slot.reader)
    with (tmp_path_factory.mktemp("vicc") / "log").open("wb") as log:
        vicc = subprocess.Popen(
            [*_inside(), sys.executable, "/usr/bin/vicc", "--type", "iso7816", "--hostname",
             "127.0.0.1", "--port", str(FIRST_PORT + slot.number)],
            env=os.environ | {"PYTHONPATH": LIBRARY}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        assert reader.wait_present(True, wait_s=60), "vicc did not put its card in"
        yield reader
    finally:
        vicc.terminate()
        vicc.wait()
        reader.wait_present(False, wait_s=5)
        reader.close()
        slot.close()


def _inside():
    namespace: Path | None = virtual._network_of_pcscd()
    return ["nsenter", f"--net={namespace}"] if namespace else []


def test_it_selects_what_it_has_and_refuses_what_it_has_not(reader):
    reader.reset()

    assert reader.transmit(bytes.fromhex("00A4000C023F00")) == b"\x90\x00"
    _, status = wire.split_response(reader.transmit(wire.select_application().encode()))
    assert status == 0x6A82
    reader.release()


def test_its_atr_has_the_historical_bytes_that_it_says(reader):
    reader.reset()
    atr, history = reader.atr(), reader.historical_bytes()
    reader.release()

    assert len(history) == atr[1] & 0x0F
    assert history in atr


def test_it_is_no_officers_card_and_identifies_only(reader):
    card = PivReader(reader)

    seen = card.officer_card()
    with pytest.raises(DeviceRefused):
        card.confirm(bytes(32), "step 6", "123456")

    assert (seen.kind, bool(seen.number)) == ("other", True)


def test_it_is_no_passport_which_is_an_error_of_our_tree(reader):
    with pytest.raises(DeviceError):
        EmrtdReader(reader).read_passport(MrzKey("L898902C3", "740812", "320415"))
