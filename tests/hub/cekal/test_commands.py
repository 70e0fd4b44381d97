from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.admin import MoveClock, perform
from hub.cases.screening import versions
from hub.cases.screening.threshold import threshold
from hub.cekal import command
from hub.cekal.learned import weights_mark
from hub.cekal.listing import StoredList
from hub.cekal.tolerant import date_fault
from hub.clock import PracticeClock, SystemClock
from hub.house import open_house
from hub.keys import Keyring
from hub.settings import settings_for
from tests.hub.conftest import StillClock

LIST = [
    {"id": "E1", "names": ["Muhammad Sjafi'i"], "dob": "1975-03-04", "sex": "M",
     "nationality": "IDN", "passports": ["A1234567"], "kind": "cegah"},
    {"id": "E2", "names": ["Chen Xiaoming", "陈小明"], "dob": "1968", "sex": "M",
     "nationality": "CHN", "passports": []},
    {"id": "E3", "names": ["Sukarno"], "dob": None, "sex": None, "nationality": None},
]  # fmt: skip
QUERIES = [
    {"id": "Q1", "name": "MOCHAMAD SYAFII", "dob": "1975-04-03", "sex": "M", "nationality": "IDN"},
    {"id": "Q2", "name": "CHAN SIU MING", "dob": "1968-11-20", "sex": "M", "nationality": "HKG"},
    {"id": "Q3", "name": "", "dob": None, "sex": None, "nationality": None, "passport": None},
]  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with a list file and a file of queries."""
    for name, rows in (("list.jsonl", LIST), ("queries.jsonl", QUERIES)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def loket(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.command", "cekal", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def answers(file: Path) -> dict[str, list[list[object]]]:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert all(set(line) == {"id", "hits", "ms"} for line in lines)
    return {line["id"]: line["hits"] for line in lines}


def test_people_are_screened_against_a_file(office: Path) -> None:
    done = loket(
        office, "screen", "queries.jsonl", "--out", "answers.jsonl", "--list", "list.jsonl"
    )

    assert done.returncode == 0, done.stderr
    hits = answers(office / "answers.jsonl")
    assert [hits[query][0][0] for query in ("Q1", "Q2")] == ["E1", "E2"]
    assert hits["Q3"] == []


def test_a_list_is_imported_screened_explained_and_given_a_threshold(office: Path) -> None:
    imported = loket(office, "import", "list.jsonl", "--data", "hub")
    screened = loket(office, "screen", "queries.jsonl", "--out", "answers.jsonl", "--data", "hub")
    told = loket(
        office, "explain", "queries.jsonl", "--query", "Q1", "--entry", "E1", "--data", "hub"
    )
    fixed = loket(office, "threshold", "--false-alarms", "0.02", "--data", "hub")

    assert [done.returncode for done in (imported, screened, told, fixed)] == [0, 0, 0, 0]
    assert answers(office / "answers.jsonl")["Q1"][0][0] == "E1"
    assert "day and month swapped" in told.stdout
    assert "cegah, berlaku / in force" in told.stdout
    assert "2.00%" in fixed.stdout


def test_bad_rows_are_told_by_line_and_nothing_is_stored(office: Path) -> None:
    with (office / "list.jsonl").open("a") as file:
        file.write('{"id":"E4","names":["Contoh Buruk"],"dob":"1975-02-31"}\n')

    done = loket(office, "import", "list.jsonl", "--data", "hub")

    assert done.returncode == 1
    assert "line 4: dob" in done.stderr
    assert "NOT stored" in done.stdout
    assert not (office / "hub" / "cekal").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("screen", "queries.jsonl", "--out", "a.jsonl", "--list", "nowhere.jsonl"),
        ("screen", "queries.jsonl", "--out", "a.jsonl", "--data", "nowhere"),
        ("import", "nowhere.jsonl", "--data", "hub"),
        ("import", "queries.unknown", "--data", "hub"),
        ("explain", "{broken", "--list", "list.jsonl"),
        ("explain", '{"id":"1","name":"X"}', "--entry", "E9", "--list", "list.jsonl"),
    ],
)
def test_wrong_use_is_answered_in_words(office: Path, arguments: tuple[str, ...]) -> None:
    done = loket(office, *arguments)

    assert done.returncode == 1
    assert done.stderr.startswith(("loket cekal: ", "loket: "))
    assert "Traceback" not in done.stderr


def test_an_unreadable_query_is_named_and_the_others_are_answered(office: Path) -> None:
    (office / "queries.jsonl").write_bytes(
        b'{"id":"Q1","name":"MOCHAMAD SYAFII"}\nno json\n{"id":"Q2","name":"Jos\xe9 M\xfcller"}\n'
    )

    done = loket(office, "screen", "queries.jsonl", "--out", "a.jsonl", "--list", "list.jsonl")

    assert done.returncode == 0
    assert list(answers(office / "a.jsonl")) == ["Q1", "Q2"]
    assert "line 2: " in done.stderr
    assert "line 3: " in done.stderr


def test_in_a_hubs_folder_an_imported_list_waits_for_a_second_person(
    office: Path, empty_house: Path
) -> None:
    shutil.copytree(empty_house, office / "hub")
    shutil.copy(empty_house.with_name("hub.key"), office / "hub.key")

    done = loket(office, "import", "list.jsonl", "--version", "N-1", "--data", "hub")

    assert done.returncode == 0, done.stderr
    assert "menunggu verifikasi" in done.stderr
    house = open_house(settings_for(office / "hub"), SystemClock())
    with house.database.reading() as session:
        [row] = versions.every(session, house.office_no)
        assert (row.version, row.state, row.entries) == ("N-1", "entered", 3)
        assert versions.in_force(session, house.office_no, SystemClock().now()) is None
    house.database.close()


def test_in_a_hubs_folder_a_threshold_counts_in_the_hub(office: Path, empty_house: Path) -> None:
    shutil.copytree(empty_house, office / "hub")
    shutil.copy(empty_house.with_name("hub.key"), office / "hub.key")
    loket(office, "import", "list.jsonl", "--version", "N-1", "--data", "hub")

    done = loket(office, "threshold", "--false-alarms", "0.02", "--data", "hub")

    assert done.returncode == 0, done.stderr
    assert "diperiksa ulang" in done.stderr
    house = open_house(settings_for(office / "hub"), SystemClock())
    with house.database.reading() as session:
        own = threshold(session, house.office_no)
        assert own is not None
        assert (own.false_alarms, own.size, own.list_version) == (0.02, 3, "N-1")
        assert own.weights == weights_mark()
        assert f"threshold {own.score:.6f} " in done.stdout
    house.database.close()


def test_a_list_of_one_person_has_a_threshold_too(office: Path) -> None:
    (office / "one.jsonl").write_text(json.dumps(LIST[0]) + "\n")

    done = loket(office, "threshold", "--false-alarms", "0.01", "--list", "one.jsonl")

    assert done.returncode == 0, done.stderr
    assert "at 1 entries" in done.stdout


EVENING = datetime(2026, 11, 30, 20, tzinfo=UTC)
"""Still 30 November by UTC; 1 December in Jakarta (3.00) and in Jayapura (5.00)."""
BUDI = '{"id":"1","name":"Budi"}'


@pytest.fixture
def evening(office: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The office's folder on an evening, and a list with a ban that ends on 30 November."""
    monkeypatch.chdir(office)
    monkeypatch.setattr(command, "SystemClock", lambda: StillClock(EVENING))
    ended = {"id": "E9", "names": ["Budi Santoso"], "valid_to": "2026-11-30"}
    (office / "ended.jsonl").write_text(json.dumps(ended) + "\n")
    yield office
    monkeypatch.undo()
    time.tzset()


