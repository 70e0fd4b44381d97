"""What a supervisor does to the whole office, seen on the other screens; roster, bookings, days."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import expect
from web_office import PASSWORD

from hub.admin import AddOfficer, perform
from hub.clock import SystemClock
from hub.settings import settings_for

LONG = 30_000
Enter = Callable[..., object]


@pytest.fixture
def supervisor(office, enter: Enter):
    """The supervisor of the module's office: what a test stops there, it lets go on again."""
    return enter(office, "supervisor").go("/supervisor")


def waiting(office) -> dict[str, int]:
    """Return how many wait in each lane."""
    lanes = office.kiosk.get("/api/queue").json()["lanes"]
    return {lane["lane"]: lane["waiting"] for lane in lanes}


def shown(screen, selector: str) -> None:
    expect(screen.page.locator(selector).first).to_be_visible(timeout=LONG)


def test_a_number_is_voided_and_the_page_says_so(office, supervisor) -> None:
    number = office.ticket()
    supervisor.page.keyboard.press("Alt+n")
    supervisor.page.keyboard.type(number.lower())
    supervisor.page.fill("#field-void-reason", "tidak ada yang memegang")
    supervisor.page.keyboard.press("Enter")
    expect(supervisor.page.locator("[data-place] .alert.ok")).to_contain_text(
        f"Nomor {number} dibatalkan", timeout=LONG
    )

    assert supervisor.faults() == []
    for act in ("", "?act=9", f"?act={'9' * 30}", "?act=x"):
        assert not supervisor.go(f"/supervisor{act}").has("[data-place]")
        assert supervisor.has("#live")


def test_a_stop_is_on_the_board_and_on_every_officers_page(office, enter, supervisor) -> None:
    office.ticket()
    board = enter(office).go("/display")
    officer = enter(office, "loket").go("/counter/1")
    shown(board, "#link:not(.stale)")
    supervisor.page.keyboard.press("Alt+s")
    supervisor.page.check("[name=scope][value=everything]")
    supervisor.click("text=Hentikan sekarang")
    shown(board, ".stop")
    shown(officer, "#banner .office-banner.stop")
    refused = office.kiosk.post(
        "/api/tickets", json={"service": "information"}, headers={"Idempotency-Key": "stopped-1"}
    )
    state = office.kiosk.get("/api/office").json()

    assert refused.json()["code"] == "queue_stopped"
    assert state["stop"]["scope"] == "everything"
    assert board.faults(contrast=7, smallest_px=23) == []
    assert supervisor.faults() == []
    supervisor.click("text=Lanjutkan antrean")
    expect(officer.page.locator("#banner .office-banner")).to_have_count(0, timeout=LONG)
    expect(board.page.locator(".stop")).to_have_count(0, timeout=LONG)
    assert office.ticket().startswith("I-")


def test_a_message_is_shown_and_taken_off(office, enter, supervisor) -> None:
    board = enter(office).go("/display")
    supervisor.page.keyboard.press("Alt+p")
    supervisor.page.fill("#field-message-id", "Layanan istirahat pukul 12.00.")
    supervisor.page.fill("#field-message-en", "Services pause at 12.00.")
    supervisor.click("text=Tampilkan")
    shown(board, ".message")

    assert "Services pause" in board.text(".message")
    assert board.faults(contrast=7, smallest_px=23) == []
    supervisor.click("text=Hapus dari layar")
    expect(board.page.locator(".message")).to_have_count(0, timeout=LONG)


def test_a_refused_act_changes_nothing_and_keeps_what_was_typed(office, supervisor) -> None:
    office.ticket()
    before = waiting(office)
    supervisor.page.keyboard.press("Alt+m")
    supervisor.page.fill("#field-numbers", "I-009 – I-001")
    supervisor.page.fill("#field-served_from", "08:00")
    supervisor.page.fill("#field-served_to", "09:00")
    supervisor.page.fill("#field-reason", "listrik padam")
    supervisor.click("text=Catat sebagai dilayani")

    assert supervisor.page.input_value("#field-numbers") == "I-009 – I-001"
    assert supervisor.page.input_value("#field-reason") == "listrik padam"
    assert "Tidak ada yang diubah" in supervisor.text("#refusal")
    assert waiting(office) == before


