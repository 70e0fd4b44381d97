"""The page of a case: what is missing is named, what was typed stays, steps go in order."""

from __future__ import annotations

import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

from plain_browser import PlainBrowser
from web_office import PASSWORD

from hub.admin import AddOfficer, perform
from hub.clock import SystemClock
from hub.settings import settings_for

CHECKBOX = re.compile(r'name="(checklist\.[^"]+)"')


def tick_papers(officer):
    for box in officer.page.locator("#step-form .tick:not(.small) input").all():
        box.check()


def through_step_1(office, enter):
    case = office.draft()
    officer = enter(office, "loket").go(f"/case/{case}")
    tick_papers(officer)
    officer.page.fill("[name=custody_place]", "Loket 1, laci 2")
    officer.page.check("[name=receipt]")
    officer.press("Control+Enter")
    return case, officer


def test_missing_evidence_is_named_and_nothing_typed_is_lost(office, enter):
    officer = enter(office, "loket").go(f"/case/{office.draft()}")
    tick_papers(officer)
    officer.page.fill("[name=remark]", "Map biru")

    officer.press("Control+Enter")

    assert "Paspor disimpan di" in officer.text("#refusal")
    assert officer.has("#row-custody_place .fault")
    assert officer.page.input_value("[name=remark]") == "Map biru"
    assert officer.page.locator("#step-form .tick:not(.small) input:not(:checked)").count() == 0


def test_a_completed_step_moves_the_rail(office, enter):
    _, officer = through_step_1(office, enter)

    assert officer.page.locator(".rail .done").count() == 1
    assert "Masukkan data" in officer.text(".rail .current")
    assert "Memasukkan data" in officer.text("h2:focus")


def test_a_step_of_another_role_is_read_only(office, enter):
    _, officer = through_step_1(office, enter)

    assert "hanya dapat dibaca" in officer.text(".case-main .alert.info")
    assert not officer.has(".decide")
    assert officer.page.locator("#step-form input:not([type=hidden])").count() == 0


def test_a_name_that_is_searched_for_never_stands_in_an_address(office, enter):
    cases = {office.draft(), office.draft()}
    officer = enter(office, "loket").go("/cases")
    asked = []
    officer.page.on("request", lambda request: asked.append(request.url))

    officer.page.fill("#search", "Eriksson Anna")
    officer.press("Enter")

    assert cases <= {link.rpartition("/")[2] for link in officer.links()}
    assert officer.page.input_value("#search") == "Eriksson Anna"
    assert not [url for url in (*asked, *officer.links()) if "riksson" in url.lower()]


def test_from_any_page_a_key_leads_to_the_case_and_another_opens_its_history(office, enter):
    officer = enter(office, "loket").go("/custody")
    here = officer.text("nav [aria-current]")
    code = officer.go(f"/case/{office.draft()}").text(".case-person p strong")
    officer.go("/sop").page.keyboard.press("/")

    officer.page.keyboard.type(code)
    officer.press("Enter")
    officer.page.keyboard.press("Alt+r")
    officer.page.wait_for_selector("#history[open]")

    assert here.strip() == "Paspor di kantor"
    assert officer.text(".case-person p strong") == code
    assert officer.page.locator("#history summary:focus").count() == 1


def test_who_sees_no_cases_does_not_learn_whether_there_is_one(office):
    office.draft()
    archivist = PlainBrowser(office.url)
    archivist.sign_in("arsip")
    token = archivist.token("/sop")

    answers = [
        archivist.http.post("/cases/search", data={"csrf": token, "q": sought})
        for sought in ("L898902C3", "Eriksson", "nobody at all")
    ]
    archivist.http.close()

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_the_receipt_waits_for_the_ticks_and_then_prints_what_is_ticked(office, enter):
    officer = enter(office, "loket").go(f"/case/{office.draft()}")
    before = officer.page.is_disabled("#field-receipt"), officer.text("#field-receipt-waits")

    tick_papers(officer)

    officer.page.wait_for_selector("#field-receipt:enabled")
    assert before[0]
    assert "Formulir" in before[1]
    assert officer.page.is_hidden("#field-receipt-waits")
    officer.click("#field-receipt")
    assert not officer.has("#refusal")
    assert officer.has("#row-receipt .state.info")


def test_enter_in_a_field_presses_no_device(office, enter):
    officer = enter(office, "loket").go(f"/case/{office.draft()}")
    officer.page.fill("[name=custody_place]", "Loket 1")
    before = officer.page.url

    officer.page.keyboard.press("Enter")
    officer.page.wait_for_timeout(400)  # nothing may happen: there is no condition to wait for

    assert officer.page.url == before
    assert not officer.has("#row-receipt .state.info")


