"""`loket hub restore`: what a copy does not know of is given to nobody a second time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import select

from hub import queue
from hub.admin import SkipNumbers, perform
from hub.authority import create_authority
from hub.backup import back_up
from hub.check import check_records
from hub.demo.processes import loket, run
from hub.errors import BadInput, Busy, Conflict
from hub.house import SYSTEM, locked, open_house
from hub.keys import Keyring
from hub.models.opening import NumberVoid
from hub.opening import days
from hub.opening.after_restore import REASON
from hub.restoring import Restored, bring_back
from hub.settings import Settings, settings_for
from hub.wire import IssueTicket


class StillClock(Protocol):
    """What the clock of a test can do."""

    def now(self) -> datetime: ...

    def pass_(self, **span: float) -> None: ...


Spoil = Callable[[Settings, Path], None]
MONDAY = date(2026, 11, 23)


@pytest.fixture
def settings(empty_house: Path, tmp_path: Path) -> Settings:
    shutil.copy(empty_house.with_name("hub.key"), tmp_path / "hub.key")
    return settings_for(shutil.copytree(empty_house, tmp_path / "hub"))


@pytest.fixture
def copy(settings: Settings, clock: StillClock, tmp_path: Path) -> Path:
    """A copy that knows of I-001 to I-003; I-004 was given after it."""
    issue(settings, clock, 3)
    back_up(settings, tmp_path / "copy", clock)
    assert issue(settings, clock, 1) == ["I-004"]
    return tmp_path / "copy"


def issue(
    settings: Settings, clock: StillClock, count: int, service: str = "information"
) -> list[str]:
    house = open_house(settings, clock)
    writer, ask = house.writer(), IssueTicket(service=service)
    try:
        return [
            writer.run_alone(
                lambda tx: queue.issue(tx, house.procedure.office, ask), actor=SYSTEM
            ).number
            for _ in range(count)
        ]
    finally:
        house.database.close()


def restore(settings: Settings, copy: Path, clock: StillClock, gap: int = 200) -> Restored:
    def skip(made: Settings) -> None:
        perform(made, clock, SkipNumbers(gap))

    return bring_back(settings, copy, clock, skip)


def test_numbers_that_may_be_on_paper_are_void_and_the_day_still_closes(
    settings: Settings, clock: StillClock, copy: Path
) -> None:
    done = restore(settings, copy, clock)

    assert issue(settings, clock, 2) == ["I-301", "I-302"]
    assert done.aside is not None
    assert issue(settings_for(done.aside, key_file=settings.key_file), clock, 1) == ["I-005"]
    house = open_house(settings, clock)
    report = house.writer().run_alone(
        lambda tx: days.close(tx, house.procedure.office, day=MONDAY), actor=SYSTEM
    )
    with house.database.reading_core() as connection:
        assert check_records(connection, house.office_no) == []
        reasons = set(connection.execute(select(NumberVoid.reason)).scalars())
    house.database.close()
    account = {one.prefix: (one.last, one.tickets, one.void) for one in report.series}
    assert account["I"] == (302, 5, 297)
    assert reasons == {REASON}


def test_a_gap_uses_up_no_quota(settings: Settings, clock: StillClock, copy: Path) -> None:
    restore(settings, copy, clock)

    given = issue(settings, clock, 40, "skim")
    with pytest.raises(Conflict, match="used up"):
        issue(settings, clock, 1, "skim")

    assert (given[0], given[-1]) == ("A-201", "A-240")


def test_before_the_first_hour_nobody_holds_a_number_of_today(
    settings: Settings, clock: StillClock, copy: Path
) -> None:
    clock.pass_(hours=21)  # Tuesday, 06.00
    moved: list[str] = []

    bring_back(
        settings, copy, clock, lambda made: moved.extend(perform(made, clock, SkipNumbers(200)))
    )

    assert {line.split()[0] for line in moved} == {MONDAY.isoformat()}


def test_the_stations_certificates_come_along_even_after_a_broken_attempt(
    settings: Settings, clock: StillClock, copy: Path
) -> None:
    create_authority(settings.folder, office="Contoh", at=clock.now())
    known = (settings.folder / "tls" / "ca.pem").read_bytes()
    settings.folder.rename(settings.folder.with_name("hub.before-20261123T010000Z"))
    settings.folder.with_name("hub.restoring").mkdir()

    done = restore(settings, copy, clock)

    assert done.has_tls
    assert done.aside is None
    assert (settings.folder / "tls" / "ca.pem").read_bytes() == known


def _other_key(settings: Settings, _copy: Path) -> None:
    settings.key_file.unlink()
    Keyring.create(settings.key_file)


def _damaged(_settings: Settings, copy: Path) -> None:
    with (copy / "loket.db").open("r+b") as database:
        database.seek(5 * 4096)
        database.write(b"\xff" * 4096 * 20)


def _no_copy(_settings: Settings, copy: Path) -> None:
    (copy / "backup").unlink()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_other_key, "restore_other_key"),
        (_damaged, "restore_damaged"),
        (_no_copy, "restore_no_copy"),
    ],
)
def test_a_copy_that_cannot_be_served_from_leaves_the_old_hub_where_it_is(
    settings: Settings, clock: StillClock, copy: Path, spoil: Spoil, code: str
) -> None:
    before = (settings.folder / "loket.db").read_bytes()
    spoil(settings, copy)

    with pytest.raises(BadInput) as refused:
        restore(settings, copy, clock)

    assert refused.value.code == code
    assert (settings.folder / "loket.db").read_bytes() == before
    assert not settings.folder.with_name("hub.restoring").exists()


def test_a_running_hub_is_not_overwritten(
    settings: Settings, clock: StillClock, copy: Path
) -> None:
    with locked(settings), pytest.raises(Busy) as refused:
        restore(settings, copy, clock)

    assert refused.value.code == "hub_running"
    assert issue(settings, clock, 1) == ["I-005"]


def test_the_command_says_what_it_did_and_what_to_do_next(settings: Settings, copy: Path) -> None:
    told = run("restore", loket("hub", "restore", copy, "--data", settings.folder))

    assert f"restored   {settings.folder} as it was at 2026-11-23T02:00:00+00:00" in told
    assert "last known 3, goes on at I-301" in told
    assert f"missing    {settings.folder}/tls" in told
    assert told.splitlines()[-1].startswith("sound")
