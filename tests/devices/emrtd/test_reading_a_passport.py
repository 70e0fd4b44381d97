"""The driver on a whole simulated chip behind the real pcscd and pyscard."""

from __future__ import annotations

import time

import pytest

from devices.capabilities import MrzKey, PassportReader, Verdict
from devices.emrtd.simulator import FAULTS, start
from devices.errors import (
    AddressError,
    DeviceBusy,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DocumentRemoved,
    WrongAccessKey,
)
from devices.pcsc.driver import PcscReader
from devices.registry import open_device

KEY = MrzKey("L898902C3", "740812", "320415")


@pytest.fixture(scope="module")
def lain(tmp_path_factory):
    """A specimen passport on the virtual reader and the driver opened on it."""
    folder = tmp_path_factory.mktemp("csca")
    simulator = start({"csca": str(folder / "utopia.cer")})
    reader = open_device(f"{simulator.address}?csca={folder}")
    yield simulator, reader
    reader.close()
    simulator.stop()


@pytest.fixture
def passport(lain):
    simulator, reader = lain
    yield simulator, reader
    simulator.fault("")


def read(reader, key=KEY, **options):
    return reader.read_passport(key, **options)


def test_a_specimen_passport_is_read_whole_and_proven(passport):
    simulator, reader = passport
    progress = []

    result = read(reader, progress=lambda done, total: progress.append((done, total)))

    assert dict(result.files) == dict(simulator.passport.files)
    assert result.access == "BAC"
    assert result.mrz.splitlines()[0].startswith("P<UTOERIKSSON<<ANNA<MARIA<")
    assert result.face_jpeg[:3] == b"\xff\xd8\xff"
    assert [finding.verdict for finding in result.findings] == [Verdict.VALID]
    assert progress[-1] == (sum(map(len, result.files.values())),) * 2
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)
    assert all(done <= total for done, total in progress)


def test_a_passport_of_13_kb_takes_at_most_76_apdus(passport):
    _, reader = passport

    result = read(reader)

    assert len(result.files["DG2"]) > 12_900
    assert result.apdus <= 76


def test_it_is_a_passport_reader_that_says_who_it_is(passport):
    _, reader = passport

    assert isinstance(reader, PassportReader)
    assert reader.present()
    assert reader.identity().model.startswith("Virtual PCD")
    assert reader.health().code == "ready"


@pytest.mark.parametrize(
    "key",
    [
        MrzKey("L898902C4", "740812", "320415"),
        MrzKey("L898902C3", "740813", "320415"),
        MrzKey("L898902C3", "740812", "320416"),
    ],
)
def test_a_wrong_key_is_told_from_a_broken_chip_and_the_right_one_opens_it_next(passport, key):
    _, reader = passport

    with pytest.raises(WrongAccessKey):
        read(reader, key)

    assert read(reader).mrz


def test_a_key_that_no_zone_can_hold_is_a_wrong_key(passport):
    _, reader = passport

    with pytest.raises(WrongAccessKey):
        read(reader, MrzKey("é", "740812", "320415"))


def test_no_passport_on_the_reader_is_told_at_once(passport):
    simulator, reader = passport
    simulator.fault("removed")

    assert not reader.present()
    with pytest.raises(DocumentRemoved):
        read(reader)


def test_a_passport_laid_down_later_is_seen_and_read(passport):
    simulator, reader = passport
    simulator.fault("removed")
    assert not reader.wait_present(True, wait_s=0.3)

    simulator.fault("")

    assert reader.wait_present(True, wait_s=60)
    assert read(reader).mrz


def test_pulled_away_in_the_middle_of_the_picture_then_laid_down_again(passport):
    simulator, reader = passport
    simulator.fault("removed_in_dg2")

    with pytest.raises(DocumentRemoved):
        read(reader)

    simulator.fault("")
    assert read(reader).face_jpeg


@pytest.mark.parametrize("fault", ["silent", "mute_dg2"])
def test_a_chip_that_falls_silent_ends_the_read_in_time_and_not_for_ever(passport, fault):
    simulator, reader = passport
    simulator.fault(fault)

    began = time.monotonic()
    with pytest.raises(DeviceSilent):
        read(reader)

    assert time.monotonic() - began < 60
    simulator.fault("")
    assert read(reader).mrz


@pytest.mark.parametrize("fault", ["garbage", "flipped"])
def test_nonsense_from_the_chip_is_a_protocol_error_and_the_next_read_works(passport, fault):
    simulator, reader = passport
    simulator.fault(fault)

    with pytest.raises(DeviceProtocolError):
        read(reader)

    simulator.fault("")
    assert read(reader).mrz


def test_a_late_chip_is_waited_for(passport):
    simulator, reader = passport
    simulator.fault("late")

    assert read(reader).mrz


