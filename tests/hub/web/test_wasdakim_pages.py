"""Wasdakim in Chromium: two people judge, Kakanim decides, and the counter sees nothing of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace as replaced
from openpyxl import Workbook
from PIL import Image
from screened import ANNA, FIELDS, OTHERS, Desk, prepared
from sqlalchemy import select
from web_office import LOKET, PASSWORD, WIDE, WebOffice, end, serve

from hub.admin import AddOfficer, CheckRecords, FillOffice, ReadLooks, SetThreshold, perform
from hub.cekal.learned import weights_mark
from hub.clock import SystemClock
from hub.house import open_house
from hub.models.queue import EventRow
from hub.settings import settings_for

LAPTOP = {"width": 1366, "height": 768}


@dataclass
class Cases:
    """The cases of the office by what is done with them."""

    office: WebOffice
    hit: str
    same: str
    changing: str
    both: str
    at_11: str


@pytest.fixture(scope="module")
def cases(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cases]:
    """An office with a list that hits Anna, and her cases; one of them is at step 11."""
    folder = tmp_path_factory.mktemp("wasdakim") / "hub"
    shutil.copytree(empty_house, folder)
    shutil.copy(empty_house.with_name("hub.key"), folder.with_name("hub.key"))
    perform(settings_for(folder), SystemClock(), FillOffice(PASSWORD))
    with prepared(folder) as (desk, listed):
        at_11 = desk.go("11")  # its check by hand is of 2026: in 2040 it counts no more
        listed.load([*OTHERS, replaced(ANNA, passports=["X0000077"])])
        opened = [_another(desk, number) for number in range(4)]
        for case in opened:
            listed.screen(case)
    url, process = serve(folder)
    office = WebOffice(url, folder, process, httpx.Client(base_url=url, timeout=30))
    token = office.station("kiosk")
    office.kiosk.headers["Authorization"] = f"Bearer {token}"
    yield Cases(office, *opened, at_11)
    office.kiosk.close()
    end(process)
    assert perform(settings_for(folder), SystemClock(), CheckRecords()) == []


def _another(desk: Desk, number: int) -> str:
    """Return a case at step 3 of a person of the same name with a passport of her own."""
    case = desk.go("2")
    own = {"field.passport_number": f"L89890{number}C3"}
    desk.complete("loket", case, "2", {**FIELDS, **own})
    return case


def verdict(screen, case: str, key: str, reason: str = "Paspor lama diperlihatkan") -> None:
    """Fill the form with the keyboard's help and press the key of one of the two answers."""
    screen.go(f"/wasdakim/case/{case}")
    screen.page.check("[name=compared][value=name]")
    screen.page.fill("[name=reason]", reason)
    screen.page.fill("[name=password]", PASSWORD)
    screen.press(key)


def test_two_people_refute_and_the_second_does_not_see_the_first(cases, enter) -> None:
    first, second = enter(cases.office, "cekal"), enter(cases.office, "kepala")
    verdict(first, cases.hit, "Alt+s", "Lahir di Zenith menurut akta")
    assert "bukan orang yang sama" in first.text(".saids")
    second.go(f"/wasdakim/case/{cases.hit}")
    face = second.page.get_by_alt_text("Foto dalam cip")
    assert face.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    assert second.text("#why-title").startswith("Mengapa muncul")
    second.click(".ban-pair .rows li:last-child a")
    assert second.text("#why-title").startswith("Terdekat, di bawah ambang")
    second.go(f"/wasdakim/case/{cases.hit}")
    seen = second.text("#live")
    assert "Sudah menilai" in seen
    assert "menurut akta" not in seen
    assert not second.has(":focus:is(button)")

    verdict(second, cases.hit, "Alt+s")

    assert "Bukan orang yang sama" in second.text(".ban-head .pills")
    assert "menurut akta" in second.text(".saids")


def test_a_wrong_password_changes_nothing_and_loses_nothing(cases, enter) -> None:
    screen = enter(cases.office, "cekal")
    screen.go(f"/wasdakim/case/{cases.same}")
    screen.page.check("[name=compared][value=birth_date]")
    screen.page.fill("[name=reason]", "Alasan yang panjang")
    screen.page.fill("[name=password]", "bukan-ini")

    screen.press("Alt+t")

    assert "Kata sandi salah" in screen.text("#refusal")
    assert screen.page.input_value("[name=reason]") == "Alasan yang panjang"
    assert screen.page.is_checked("[name=compared][value=birth_date]")
    assert not screen.has(".saids")


