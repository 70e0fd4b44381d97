"""The papers an office owes, from real cases: PDF/A, tagged, fonts inside, their codes readable."""

from __future__ import annotations

import dataclasses
import io
import tempfile
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from hub.blobs import register
from hub.cases import (
    agenda,
    applications,
    branches,
    custody,
    inviting,
    ledger,
    nonconformity,
    notifying,
    persons,
)
from hub.cases import papers as case_papers
from hub.cases.agenda import Letter
from hub.cases.archive import transferring
from hub.cases.notifying import Tried
from hub.cases.office_lists import closing_list, destruction_minutes, transfer_list
from hub.cases.payments import billing, day_book
from hub.demo.papers import codes_on
from hub.errors import Conflict
from hub.letters import Paper, compose
from hub.models.application import Application
from hub.office.case_rules import PaperRules
from hub.seals import judge_code, read_public_keys
from hub.writer import Tx

BASIS = "Pasal 27 Permenkumham 10/2023"


def printed(desk, made: Paper) -> tuple[PdfReader, list[str]]:
    """The PDF as a reader sees it, and the codes as a scanner reads them off a picture."""
    content = compose.compose(case_papers.letterhead(desk.procedure), made)
    reader = PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfaid:part>2" in content or b'pdfaid:part="2"' in content
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.pdf"
        file.write_bytes(content)
        codes = codes_on(file)
    return reader, codes


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def enter_billing(desk, case: str) -> None:
    code = "820261123000771"
    desk.do("bendahara", lambda tx: billing.enter(tx, desk.procedure, case, code, "2026-11-23"))


def test_passport_receipt_and_billing_slip(desk) -> None:
    case = desk.go("7")
    enter_billing(desk, case)

    receipt, receipt_codes = printed(desk, desk.paper(case, "custody_receipt"))
    slip, slip_codes = printed(desk, desk.paper(case, "billing_slip"))

    assert len(receipt.pages) == len(slip.pages) == 1
    assert "Loket 1, laci 2" in words(receipt)
    assert "820 261 123 000 771" in words(slip)
    assert "30 November 2026" in words(slip)
    assert "tiga juta rupiah" in words(slip)
    assert slip_codes == ["820261123000771"]
    assert receipt_codes[0].startswith("LOKET:P:")


def test_cover_letter_and_nonconformity_letter(desk) -> None:
    case = desk.go("external")
    letter = Letter("out", "cover", "W.00-7/2026", "2026-11-23", "Dirjen Imigrasi, Jakarta", case)
    desk.do("tu", lambda tx: agenda.enter(tx, desk.procedure, letter))

    cover, _ = printed(desk, desk.paper(case, "cover_letter", "tu"))
    desk.do(
        "tu",
        lambda tx: branches.divert(
            tx, desk.procedure, case, "nonconformity", "Nama pada akta berbeda"
        ),
    )
    for state in ("UNDER_REVIEW", "NEED_APPLICANT"):
        desk.do(
            "pejabat",
            lambda tx, to=state: nonconformity.move(tx, desk.procedure, case, to, "Akta diminta"),
        )
    mismatch, _ = printed(desk, desk.paper(case, "nonconformity_letter"))

    assert "W.00-7/2026" in words(cover)
    assert "Dirjen Imigrasi" in words(cover)
    assert "Nama pada akta berbeda" in words(mismatch)
    assert "Tidak ada biaya lain" in words(mismatch)
    assert len(mismatch.pages) == 1
    for said in ("Menunggu pemohon", "11 Desember 2026", "UU 6/2011"):
        assert said in words(mismatch)


def test_a_nonconformity_letter_waits_until_the_applicant_is_asked(desk) -> None:
    case = desk.go("4")
    desk.do(
        "dokumen",
        lambda tx: branches.divert(
            tx, desk.procedure, case, "nonconformity", "Akta berbeda", "DATA_MISMATCH"
        ),
    )

    with pytest.raises(Conflict) as refused:
        desk.paper(case, "nonconformity_letter")

    assert refused.value.code == "applicant_not_asked"
    assert "Menunggu pemohon" in refused.value.id


def test_the_letter_to_the_applicant_says_what_for_and_until_when(desk) -> None:
    case = desk.go("7")

    reader, codes = printed(desk, desk.paper(case, "notify_letter", "tu"))

    for said in ("Pembayaran", "22 Januari 2027", "tanda terima permohonan"):
        assert said in words(reader)
    assert "Terima pembayaran" not in words(reader), "that is the officer's task"
    assert codes == [f"LOKET:U:{desk.view(case).head.case_code}-U1"]


