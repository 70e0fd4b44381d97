"""A case that ended before its last step: its file goes to the archive, its passport is named."""

from __future__ import annotations

import io
import json
import tarfile

import pytest
from pypdf import PdfReader

from hub.cases import applications, archive, custody, letter_book, letters_sent, notifying
from hub.cases.archive import ended_files, keeping, sealing
from hub.cases.archive.ended_files import Given
from hub.cases.archive.keeping import Act
from hub.cases.archive.verifying import verify_package
from hub.cases.check import broken_cases
from hub.errors import BadInput, Conflict, NotAllowed
from hub.seals import read_public_keys

GIVEN = Given("Ruang 1, rak 9", "arsip")


def give(desk, case: str, given: Given = GIVEN, login: str = "tu") -> str:
    officer, at = desk.staff[login], desk.clock.now()
    with desk.database.reading() as session:
        package = ended_files.prepare(
            session, desk.procedure, desk.office_no, case, given, at, officer
        )
    return desk.do(login, lambda tx: ended_files.give(tx, desk.procedure, case, given, package))


def waiting(desk) -> dict[str, ended_files.Unfiled]:
    with desk.database.reading() as session:
        rows = ended_files.unfiled(session, desk.procedure, desk.office_no).rows
    return {row.application: row for row in rows}


def withdraw(desk, case: str) -> None:
    desk.do("loket", lambda tx: applications.withdraw(tx, desk.procedure, case, "pindah negara"))


def give_passport_back(desk, case: str) -> None:
    signed = desk.procedure.blobs.put(b"%PDF-1.4 signed")
    desk.do(
        "serah",
        lambda tx: custody.give_back_after_end(tx, desk.procedure, case, signed, "application/pdf"),
    )


def move(desk, case: str, name: str, **more: str) -> str:
    return desk.do("arsip", lambda tx: keeping.move(tx, desk.procedure, case, Act(name, **more)))


def seal_again(desk, case: str) -> None:
    officer, at = desk.staff["arsip"], desk.clock.now()
    with desk.database.reading() as session:
        package = sealing.prepare(session, desk.procedure, desk.office_no, case, at, officer)
    desk.do("arsip", lambda tx: sealing.seal_again(tx, desk.procedure, case, package))


def package_of(desk, case: str) -> tuple[bytes, dict[str, bytes]]:
    """Return the package, and its payload by name."""
    with desk.database.reading() as session:
        row = archive.package_row(session, desk.office_no, case)
        content = desk.procedure.blobs.get(row.blob)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        files = {
            member.name.partition("/data/")[2]: tar.extractfile(member).read()
            for member in tar.getmembers()
            if member.isfile()
        }
    return content, files


def print_rejection(desk, case: str) -> None:
    """The counter's printer brought out the letter of rejection."""
    paper = desk.paper(case, "rejection_letter", "kakanim")
    stored = desk.procedure.blobs.put(b"%PDF-1.7 rejection")

    def entered(tx) -> None:
        from hub.blobs import register

        register(tx, stored, "application/pdf").application = case
        letters_sent.enter(tx, desk.procedure, case, "rejection_letter", paper, file=stored.id)

    desk.do("kakanim", entered)


def test_a_withdrawn_case_is_sealed_and_goes_its_way_through_the_archive(desk) -> None:
    case = desk.go("7")
    withdraw(desk, case)
    give_passport_back(desk, case)
    before = waiting(desk)[case]

    give(desk, case)

    content, files = package_of(desk, case)
    keys = read_public_keys(desk.procedure.keyring.public_code_key())
    record = json.loads(files["case.json"])
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(files["case.pdf"])).pages)
    assert (before.ended.en, before.passport) == ("Withdrawn", "")
    assert verify_package(content, keys).faults == ()
    assert {"case.json", "case.pdf", "audit.json"} <= set(files)
    assert any("5.scan" in name for name in files), "its scans"
    assert any("custody.signature" in name for name in files), "the signed receipt of the passport"
    assert (record["ending"]["state"], record["ending"]["end_reason"]) == (
        "WITHDRAWN", "pindah negara",
    )  # fmt: skip
    assert record["custody"][-1]["ending"] == "returned"
    for words in ("Dicabut / Withdrawn", "pindah negara", "dikembalikan / given back"):
        assert words in said
    assert waiting(desk) == {}
    rail = {line.key: line.state for line in desk.view(case).steps}
    assert [rail[step] for step in ("6", "7", "8", "12")] == ["done", "ended"] + 2 * ["unreached"]
    assert desk.view(case).head.state == "WITHDRAWN", "it is in the archive, and ended as it did"
    assert desk.paper(case, "archive_label", "arsip").contents.en.endswith("· Withdrawn")
    states = [move(desk, case, act) for act in ("check", "label")]
    states += [move(desk, case, "shelve", place="Rak 9"), move(desk, case, "retire")]
    assert states == ["CHECKED", "LABELLED", "SHELVED", "INACTIVE"]
    told = [line.what.en for line in desk.view(case).history]
    assert told[-4:] == [
        f"File in the archive: {act}"
        for act in ("checked to be complete", "labelled", "put on its shelf", "made inactive")
    ]
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []


def test_a_rejected_file_holds_its_letter_with_the_legal_basis(desk) -> None:
    case = desk.go("6")
    desk.do(
        "pejabat",
        lambda tx: applications.reject(tx, desk.procedure, case, "tidak benar", "UU 6/2011 ps 1"),
    )
    give_passport_back(desk, case)
    with pytest.raises(Conflict) as unwritten:
        give(desk, case)
    print_rejection(desk, case)

    give(desk, case)

    _, files = package_of(desk, case)
    [letter] = [name for name in files if name.startswith("letters/") and "rejection" in name]
    assert unwritten.value.code == "letter_not_printed"
    assert files[letter] == b"%PDF-1.7 rejection"
    assert json.loads(files["case.json"])["ending"]["legal_basis"] == "UU 6/2011 ps 1"


def test_a_passport_that_lies_here_is_named_and_keeps_its_file_from_being_put_aside(desk) -> None:
    case = desk.go("11")
    desk.clock.pass_(days=181)
    told = notifying.Tried("phone", "no_answer")
    desk.do("loket", lambda tx: notifying.contact(tx, desk.procedure, case, told))
    desk.do("pejabat", lambda tx: notifying.lapse(tx, desk.procedure, case, "lewat"))
    place = waiting(desk)[case].passport

    with pytest.raises(Conflict) as unnamed:
        give(desk, case)
    give(desk, case, Given("Rak 9", "arsip", passport_here=True))
    for act in ("check", "label"):
        move(desk, case, act)
    move(desk, case, "shelve", place="Rak 9")
    with pytest.raises(Conflict) as kept:
        move(desk, case, "retire")

    with desk.database.reading() as session:
        read = (session, desk.office_no, desk.procedure, desk.clock.now())
        [row] = keeping.filed(*read).rows
        told_of = [one.application for one in notifying.notify_list(*read).rows]
    _, files = package_of(desk, case)
    assert place
    assert place in str(unnamed.value)
    assert (unnamed.value.code, kept.value.code) == ("passport_here", "passport_here")
    assert row.passport == place
    assert told_of == [case], "it is still to be fetched"
    assert json.loads(files["case.json"])["custody"][-1]["ended_at"] is None
    desk.clock.pass_(days=3)
    give_passport_back(desk, case)
    seal_again(desk, case)
    with pytest.raises(Conflict) as again:
        seal_again(desk, case)
    content, files = package_of(desk, case)
    keys = read_public_keys(desk.procedure.keyring.public_code_key())
    handed = json.loads(files["case.json"])["handed_over"]
    assert verify_package(content, keys).faults == ()
    assert any("custody.signature" in name for name in files), "sealed with the signed receipt"
    assert (handed["by"], handed["sealed_again"]["by"]) == ("Contoh Tu", "Contoh Arsip")
    assert again.value.code == "nothing_to_seal"
    assert move(desk, case, "retire") == "INACTIVE"
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []


def test_only_a_received_ended_case_is_given_once_by_another_person(desk) -> None:
    running, draft, ended = desk.go("3"), desk.open(), desk.go("2")
    for case in (draft, ended):
        withdraw(desk, case)
    give_passport_back(desk, ended)
    desk.staff["arsip2"] = desk.employ("arsip2", {"archivist", "administration"})

    refused = []
    for case, given, login in (
        (running, GIVEN, "tu"),
        (draft, GIVEN, "tu"),
        (ended, GIVEN, "arsip"),
        (ended, Given(" ", "arsip2"), "arsip2"),
    ):
        with pytest.raises((Conflict, NotAllowed, BadInput)) as no:
            give(desk, case, given, login)
        refused.append(no.value)
    give(desk, ended)
    with pytest.raises(Conflict) as twice:
        give(desk, ended)

    codes = [one.code for one in refused]
    assert codes == ["not_ended", "never_received", "role_missing", "filing_wrong"]
    assert [fault.field for fault in refused[-1].fields] == ["shelf", "receiver"]
    assert twice.value.code == "already_filed"
    assert "oleh Anda sendiri" in twice.value.id
    with desk.database.reading() as session:
        assert letter_book.of_case(session, desk.office_no, ended) == ()