def test_a_chip_without_short_identifiers_costs_four_more_apdus(passport):
    simulator, reader = passport
    simulator.fault("no_sfi")

    assert read(reader).apdus <= 76


def test_a_chip_that_refuses_large_reads_is_read_in_small_ones(passport):
    simulator, reader = passport
    simulator.fault("small_reads")

    result = read(reader)

    assert dict(result.files) == dict(simulator.passport.files)
    assert result.apdus > 100


@pytest.mark.parametrize(
    ("fault", "part"), [("altered_dg1", "DG1"), ("altered_dg2", "DG2"), ("broken_sod", "EF.SOD")]
)
def test_an_altered_chip_is_read_and_found_out(passport, fault, part):
    simulator, reader = passport
    simulator.fault(fault)

    finding = read(reader).findings[0]

    assert finding.verdict is Verdict.ALTERED
    assert part in finding.reason


def test_a_reading_can_be_cancelled_in_the_middle(passport):
    _, reader = passport
    seen = []

    with pytest.raises(DeviceRefused) as caught:
        read(
            reader,
            progress=lambda done, total: seen.append(done),
            cancelled=lambda: len(seen) > 10,
        )

    assert caught.value.reason == "cancelled"
    assert read(reader).mrz


def test_a_card_held_by_another_program_is_busy(passport):
    simulator, reader = passport
    other = PcscReader(simulator.address.removeprefix("emrtd:pcsc://"))
    other.reset()

    with pytest.raises(DeviceBusy):
        read(reader)

    other.close()
    assert read(reader).mrz


def test_an_error_names_the_device_and_no_personal_data(passport):
    simulator, reader = passport

    with pytest.raises(WrongAccessKey) as caught:
        read(reader, MrzKey("SECRET123", "740812", "320415"))

    assert caught.value.address.startswith(simulator.address)
    assert "SECRET" not in str(caught.value)
    assert "740812" not in str(caught.value)


def test_a_hundred_reads_leave_no_descriptor_behind(passport):
    from pathlib import Path

    _, reader = passport
    read(reader)
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(100):
        read(reader)

    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_another_holder_lies_on_a_second_reader_at_the_same_time(passport, tmp_path):
    _, first = passport
    second = start(
        {
            "document_number": "X1234567",
            "surname": "Wijaya",
            "given_names": "Siti Nur",
            "birth": "990131",
            "expiry": "310130",
            "sex": "F",
            "nationality": "UTO",
            "signature": "ecdsa",
        },
        out=tmp_path,
    )
    try:
        other = open_device(f"{second.address}?csca={tmp_path}")
        result = read(other, MrzKey("X1234567", "990131", "310130"))
        other.close()
    finally:
        second.stop()

    assert "WIJAYA<<SITI<NUR" in result.mrz
    assert [finding.verdict for finding in result.findings] == [Verdict.VALID]
    assert "ERIKSSON" in read(first).mrz


def test_a_name_that_fits_two_readers_lists_both(passport):
    with pytest.raises(AddressError, match=r"Virtual PCD 00 00.*Virtual PCD 00 01"):
        open_device("emrtd:pcsc://Virtual PCD")


def test_an_address_without_a_reader_is_refused():
    with pytest.raises(AddressError):
        open_device("emrtd:pcsc://")


def test_unknown_faults_and_options_list_the_known_ones(passport):
    simulator, _ = passport

    with pytest.raises(ValueError, match="removed_in_dg2"):
        simulator.fault("on_fire")
    with pytest.raises(ValueError, match="document_number"):
        start({"number": "1"})
    assert "silent" in FAULTS


def test_the_simulator_opens_with_its_device_and_ends_with_it():
    device = open_device("emrtd:sim://specimen?signature=ecdsa")
    try:
        assert device.read_passport(KEY).mrz
    finally:
        device.close()


@pytest.fixture(scope="module", params=["pace-3des", "pace-aes128", "pace-aes192", "pace-aes256"])
def modern(request, tmp_path_factory):
    """A passport that offers PACE, by cipher."""
    folder = tmp_path_factory.mktemp("csca")
    simulator = start({"signature": "ecdsa", "access": request.param}, out=folder)
    reader = open_device(f"{simulator.address}?csca={folder}")
    yield simulator, reader
    reader.close()
    simulator.stop()


def test_a_passport_that_offers_pace_is_opened_with_it(modern):
    simulator, reader = modern

    result = read(reader)

    assert result.access == "PACE"
    assert dict(result.files) == dict(simulator.passport.files)
    assert [finding.verdict for finding in result.findings] == [Verdict.VALID]


def test_a_wrong_key_in_pace_is_a_wrong_key_and_the_right_one_opens_it_next(modern):
    _, reader = modern

    with pytest.raises(WrongAccessKey):
        read(reader, MrzKey("L898902C4", "740812", "320415"))

    assert read(reader).access == "PACE"
