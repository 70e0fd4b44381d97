"""The package is whole and signed, opened with a reason; the file's way through the archive."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
import tarfile
from datetime import date

import pytest
from msgspec.structs import replace as replaced
from pypdf import PdfReader

from hub.cases import archive
from hub.cases.archive import destroying, keeping, transferring
from hub.cases.archive.keeping import Act
from hub.cases.archive.verifying import verify_package
from hub.cases.check import broken_cases
from hub.cases.office_lists import file_destruction, transfer_list
from hub.errors import BadInput, Conflict, NotAllowed
from hub.seals import read_public_keys


@pytest.fixture
def case(desk) -> str:
    return desk.go("never")


def package(desk, case: str) -> bytes:
    with desk.database.reading() as session:
        return desk.procedure.blobs.get(archive.package_row(session, desk.office_no, case).blob)


def move(desk, case: str, name: str, **more: str) -> str:
    return desk.do("arsip", lambda tx: keeping.move(tx, desk.procedure, case, Act(name, **more)))


def keys(desk):
    return read_public_keys(desk.procedure.keyring.public_code_key())


def changed(content: bytes, name: str, put: bytes) -> bytes:
    """The same tar with one file's content replaced."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(content)) as before,
        tarfile.open(fileobj=out, mode="w") as after,
    ):
        for member in before.getmembers():
            file = before.extractfile(member)
            data = file.read() if file else b""
            if member.name.endswith(name):
                data, member.size = put, len(put)
            after.addfile(member, io.BytesIO(data) if file else None)
    return out.getvalue()


def test_a_package_is_whole_signed_and_can_be_read_by_people(desk, case, tmp_path) -> None:
    content = package(desk, case)

    verdict = verify_package(content, keys(desk))

    assert verdict.faults == ()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        name = next(n for n in tar.getnames() if n.endswith("data/case.pdf"))
        readable = PdfReader(tar.extractfile(name))
        said = " ".join(page.extract_text() for page in readable.pages)
    for known in ("Catatan Permohonan", "-GR.01.14-0001/2026", "L898902C3", "Serahkan dokumen"):
        assert known in said
    assert desk.view(case).head.case_code in readable.pages[0].extract_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [("case.json", "Payload-Oxum"), ("signature.txt", "tanda tangan"), ("manifest-sha256.txt", "")],
)
def test_a_changed_package_is_found(desk, case, name: str, words: str) -> None:
    broken = changed(package(desk, case), name, b"{}")

    faults = verify_package(broken, keys(desk)).faults

    assert faults
    assert any(words in fault for fault in faults)


def test_the_command_verifies_a_package_and_names_a_broken_one(desk, case, tmp_path) -> None:
    good, bad = tmp_path / "good.tar", tmp_path / "bad.tar"
    good.write_bytes(package(desk, case))
    bad.write_bytes(changed(package(desk, case), "audit.json", b"[]"))
    key = tmp_path / "pub.pem"
    key.write_bytes(desk.procedure.keyring.public_code_key())
    command = [sys.executable, "-m", "hub.command", "archive", "verify", "--key", str(key)]

    done = subprocess.run([*command, str(good), str(bad)], capture_output=True, text=True)

    assert done.returncode == 1
    assert "whole" in done.stdout
    assert "BROKEN" in done.stdout


def test_a_package_is_opened_only_with_right_and_reason_and_only_the_audit_knows(
    desk, case
) -> None:
    with pytest.raises(NotAllowed):
        desk.do("loket", lambda tx: keeping.open_package(tx, desk.procedure, case, "ingin tahu"))
    with pytest.raises(BadInput):
        desk.do("arsip", lambda tx: keeping.open_package(tx, desk.procedure, case, " "))

    desk.do("arsip", lambda tx: keeping.open_package(tx, desk.procedure, case, "permintaan AHU"))

    with desk.database.reading() as session:
        officer = desk.staff["arsip"].id
        assert keeping.opened_by(session, desk.office_no, case, officer) is not None