def here(*arguments: str) -> str:
    """Run the command in this process, by its clock."""
    done = CliRunner().invoke(command.app, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_ban_ends_with_the_day_of_the_office(evening: Path, empty_house: Path) -> None:
    shutil.copytree(empty_house, evening / "hub")
    shutil.copy(empty_house.with_name("hub.key"), evening / "hub.key")
    here("import", "ended.jsonl", "--data", "hub")
    rules = evening / "hub" / "office.toml"
    assert 'timezone = "Asia/Jakarta"' in rules.read_text()

    assert "TIDAK berlaku / NOT in force s.d. / to 2026-11-30" in here(
        "explain", BUDI, "--data", "hub"
    )

    rules.write_text(rules.read_text().replace('"Asia/Jakarta"', '"UTC"'))
    assert ", berlaku / in force s.d. / to 2026-11-30" in here("explain", BUDI, "--data", "hub")


def test_a_list_counts_from_a_time_of_its_office_which_may_practise(
    evening: Path, empty_house: Path
) -> None:
    shutil.copytree(empty_house, evening / "hub")
    shutil.copy(empty_house.with_name("hub.key"), evening / "hub.key")
    settings, later = settings_for(evening / "hub"), timedelta(days=2)
    perform(settings, PracticeClock(), MoveClock(SystemClock().now() + later))

    here("import", "ended.jsonl", "--version", "N-1", "--data", "hub")
    typed = ("--effective", "2026-12-05T08:00:00")
    here("import", "ended.jsonl", "--version", "N-2", *typed, "--data", "hub")

    listed = {
        one.version: one.effective
        for one in StoredList(settings.folder, Keyring.load(settings.key_file)).manifest().versions
    }
    assert EVENING + timedelta(days=1) < listed["N-1"] <= EVENING + later
    assert listed["N-2"] == datetime(2026, 12, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "state"), [("Asia/Jakarta", "NOT in force"), ("UTC", ", berlaku / in force")]
)
def test_without_an_office_the_days_are_this_machines(
    evening: Path, monkeypatch: pytest.MonkeyPatch, zone: str, state: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()

    assert evening == Path.cwd()
    assert state in here("explain", BUDI, "--list", "ended.jsonl")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("screen", "queries.jsonl", "--out", "queries.jsonl"), "another --out"),
        (("screen", "queries.jsonl", "--out", "list.jsonl"), "another --out"),
        (("screen", "queries.jsonl", "--out", "nowhere/a.jsonl"), "folder nowhere is not there"),
        (("explain", '{"id":"1","name":"007"}'), "holds no letters"),
        (("explain", '{"id":"1","name":5}'), "Kueri bukan JSON"),
        (
            ("explain", '{"id":"1","name":"Budi"}', "--nearest", "0"),
            "Invalid value for '--nearest'",
        ),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_writes_nothing(
    office: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(office)
    before = {file.name: file.read_bytes() for file in office.iterdir()}

    done = CliRunner().invoke(command.app, [*arguments, "--list", "list.jsonl"])

    assert done.exit_code != 0
    assert said in " ".join(done.output.split())
    assert {file.name: file.read_bytes() for file in office.iterdir()} == before


def test_a_query_is_read_from_standard_input_so_that_no_history_keeps_it(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(office)
    typed = json.dumps(QUERIES[0] | {"dob": "03-04-75"})
    on_the_list = ("explain", "-", "--entry", "E1", "--list", "list.jsonl")

    told = CliRunner().invoke(command.app, [*on_the_list], input=typed)
    nothing = CliRunner().invoke(command.app, [*on_the_list], input="MOCHAMAD SYAFII")

    assert told.exit_code == 0
    assert "SYAFII" in told.output
    assert "the year of birth has not four digits" in told.output
    assert nothing.exit_code == 1
    assert "Kueri bukan JSON" in nothing.output
    assert "MOCHAMAD" not in nothing.output


@pytest.mark.parametrize(
    ("dob", "fault"),
    [
        ("", ""), ("1975", ""), ("1975-03-04", ""), ("4/3/1975", ""), ("2518-03-04", ""),
        ("0000-00-00", "counted as unknown"), ("yesterday", "counted as unknown"),
        ("1975-02-31", "no such day"), ("75-03-04", "four digits"), ("03-04-75", "four digits"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_compared_as_it_was_meant_is_named(dob: str, fault: str) -> None:
    assert fault in date_fault(dob)
    assert bool(date_fault(dob)) is bool(fault)
