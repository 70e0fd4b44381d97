"""The sample office, its hours, and office files that contradict themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.office import SAMPLE_OFFICE, OfficeConfig, OfficeFileError, load_office
from hub.office.staff_numbers import is_nip

TEXT = SAMPLE_OFFICE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def office() -> OfficeConfig:
    return load_office()


def jakarta(office: OfficeConfig, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=office.zone).astimezone(UTC)


def test_the_sample_office_has_its_services_and_counters(office: OfficeConfig) -> None:
    assert [service.prefix for service in office.services] == list("IABPCKTW")
    assert [counter.number for counter in office.counters] == [1, 2, 3, 4]
    assert office.office.specimen
    skim = office.service("skim")
    assert skim is not None
    assert (skim.lane, skim.form) == ("intake", "passport")
    assert office.service("none") is office.lane("none") is office.counter(9) is None


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("2026-11-23T07:29", "Di luar jam layanan"),
        ("2026-11-23T07:30", None),
        ("2026-11-23T12:00", "Sedang istirahat"),
        ("2026-11-23T13:00", None),
        ("2026-11-23T15:44", None),
        ("2026-11-23T15:45", "Di luar jam layanan"),
        ("2026-11-27T11:30", "Sedang istirahat"),
        ("2026-11-26T11:30", None),
        ("2026-11-28T09:00", "Hari ini tutup"),
        ("2026-12-25T09:00", "Hari Raya Natal"),
    ],
)
def test_numbers_are_given_in_the_hours_of_the_service(
    office: OfficeConfig, when: str, why: str | None
) -> None:
    closed = office.closed_because("skim", jakarta(office, when))

    assert (closed.id if closed else None) == why
    assert office.open_at("skim", jakarta(office, when)) == (why is None)


def test_the_office_day_is_local(office: OfficeConfig) -> None:
    assert office.today(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == date(2026, 11, 23)


def test_working_days_skip_weekends_and_holidays(office: OfficeConfig) -> None:
    assert office.working_day_after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert office.working_days(date(2026, 12, 24), date(2026, 12, 28)) == 1
    assert office.working_days(date(2026, 12, 28), date(2026, 12, 24)) == 0


def test_the_tariff_depends_on_the_day(office: OfficeConfig) -> None:
    assert office.tariff("SKIM", date(2024, 12, 17)) is None
    tariff = office.tariff("SKIM", date(2024, 12, 18))
    assert tariff is not None
    assert (tariff.amount, tariff.confirmed) == (3_000_000, False)


def test_only_signers_in_force_may_sign(office: OfficeConfig) -> None:
    assert office.signers_on(date(2025, 12, 31)) == ()
    assert len(office.signers_on(date(2026, 11, 23))) == 2
    assert all(is_nip(signer.nip) for signer in office.signers)


def test_the_checklist_depends_on_the_basis(office: OfficeConfig) -> None:
    listed = office.checklist_on("IMI-GR.01.14-1111", date(2026, 11, 23))
    family = [item.code for item in listed.for_case("PEWARGANEGARAAN", "KELUARGA")]
    work = [item.code for item in listed.for_case("PEWARGANEGARAAN", "BEKERJA")]

    assert "marriage_deed" in family
    assert "marriage_deed" not in work
    assert "work_permit" in work


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ('prefix = "A"', 'prefix = "I"', 'prefix = "I"', "stands twice"),
        ('prefix = "A"', 'prefix = "a"', 'prefix = "a"', "matching regex"),
        ('lane = "intake"', 'lane = "intak"', 'lane = "intak"', "no lane intak"),
        ('hours = "treasury"', 'hours = "night"', 'hours = "night"', "no hours night"),
        ("number = 2", "number = 1", "number = 1", "stands twice"),
        ('timezone = "Asia/Jakarta"', 'timezone = "WIB"', '"WIB"', "tz database"),
        ('languages = ["id", "en"]', 'languages = ["en"]', '["en"]', "contain id"),
        ('[["07:30", "11:30"]', '[["07:30", "13:30"]', '"13:30"', "not overlap"),
        ('[["07:30", "11:30"]', '[["7.30", "11:30"]', '"7.30"', "matching regex"),
        ("{seq:04d}/{year}", "{serial}/{year}", "{serial}", "{seq}"),
        ("years = 0", "years = -3", "years = -3", ">= 0"),
        ('code = "SKIM"\namount', 'code = "SKM"\namount', "tariff", "no tariff SKIM"),
        (
            'capacity = "DEFINITIF"',
            'capacity = "DEFINITIF"\nvalid_to = 2020-01-01',
            "2020",
            "before",
        ),
        ("match_fingers = 2", "match_fingers = 9", "match_fingers = 9", "2 are taken"),
        ("specimen = true", 'specimen = true\npublic_url = "kantor"', "kantor", "no address"),
        ("specimen = true", 'specimen = true\npublic_url = "https://[x"', "[x", "no address"),
        ('examine = ["', 'examine = ["x", "', '"x"', "no role x"),
        ("recall_limit = 3", "recall_limit = 0", "recall_limit = 0", ">= 1"),
        ('nip = "197501012000011001"', 'nip = "123"', 'nip = "123"', "matching regex"),
        ('nip = "197501012000011001"', f'nip = "{"9" * 18}"', "9999", "no staff number"),
        ('unit = "insarkom"', "units = 1", "units = 1", "unknown field `units`"),
        (
            "[[holiday]]\n",
            '[[holiday]]\ndate = 2027-02-08\nname = { id = "x", en = "x" }\n\n[[holiday]]\n',
            "2027-02-08",
            "stands twice",
        ),
        ('lanes = ["citizen_passport", ', "lanes = [", "citizen_passport", "no counter serves"),
        ('code = "complaint"\nname', 'code = "lost"\nname', 'lane = "complaint"', "no lane"),
    ],
)
def test_a_broken_office_file_names_line_and_rule(
    tmp_path: Path, old: str, new: str, line: str, rule: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    path = tmp_path / "office.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(OfficeFileError) as refused:
        load_office(path)

    assert line in text.splitlines()[refused.value.line - 1]
    assert rule in refused.value.rule


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("19540928 197903 1 002", True),
        ("197501012000011001", True),
        ("197513012000011001", False),
        ("197501012000131001", False),
        ("197501012000013001", False),
        ("200001011999011001", False),
        ("12345", False),
        ("", False),
    ],
)
def test_a_nip_is_18_digits_whose_dates_exist(text: str, valid: bool) -> None:
    assert is_nip(text) == valid


def test_a_season_has_its_own_hours_and_the_rest_of_the_year_keeps_the_ordinary_ones() -> None:
    office = load_office(SAMPLE_OFFICE)

    def hours(day: date) -> list[str]:
        spans = office.spans("information", day)
        return [f"{starts:%H:%M}-{ends:%H:%M}" for starts, ends in spans]

    assert hours(date(2027, 2, 9)) == ["08:00-12:00", "12:30-14:45"]
    assert hours(date(2027, 3, 9)) == ["08:00-12:00", "12:30-14:45"]
    assert hours(date(2027, 3, 10)) == ["07:30-12:00", "13:00-15:45"]
    assert office.spans("payment", date(2027, 2, 9))[0][0].hour == 8, "others keep their own"
    assert office.is_working_day(date(2027, 2, 9))
    assert not office.is_working_day(date(2027, 2, 13))