def test_confirmed_by_two_is_held_until_kakanim_agrees_to_lift(cases, enter) -> None:
    one, head, kakanim = (enter(cases.office, who) for who in ("cekal", "kepala", "sah"))
    verdict(one, cases.same, "Alt+t")
    verdict(head, cases.same, "Alt+t")
    assert "Ditunda" in head.text(".ban-head .pills")
    head.page.select_option("[name=outcome]", "LIFTED")
    head.page.fill(".ends [name=reason]", "Surat pencabutan contoh")
    head.page.fill(".ends [name=password]", PASSWORD)
    head.click(".ends button[type=submit]")
    assert "menunggu" in head.text(".ends").lower()

    kakanim.go(f"/wasdakim/case/{cases.same}")
    kakanim.page.fill(".ends [name=reason]", "Setuju")
    kakanim.page.fill(".ends [name=password]", PASSWORD)
    kakanim.press("Alt+s")

    kakanim.page.wait_for_function(
        "!document.querySelector('.ban-head').innerText.includes('Ditunda')"
    )


def test_two_officers_at_once_are_first_and_second(cases, enter) -> None:
    screens = [enter(cases.office, who) for who in ("cekal", "kepala")]
    for screen in screens:
        screen.go(f"/wasdakim/case/{cases.both}")
        screen.page.check("[name=compared][value=name]")
        screen.page.fill("[name=reason]", "Sendiri menilai")
        screen.page.fill("[name=password]", PASSWORD)
    screens[0].page.evaluate("document.querySelector('button[value=DIFFERENT]').click()")

    screens[1].press("Alt+s")

    screens[1].go(f"/wasdakim/case/{cases.both}")
    assert "Bukan orang yang sama" in screens[1].text(".ban-head .pills")
    assert screens[1].page.locator(".said").count() == 2


def judge_list(screen, choice: str = "verify") -> None:
    screen.go("/wasdakim/list")
    screen.page.locator(".version-acts [name=password]").first.fill(PASSWORD)
    screen.click(f".version-acts button[value={choice}]")


def test_the_list_changes_during_adjudication_and_at_11_only_wasdakim_sees_it(cases, enter) -> None:
    examiner = enter(cases.office, "cekal")
    counter = enter(cases.office, "serah")
    counter.go(f"/case/{cases.at_11}")
    before = counter.text("#live .case-main")
    examiner.go(f"/wasdakim/case/{cases.changing}")
    examiner.page.fill("[name=reason]", "Masih mengetik")
    check = examiner.page.input_value("[name=check]")
    work = enter(cases.office, "kepala")
    work.go("/wasdakim")

    entry = enter(cases.office, "input")
    entry.go("/wasdakim/list")
    entry.page.click("summary")
    for name, value in {
        "id": "C-77", "names": "ERIKSSON ANNA", "dob": "1974-08-12", "decree": "KEP-77",
        "agency": "Instansi Contoh", "basis": "UU 6/2011", "nationality": "UTO",
        "valid_to": "2040-01-29",
    }.items():  # fmt: skip
        entry.page.fill(f"form[action='/wasdakim/list/entry'] [name={name}]", value)
    entry.page.select_option("#field-kind", "cegah")
    entry.click("button[value=put]")
    assert "orang lain yang memverifikasi" in entry.text("#live")
    verifier = enter(cases.office, "verifikasi")
    verifier.go("/wasdakim/list")
    assert "KEP-77" in verifier.text(".decision")
    judge_list(verifier)
    verifier.page.get_by_text("20 hari lagi").first.wait_for()

    # the examiner's page moves to the new check by itself; what was typed stays
    examiner.page.wait_for_function(
        "old => document.querySelector('[name=check]')?.value !== old", arg=check
    )
    assert examiner.page.input_value("[name=reason]") == "Masih mengetik"
    work.page.wait_for_function("document.querySelectorAll('.ban-table tbody tr').length >= 2")
    work.page.get_by_text("1 entri segera berakhir").wait_for()
    counter.go(f"/case/{cases.at_11}")
    assert counter.text("#live .case-main") == before
    assert not re.search("cekal|cocok|Wasdakim", counter.text("#live .case-main"))