def test_a_file_goes_its_way_in_order_and_comes_back_from_loan(desk, case) -> None:
    with pytest.raises(Conflict):
        move(desk, case, "shelve", place="Rak 1")

    states = [
        move(desk, case, "check"),
        move(desk, case, "label"),
        move(desk, case, "shelve", place="Ruang A, rak 3"),
        move(desk, case, "lend", note="Statuskim", due_on="2026-11-30"),
    ]
    with pytest.raises(Conflict) as early:
        move(desk, case, "remind")
    desk.clock.pass_(days=10)
    states += [move(desk, case, "remind"), move(desk, case, "remind")]
    with desk.database.reading() as session:
        [row] = keeping.filed(session, desk.office_no, desk.procedure, desk.clock.now()).rows

    assert early.value.code == "loan_runs"
    assert (row.reminders, row.reminded_at.date()) == (2, date(2026, 12, 3))
    assert states[4:] == ["ON_LOAN", "ON_LOAN"]
    assert states[:4] == ["CHECKED", "LABELLED", "SHELVED", "ON_LOAN"]
    assert row.overdue
    assert row.borrower == "Statuskim"
    assert move(desk, case, "return") == "SHELVED"


def test_the_archive_is_read_page_by_page_with_what_needs_an_act_first(desk, case) -> None:
    done = desk.go("7")
    desk.step_7(done, ntpn="A1B2C3D4E5F60099")
    desk.step_8(done, serial="SK 0099")
    for step in (9, 10, 11, 12):
        getattr(desk, f"step_{step}")(done)
    for act in ("check", "label"):
        move(desk, done, act)
    move(desk, done, "shelve", place="Rak 2")

    with desk.database.reading() as session:
        read = (session, desk.office_no, desk.procedure, desk.clock.now())
        pages = [keeping.filed(*read, number, size=1) for number in (1, 2, 9, -1)]

    assert [[row.application for row in one.rows] for one in pages] == [
        [case], [done], [done], [case],
    ]  # fmt: skip
    assert [(one.page, one.pages) for one in pages] == [(1, 2), (2, 2), (2, 2), (1, 2)]
    assert pages[0].counts == {"RECEIVED": 1, "SHELVED": 1}, "of the whole archive"


def test_what_has_no_decided_retention_is_never_proposed_for_destruction(desk, case) -> None:
    for act in ("check", "label"):
        move(desk, case, act)
    move(desk, case, "shelve", place="Rak 1")
    move(desk, case, "retire")

    with pytest.raises(Conflict) as refused:
        move(desk, case, "propose", note="penuh")

    assert refused.value.code == "retention_runs"


@pytest.fixture
def old_file(desk, case) -> str:
    """A file whose retention of one year is over, proposed for destruction."""
    office = desk.procedure.office
    rules = replaced(office.retention, years=1)
    desk.procedure = dataclasses.replace(desk.procedure, office=replaced(office, retention=rules))
    for act in ("check", "label"):
        move(desk, case, act)
    move(desk, case, "shelve", place="Rak 1")
    move(desk, case, "retire")
    desk.clock.pass_(days=400)
    move(desk, case, "propose", note="Masa simpan habis")
    return case


def destroy(desk, login: str, act: str, *given, **more):
    return desk.do(login, lambda tx: getattr(destroying, act)(tx, desk.procedure, *given, **more))


def record(desk, row: str) -> str:
    return desk.do("arsip", lambda tx: destroying.record(tx, row, "dicacah"))


def state_of(desk, case: str) -> str:
    with desk.database.reading() as session:
        return archive.package_row(session, desk.office_no, case).state


def test_paper_is_destroyed_after_anri_agreed_and_before_two_persons(desk, old_file) -> None:
    row = destroy(desk, "arsip", "propose", [old_file])
    with desk.database.reading() as session:
        found = destroying.find(session, desk.office_no, row)
        files = destroying.files_of(session, found)
        proposal = file_destruction(desk.procedure, found, files, desk.clock.now())
    with pytest.raises(Conflict) as early:
        record(desk, row)
    approved = destroy(desk, "tu", "answer", row, "B-PK.02/1/2027", "2027-11-01", granted=True)
    with pytest.raises(Conflict) as unseen:
        destroy(desk, "tu", "witness", row)
    done = record(desk, row)
    with pytest.raises(NotAllowed) as alone:
        destroy(desk, "arsip", "witness", row)
    destroyed = destroy(desk, "tu", "witness", row)

    assert early.value.code == unseen.value.code == "destruction_order"
    assert alone.value.code == "segregation"
    assert (approved, done, destroyed) == ("APPROVED", "DONE", "DESTROYED")
    assert state_of(desk, old_file) == "DESTROYED"
    assert package(desk, old_file)  # the record and its package are kept
    assert desk.view(old_file).head.state == "ARCHIVED"
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []
        found = destroying.find(session, desk.office_no, row)
        files = destroying.files_of(session, found)
        minutes = file_destruction(desk.procedure, found, files, desk.clock.now())
    assert [one.name for one in proposal.signatures] == ["Contoh Arsip", ""], "nobody destroyed it"
    assert minutes.title.id == "Berita Acara Pemusnahan Arsip"
    assert [one.name for one in minutes.signatures][:2] == ["Contoh Arsip", "Contoh Tu"]
    assert minutes.rows[0][0] == desk.view(old_file).head.case_code