def test_the_roster_is_planned_from_csv_and_given_as_csv(office, supervisor) -> None:
    supervisor.go("/supervisor/roster")
    supervisor.page.click("summary:has-text('Seluruh hari')")
    supervisor.page.fill("#field-csv", "counter,starts,ends,lanes,officer\n1,8:00,12:00,,\n")
    supervisor.click("text=Simpan jadwal")
    assert "baris 2" in supervisor.text("#refusal")
    supervisor.page.fill(
        "#field-csv",
        "counter,starts,ends,lanes,officer\n4,08:00,12:00,payment,bendahara\n1,08:00,12:00,,siti\n",
    )
    supervisor.click("text=Simpan jadwal")
    assert "baris 3" in supervisor.text("#refusal")
    command = AddOfficer("siti", "Contoh Siti", ["counter_officer"], PASSWORD)
    perform(settings_for(office.folder), SystemClock(), command)
    supervisor.click("text=Simpan jadwal")
    assert "Contoh Siti" in supervisor.text("#refusal")
    assert "Apabila SOP tidak dilaksanakan" in supervisor.text("#refusal")
    supervisor.page.get_by_label("Alasan supervisor").fill("Menggantikan yang sakit")
    supervisor.press("Enter")
    csv = supervisor.page.request.get(f"{office.url}/supervisor/roster.csv").text()

    assert "Pembayaran" in supervisor.text("table")
    assert csv.splitlines()[2].endswith(",4,08:00,12:00,payment,bendahara")
    assert "Menggantikan yang sakit" in supervisor.text("table")
    assert supervisor.faults() == []


def test_the_roster_is_planned_line_by_line_and_the_next_day_alike(office, supervisor) -> None:
    supervisor.go("/supervisor/roster?day=2040-02-06")
    page = supervisor.page
    lines, refusal = page.locator("tbody tr"), page.locator("#refusal")

    def add(starts: str, ends: str, officer: str) -> None:
        page.select_option("#field-counter", "4")
        page.fill("#field-starts", starts)
        page.fill("#field-ends", ends)
        page.select_option("#field-officer", officer)
        page.keyboard.press("Control+Enter")

    add("08.00", "12.00", "bendahara")
    expect(lines).to_contain_text(["08.00–12.00"], timeout=LONG)
    add("11.30", "13.00", "")
    expect(refusal).to_contain_text("bertumpuk", timeout=LONG)
    assert page.input_value("#field-starts") == "11.30"
    assert supervisor.faults() == []
    add("setengah", "13.00", "")
    expect(refusal).to_contain_text("bentuk tidak sesuai", timeout=LONG)
    add("13.00", "15.00", "bendahara")
    expect(lines).to_have_count(2, timeout=LONG)
    supervisor.go("/supervisor/roster?day=2040-02-07")
    supervisor.click("text=Sama seperti Senin, 6 Februari 2040")
    expect(lines).to_contain_text(["08.00–12.00", "13.00–15.00"], timeout=LONG)
    page.get_by_role("button", name="Hapus giliran: Loket 4, 08.00").click()
    expect(lines).to_have_count(1, timeout=LONG)
    expect(lines).to_contain_text(["13.00–15.00"])
    assert supervisor.faults() == []


def test_lines_that_are_added_at_once_all_stand_or_are_refused(office, supervisor) -> None:
    supervisor.go("/supervisor/roster?day=2040-03-05")
    cookies = {one["name"]: one["value"] for one in supervisor.page.context.cookies()}
    csrf = supervisor.page.locator("[name=csrf]").first.input_value()
    line = {"csrf": csrf, "day": "2040-03-05", "counter": "4"}

    def add(hour: int) -> int:
        times = {"starts": f"{hour:02}.00", "ends": f"{hour:02}.30"}
        return httpx.post(
            f"{office.url}/supervisor/roster/add", cookies=cookies, data=line | times
        ).status_code

    with ThreadPoolExecutor(6) as six:
        answers = list(six.map(add, range(8, 14)))
    supervisor.go("/supervisor/roster?day=2040-03-05")

    assert set(answers) <= {303, 422}
    assert supervisor.page.locator("tbody tr").count() == answers.count(303) > 0


def test_booked_times_are_tried_then_imported(office, supervisor) -> None:
    supervisor.go("/supervisor/appointments")
    supervisor.click("text=Coba dahulu")
    assert "1 akan dipesan, 0 baris salah" in supervisor.text(".alert"), "the example"
    table = "service,at,reference\nskim,2040-01-09 10:30,S-1\nnosuch,2040-01-09 10:30,S-2\n"
    supervisor.page.fill("#field-csv", table)
    supervisor.click("text=Coba dahulu")
    assert "1 akan dipesan, 1 baris salah" in supervisor.text(".alert")
    assert "baris 3" in supervisor.text(".faults")
    supervisor.page.fill("#field-csv", table.replace("nosuch", "skim"))
    supervisor.click("button[value=book]")

    assert supervisor.page.locator("tbody tr").count() == 2
    assert supervisor.faults() == []