def test_search_import_dry_run_and_bad_rows_on_the_page(cases, enter, tmp_path) -> None:
    screen = enter(cases.office, "input")
    screen.go("/wasdakim/list")
    screen.page.fill("#search", "Erikson Anna")
    screen.click("form[role=search] button")
    assert "C-1" in screen.text("#live table")
    assert "Erikson" not in screen.page.url
    file = tmp_path / "daftar.csv"
    file.write_text("id,names,dob,kind\nE1,SITI CONTOH,1980-01-02,cegah\nE2,,1980-13-01,cegah\n")

    screen.go("/wasdakim/list")
    screen.page.set_input_files("[name=file]", file)
    screen.page.fill("#field-effective", "10-01-2040")
    screen.page.fill("[name=effective_time]", "25.70")
    screen.click("button[value=trial]")
    assert "jam tidak terbaca" in screen.text("#refusal")
    screen.page.set_input_files("[name=file]", file)
    screen.page.fill("[name=effective_time]", "7.15")
    screen.page.select_option("#field-kind-of", "update")
    screen.click("button[value=trial]")

    screen.page.wait_for_selector("#import-result .faults-table")
    said = screen.text("#import-result")
    assert "1 baik, 1 buruk" in said
    kept = [screen.page.input_value(one) for one in ("#field-kind-of", "#field-effective")]
    assert kept == ["update", "10-01-2040"], "an import after its trial is the same one"
    assert [one for one in cases.office.folder.rglob("*") if one.is_file()
            and b"SITI CONTOH" in one.read_bytes()] == []  # fmt: skip
    cut = tmp_path / "terpotong.csv"
    cut.write_text(file.read_text() + "E3,JOKO CONT")
    screen.page.set_input_files("[name=file]", cut)
    screen.page.check("[name=good_only]")
    screen.click("button[value=import]")
    screen.page.wait_for_selector("#import-result .alert.bad")
    assert "terpotong" in screen.text("#import-result")
    screen.go("/wasdakim/list")
    screen.page.set_input_files("[name=file]", workbook(tmp_path / "daftar.xlsx"))
    screen.page.select_option("#field-kind-of", "update")
    screen.page.fill("[name=mapping]", "id=BERKAS\nnames=NAMA")
    screen.page.check("[name=good_only]")
    screen.click("button[value=import]")
    screen.page.wait_for_selector("#import-result .alert.ok")
    verifier = enter(cases.office, "verifikasi")
    judge_list(verifier)
    assert "berlaku sekarang" in verifier.text("#live")


def workbook(file: Path) -> Path:
    """Return an Excel file of one good row and one whose name is a formula."""
    book = Workbook()
    assert book.active is not None
    for row in (["BERKAS", "NAMA"], ["E1", "SITI CONTOH"], ["E2", "=A2"]):
        book.active.append(row)
    book.save(file)
    return file


def test_the_page_says_what_the_threshold_is_and_what_it_was_set_from(cases, enter) -> None:
    screen = enter(cases.office, "input")
    assert "Belum pernah diukur" in screen.go("/wasdakim/list").text(".threshold-card")
    measured = SetThreshold(0.43, 0.02, 10_212, "daftar-lama", "Pengelola Contoh")
    perform(settings_for(cases.office.folder), SystemClock(), measured)

    said = screen.go("/wasdakim/list").text(".threshold-card")

    assert "0,43" in said
    assert "2 %" in said
    assert "10.212 entri, versi daftar-lama" in said
    assert "Pengelola Contoh" in said
    assert "tidak lagi berlaku" in said
    assert "bobot pencocok yang lama" in said
    assert "--false-alarms 0.02" in said
    fresh = SetThreshold(0.43, 0.02, 10_212, "daftar-lama", "Pengelola", weights_mark())
    perform(settings_for(cases.office.folder), SystemClock(), fresh)
    assert "bobot pencocok" not in screen.go("/wasdakim/list").text(".threshold-card")


