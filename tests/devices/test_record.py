from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.capabilities import Identity
from devices.record import DeviceRecord, change_record, read_records

AT = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
SCANNER = Identity("Canon DR-C225", "A1", "1.0")


def test_a_record_survives_and_knows_its_device_again(tmp_path: Path) -> None:
    change_record(tmp_path, "scanner", "sane:x", lambda record: record.up(SCANNER, at=AT))
    change_record(tmp_path, "scanner", "sane:x", lambda record: record.down("gone", at=AT))
    change_record(tmp_path, "scanner", "sane:x", lambda record: record.up(SCANNER, at=AT))
    change_record(tmp_path, "scanner", "sane:x", lambda record: record.counted("scans"))

    record = read_records(tmp_path)["scanner"]
    assert (record.accepted, record.reconnects, record.counters) == (SCANNER, 1, {"scans": 1})
    assert record.up_since == AT
    assert any("gone" in line for line in record.lines())


@pytest.mark.parametrize(
    ("seen", "another"),
    [
        (Identity("Canon DR-C225", "A1", "2.0"), False),
        (Identity("Canon DR-C225", "B2", "1.0"), True),
        (Identity("Fujitsu fi-7030", "", "1.0"), True),
        (Identity("", "", ""), False),
    ],
    ids=["new firmware", "another serial", "another model", "tells nothing"],
)
def test_another_device_is_told_from_the_same(seen: Identity, another: bool) -> None:
    record = DeviceRecord("sane:x").up(SCANNER, at=AT)

    assert record.is_another(seen) is another
    assert not record.forgotten().is_another(seen)


def test_cleaning_begins_its_counters_anew() -> None:
    record = DeviceRecord("x", counters={"scans": 900, "tickets": 4})

    cleaned = record.after_service("cleaned", at=AT)

    assert cleaned.counters == {"tickets": 4}
    assert cleaned.serviced == {"cleaned": AT}
    with pytest.raises(ValueError, match="known: cleaned, roll_changed, cutter_changed"):
        record.after_service("painted", at=AT)


def test_a_new_roll_is_no_new_cutter() -> None:
    record = DeviceRecord("x", counters={"tickets": 1500, "cuts": 9000})

    assert record.after_service("roll_changed", at=AT).counters == {"cuts": 9000}
    assert record.after_service("cutter_changed", at=AT).counters == {"tickets": 1500}


def test_the_office_says_after_how_many_uses_a_device_wants_its_care() -> None:
    record = DeviceRecord("x", counters={"tickets": 1500, "cuts": 9000})

    told = record.cared({"tickets": 1500, "cuts": 1_000_000, "scans": 5000, "photos": 0})

    assert told.care_due() == ["tickets 1500 / 1500"]
    assert "hitungan / counters cuts 9000 / 1000000, tickets 1500 / 1500" in told.lines()


def test_a_start_without_a_loss_is_no_reconnect() -> None:
    lost = DeviceRecord("x").up(SCANNER, at=AT).down("gone", at=AT)

    back = lost.up(SCANNER, at=AT)

    assert (back.reconnects, back.up(SCANNER, at=AT).reconnects) == (1, 1)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"scanner": 7}', '{"scanner": {"address": 1}}'])
def test_a_damaged_file_counts_as_none_and_is_written_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "devices.json").write_text(text)

    assert read_records(tmp_path) == {}
    change_record(tmp_path, "scanner", "sane:x", lambda record: record.up(SCANNER, at=AT))
    assert read_records(tmp_path)["scanner"].accepted == SCANNER


def test_another_address_is_a_new_record(tmp_path: Path) -> None:
    change_record(tmp_path, "scanner", "sane:x", lambda record: record.up(SCANNER, at=AT))

    record = change_record(tmp_path, "scanner", "sane:y", lambda record: record)

    assert record == DeviceRecord("sane:y")
    assert record.up(SCANNER, at=AT + timedelta(hours=1)).reconnects == 0


def test_what_a_device_tells_later_completes_who_it_is() -> None:
    silent = DeviceRecord("x").up(Identity(), at=AT)

    told = silent.up(SCANNER, at=AT)

    assert told.accepted == SCANNER
    assert told.is_another(Identity("Canon DR-C225", "B2"))
    assert told.up(Identity("Canon DR-C225", "A1", "2.0"), at=AT).accepted == Identity(
        "Canon DR-C225", "A1", "2.0"
    )
