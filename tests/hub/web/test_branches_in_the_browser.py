"""A case leaves its twelve steps and comes back, by the pages: each branch with its ending."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from branch_acts import current, give_back, go_on, letter_here, open_rare, other_act, unfit
from living_cases import Numbered
from living_office import LivingOffice, living_office, paper, tabbed_to
from playwright.sync_api import expect
from screened import Desk, Office
from web_office import PASSWORD, Screen

pytestmark = pytest.mark.slow
ADDRESS = "[name='field.address']"
LAPTOP = {"width": 1366, "height": 768}
PRINTED_AT_8 = ("skim", "skim_card", "endorsement_text")


def lay(desk: Desk, _listed: Office) -> dict[str, str]:
    """One case for each journey, where the journey begins."""
    cases = Numbered(desk)
    begins = {
        "mismatch": "4", "alone": "4", "rejected": "4", "judged": "4", "withdrawn": "5",
        "moved": "4", "lent": "4",
        "reopened": "5", "issued": "9", "answered": "external", "refused": "external",
        "shared": "2", "lost session": "2", "corrected": "10", "scanned": "10",
        "pressed twice": "8",
    }  # fmt: skip
    desk.stock("SK TWICE")
    desk.stock("SK TWICF")
    return {name: cases.at(stage) for name, stage in begins.items()}


@pytest.fixture(scope="module")
def living(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingOffice]:
    with living_office(empty_house, tmp_path_factory.mktemp("branches"), lay) as office:
        yield office


@pytest.fixture(autouse=True)
def sound(living: LivingOffice) -> Iterator[None]:
    """Each journey leaves records in which every invariant holds."""
    yield
    assert living.check() == []


def test_no_at_step_4_opens_a_nonconformity_that_comes_back_to_step_4(living, enter) -> None:
    case = living.cases["mismatch"]
    examiner, approver = (enter(living, who, LAPTOP) for who in ("periksa", "setuju"))
    unfit(examiner, case)
    assert "Penanganan Ketidaksesuaian" in examiner.text("h2 >> nth=0")
    assert "Penjamin tidak sah" in examiner.text("main")

    approver.go(f"/case/{case}")
    go_on(approver, "Diteliti", "Surat penjamin diminta ulang")
    assert "Surat penjamin diminta ulang" in approver.text("main")
    approver.page.get_by_label("Hasil Outcome").select_option("CORRECTED")
    approver.page.locator("#field-resume-reason").fill("Surat penjamin baru diterima")
    approver.press("Control+Enter")

    assert "Dokumen dan penjamin" in current(approver)
    examiner.go(f"/case/{case}")
    assert examiner.page.locator(".decide").get_by_role("button").count() >= 2


def test_who_said_no_does_not_settle_it(living, enter) -> None:
    case = living.cases["alone"]
    examiner = enter(living, "periksa", LAPTOP)
    unfit(examiner, case)
    go_on(examiner, "Diteliti", "diteliti")
    examiner.page.get_by_label("Hasil Outcome").select_option("FALSE_ALARM")
    examiner.page.locator("#field-resume-reason").fill("ternyata sah")

    examiner.press("Control+Enter")

    assert "Yang mengalihkan permohonan tidak boleh" in examiner.text("#refusal")
    assert examiner.page.input_value("#field-resume-reason") == "ternyata sah"


def test_rejected_by_kakanim_and_the_passport_goes_back_against_a_signature(living, enter) -> None:
    case = living.cases["rejected"]
    unfit(enter(living, "periksa", LAPTOP), case)
    head = enter(living, "sah", LAPTOP).go(f"/case/{case}")
    clock = head.page.locator(".head-clock").bounding_box()
    assert clock["x"] + clock["width"] <= LAPTOP["width"], "the fullest head of all fits"
    open_rare(head)
    head.page.get_by_label("Tolak permohonan: Alasan").fill("Penjamin tidak sah")
    other_act(head, "Tolak permohonan")
    assert "Dasar hukum: wajib diisi" in head.text("#refusal")
    head.page.get_by_label("Dasar hukum").fill("Permenkumham 22/2023")
    other_act(head, "Tolak permohonan")
    assert "Ditolak" in head.text("h2 >> nth=0")
    assert head.page.get_by_role("link", name="Kembalikan paspor").is_visible()
    told = head.page.get_by_text("Pemohon belum diberi tahu")
    assert told.is_visible()
    assert letter_here(head, "rejection_letter").startswith(b"%PDF")
    expect(told).to_be_hidden()
    counter = enter(living, "loket", LAPTOP).go("/custody")
    assert "harus dikembalikan" in counter.text("main").lower()

    way = give_back(living, counter, case)

    assert "Sekarang" not in way
    assert re.search(r"CTH-[\w-]+-P1", way)
    assert not head.go(f"/case/{case}").has("role=link[name='Kembalikan paspor']")
    assert "Tanda terima paspor bertanda tangan" in head.text("[aria-labelledby=papers-title]")


def test_withdrawn_by_the_applicant_and_the_passport_goes_back(living, enter) -> None:
    case = living.cases["withdrawn"]
    officer = enter(living, "loket", LAPTOP).go(f"/case/{case}")
    open_rare(officer)
    officer.page.get_by_label("Dicabut pemohon: Alasan").fill("Pindah ke luar negeri")
    other_act(officer, "Dicabut pemohon")
    assert "Dicabut" in officer.text("h2 >> nth=0")

    way = give_back(living, officer, case)

    assert "Sekarang" not in way
    assert not officer.has("role=button[name=/Kembalikan/]")


def test_an_officer_opens_a_step_before_the_payment_again(living, enter) -> None:
    case = living.cases["reopened"]
    examiner = enter(living, "periksa", LAPTOP).go(f"/case/{case}")
    open_rare(examiner)
    examiner.page.get_by_label("Buka kembali langkah").select_option("4")
    other_act(examiner, "Buka kembali langkah")
    refused = examiner.text("#refusal")

    examiner.page.locator("#field-reopen-reason").fill("Halaman dokim terlewat")
    other_act(examiner, "Buka kembali langkah")

    assert "Berikan alasan" in refused
    assert "Dokumen dan penjamin" in current(examiner)
    assert "Halaman dokim terlewat" in examiner.page.locator("#history").inner_html()


def test_from_the_payment_on_only_a_supervisor_and_voids_are_kept(living, enter) -> None:
    case = living.cases["issued"]
    printer = enter(living, "cetak", LAPTOP).go(f"/case/{case}")
    if printer.has("#other-acts > summary"):
        open_rare(printer)
    assert not printer.has("role=button[name='Buka kembali langkah']")

    head = enter(living, "supervisor", LAPTOP).go(f"/case/{case}")
    open_rare(head)
    head.page.get_by_label("Buka kembali langkah").select_option("8")
    head.page.locator("#field-reopen-reason").fill("Kartu salah cetak")
    other_act(head, "Buka kembali langkah")

    assert "Register, teraan, kartu" in current(head)
    register = enter(living, "cetak", LAPTOP).go("/blanks").text("main")
    assert "Kartu salah cetak" in register
    file = head.page.locator(
        "li", has=head.page.get_by_role("link", name="SKIM dicetak", exact=True)
    )
    assert "Batal" in file.inner_text()


def test_a_correction_at_step_10_is_two_peoples_and_prints_and_signs_again(living, enter) -> None:
    case = living.cases["corrected"]
    finder, second = (enter(living, who, LAPTOP) for who in ("pindai", "setuju"))
    finder.go(f"/case/{case}")
    assert "Eriksson" in finder.text("[aria-labelledby=record-title]").title()
    finder.page.click("summary:has-text('Nyatakan koreksi data')")
    stated = finder.page.locator("form[action$='/state-correction']")
    stated.get_by_label("Isian").select_option("permit_type")
    stated.get_by_label("Isi yang benar").fill("ITAS")
    stated.get_by_label("Sebab").fill("Salah ketik jenis izin")
    finder.click("form[action$='/state-correction'] >> role=button")
    assert "menunggu orang kedua" in finder.text("#correction-title")
    assert not finder.has("role=button[name='Pastikan koreksi']")

    second.go(f"/case/{case}").page.locator("#field-correction-reason").fill("Sesuai kartu")
    second.click("role=button[name='Pastikan koreksi']")
    assert "Register, teraan, kartu" in current(second)
    number = print_again(living, enter(living, "cetak", LAPTOP), case)
    signer = enter(living, "sah", LAPTOP).go("/signing")
    signer.page.get_by_role("row", name=number).get_by_role("checkbox").check()
    signer.page.get_by_label("Kata sandi Anda").fill(PASSWORD)
    signer.press("Control+Enter")

    assert "Pindai halaman teraan" in current(finder.go(f"/case/{case}"))
    assert not finder.page.locator("#row-compared .state.ok").count(), "it is compared again"


def print_again(living: LivingOffice, printer: Screen, case: str) -> str:
    """Take step 8 again with a new blank; return the new number: the old one is kept as void."""
    printer.go("/blanks")
    void = (
        printer.page.locator("tbody tr", has_text="Salah ketik jenis izin")
        .locator("th > .num")
        .inner_text()
    )
    printer.go(f"/case/{case}")
    printer.page.get_by_label("Nomor seri blangko").fill("CTH260101")
    printer.click("role=button[name=/Simpan, beri nomor/]")
    printer.click("role=button[name=/Ya, pakai blangko ini/]")
    for printed in PRINTED_AT_8:
        printer.page.check(f"[name={printed}]")
    printer.page.get_by_label("Teraan pada halaman").fill("hal. 13")
    printer.press("Control+Enter").press("Control+Enter")  # what cannot be undone is asked twice
    printer.go("/blanks")
    new = printer.page.get_by_role("row").filter(has=printer.page.locator(f"a[href$='{case}']"))
    numbers = new.locator("th > .num").all_inner_texts()
    assert void in numbers
    assert len(numbers) == 2
    return next(number for number in numbers if number != void)


def test_a_passport_moves_between_sections_by_scan(living, enter) -> None:
    case = living.cases["moved"]
    giver, taker = (enter(living, who, LAPTOP) for who in ("loket", "periksa"))
    giver.go(f"/custody/{case}")
    code = re.search(r"CTH-\d{6}-\d{4}-\w", giver.text("h1"))[0]
    giver.page.get_by_label("Pengawasan dan Penindakan").check()
    giver.click("role=button[name=/Serahkan/]")
    assert "Pengawasan" in giver.text(".alert.warn")

    taker.go("/custody")
    taker.page.get_by_label("Pindai kode permohonan").fill(code)
    taker.page.get_by_label("Disimpan di").fill("Wasdakim, laci 2")
    taker.page.get_by_label("Disimpan di").press("Enter")
    taker.page.get_by_role("row", name=code).get_by_text("Wasdakim, laci 2").wait_for()

    row = taker.page.get_by_role("row", name=code).inner_text()
    assert "di tempat" in row
    giver.go(f"/custody/{case}")
    assert not giver.has("role=button[name=/^Serahkan/]")


def test_a_passport_is_lent_until_a_day_and_comes_back(living, enter) -> None:
    case = living.cases["lent"]
    officer = enter(living, "loket", LAPTOP).go(f"/custody/{case}")
    officer.page.get_by_label("Kembali pada").fill("27-11-2026")
    officer.page.get_by_label("Tanda terima bertanda tangan").set_input_files(paper(officer))
    officer.click("role=button[name=/Lepas/]")
    lent = officer.text("main")

    officer.page.get_by_label("Disimpan di").fill("Loket 1, laci 4")
    officer.click("role=button[name=/Terima kembali/]")

    assert "27 November 2026" in lent
    assert "Loket 1, laci 4" in officer.text("main table")


def test_a_letter_goes_out_is_reminded_of_and_its_answer_lets_the_case_go_on(living, enter) -> None:
    clerk = enter(living, "tu", LAPTOP)
    granted = _correspond(living, clerk, living.cases["answered"], "W.1", "Alt+y")
    refused = _correspond(living, clerk, living.cases["refused"], "W.2", "Alt+t")

    assert "Teliti dan setujui" in granted
    assert "Ketidaksesuaian" in refused


def _correspond(living: LivingOffice, clerk: Screen, case: str, number: str, key: str) -> str:
    clerk.go(f"/case/{case}")
    assert "Menunggu Kanwil" in clerk.text("[aria-label=Permohonan]")
    code = re.search(r"CTH-\d{6}-\d{4}-\w", clerk.text("main"))[0]
    clerk.go("/agenda")
    for kind in ("cover", "reminder"):
        out = clerk.page.locator("form[action='/agenda/out']")
        out.get_by_label("Permohonan").select_option(label=code)
        out.get_by_label("Jenis").select_option(kind)
        if kind == "reminder":
            out.get_by_label("Mengingatkan surat").select_option(label=f"{number}-cover")
        out.get_by_label("Nomor surat").fill(f"{number}-{kind}")
        out.get_by_label("Kepada").fill("Kanwil Contoh, Jalan Contoh 2")
        clerk.click("form[action='/agenda/out'] >> role=button[name='Catat surat']")
    row = clerk.page.get_by_role("row", name=code).first.inner_text()
    assert row.split()[-1] == "1", "one reminder"
    back = clerk.page.locator("form[action='/agenda/in']")
    back.get_by_label("Jawaban atas").select_option(label=f"{code} · {number}-cover")
    back.get_by_label("Nomor surat").fill(f"{number}-answer")
    back.get_by_label("Dari").fill("Kanwil Contoh")
    back.locator("[type=file]").set_input_files(paper(clerk))
    clerk.click("form[action='/agenda/in'] >> role=button[name='Catat surat']")
    clerk.go(f"/case/{case}")
    clerk.press(key)
    return clerk.text("main")


def test_a_lost_session_in_the_middle_of_a_form_loses_nothing(living, enter) -> None:
    case = living.cases["lost session"]
    keyer = enter(living, "data", LAPTOP).go(f"/case/{case}")
    cookies = keyer.page.context.cookies()
    keyer.page.context.clear_cookies()
    keyer.page.locator(ADDRESS).fill("Jalan Contoh 12, RT 03")
    keyer.page.locator("#lost").wait_for()
    assert "Ketikan tetap ada" in keyer.text("#lost")
    with keyer.page.context.expect_page() as opened:
        keyer.page.get_by_role("link", name="Masuk kembali").click()
    again = opened.value
    again.get_by_label("Nama masuk").fill("data")
    again.get_by_label("Kata sandi").fill(PASSWORD)
    with again.expect_navigation():
        again.keyboard.press("Enter")
    again.close()

    with keyer.page.expect_response("**/typed") as kept:
        keyer.page.evaluate("dispatchEvent(new Event('focus'))")

    assert kept.value.status < 300
    assert cookies != keyer.page.context.cookies()
    expect(keyer.page.locator("#lost")).to_be_hidden()
    keyer.go(f"/case/{case}")
    assert keyer.page.locator(ADDRESS).input_value() == "Jalan Contoh 12, RT 03"


def test_signing_out_in_another_tab_takes_no_half_typed_word_away(living, enter) -> None:
    case = living.cases["lost session"]
    keyer = enter(living, "data", LAPTOP).go(f"/case/{case}")
    keyer.page.locator("#link:not(.stale)").wait_for()
    other = keyer.page.context.new_page()
    other.goto(f"{living.url}/cases")
    # what is saved already needs no keeping: the page would simply go to the login
    keyer.page.route("**/typed", lambda asked: asked.abort())
    keyer.page.locator(ADDRESS).press_sequentially("Jalan Setengah")
    other.get_by_role("button", name="Keluar").click()
    keyer.page.locator("#lost").wait_for()
    keyer.page.unroute("**/typed")
    keyer.page.locator(ADDRESS).press_sequentially(" Jadi 7")
    other.goto(f"{living.url}/login")
    other.get_by_label("Nama masuk").fill("data")
    other.get_by_label("Kata sandi").fill(PASSWORD)
    # the page may come back by itself as soon as the officer is known again, or at the next look
    with keyer.page.expect_response(
        lambda said: said.ok and said.url.endswith("/typed") and "Jadi" in said.request.post_data
    ):
        with other.expect_navigation():
            other.keyboard.press("Enter")
        keyer.page.evaluate("dispatchEvent(new Event('focus'))")

    expect(keyer.page.locator("#lost")).to_be_hidden()
    # the cursor may stand before or behind what the field held
    assert "Jalan Setengah Jadi 7" in keyer.go(f"/case/{case}").page.input_value(ADDRESS)


def test_two_on_one_case_see_each_other_and_a_stale_save_shows_both_values(living, enter) -> None:
    case = living.cases["shared"]
    living.employ("data-2", "Contoh Rekan", "data_operator")
    first, second = (enter(living, who, LAPTOP) for who in ("data", "data-2"))
    first.go(f"/case/{case}")
    second.go(f"/case/{case}")
    expect(first.page.locator("#readers")).to_contain_text("Contoh Rekan")
    expect(second.page.locator("#readers")).to_contain_text("Contoh Operator data")

    second.page.locator("#link:not(.stale)").wait_for()
    shown = second.page.locator("#step-form [name=revision]")
    before = shown.input_value()
    second.page.route("**/typed", lambda asked: asked.abort())
    second.page.locator(ADDRESS).fill("Jalan Kedua 2")
    with first.page.expect_response("**/typed"):
        first.page.locator(ADDRESS).fill("Jalan Pertama 1")
    expect(shown).not_to_have_value(before, timeout=30_000)
    second.page.unroute("**/typed")  # sent only now, when the page shows the later revision

    note = second.page.locator(".stale-note")
    note.wait_for()
    assert second.page.input_value(ADDRESS) == "Jalan Pertama 1"
    assert "Contoh Operator data" in note.inner_text()
    assert "Jalan Kedua 2" in note.inner_text()
    with second.page.expect_response("**/typed"):
        note.get_by_role("button").click()
    assert second.go(f"/case/{case}").page.input_value(ADDRESS) == "Jalan Kedua 2"

    # both type at once while their pages follow: who saves later began on an older page
    expect(first.page.locator(ADDRESS)).to_have_value("Jalan Kedua 2")
    second.page.locator("#link:not(.stale)").wait_for()
    second.page.route("**/typed", lambda typed: typed.abort())
    second.page.locator(ADDRESS).press_sequentially(", RT 9")
    with second.page.expect_response(f"**/case/{case}"):  # draws the page again while it is typed
        first.page.locator(ADDRESS).fill("Jalan Ketiga 3")
    second.page.unroute("**/typed")
    second.page.locator(".stale-note").wait_for()
    assert second.page.input_value(ADDRESS) == "Jalan Ketiga 3"
    assert first.page.input_value(ADDRESS) == "Jalan Ketiga 3"


def test_an_incomplete_file_goes_back_and_its_ticket_waits_where_it_came(living, enter) -> None:
    case = living.draft()
    number = living.ticket("skim", application=case)
    later = living.ticket("skim")
    officer = enter(living, "loket", LAPTOP).go("/counter/1")
    officer.press("F2").press("F2").press("Alt+h")
    assert officer.text("[data-number]") == number
    officer.go(f"/case/{case}")
    with officer.page.expect_response("**/typed"):
        officer.page.get_by_role("row", name="Formulir permohonan").get_by_role("checkbox").check()
    open_rare(officer)
    officer.page.get_by_label("Kembalikan berkas: Catatan").fill("Besok pagi dilengkapi")
    other_act(officer, "Kembalikan berkas")
    papers = officer.text("[aria-labelledby=papers-title]")
    listed = officer.page.get_by_role("link", name="Daftar kekurangan").get_attribute("href")
    answer = officer.page.request.get(living.url + listed)
    officer.go("/counter/1")
    officer.click("form:has(> [name=back]) button")

    assert "Daftar kekurangan" in papers
    assert answer.body().startswith(b"%PDF-")
    assert officer.press("F2").text("[data-number]") == number
    officer.press("Alt+h").press("F8")  # finishes and calls the next
    assert officer.text("[data-number]") == later


def test_each_step_is_finished_without_a_mouse(living, enter) -> None:
    for login, name, act in (
        ("periksa", "judged", "Ya"), ("data", "shared", "Simpan, lanjut"),
        ("pindai", "scanned", "Simpan, lanjut"),
    ):  # fmt: skip
        screen = enter(living, login, LAPTOP).go(f"/case/{living.cases[name]}")
        assert tabbed_to(screen, act), f"{login} never reaches {act}"


def test_what_uses_up_a_number_is_pressed_twice(living, enter) -> None:
    case = living.cases["pressed twice"]
    printer = enter(living, "cetak", LAPTOP).go(f"/case/{case}")
    save = "#row-blank_serial button[formaction]"
    printer.page.fill("[name=blank_serial]", "SK NOWHERE")
    printer.click(save)
    assert "tidak ada di persediaan" in printer.text("#refusal:focus"), "before it is asked twice"
    printer.page.fill("[name=blank_serial]", "SK TWICF")

    printer.click(save)
    asked = printer.text("#row-blank_serial [role=alert]:focus")
    printer.page.fill("[name=blank_serial]", "SK TWICE")
    printer.click(save)
    asked_anew = printer.text("#row-blank_serial [role=alert]")
    printer.click(save)
    saved = printer.has(save)
    printer.page.fill("[name=endorsement]", "hal. 12")
    for printed in PRINTED_AT_8:
        printer.page.check(f"[name={printed}]")
    printer.press("Control+Enter")
    still, beside = printer.text("[aria-current=step]"), printer.text(".decide")
    printer.press("Control+Enter")

    assert "terpakai" in asked
    assert "Masih kurang" not in beside, "what is asked twice was judged: nothing is missing"
    assert asked_anew == asked
    assert not saved
    assert "Register, teraan, kartu" in still
    assert "Pengesahan" in printer.text("[aria-current=step]")
    signer = enter(living, "tu", LAPTOP).go(f"/case/{case}")
    signer.page.get_by_label("Nama penanda tangan").fill("Contoh Kepala Seksi")
    signer.page.get_by_label("NIP penanda tangan").fill("198002022005012002")
    signer.page.get_by_label("Kedudukan").select_option("A.N.")
    signer.page.check("[name=signed]")
    signer.press("Control+Enter")
    assert "Dokumen dicetak untuk Contoh Kepala Kantor" in signer.text("#refusal:focus")
    assert not signer.has("[name=sure]"), "who may not sign is not asked whether they mean it"