def looks(folder: Path) -> list[dict[str, Any]]:
    """Return what was recorded of looks at the list, in order."""
    house = open_house(settings_for(folder), SystemClock())
    try:
        with house.database.reading() as session:
            every = select(EventRow.body).where(EventRow.kind == "cekal.looked")
            return [
                msgspec.json.decode(body) for body in session.scalars(every.order_by(EventRow.seq))
            ]
    finally:
        house.database.close()


def test_every_look_at_an_entry_is_recorded_from_the_command_line_too(cases, enter) -> None:
    screen = enter(cases.office, "cekal")
    screen.go(f"/wasdakim/case/{cases.both}")
    looked = looks(cases.office.folder)[-1]
    assert (looked["page"], looked["application"]) == ("case", cases.both)
    assert "C-1" in looked["entries"]
    assert all(entry in screen.text("main") for entry in looked["entries"])
    asked = '{"id": "1", "name": "Anna Erikson", "dob": "1974-08-12"}'
    folder = ("--data", str(cases.office.folder))

    done = subprocess.run(
        [*LOKET, "cekal", "explain", asked, "--nearest", "1", *folder],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    shown = done.stdout.split()[0]
    assert shown.startswith("C-")
    last = looks(cases.office.folder)[-1]
    assert str(last["page"]).startswith("explain: ")
    assert last["entries"] == [shown]
    newest, before = perform(settings_for(cases.office.folder), SystemClock(), ReadLooks(2))
    assert newest.split("\t")[3] == shown
    assert "Contoh Pemeriksa cekal\tcase CTH-" in before


def test_a_check_by_another_officer_is_recorded_with_its_time_and_scan(
    cases, enter, tmp_path
) -> None:
    added = AddOfficer("cekal-dua", "Contoh Kedua", ["watchlist_examiner"], PASSWORD)
    perform(settings_for(cases.office.folder), SystemClock(), added)
    screen = enter(cases.office, "cekal")
    scan = tmp_path / "hasil.png"
    Image.new("L", (600, 800), 255).save(scan)
    screen.go(f"/wasdakim/case/{cases.at_11}")
    screen.page.evaluate("document.querySelector('#field-made_by').closest('details').open = true")
    screen.page.select_option("#field-made_by", label="Contoh Kedua")
    screen.page.fill("#field-reference_no", "NC-2040")
    screen.click("button[value=CLEAR]")
    assert "pindaian pemeriksaan petugas lain wajib" in screen.text("#refusal")
    assert screen.page.input_value("#field-reference_no") == "NC-2040"

    screen.page.fill("#field-made_at", "09-01-2040")
    screen.page.fill("[name=made_at_time]", "8.30")
    screen.page.set_input_files("#field-scan", scan)
    screen.click("button[value=CLEAR]")

    assert not screen.has("#refusal"), screen.text("#refusal")
    said = screen.page.locator("details:has(#field-made_by)").text_content() or ""
    assert "oleh Contoh Kedua, nomor NC-2040" in said
    assert "Dicatat" in said
    screen.page.evaluate("document.querySelector('#field-made_by').closest('details').open = true")
    screen.page.fill("#field-reference_no", "NC-2041")
    screen.click("button[value=POSSIBLE_MATCH]")
    assert "NC-2041" in screen.text(".column > .alert"), "a hit found by hand is never overlooked"


@pytest.mark.parametrize("login", ["loket", "supervisor", "setuju"])
def test_nobody_else_opens_these_pages(cases, enter, login) -> None:
    screen = enter(cases.office, login)

    for path in ("/wasdakim", f"/wasdakim/case/{cases.hit}", "/wasdakim/list"):
        assert screen.page.goto(cases.office.url + path).status == 403
    assert "Wasdakim" not in screen.go("/").text("header nav")


@pytest.mark.parametrize("size", [WIDE, LAPTOP], ids=["1920", "1366"])
def test_the_pages_are_readable(cases, enter, size) -> None:
    screen = enter(cases.office, "kepala", size)
    for path in ("/wasdakim", f"/wasdakim/case/{cases.changing}", "/wasdakim/list"):
        screen.go(path)
        assert screen.faults() == [], path
        inside = screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert inside, path
    if size is WIDE:
        screen.go(f"/wasdakim/case/{cases.changing}")
        box = screen.page.locator("button[value=SAME]").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= size["height"]
