"""One application from the kiosk to the archive, on a real database."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import bagit
import pytest
from sqlalchemy import select

from hub.cases import custody, steps
from hub.errors import Conflict
from hub.models.application import Application, ArchivePackage


def test_a_case_goes_through_twelve_steps_and_two_gates(desk) -> None:
    case = desk.open()

    desk.go("never", case)

    view = desk.view(case)
    assert view.head.state == "ARCHIVED"
    assert [line.state for line in view.steps] == ["done"] * 14
    assert view.current is None
    assert view.register_number == "W.00.IMI.IMI.1-GR.01.14-0001/2026"
    assert view.blank_serial == "SK0001"
    assert view.proof_number.endswith("-B1")
    assert view.head.custody is None
    with desk.database.reading() as session:
        assert custody.held(session, desk.office_no) == ()


def test_the_archive_package_is_a_valid_bag_with_every_document(desk, tmp_path: Path) -> None:
    case = desk.go("never")

    with desk.database.reading() as session:
        blob = session.scalar(select(ArchivePackage.blob))
        code = session.get_one(Application, (desk.office_no, case)).case_code
    with tarfile.open(fileobj=io.BytesIO(desk.procedure.blobs.get(blob))) as tar:
        tar.extractall(tmp_path)

    bag = bagit.Bag(str(tmp_path / code))
    bag.validate()
    record = json.loads((tmp_path / code / "data" / "case.json").read_text())
    assert record["person"]["surname"]["chip"] == "ERIKSSON"
    assert record["payment"]["ntpn"] == "A1B2C3D4E5F6G7H8"
    assert len(list((tmp_path / code / "data" / "documents").iterdir())) == len(record["documents"])
    audit = json.loads((tmp_path / code / "data" / "audit.json").read_text())
    assert audit[0]["kind"] == "application.opened"


def test_touch_time_counts_only_while_an_officer_works(desk) -> None:
    case = desk.open()
    desk.begin("loket", case)
    desk.clock.pass_(minutes=4)
    desk.do("loket", lambda tx: steps.pause(tx, desk.procedure, case))
    desk.clock.pass_(minutes=30)
    desk.begin("loket", case)
    desk.clock.pass_(minutes=5, seconds=10)

    done = desk.step_1(case)

    assert done.touch_s == 9 * 60 + 10
    assert desk.view(case).head.touch_s == done.touch_s


def test_lead_time_is_counted_in_working_days(desk) -> None:
    case = desk.open()
    desk.step_1(case)
    desk.clock.pass_(days=7)

    head = desk.view(case).head

    assert head.lead_days == 5
    assert head.promised_on.isoformat() == "2026-12-14"


def test_nothing_personal_is_readable_in_the_hub_folder(desk, tmp_path: Path) -> None:
    case = desk.go("never")
    desk.view(case)

    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert len(stored) > 100_000
    for secret in (
        b"ERIKSSON",
        b"Anna Maria",
        b"L898902C3",
        b"Jalan Contoh 1",
        b"A1B2C3D4E5F6G7H8",
    ):
        assert secret not in stored


def test_the_archive_package_names_who_gave_it(desk) -> None:
    case = desk.go("never")

    given = {line.by for line in desk.view(case).documents if line.kind == "package"}

    assert given
    assert given <= {officer.name for officer in desk.staff.values()}


def test_a_finished_case_accepts_nothing_more(desk) -> None:
    case = desk.go("never")

    with pytest.raises(Conflict) as refused:
        desk.complete("loket", case, "1", {})

    assert refused.value.code in {"step_done", "case_ended"}