def test_a_device_button_keeps_what_was_typed_beside_it(office, enter):
    officer = enter(office, "loket").go(f"/case/{office.draft()}")
    tick_papers(officer)
    officer.page.fill("[name=custody_place]", "Loket 1, laci 9")

    officer.click("#row-receipt button[formaction]")

    assert officer.page.input_value("[name=custody_place]") == "Loket 1, laci 9"
    assert "Menunggu perangkat" in officer.text("#row-receipt:focus")


def test_a_file_can_stand_in_for_a_scan(office, enter):
    case, _ = through_step_1(office, enter)
    data = enter(office, "data").go(f"/case/{case}")
    fill_step_2(data)
    enter(office, "cekal").go(f"/case/{case}").press("Alt+y")
    examiner = enter(office, "periksa").go(f"/case/{case}")
    fill_step_4(examiner)
    examiner.press("Alt+y")
    scanner = enter(office, "pindai").go(f"/case/{case}")
    row = scanner.page.locator("#step-form li[id^=row-]").first
    row.locator("summary").click()
    picture = scanner.page.screenshot(type="png")
    row.locator("input[type=file]").set_input_files(
        {"name": "halaman.png", "mimeType": "image/png", "buffer": picture}
    )

    with scanner.page.expect_navigation():
        row.locator("[formaction$='/document']").click()

    assert scanner.page.locator("#step-form li[id^=row-]").first.locator("img").count() == 1


KEYED = {
    "birth_place": "Zenith", "permit_number": "2D11JE0001-T", "permit_expiry": "02-05-2048",
    "address": "Jalan Contoh 1", "guarantor": "Contoh Budi", "phone": "0812 0000 001",
}  # fmt: skip


def fill_step_2(officer):
    add_stay(officer, "ITAP", "01-03-2030", "02-05-2048")
    for name, value in KEYED.items():
        officer.page.fill(f"[name='field.{name}']", value)
    officer.page.select_option("[name='field.permit_type']", "ITAP")
    officer.page.fill("[name=national_reference]", "IT-0001")
    officer.press("Control+Enter")


def fill_step_4(examiner):
    for part in ("passport", "dokim", "guarantor"):
        examiner.page.check(f"[name=verdict_{part}][value=VALID]")
    examiner.page.check("[name=route][value='5Y_CONSEC']")
    examiner.page.fill("[name=signed_by]", "Pejabat Contoh")
    tick_papers(examiner)


def add_stay(officer, kind, start, end, ended_by=""):
    officer.page.select_option("#field-stay-kind", kind)
    officer.page.fill("#field-stay-start", start)
    officer.page.fill("#field-stay-end", end)
    officer.page.select_option("#field-stay-ended", ended_by)
    officer.press("Alt+g")


def test_the_decision_is_two_equal_buttons_without_a_default(office, enter):
    case, _ = through_step_1(office, enter)
    fill_step_2(enter(office, "data").go(f"/case/{case}"))

    wasdakim = enter(office, "cekal").go(f"/case/{case}")

    buttons = wasdakim.page.locator(".decide .equal button")
    assert buttons.count() == 2
    assert buttons.nth(0).bounding_box()["width"] == buttons.nth(1).bounding_box()["width"]
    assert not wasdakim.has(".button.primary")


def test_who_presses_second_is_told_by_whom_and_sees_the_words_that_were_not_kept(office):
    case, settings = office.draft(), settings_for(office.folder)
    colleague = AddOfficer("loket-dua", "Contoh Rekan", ["counter_officer"], PASSWORD)
    perform(settings, SystemClock(), colleague)
    both = {name: PlainBrowser(office.url) for name in ("loket", "loket-dua")}
    for login, browser in both.items():
        browser.sign_in(login)
    ticks = CHECKBOX.findall(both["loket"].http.get(f"/case/{case}").text)

    def press(login):
        said = {"custody_place": f"Laci {login}", "remark": f"Kata {login}", "receipt": "paper"}
        token = both[login].token(f"/case/{case}")
        form = {**dict.fromkeys(ticks, "on"), **said, "csrf": token, "key": uuid.uuid4().hex}
        together.wait(timeout=30)
        return login, both[login].http.post(f"/case/{case}/step/1", data=form)

    together = threading.Barrier(len(both))
    with ThreadPoolExecutor(len(both)) as pool:
        answers = {answer.status_code: (who, answer) for who, answer in pool.map(press, both)}
    for browser in both.values():
        browser.http.close()

    assert set(answers) == {303, 409}
    (winner, _), (loser, told) = answers[303], answers[409]
    name = {"loket": "Contoh Petugas loket", "loket-dua": "Contoh Rekan"}[winner]
    assert f"Langkah 1 sudah diselesaikan oleh {name}" in told.text
    missed = told.text.partition('id="unkept-title"')[2].partition("</section>")[0]
    assert f"Kata {loser}" in missed
    assert f"Laci {loser}" in missed
    assert f'value="Kata {loser}"' not in told.text, "it is no word about the step that follows"
