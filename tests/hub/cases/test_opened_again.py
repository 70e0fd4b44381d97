"""A hand-over, a signature and a print that were undone: what stands and what is void."""

from __future__ import annotations

import io
import tarfile

import pytest

from hub.cases import archive, custody, reopen, vouching
from hub.cases.check import broken_cases
from hub.errors import BadInput, Conflict


def open_again(desk, case: str, step: str) -> None:
    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, step, "salah catat"))


def marks(desk, case: str, item: str) -> list[bool]:
    """Return of each file of a row, the oldest first, whether it is void."""
    files = desk.view(case).documents
    return [one.void_since is not None for one in files if one.item == item]


def slip(desk, case: str) -> tuple[str, bool]:
    """Return the end of the next slip's number, and whether it would say that it is a copy."""
    paper = desk.paper(case, "collection_slip", "serah")
    return paper.number.rpartition("-")[2], paper.imprint.copy


def holder(desk, case: str) -> object:
    with desk.database.reading() as session:
        return custody.holder(session, desk.office_no, case)


def test_the_record_of_a_hand_over_is_put_right_without_the_passport(desk) -> None:
    case = desk.go("12")

    open_again(desk, case, "11")
    with pytest.raises(BadInput) as unsigned:
        desk.complete("serah", case, "11", {})
    desk.step_11(case)

    assert {fault.field for fault in unsigned.value.fields} == {"collection_slip", "slip_signed"}
    assert marks(desk, case, "11.collection_slip") == [True, False]
    assert desk.view(case).head.state == "COLLECTED"
    assert holder(desk, case) is None


def test_a_passport_that_came_back_is_handed_over_anew_against_a_new_slip(desk) -> None:
    case = desk.go("12")

    def take_again() -> None:
        desk.do("serah", lambda tx: custody.take_again(tx, desk.procedure, case, "laci 3"))

    with pytest.raises(Conflict) as done:
        take_again()
    open_again(desk, case, "11")
    take_again()
    number, copy = slip(desk, case)
    desk.step_11(case)

    assert done.value.code == "handed_over"
    assert (number, copy) == ("C2", False)
    assert holder(desk, case) is None
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []


def test_what_stands_in_the_passport_is_not_done_anew_while_it_is_away(desk) -> None:
    case = desk.go("12")
    open_again(desk, case, "10")
    desk.step_10(case)  # its scan is one of the photocopy

    open_again(desk, case, "9")
    with pytest.raises(Conflict) as unsigned:
        desk.step_9(case)
    open_again(desk, case, "8")
    with pytest.raises(Conflict) as unendorsed:
        desk.step_8(case, "SK 0002")
    desk.do("serah", lambda tx: custody.take_again(tx, desk.procedure, case, "laci 3"))
    desk.supply("cetak", case, "blank_serial", "SK 0002")
    desk.issue(case)
    desk.step_9(case)

    assert (unsigned.value.code, unendorsed.value.code) == ("passport_away", "passport_away")
    assert desk.view(case).head.state == "LEGALISED"


def test_a_print_that_was_voided_is_marked_so_in_the_file_and_in_the_archive(desk) -> None:
    case = desk.go("10")

    open_again(desk, case, "8")
    before = marks(desk, case, "8.skim")
    desk.step_8(case, "SK 0002")
    desk.go_on(case)

    assert before == [True]
    assert marks(desk, case, "8.skim") == [True, False]
    with desk.database.reading() as session:
        package = archive.package_row(session, desk.office_no, case)
        content = desk.procedure.blobs.get(package.blob)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        names = [name.rpartition("/")[2] for name in tar.getnames() if "8.skim." in name]
        record = tar.extractfile(f"{desk.view(case).head.case_code}/data/case.json").read()
    assert [name.split("-", 1)[1] for name in names] == ["8.skim.BATAL.pdf", "8.skim.pdf"]
    assert record.count(b'"void_since": "2026') == 3  # letter, card, endorsement


def test_what_was_signed_and_opened_again_is_signed_anew(desk) -> None:
    case = desk.go("10")

    open_again(desk, case, "9")
    with pytest.raises(BadInput) as unsigned:
        desk.complete("kakanim", case, "9", {})

    assert [fault.field for fault in unsigned.value.fields] == ["signed"]


def scan_row(desk, case: str, key: str):
    return next(row for row in desk.view(case).current.evidence if row.key == key)


def test_a_scan_of_before_the_reopening_counts_only_once_somebody_vouches_for_it(desk) -> None:
    case = desk.go("11")
    read = {"compared": "on", "read_passport": "L898902C3"}
    read["read_number"] = desk.view(case).register_number
    desk.clock.pass_(minutes=5)
    open_again(desk, case, "10")
    desk.clock.pass_(minutes=5)

    waits = scan_row(desk, case, "endorsed_page")
    with pytest.raises(BadInput) as old:
        desk.complete("pindai", case, "10", read)
    desk.do("pindai", lambda tx: vouching.say_they_hold(tx, desk.procedure, case, "endorsed_page"))
    vouched = scan_row(desk, case, "endorsed_page")
    with pytest.raises(Conflict) as twice:
        desk.do("pindai", lambda tx: vouching.say_they_hold(tx, desk.procedure, case))
    desk.complete("pindai", case, "10", read)

    [fault] = old.value.fields
    assert fault.field == "endorsed_page"
    assert "nyatakan masih berlaku / " in fault.message
    assert (waits.supplied, waits.old.by) == (False, "Contoh Pindai")
    assert (vouched.supplied, vouched.old, vouched.by) == (True, None, "Contoh Pindai")
    assert vouched.at > waits.old.at, "who vouched, and when"
    assert "old scan" in vouched.how.en
    assert twice.value.code == "no_old_scan"
    said = [line.what.en for line in desk.view(case).history]
    assert any(line.startswith("Old scans said to hold still: 10") for line in said)


def test_scans_of_a_reopened_step_are_taken_anew_or_vouched_for_together(desk) -> None:
    case = desk.go("biometrics")
    desk.clock.pass_(minutes=5)
    open_again(desk, case, "4")
    desk.step_4(case)
    desk.clock.pass_(minutes=5)
    rows = [row for row in desk.view(case).current.evidence if row.old]
    first = rows[0].key
    desk.capture(case, f"5.{first}", "scan", "image/png")

    with pytest.raises(BadInput) as old:
        desk.complete("pindai", case, "5", {})
    desk.do("pindai", lambda tx: vouching.say_they_hold(tx, desk.procedure, case))
    desk.complete("pindai", case, "5", {})

    assert {fault.field for fault in old.value.fields} == {row.key for row in rows[1:]}
    [taken, held] = [scan for scan in desk.view(case).documents if scan.item == f"5.{first}"]
    assert taken.blob != held.blob
    told = [(scan.version, scan.versions, scan.standing) for scan in (taken, held)]
    assert told == [(1, 2, "replaced"), (2, 2, "in_force")]
    open_again(desk, case, "5")
    newest = [s for s in desk.view(case).documents if s.item == f"5.{first}"][-1]
    assert newest.standing == "doubted"
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []
