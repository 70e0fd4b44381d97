"""`loket office check FILE`: every mistake by file and line, with its rule and what to do."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from hub.office import SAMPLE_OFFICE, OfficeFileError, check_office, load_office
from hub.office.confirmations import is_specimen, unconfirmed

TODAY = date(2026, 11, 23)
TEXT = SAMPLE_OFFICE.read_text(encoding="utf-8")


def check(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.command", "office", "check", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def broken(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "kantor.toml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_the_sample_office_is_sound() -> None:
    done = check(SAMPLE_OFFICE)

    assert done.returncode == 0
    assert done.stdout.startswith("sound: CTH, 8 services")


def test_an_electronic_signature_names_its_key_and_where_its_passphrase_lies(
    tmp_path: Path,
) -> None:
    path = broken(tmp_path, ('mode = "wet"', 'mode = "pades"\npassphrase_file = "pass"'))

    with pytest.raises(OfficeFileError) as refused:
        load_office(path)

    says = str(refused.value)
    assert "pades needs the whole path of key_file" in says
    assert "pades needs the whole path of passphrase_file" in says


def test_a_pale_accent_and_an_emblem_that_cannot_be_set_are_named(tmp_path: Path) -> None:
    pale = broken(tmp_path, ('# accent = "#17365d"', 'accent = "#7a9ccc"'))
    [fault], line = check_office(pale), line_of(pale, "#7a9ccc")
    sound = broken(tmp_path)
    emblem = tmp_path / "emblem.svg"

    emblem.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    drawn = check(sound)
    emblem.write_text("<svg>")
    unread = check(sound)
    emblem.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="a.png" width="9" height="9"/></svg>',
        "utf-8",
    )
    unset = check(sound)

    assert (fault.line, fault.rule) == (line, "letterhead-accent")
    assert drawn.returncode == 0
    assert (unread.returncode, unset.returncode) == (1, 1)
    assert "emblem.svg" in unread.stdout
    assert "save it again as a plain SVG" in unset.stdout


def test_whoever_cannot_be_asked_for_the_cekal_list_is_named_by_line(tmp_path: Path) -> None:
    asks_service = ('source = "list"', 'source = "service"')
    nobody = broken(tmp_path, ('source = "list"', 'source = "nasional"'))
    assert [(one.rule, one.line) for one in check_office(nobody)] == [
        ("cekal-source", line_of(nobody, 'source = "nasional"'))
    ]
    unnamed = broken(tmp_path, asks_service)
    assert [(one.rule, one.line) for one in check_office(unnamed)] == [
        (f"cekal-service-{key}", line_of(unnamed, 'source = "service"')) for key in ("name", "url")
    ]

    said = []
    for url in (
        "http://cekal.example.go.id", "https://a:b@cekal.example.go.id", "cekal.example.go.id",
        "https://cekal.example.go.id/?key=1", "https://cekal.example.go.id:port", "https://[x",
    ):  # fmt: skip
        table = f'[cekal_service]\nname = "N"\nurl = "{url}"\ntoken_file = "token"\n\n[register]'
        path = broken(tmp_path, asks_service, ("[register]", table))
        line = line_of(path, f'url = "{url}"')
        said.append([(one.rule, one.line - line) for one in check_office(path)])
    assert said == [[("cekal-service-url", 0), ("cekal-service-token_file", 1)]] * 6

    table = '[cekal_service]\nname = "N"\nurl = "https://cekal.example.go.id/x"\n\n[register]'
    sound = broken(tmp_path, asks_service, ("[register]", table))
    assert check_office(sound) == ()


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    done = check(tmp_path / "none.toml")

    assert done.returncode == 2
    assert "there is no file" in done.stderr


def test_all_mistakes_are_named_at_once_with_rule_and_remedy(tmp_path: Path) -> None:
    path = broken(
        tmp_path,
        ('prefix = "B"', 'prefix = "A"'),
        ('hours = "treasury"', 'hours = "night"'),
        ('timezone = "Asia/Jakarta"', 'timezone = "WIB"'),
        ('[["07:30", "11:30"]', '[["07:30", "13:30"]'),
    )
    done = check(path)

    assert done.returncode == 1
    heads = [line for line in done.stdout.splitlines() if line.startswith("kantor.toml")]
    assert len(heads) == 4
    for text, rule in (
        ('"WIB"', "[timezone]"),
        ('hours = "night"', "[service-hours]"),
        ('"13:30"', "[hours-order]"),
    ):
        assert any(f"line {line_of(path, text)}: {rule}" in head for head in heads)
    assert any("[unique-service-prefix]" in head for head in heads)
    assert done.stdout.count("→") == 8, "each mistake says what to do, in both languages"


def test_every_value_of_a_wrong_form_is_named_not_only_the_first(tmp_path: Path) -> None:
    path = broken(
        tmp_path,
        ("quota = 40", "quotas = 40"),
        ('prefix = "B"', 'prefix = "b"'),
        ("recall_limit = 3", "recall_limit = 0"),
        ('city = "Contoh"\n', ""),
    )
    faults = check_office(path)

    found = {(fault.rule, fault.line) for fault in faults}
    assert ("unknown-name", line_of(path, "quotas = 40")) in found
    assert ("value", line_of(path, 'prefix = "b"')) in found
    assert ("value", line_of(path, "recall_limit = 0")) in found
    assert ("missing", line_of(path, "[office]")) in found
    assert [fault.line for fault in faults] == sorted(fault.line for fault in faults)


def test_broken_syntax_names_its_line(tmp_path: Path) -> None:
    path = broken(tmp_path, ('code = "CTH"', 'code = "CTH'))
    [fault] = check_office(path)

    assert fault.line == line_of(path, '"CTH')
    assert "not valid TOML" in fault.says


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('opens = "skim" # the', "# the", "service-form"),
        ('quota = 120\nform = "none"', 'quota = 120\nform = "passport"', "service-form"),
        (
            'quota = 120\nform = "none"',
            'quota = 120\nform = "none"\nopens = "skim"',
            "service-opens",
        ),
        ('prefix = "T"', 'prefix = "AT"', "service-prefix"),
        ("quota = 120\n", 'quota = 120\nsegments = ["gold"]\n', "service-segments"),
    ],
)
def test_services_are_checked(tmp_path: Path, old: str, new: str, rule: str) -> None:
    assert rule in {fault.rule for fault in check_office(broken(tmp_path, (old, new)))}


def test_the_same_check_stands_at_the_start(tmp_path: Path) -> None:
    path = broken(tmp_path, ('prefix = "B"', 'prefix = "A"'), ('hours = "treasury"', 'hours = "x"'))

    with pytest.raises(OfficeFileError) as refused:
        load_office(path)

    assert len(refused.value.faults) == 2
    assert str(refused.value).count("baris/line") == 2


def test_only_skim_opens_a_case_in_the_sample() -> None:
    office = load_office()

    assert [one.code for one in office.services if one.opens] == ["skim"]
    assert [one.code for one in office.services if one.form == "passport"] == ["skim"]


def test_a_season_needs_both_its_days_and_ordinary_hours(tmp_path: Path) -> None:
    path = broken(tmp_path, ("valid_to = 2027-03-09\n", ""), ('name = "treasury"', 'name = "kas"'))
    done = check(path)

    assert done.returncode == 1
    assert "hours-season" in done.stdout + done.stderr

    late = broken(tmp_path, ("valid_from = 2027-02-08", "valid_from = 2027-04-08"))
    assert "hours-season" in check(late).stdout + check(late).stderr


def test_a_counter_prints_only_at_a_counter_that_is_there(tmp_path: Path) -> None:
    path = broken(tmp_path, ("number = 1\n", "number = 1\nprints_at = 9\n"))
    done = check(path)

    assert "counter-prints" in done.stdout + done.stderr
    assert "there is no counter 9 to print at" in done.stdout + done.stderr


def test_every_paper_is_a_specimen_until_a_named_officer_confirmed_what_is_in_use(
    tmp_path: Path,
) -> None:
    by = 'confirmed = true\nconfirmed_by = "Contoh Kepala Kantor, 23 November 2026"'
    real = ("specimen = true", "specimen = false")
    whole = tmp_path / "whole.toml"
    whole.write_text(
        TEXT.replace(*real).replace("\nconfirmed = false", f"\n{by}"), encoding="utf-8"
    )
    tariff = "valid_from = 2024-12-18\nconfirmed = false"

    nameless = broken(tmp_path, (tariff, tariff.replace("false", "true")))
    [fault] = check_office(nameless)
    still = load_office(broken(tmp_path, real, (tariff, tariff.replace("confirmed = false", by))))

    assert (fault.line, fault.rule) == (line_of(nameless, "2024-12-18") + 1, "confirmed-by")
    assert not is_specimen(load_office(whole), TODAY)
    assert is_specimen(still, TODAY)
    assert "register" in unconfirmed(still, TODAY)
    assert "tariff SKIM" not in unconfirmed(still, TODAY)
    assert "to be confirmed: tariff SKIM" in check(SAMPLE_OFFICE).stdout