def test_what_anri_declines_is_kept(desk, old_file) -> None:
    row = destroy(desk, "arsip", "propose", [old_file])

    answered = destroy(desk, "arsip", "answer", row, "B-1", "2027-11-01", granted=False)

    assert answered == "DECLINED"
    assert state_of(desk, old_file) == "INACTIVE"


def test_a_list_for_anri_holds_proposed_files_once_and_its_letter_is_named(desk, old_file) -> None:
    row = destroy(desk, "arsip", "propose", [old_file])

    with pytest.raises(Conflict) as twice:
        destroy(desk, "arsip", "propose", [old_file])
    with pytest.raises(BadInput) as no_number:
        destroy(desk, "tu", "answer", row, " ", "2027-11-01", granted=True)
    with pytest.raises(BadInput) as no_day:
        destroy(desk, "tu", "answer", row, "B-1", "2099-01-01", granted=True)
    with pytest.raises(BadInput) as nothing:
        destroy(desk, "arsip", "propose", [])

    assert twice.value.code == "not_proposed"
    assert [fault.field for fault in no_number.value.fields] == ["anri_number"]
    assert [fault.field for fault in no_day.value.fields] == ["anri_date"]
    assert nothing.value.code == "destruction_nothing_chosen"


def give(desk, login: str, case: str) -> str:
    return desk.do(login, lambda tx: transferring.give_list(tx, desk.procedure, [case]))


def test_a_file_waits_on_one_transfer_list_and_the_list_is_signed_by_two(desk, case) -> None:
    first = give(desk, "arsip", case)

    with pytest.raises(NotAllowed):
        desk.do("arsip", lambda tx: transferring.receive_list(tx, first))
    with pytest.raises(Conflict) as twice:
        give(desk, "tu", case)
    with pytest.raises(NotAllowed) as not_mine:
        desk.do("tu", lambda tx: transferring.take_back_list(tx, first))
    desk.do("arsip", lambda tx: transferring.take_back_list(tx, first))
    second = give(desk, "tu", case)
    desk.do("arsip", lambda tx: transferring.receive_list(tx, second))
    with pytest.raises(Conflict) as over:
        desk.do("arsip", lambda tx: transferring.take_back_list(tx, first))

    assert twice.value.code == "on_a_list"
    assert "DP-0001/2026 already by Contoh Arsip" in str(twice.value)
    assert "DP-0001/2026 oleh Contoh Arsip" in twice.value.id
    assert (not_mine.value.code, over.value.code) == ("not_the_giver", "transfer_taken_back")
    with desk.database.reading() as session:
        lists = {one.number: one for one in transferring.transfers(session, desk.office_no).rows}
        first_list, second_list = lists["DP-0001/2026"], lists["DP-0002/2026"]
        taken_back = transfer_list(desk.procedure, first_list, desk.clock.now())
        assert (first_list.taken_back, second_list.taken_back) == (True, False)
        assert second_list.received_by_name == "Contoh Arsip"
    assert [one.name for one in taken_back.signatures] == ["Contoh Arsip", ""], "nobody received it"
    assert give(desk, "tu", case), "what was received may go on another list"


def test_every_transfer_list_is_within_reach_and_who_waits_stands_first(desk, case) -> None:
    done = []
    for _ in range(21):
        done.append(give(desk, "tu", case))
        desk.do("arsip", lambda tx: transferring.receive_list(tx, done[-1]))
    waiting = give(desk, "tu", case)

    with desk.database.reading() as session:
        pages = [transferring.transfers(session, desk.office_no, page) for page in (1, 2, 99)]
        rows = [[row.id for row in page.rows] for page in pages]

    assert [(page.page, page.pages) for page in pages] == [(1, 2), (2, 2), (2, 2)]
    assert rows[0][0] == waiting
    assert set(rows[0] + rows[1]) == {waiting, *done}
