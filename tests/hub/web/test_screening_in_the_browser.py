"""The list while people work: a hit at the counter, a matcher that is gone, how holds end."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from living_cases import Numbered
from living_office import LivingOffice, living_office, paper
from playwright.sync_api import expect
from screened import Desk, Office
from web_office import PASSWORD, Screen

from bench.hall import lasting_port

pytestmark = pytest.mark.slow
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
LONG = 60_000
BAN = {
    "id": "C-77", "names": "ERIKSSON ANNA", "dob": "1974-08-12", "decree": "KEP-77",
    "agency": "Instansi Contoh", "basis": "UU 6/2011", "nationality": "UTO",
}  # fmt: skip
OTHER_BAN = BAN | {"id": "C-78", "names": "BERGSTROM ANNA MARIA", "decree": "KEP-78"}
KEYED = {
    "birth_place": "Zenith", "permit_number": "2D11JE0001-T", "permit_expiry": "02-05-2029",
    "address": "Jalan Contoh 1", "guarantor": "Contoh Budi", "phone": "0812 0000 001",
}  # fmt: skip


def lay(desk: Desk, _listed: Office) -> dict[str, str]:
    """One case for each journey, where the journey begins."""
    cases = Numbered(desk)
    begins = {"keyed": "2", "here": "11", "LIFTED": "3", "EXPIRED": "3", "REJECTED": "3"}
    begins |= {"REFERRED": "3", "renamed": "6"}
    found = {name: cases.at(stage) for name, stage in begins.items()}
    desk.capture(found["here"], "11.collection_slip", "print_document", "application/pdf")
    codes = {"receipt": desk.receipt_code(found["renamed"])}
    return found | codes | {"proof": desk.proof_code(found["here"])}


@pytest.fixture(scope="module")
def living(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingOffice]:
    port = lasting_port()
    more = ("--public-port", str(port))
    place, url = tmp_path_factory.mktemp("listed"), f"http://127.0.0.1:{port}"
    with living_office(empty_house, place, lay, *more, public_url=url) as office:
        yield office


@pytest.fixture(autouse=True)
def sound(living: LivingOffice) -> Iterator[None]:
    """Each journey leaves records in which every invariant holds."""
    yield
    assert living.check() == []


def matchers(living: LivingOffice) -> list[int]:
    """Return the matching processes beside the hub."""
    children = Path(f"/proc/{living.process.pid}/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    return [pid for pid in pids if "hub.matching" in Path(f"/proc/{pid}/cmdline").read_text()]


def key_in(keyer: Screen, case: str) -> None:
    """Fill step 2 and press the key that completes it."""
    keyer.go(f"/case/{case}")
    keyer.page.select_option("#field-stay-kind", "ITAP")
    keyer.page.fill("#field-stay-start", "01-04-2021")
    keyer.page.fill("#field-stay-end", "02-05-2029")
    keyer.press("Alt+g")
    for name, value in KEYED.items():
        keyer.page.fill(f"[name='field.{name}']", value)
    keyer.page.select_option("[name='field.permit_type']", "ITAP")
    keyer.page.fill("[name=national_reference]", "IT-0001")
    keyer.press("Control+Enter")


def test_while_the_matcher_is_gone_a_case_is_not_checked_and_never_clear(living, enter) -> None:
    case, stored = living.cases["keyed"], living.folder / "cekal"
    head = enter(living, "kepala", LAPTOP).go("/wasdakim")
    head.page.locator("#link:not(.stale)").wait_for()
    stored.rename(stored.with_name("elsewhere"))
    for pid in matchers(living):
        os.kill(pid, signal.SIGKILL)
    key_in(enter(living, "data", LAPTOP), case)
    examiner = enter(living, "cekal", LAPTOP)
    examiner.go("/wasdakim")
    expect(examiner.page.get_by_text("Pencocokan tidak menjawab")).to_be_visible(timeout=LONG)
    unchecked = examiner.page.locator("section", has_text="Belum diperiksa").last
    code = re.search(r"CTH-\d{6}-\d{4}-\w", unchecked.inner_text())[0]
    examiner.go(f"/case/{case}").press("Alt+y")
    refused = examiner.text("#refusal")

    stored.with_name("elsewhere").rename(stored)
    row = head.page.get_by_role("row", name=re.compile(code))
    expect(row).to_contain_text("Tidak ada kandidat", timeout=LONG)
    examiner.go(f"/case/{case}").press("Alt+y")

    assert "Bukti belum lengkap" in refused, "the check is missing, and nothing stands in for it"
    assert "Periksa daftar cekal" not in examiner.text("[aria-current=step]")


def enter_ban(living: LivingOffice, enter, ban: dict[str, str] = BAN) -> None:
    """Let two officers put an entry in force, once; `BAN` is the applicant of every case."""
    if ban["id"] in living.cases:
        return
    living.cases[ban["id"]] = "in force"
    typist, verifier = (enter(living, who, LAPTOP) for who in ("input", "verifikasi"))
    typist.go("/wasdakim/list").page.locator("summary").first.click()
    for name, value in ban.items():
        typist.page.fill(f"form[action='/wasdakim/list/entry'] [name={name}]", value)
    typist.page.select_option("#field-kind", "cegah")
    typist.click("button[value=put]")
    verifier.go("/wasdakim/list")
    verifier.page.locator(".version-acts").get_by_label("Kata sandi").first.fill(PASSWORD)
    verifier.click(".version-acts button[value=verify]")


def withdraw_ban(living: LivingOffice, enter) -> None:
    """Let the same two withdraw it; a hold does not end by that, people end it."""
    typist, verifier = (enter(living, who, LAPTOP) for who in ("input", "verifikasi"))
    typist.go("/wasdakim/list").page.locator("summary").first.click()
    entry = typist.page.locator("form[action='/wasdakim/list/entry'] [name=id]")
    entry.fill("C-0")
    typist.click("button[value=withdraw]")
    assert "tidak ada di daftar" in typist.text("#refusal")
    entry.fill(BAN["id"])
    typist.click("button[value=withdraw]")
    verifier.go("/wasdakim/list")
    verifier.page.locator(".version-acts").get_by_label("Kata sandi").first.fill(PASSWORD)
    verifier.click(".version-acts button[value=verify]")
    del living.cases[BAN["id"]]


def still(screen: Screen, selector: str = "main") -> str:
    """Return what stands there without the times that run."""
    return re.sub(r"\d+[.:]\d\d(:\d\d)?|\d+ (mnt|menit|orang)", "", screen.text(selector))


def test_a_hit_at_step_11_changes_nothing_that_the_applicant_or_the_counter_sees(
    living, enter
) -> None:
    case = living.cases["here"]
    told = living.post("/api/tickets", {"service": "collection", "application": case}).json()
    counter = enter(living, "serah", LAPTOP).go("/counter/4")
    counter.press("F2").press("F2").press("Alt+h")
    assert counter.text("[data-number]") == told["number"]
    file = enter(living, "serah", LAPTOP).go(f"/case/{case}")
    board, phone = enter(living).go("/display"), enter(living, "", PHONE)
    phone.page.goto(told["tracking_url"])
    head = enter(living, "kepala", LAPTOP).go("/wasdakim")
    for screen in (counter, file, board, head):
        screen.page.locator("#link:not(.stale)").wait_for()
    shown = {"counter": counter, "file": file, "board": board, "phone": phone}
    before = {name: still(screen) for name, screen in shown.items()}

    enter_ban(living, enter)

    row = head.page.get_by_role("row", name=re.compile("Pemohon di loket 4|loket 4"))
    expect(row).to_be_visible(timeout=LONG)
    assert {name: still(screen) for name, screen in shown.items()} == before
    hand_over(file.go(f"/case/{case}"), living.cases["proof"])
    assert "Rujuk ke Wasdakim" in file.text("#refusal")
    assert not re.search("cocok|Ditunda|KEP-77|C-77", file.text("body"))
    assert "Serahkan dokumen" in file.text("[aria-current=step]")


def hand_over(screen: Screen, proof: str) -> None:
    """Fill step 11 whole and press the key that completes it."""
    screen.page.fill("[name=proof_code]", proof)
    screen.page.check("[name=collector][value=SELF]")
    screen.page.check("[name=collector_document_kind][value=PASSPORT]")
    screen.page.fill("[name=collector_name]", "Anna Maria Eriksson")
    screen.page.fill("[name=collector_document]", "L898902C3")
    screen.page.check("[name=slip_signed]")
    screen.press("Control+Enter")


def judge(screen: Screen, case: str, key: str) -> None:
    screen.go(f"/wasdakim/case/{case}")
    screen.page.get_by_label("Nama", exact=True).check()
    screen.page.get_by_label("Alasan").first.fill("Paspor lama diperlihatkan")
    screen.page.get_by_label("Kata sandi").first.fill(PASSWORD)
    screen.press(key)


def propose(screen: Screen, case: str, outcome: str) -> None:
    screen.go(f"/wasdakim/case/{case}")
    ends = screen.page.locator("form[action$='/propose']")
    ends.get_by_label("Usulkan").select_option(outcome)
    ends.get_by_label("Alasan").fill("Surat contoh")
    ends.get_by_label("Kata sandi").fill(PASSWORD)
    screen.click("form[action$='/propose'] >> role=button")


def decide(screen: Screen, case: str, legal_basis: str = "") -> None:
    screen.go(f"/wasdakim/case/{case}")
    form = screen.page.locator("form[action$='/decide']")
    if legal_basis:
        form.get_by_label("Dasar hukum").fill(legal_basis)
    form.get_by_label("Alasan").fill("Setuju")
    form.get_by_label("Kata sandi").fill(PASSWORD)
    screen.press("Alt+s")


@pytest.mark.parametrize(
    ("outcome", "state", "at"),
    [
        ("LIFTED", "boleh lanjut", "Periksa daftar cekal"),
        ("EXPIRED", "Masa cekal berakhir", "Periksa daftar cekal"),
        ("REJECTED", "Ditolak", ""),
    ],
)
def test_a_confirmed_hold_ends_as_two_more_decide(living, enter, outcome, state, at) -> None:
    case = living.cases[outcome]
    enter_ban(living, enter)
    one, head, kakanim = (enter(living, who, LAPTOP) for who in ("cekal", "kepala", "sah"))
    one.go("/wasdakim")
    code = re.search(r"CTH-\d{6}-\d{4}-\w", one.go(f"/case/{case}").text("main"))[0]
    waiting = one.go("/wasdakim").page.get_by_role("row", name=re.compile(code))
    expect(waiting).to_contain_text("Kemungkinan cocok", timeout=LONG)
    judge(one, case, "Alt+t")
    judge(head, case, "Alt+t")
    assert "Ditunda" in head.text(".ban-head")
    propose(head, case, outcome)

    decide(kakanim, case, "UU 6/2011" if outcome == "REJECTED" else "")

    assert state in kakanim.text(".ban-head")
    after = one.go(f"/case/{case}")
    if at:
        assert at in after.text("[aria-current=step]")
    else:
        assert not after.has("[aria-current=step]")
        custody = enter(living, "loket", LAPTOP).go("/custody")
        row = custody.page.get_by_role("row", name=re.compile(code))
        assert "kembalikan kepada pemilik" in row.inner_text().lower()


def test_a_case_referred_to_enforcement_stays_held_until_that_is_over(living, enter) -> None:
    case = living.cases["REFERRED"]
    enter_ban(living, enter)
    one, head, kakanim = (enter(living, who, LAPTOP) for who in ("cekal", "kepala", "sah"))
    code = one.go(f"/case/{case}").text(".case-person p strong")
    waiting = one.go("/wasdakim").page.get_by_role("row", name=re.compile(code))
    expect(waiting).to_contain_text("Kemungkinan cocok", timeout=LONG)
    judge(one, case, "Alt+t")
    judge(head, case, "Alt+t")
    propose(head, case, "REFERRED")
    decide(kakanim, case)
    referred = kakanim.text(".ban-head")
    choices = head.go(f"/wasdakim/case/{case}").text("#field-outcome")
    held = one.go(f"/case/{case}").text("main")
    counter = enter(living, "loket", LAPTOP).go(f"/case/{case}").text("main")
    withdraw_ban(living, enter)
    told = head.page.locator(".ends .alert", has_text="C-77 dicabut")
    for _ in range(30):
        if told.count():
            break
        head.page.wait_for_timeout(2000)  # another process loads the version meanwhile
        head.page.reload()
    expect(told).to_be_visible()
    row = head.go("/wasdakim").page.get_by_role("row", name=re.compile(code))
    expect(row).to_contain_text("entri tidak berlaku lagi", timeout=LONG)
    propose(head, case, "LIFTED")
    decide(kakanim, case)

    assert "Diserahkan ke penindakan" in referred
    assert "Diserahkan ke penindakan" not in choices
    assert "SOP Cekal" in held
    assert not re.search("penindakan|SOP Cekal|Ditunda|cocok", counter)
    # the list has changed: the lifted case is checked again by itself, and is clear
    assert re.search("boleh lanjut|Bersih", kakanim.text(".ban-head"))
    assert "Periksa daftar cekal" in one.go(f"/case/{case}").text("[aria-current=step]")


def test_a_corrected_name_is_checked_anew_before_the_approval(living, enter) -> None:
    case = living.cases["renamed"]
    enter_ban(living, enter, OTHER_BAN)
    approver, second = (enter(living, who, LAPTOP) for who in ("setuju", "periksa"))
    code = approver.go(f"/case/{case}").text(".case-person p strong")
    approver.page.locator("summary", has_text="Alihkan ke SOP lain").click()
    approver.page.select_option("#field-nature", "DATA_MISMATCH")
    approver.page.locator("form[action$='/divert'] [name=reason]").fill("Nama keluarga salah")
    approver.click("form[action$='/divert'] >> role=button")

    second.go(f"/case/{case}").page.locator("#correct-data summary").click()
    second.page.select_option("#field-correct-field", "surname")
    second.page.fill("#field-correct-value", "BERGSTROM")
    second.page.fill("#field-correct-reason", "Nama keluarga menurut akta")
    second.click("#correct-data >> role=button")
    second.page.locator("#field-move-note").fill("Akta diperlihatkan")
    second.press("Alt+j")
    second.page.get_by_label("Hasil").select_option("CORRECTED")
    second.page.fill("#field-resume-reason", "Sesuai akta")
    second.press("Control+Enter")
    wasdakim = enter(living, "cekal", LAPTOP).go("/wasdakim")
    row = wasdakim.page.get_by_role("row", name=re.compile(code))
    expect(row).to_contain_text("Kemungkinan cocok", timeout=LONG)
    wasdakim.go(f"/wasdakim/case/{case}?lang=id")
    approve(approver.go(f"/case/{case}"), living.cases["receipt"])

    assert "C-78" in wasdakim.text("main")
    assert "BERGSTROM" in approver.text("h1")
    assert "Rujuk ke Wasdakim" in approver.text("#refusal")
    assert "Teliti dan setujui" in approver.text("[aria-current=step]")


def approve(screen: Screen, receipt: str) -> None:
    """Fill step 6 whole and press the key that completes it."""
    screen.page.locator("#upload-receipt_scan summary").click()
    screen.page.set_input_files("[name=file-receipt_scan]", paper(screen))
    screen.click("#upload-receipt_scan button")
    screen.page.fill("[name=receipt_code]", receipt)
    screen.page.locator("[type=password]").fill(PASSWORD)
    screen.press("Control+Enter")