def test_the_letter_prints_the_booked_time_and_its_code_as_text_and_qr(desk) -> None:
    case = desk.go("7")
    told, wanted = Tried("letter", "sent"), "2026-11-26T09:30:00+07:00"
    desk.do("tu", lambda tx: inviting.invite(tx, desk.procedure, case, wanted, told))
    code = desk.view(case).head.appointment.code

    reader, codes = printed(desk, desk.paper(case, "notify_letter", "tu"))

    assert len(reader.pages) == 1
    for said in ("Kamis, 26 November 2026", "09.30 WIB", f"{code[:4]} {code[4:]}", "janji temu"):
        assert said in words(reader)
    assert sorted(codes) == sorted([code, f"LOKET:U:{desk.view(case).head.case_code}-U1"])


def test_a_long_address_keeps_the_letter_with_its_booked_time_on_one_sheet(desk) -> None:
    case = desk.go("7")
    told, wanted = Tried("letter", "sent"), "2026-11-26T09:30:00+07:00"
    desk.do("tu", lambda tx: inviting.invite(tx, desk.procedure, case, wanted, told))
    address = ("Apartemen Taman Contoh Menara Dua Lantai 27, Jalan Contoh Panjang 21, " * 3)[:200]

    def lives_there(tx: Tx) -> None:
        row = tx.session.get_one(Application, (tx.office, case))
        keyring = desk.procedure.keyring
        persons.write(tx, keyring, row, persons.OFFICER, {"address": address})

    desk.do("loket", lives_there)

    reader, _ = printed(desk, desk.paper(case, "notify_letter", "tu"))

    assert len(reader.pages) == 1
    assert "Menara Dua Lantai 27" in words(reader)


def test_a_case_that_asks_the_applicant_is_on_the_list_to_notify(desk) -> None:
    case = desk.go("4")
    desk.do(
        "dokumen",
        lambda tx: branches.divert(
            tx, desk.procedure, case, "nonconformity", "Akta berbeda", "DATA_MISMATCH"
        ),
    )

    def listed():
        with desk.database.reading() as session:
            at = desk.clock.now()
            return notifying.notify_list(session, desk.office_no, desk.procedure, at).rows

    before = listed()
    for state in ("UNDER_REVIEW", "NEED_APPLICANT"):
        desk.do(
            "pejabat",
            lambda tx, to=state: nonconformity.move(tx, desk.procedure, case, to, "Akta diminta"),
        )
    [row] = listed()

    assert before == ()
    assert (row.application, row.may_lapse) == (case, False)
    assert "Data tidak sama" in row.what.id
    assert row.deadline is not None
    assert desk.paper(case, "notify_letter", "tu").facts[1].value == (
        f"{row.what.id} / {row.what.en}"
    )


def test_a_rejection_states_reason_legal_basis_and_rights(desk) -> None:
    case = desk.go("6")
    desk.do(
        "pejabat",
        lambda tx: applications.reject(
            tx, desk.procedure, case, "Masa tinggal belum lima tahun", BASIS
        ),
    )

    reader, _ = printed(desk, desk.paper(case, "rejection_letter"))

    for said in ("Pasal 27 Permenkumham 10/2023", "Masa tinggal belum lima tahun", "keberatan"):
        assert said in words(reader)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("stage", "ending", "says"),
    [
        ("6", "WITHDRAWN", ("berikut kami catat sebagai dicabut", "Paspor Saudara masih")),
        ("7", "EXPIRED_UNPAID", ("biayanya tidak dibayar", "Pemberitahuan sebelumnya")),
        ("11", "UNCOLLECTED", ("tidak diambil sampai batas", "batal; surat dan kartunya", "kas")),
    ],
)
def test_each_ending_without_a_decision_has_its_letter(desk, stage, ending, says) -> None:
    case = desk.go(stage)
    with pytest.raises(Conflict) as early:
        desk.paper(case, "ending_letter", "tu")
    if ending == "WITHDRAWN":
        desk.do("loket", lambda tx: applications.withdraw(tx, desk.procedure, case, "pindah"))
    else:
        told = Tried("phone", "reached")
        desk.do("tu", lambda tx: notifying.contact(tx, desk.procedure, case, told))
        desk.clock.pass_(days=400)
        desk.do("pejabat", lambda tx: notifying.lapse(tx, desk.procedure, case, "pindah"))

    paper = desk.paper(case, "ending_letter", "tu")
    reader, _ = printed(desk, paper)

    code = desk.view(case).head.case_code
    assert early.value.code == "not_lapsed"
    assert (desk.view(case).head.state, paper.number) == (ending, f"{code}-E1")
    assert len(reader.pages) == 1
    for said in (*says, "pindah", "keberatan", "object in writing"):
        assert said in words(reader)