def test_one_time_is_booked_for_a_caller_and_given_back_with_a_reason(office, supervisor) -> None:
    supervisor.go("/supervisor/appointments?day=2040-01-10")
    page = supervisor.page
    page.keyboard.press("Control+Enter")
    refusal = page.locator("#refusal")
    expect(refusal).to_contain_text("Pilih jam", timeout=LONG)
    page.select_option("#field-service", "payment")
    supervisor.click("text=Lihat jam >> nth=0")
    free = page.locator(".slot:not(.full) input")
    at = free.first.input_value()
    free.first.check(force=True)
    page.fill("#field-reference", "TU/2040/7")
    page.keyboard.press("Control+Enter")
    shown(supervisor, ".booked-code strong")
    code = supervisor.text(".booked-code strong")
    row = page.locator("tbody tr", has_text="TU/2040/7")

    assert code.replace("-", "\u2011") in row.inner_text()
    assert page.input_value("#field-service") == "payment"
    assert supervisor.faults() == []
    assert at.startswith("2040-01-1")
    row.get_by_text("Batalkan janji").click()
    row.get_by_role("button", name="Batalkan dan kosongkan").click()
    expect(refusal).to_contain_text("Sebutkan alasan", timeout=LONG)
    row.get_by_label("Salah catat").check()
    row.get_by_role("button", name="Batalkan dan kosongkan").click()
    expect(row).to_contain_text("dibatalkan", timeout=LONG)
    assert supervisor.faults() == []


def test_the_day_is_closed_with_its_report(own_office, enter) -> None:
    own_office.ticket()
    supervisor = enter(own_office, "supervisor").go("/supervisor")
    supervisor.page.click("summary:has-text('Tutup hari')")
    supervisor.click("text=Tutup hari ini")

    assert "/supervisor/day/2040-01-09" in supervisor.page.url
    assert "ditutup" in supervisor.text("main")
    assert "lengkap" in supervisor.text("main")
    assert supervisor.faults() == []


def test_who_may_only_look_cannot_act(office, enter) -> None:
    auditor = enter(office, "auditor").go("/supervisor")
    cookies = {one["name"]: one["value"] for one in auditor.page.context.cookies()}
    csrf = auditor.page.locator("[name=csrf]").first.input_value()
    answer = httpx.post(
        f"{office.url}/supervisor/stop", cookies=cookies,
        data={"csrf": csrf, "scope": "numbers", "text_id": "Berhenti", "text_en": "Stop"},
    )  # fmt: skip

    assert answer.status_code == 403
    assert not auditor.has("text=Hentikan antrean")
    assert office.kiosk.get("/api/office").json()["stop"] is None


def test_people_whom_nobody_can_call_are_one_alarm_however_many_lanes(office, supervisor) -> None:
    for service in ("information", "skim", "payment"):
        office.ticket(service)
    asking = waiting(office)["information"]

    shown(supervisor, f".alarms li:has-text('Informasi {asking} orang')")

    told = supervisor.text(".alarms")
    assert "Permohonan SKIM 1 orang" in told
    assert told.count("Tidak dapat dipanggil") == 1
    assert supervisor.faults() == []


def test_another_device_of_a_kiosk_is_accepted_on_the_supervisors_page(office, supervisor) -> None:
    me = office.kiosk.get("/api/stations/me").json()
    waiting = {
        "role": "ticket_printer", "address": "escpos:/dev/x", "lamp": "down",
        "code": "device_changed", "detail": "TM-T82 B2 menggantikan TM-T82 A1 / B2 in place of A1",
    }  # fmt: skip
    report = {"boot": "b" * 32, "version": "1", "devices": [waiting]}
    office.post("/api/stations/me/report", report)
    shown(supervisor, ".alarms li:has-text('TM-T82 B2 menggantikan TM-T82 A1')")
    assert supervisor.faults() == []

    supervisor.click("button:has-text('Terima perangkat ini')")

    headers = {"Last-Event-ID": str(me["seq"])}
    with office.kiosk.stream("GET", "/api/feed", headers=headers) as feed:
        lines = feed.iter_lines()
        data = next(line for line in lines if "data:" in line and "kiosk.device_acc" in line)
    assert f'"station":"{me["id"]}"' in data
    assert '"role":"ticket_printer"' in data
    waiting["lamp"], waiting["code"] = "ready", ""
    office.post("/api/stations/me/report", report)
    expect(supervisor.page.locator("button:has-text('Terima perangkat ini')")).to_have_count(
        0, timeout=LONG
    )
