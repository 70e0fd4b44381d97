"""Billing code, payment, statement, proof lost, counter-entry, closing list."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from openpyxl import Workbook

from hub.cases import applications, payments
from hub.cases.check import broken_cases
from hub.cases.ledger import serials_of
from hub.cases.payments import billing, corrections, day_book, lost_proofs, matching
from hub.cases.payments.statements import (
    LARGEST_BYTES,
    LARGEST_UNPACKED,
    MOST_LINES,
    read_statement,
)
from hub.errors import BadInput, Conflict, NotAllowed, Refused
from hub.keys import Keyring
from hub.seals import PROOF, judge_code, read_public_keys
from hub.verify.records import state_of
from hub.web.forms import Form

CODE = "820261123000001"
CODE_ROW = "billing_code"
NTPN = "A1B2C3D4E5F6G7H8"
TODAY = date(2026, 11, 23)


def enter(desk, case: str, code: str = CODE, issued_on: str = "2026-11-23") -> str:
    return desk.do("bendahara", lambda tx: billing.enter(tx, desk.procedure, case, code, issued_on))


def book(desk, day: date = TODAY) -> day_book.Book:
    with desk.database.reading() as session:
        return day_book.read_book(session, desk.office_no, desk.procedure, day, desk.clock.now())


def pay(desk, case: str, **changed: str) -> None:
    desk.capture(case, "7.slip", "scan", "image/png")
    values = {
        "billing_code": CODE,
        "ntpn": NTPN,
        "amount": "Rp 3.000.000",
        "paid_on": "2026-11-23",
        "bank": "Bank Contoh",
    }
    desk.complete("bendahara", case, "7", values | changed)


def import_(desk, table: str) -> str:
    statement = read_statement(table.encode())
    return desk.do("bendahara", lambda tx: matching.import_statement(tx, desk.procedure, statement))


# ── billing codes ──


@pytest.mark.parametrize(
    ("issued", "last"),
    [
        (date(2026, 11, 23), date(2026, 11, 30)),
        (date(2026, 12, 24), date(2026, 12, 31)),
        (date(2026, 12, 25), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2028, 2, 26), date(2028, 3, 4)),
    ],
)
def test_a_code_lives_seven_days_and_never_beyond_the_year(issued: date, last: date) -> None:
    assert billing.last_day(issued, 7) == last


@pytest.mark.parametrize(
    ("code", "issued_on", "words"),
    [
        ("82026112300001", "2026-11-23", "harus 15 angka"),
        ("82026112300000X", "2026-11-23", "harus 15 angka"),
        (CODE, "2026-11-24", "masa depan"),
        (CODE, "2026-11-15", "kedaluwarsa"),
        (CODE, "23/11/26", "bukan tanggal"),
    ],
)
def test_a_code_that_cannot_be_is_refused_in_words(
    desk, code: str, issued_on: str, words: str
) -> None:
    case = desk.go("7")

    with pytest.raises(BadInput) as refused:
        enter(desk, case, code, issued_on)

    assert words in refused.value.fields[0].message


def test_a_new_issue_keeps_the_code_before_it(desk) -> None:
    case = desk.go("7")
    enter(desk, case)
    desk.clock.pass_(days=9)

    enter(desk, case, "820261202000002", "2026-12-02")

    with desk.database.reading() as session:
        first, second = billing.all_of(session, desk.office_no, case)
        assert first.replaced_at is not None
        assert second.replaced_at is None
        assert second.expires_on == date(2026, 12, 9)


def test_the_code_that_was_given_stands_at_the_payment_and_is_not_typed_again(desk) -> None:
    case = desk.go("7")
    enter(desk, case, "820261123000009")
    enter(desk, case)

    [row] = [one for one in desk.view(case, "bendahara").current.evidence if one.key == CODE_ROW]
    [seen] = [one for one in desk.view(case, "loket").current.evidence if one.key == CODE_ROW]
    pay(desk, case, billing_code="")

    assert (row.value, row.supplied) == (CODE, True)
    assert seen.value == ""
    with desk.database.reading() as session:
        paid = payments.of_case(session, desk.office_no, case)
        row = applications.must_find(session, desk.office_no, desk.procedure, case)
        assert payments.facts(desk.procedure.keyring, row, paid).billing_code == CODE


def test_only_the_treasurer_enters_a_code_and_only_for_an_approved_case(desk) -> None:
    case = desk.go("6")

    with pytest.raises(NotAllowed):
        desk.do("tu", lambda tx: billing.enter(tx, desk.procedure, case, CODE, "2026-11-23"))
    with pytest.raises(Conflict) as early:
        enter(desk, case)

    assert early.value.code == "not_approved"


def test_a_code_of_another_case_is_refused_at_entry_and_at_payment(desk) -> None:
    first, second = desk.go("7"), desk.go("7")
    enter(desk, first)

    with pytest.raises(Conflict) as known:
        enter(desk, second)
    with pytest.raises(BadInput) as paid:
        pay(desk, second)

    assert known.value.code == "billing_known"
    assert "milik permohonan lain" in paid.value.fields[0].message


def test_a_payment_after_the_codes_last_day_is_refused(desk) -> None:
    case = desk.go("7")
    enter(desk, case)
    desk.clock.pass_(days=12)

    with pytest.raises(BadInput) as refused:
        pay(desk, case, paid_on="2026-12-01")

    assert [fault.field for fault in refused.value.fields] == ["paid_on"]


# ── verification ──


def test_a_payment_is_unverified_until_the_bank_names_it(desk) -> None:
    case = desk.go("7")
    pay(desk, case)
    assert [one.application for one in book(desk).unverified] == [case]

    import_(desk, f"tanggal;ntpn;jumlah\n2026-11-23;{NTPN};3.000.000\n")

    assert book(desk).unverified == ()
    assert book(desk).list.taken[0].verified_how == "statement"


def test_a_statement_that_came_before_the_applicant_counts(desk) -> None:
    case = desk.go("7")
    import_(desk, f"tanggal;ntpn;jumlah\n23-11-2026;{NTPN};3000000\n")
    assert book(desk).mismatched[0].ntpn == NTPN

    pay(desk, case)

    assert book(desk).mismatched == ()
    assert book(desk).list.taken[0].verified_how == "statement"


def test_another_amount_is_a_mismatch_and_verifies_nothing(desk) -> None:
    case = desk.go("7")
    pay(desk, case)

    import_(desk, f"tanggal,ntpn,jumlah\n2026-11-23,{NTPN},2500000\n")

    [line] = book(desk).mismatched
    assert (line.amount, line.recorded) == (2_500_000, 3_000_000)
    assert [one.application for one in book(desk).unverified] == [case]


def test_hand_over_waits_for_the_verification(desk) -> None:
    case = desk.go("7")
    pay(desk, case)
    for step in ("8", "9", "10"):
        getattr(desk, f"step_{step}")(case)

    with pytest.raises(BadInput) as refused:
        desk.step_11(case)

    assert "belum diverifikasi" in refused.value.fields[0].message
    desk.do("bendahara", lambda tx: matching.confirm_with_slip(tx, desk.procedure, case))
    assert desk.step_11(case).state == "COLLECTED"


def test_every_wrong_line_of_a_statement_is_named_and_nothing_is_taken(desk) -> None:
    table = "tanggal;ntpn;jumlah\n2026-11-23;SHORT;3000000\n\n31-02-2026;B1B2C3D4E5F6G7H8;x\n"
    statement = read_statement(table.encode())

    assert [(fault.line, fault.column) for fault in statement.faults] == [
        (2, "ntpn"),
        (4, "tanggal"),
        (4, "jumlah"),
    ]
    with pytest.raises(BadInput):
        desk.do("bendahara", lambda tx: matching.import_statement(tx, desk.procedure, statement))


def test_a_number_twice_in_one_statement_is_a_fault() -> None:
    table = f"tanggal;ntpn;jumlah\n2026-11-23;{NTPN};1\n2026-11-23;{NTPN.lower()};1\n"

    assert [fault.line for fault in read_statement(table.encode()).faults] == [3]


def test_an_excel_statement_reads_like_a_csv() -> None:
    wb = Workbook()
    wb.active.append(["Tgl Bayar", "NTPN", "Nominal"])
    wb.active.append([date(2026, 11, 23), NTPN, 3000000])
    out = io.BytesIO()
    wb.save(out)

    [line] = read_statement(out.getvalue()).lines

    assert (line.ntpn, line.amount, line.paid_on) == (NTPN, 3_000_000, TODAY)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 no", b"tanggal;jumlah\n1;2\n"])
def test_what_is_no_statement_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read_statement(content)

    assert refused.value.code == "statement_unreadable"


@pytest.mark.parametrize("content", [b"%PDF-1.7 tanggal;ntpn;jumlah", b"tanggal\0ntpn\0jumlah"])
def test_a_file_of_another_kind_is_named_so(content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read_statement(content)

    assert "bukan berkas CSV atau XLSX" in refused.value.fields[0].message


ENDLESS = "9" * 5000
"""More figures than Python reads as a number."""


def test_a_figure_without_end_is_wrong_in_words_and_no_error_of_the_program() -> None:
    keys = read_public_keys(Keyring(b"1" * 32).public_code_key())
    table = f"tanggal;ntpn;jumlah\n2026-11-23;{NTPN};{ENDLESS}\n"

    assert [fault.line for fault in read_statement(table.encode()).faults] == [2]
    assert judge_code(f"LOKET:B:BB-1:SECRET:{ENDLESS}:261123:A", keys).state == "forged"
    assert Form({"number": [ENDLESS]}, b"", "key").number("number") is None
    with pytest.raises(BadInput):
        serials_of(f"SK1-SK{ENDLESS}")


def test_a_dry_run_says_what_would_happen_and_stores_nothing(desk) -> None:
    case = desk.go("7")
    pay(desk, case)
    other = "B1B2C3D4E5F6G7H8"
    statement = read_statement(
        f"tanggal;ntpn;jumlah\n2026-11-23;{NTPN};3000000\n2026-11-23;{other};1\n".encode()
    )

    with desk.database.reading() as session:
        judged = matching.judge(session, desk.office_no, desk.procedure.keyring, statement)

    assert [one.verdict for one in judged] == ["vouch", "unknown"]
    assert len(book(desk).unverified) == 1


def test_a_small_workbook_that_unpacks_to_a_huge_one_is_refused_before_it_is_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (LARGEST_UNPACKED + 1))

    with pytest.raises(BadInput) as refused:
        read_statement(packed.getvalue())

    assert len(packed.getvalue()) < LARGEST_BYTES
    assert "too large unpacked" in refused.value.en


def test_an_excel_sheet_is_not_read_beyond_the_most_lines() -> None:
    wb = Workbook(write_only=True)
    sheet = wb.create_sheet()
    for _ in range(MOST_LINES + 50):
        sheet.append(["tanggal", "ntpn", "jumlah"])
    out = io.BytesIO()
    wb.save(out)

    with pytest.raises(BadInput) as refused:
        read_statement(out.getvalue())

    assert str(MOST_LINES) in refused.value.en


def test_the_same_statement_is_imported_once(desk) -> None:
    table = f"tanggal;ntpn;jumlah\n2026-11-23;{NTPN};3000000\n"
    import_(desk, table)

    with pytest.raises(Conflict) as again:
        import_(desk, table)

    assert again.value.code == "statement_known"


# ── the proof ──


def test_the_code_on_the_proof_is_verified_offline_by_the_public_key(desk) -> None:
    case = desk.go("8")
    code = desk.proof_code(case)
    keys = read_public_keys(desk.procedure.keyring.public_code_key())

    said = judge_code(code, keys)

    assert len(code) <= 174  # a QR of version 10 with correction H, alphanumeric
    assert (said.state, said.amount, said.day) == ("paid", 3_000_000, TODAY)
    assert said.number == desk.view(case).proof_number
    forged = code.replace(":3000000:", ":9000000:")
    assert judge_code(forged, keys).state == "forged"
    assert judge_code(code.rpartition(":")[0], keys).state == "unsigned"


def test_a_lost_proof_needs_two_officers_and_its_old_code_dies(desk) -> None:
    case = desk.go("11")
    old = desk.proof_code(case)
    file = desk.procedure.blobs.put(b"%PDF-1.4 statement")

    def report(login: str, identity: str = "KTP 3171010101010001") -> str:
        return desk.do(
            login,
            lambda tx: lost_proofs.report_lost(
                tx, desk.procedure, case, identity, file, "application/pdf"
            ),
        )

    with pytest.raises(BadInput):
        report("loket", "")
    report("loket")
    with pytest.raises(NotAllowed):
        desk.do("loket", lambda tx: lost_proofs.grant(tx, desk.procedure, case))
    number = desk.do("supervisor", lambda tx: lost_proofs.grant(tx, desk.procedure, case))

    new = desk.proof_code(case)
    assert number.endswith("-B2")
    with desk.database.reading() as session:
        keyring = desk.procedure.keyring
        assert not payments.is_proof(session, desk.office_no, keyring, case, old)
        assert payments.is_proof(session, desk.office_no, keyring, case, new)
        numbers = [code.split(":")[2] for code in (old, new)]
        known = [state_of(session, desk.office_no, PROOF, one) for one in numbers]
    assert known == ["void", ""], "who verifies the lost proof against the hub hears it"


# ── the treasurer's day ──


def test_the_list_of_a_day_is_summed_closed_and_locked(desk) -> None:
    first, second = desk.go("7"), desk.go("7")
    desk.step_7(first)
    printed = desk.procedure.blobs.put(b"%PDF-1.4 list")
    digest = book(desk).list.digest

    desk.do(
        "bendahara",
        lambda tx: day_book.close_day(tx, desk.procedure, TODAY, digest, printed),
    )
    pay(desk, second, ntpn="B1B2C3D4E5F6G7H8", billing_code="820261123000009")

    closed = book(desk)
    assert closed.list.total == 3_000_000
    assert closed.closed is not None
    assert [one.application for one in book(desk, TODAY + timedelta(days=1)).list.taken] == [second]


def test_a_list_that_changed_after_it_was_set_is_not_closed(desk) -> None:
    case = desk.go("7")
    printed = desk.procedure.blobs.put(b"%PDF-1.4 list")
    digest = book(desk).list.digest
    desk.step_7(case)

    with pytest.raises(Conflict) as refused:
        desk.do(
            "bendahara",
            lambda tx: day_book.close_day(tx, desk.procedure, TODAY, digest, printed),
        )

    assert refused.value.code == "list_changed"


def test_a_wrong_payment_is_taken_back_by_a_counter_entry_and_paid_anew(desk) -> None:
    wrong, right = desk.go("8"), desk.go("7")

    desk.do(
        "bendahara",
        lambda tx: corrections.take_back(tx, desk.procedure, wrong, "salah perkara"),
    )

    assert desk.view(wrong).head.state == "APPROVED"
    now = book(desk).list
    assert (now.total, now.corrections[0].amount, now.taken[0].reversed) == (0, -3_000_000, True)
    desk.step_7(right)
    assert book(desk).list.total == 3_000_000


def test_a_case_that_is_over_stays_over_when_its_payment_is_taken_back(desk) -> None:
    case = desk.go("8")
    desk.do("pejabat", lambda tx: applications.withdraw(tx, desk.procedure, case, "Pemohon batal"))

    desk.do(
        "bendahara",
        lambda tx: corrections.take_back(tx, desk.procedure, case, "dikembalikan lewat KPPN"),
    )

    assert desk.view(case).head.state == "WITHDRAWN"
    assert book(desk).list.total == 0
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []


@pytest.mark.parametrize(("until", "code"), [("9", "number_given"), ("", "case_archived")])
def test_a_payment_that_bears_a_number_or_is_archived_is_not_taken_back(desk, until, code) -> None:
    case = desk.go(until)

    with pytest.raises(Refused) as refused:
        desk.do(
            "bendahara", lambda tx: corrections.take_back(tx, desk.procedure, case, "salah ketik")
        )

    assert refused.value.code == code