def test_label_and_history_of_an_archived_case(desk) -> None:
    case = desk.go("never")

    label, codes = printed(desk, desk.paper(case, "archive_label", "arsip"))
    history, _ = printed(desk, desk.paper(case, "case_history", "arsip"))

    code = desk.view(case).head.case_code
    assert codes == [f"LOKET:A:{code}"]
    assert "GR.01.14 · tetap / permanent" in words(label)
    assert "Pembayaran dicatat" in words(history)


def test_who_only_reads_prints_the_history_alone(desk) -> None:
    case = desk.go("never")
    desk.staff["auditor"] = desk.employ("auditor", {"auditor"})

    assert [one.kind for one in desk.view(case, "auditor").papers] == ["case_history"]
    assert "skim_letter" in [one.kind for one in desk.view(case, "cetak").papers]


def test_closing_list_transfer_list_and_minutes(desk) -> None:
    case = desk.go("never")
    at = desk.clock.now()
    transfer = desk.do("tu", lambda tx: transferring.give_list(tx, desk.procedure, [case]))
    desk.stock("SK9")
    desk.do("cetak", lambda tx: ledger.spoil(tx, "SK9", "tinta luntur"))
    desk.do("cetak", lambda tx: ledger.propose(tx, ["SK9"]))
    desk.do("supervisor", lambda tx: ledger.confirm_destroyed(tx, ["SK9"]))
    today = desk.procedure.office.today(at)

    with desk.database.reading() as session:
        book = day_book.read_book(session, desk.office_no, desk.procedure, today, at)
        row = transferring.find_transfer(session, desk.office_no, transfer)
        hour = timedelta(hours=1)
        gone = ledger.destroyed_on(session, desk.office_no, at - hour, at + hour)
        papers = (
            closing_list(desk.procedure, book.list, "Contoh Bendahara", "", at),
            transfer_list(desk.procedure, row, at),
            destruction_minutes(desk.procedure, gone, today, at),
        )
    closing, moved, minutes = (words(printed(desk, one)[0]) for one in papers)

    assert "Rp 3.000.000" in closing
    assert desk.view(case).head.case_code in moved
    assert "SK9" in minutes
    assert "Contoh Supervisor" in minutes


def test_the_code_scanned_off_the_proof_is_the_offices(desk) -> None:
    case = desk.go("11")

    _, codes = printed(desk, desk.paper(case, "payment_proof", "bendahara"))

    keys = read_public_keys(desk.procedure.keyring.public_code_key())
    assert judge_code(codes[0], keys).state == "paid"


def test_the_signature_on_record_is_printed_only_if_the_office_wants_it(desk) -> None:
    case = desk.go("biometrics")
    drawn = desk.procedure.blobs.put(b"what the pad drew")
    desk.do("loket", lambda tx: register(tx, drawn, "image/png").id)
    desk.supply("loket", case, "signature", drawn.id)

    plain = desk.paper(case, "custody_receipt")
    office = msgspec.structs.replace(
        desk.procedure.office, papers=PaperRules(applicant_signature=True)
    )
    desk.procedure = dataclasses.replace(desk.procedure, office=office)
    shown = desk.paper(case, "custody_receipt")
    desk.supply("loket", case, "signature", "")

    assert plain.on_record is None
    assert shown.on_record == b"what the pad drew"
    assert desk.paper(case, "custody_receipt").on_record is None


def test_a_letter_printed_again_says_what_it_said_on_its_day(desk) -> None:
    case = desk.go("9")
    at_once = desk.paper(case, "skim_letter", "cetak")

    desk.clock.at += timedelta(days=400)
    later = desk.paper(case, "skim_letter", "cetak")

    assert later.issued_on == at_once.issued_on == date(2026, 11, 23)
    assert later.periods == at_once.periods
    assert later.signer == at_once.signer


def test_a_passport_that_came_back_has_a_receipt_of_its_own_day(desk) -> None:
    case = desk.go("4")
    signed = desk.procedure.blobs.put(b"%PDF-1.4 signature")
    first = desk.paper(case, "custody_receipt")
    desk.do(
        "loket",
        lambda tx: custody.release(
            tx, desk.procedure, case, "2026-11-27", signed, "application/pdf"
        ),
    )

    desk.clock.at += timedelta(days=3)
    desk.do("loket", lambda tx: custody.come_back(tx, desk.procedure, case, "Lemari 2"))
    second = desk.paper(case, "custody_receipt")

    assert first.number.endswith("-P1")
    assert second.number.endswith("-P2")
    assert (second.taken_at.date(), second.place) == (date(2026, 11, 26), "Lemari 2")
