"""The pages of a paper: scanned one by one at the counter, put in order, saved as one file."""

from __future__ import annotations

import pytest
from counter_office import close_office, counter_at, office_with_case
from screened import prepared

from devices.pdf import pages_of_pdf

COUNTER = 2


@pytest.fixture
def scanning(empty_house, tmp_path, enter):
    """An officer at a counter with a scanner, and the pages of the first paper of a case."""
    office, [case] = office_with_case(empty_house, tmp_path, "5")
    with counter_at(office, COUNTER, tmp_path, scanner=("sane", {})) as counter:
        officer = enter(office, "pindai", {"width": 1366, "height": 768})
        officer.go(f"/counter/{COUNTER}")
        officer.click(f"form[action='/counter/{COUNTER}/open'] button")
        yield officer.go(f"/case/{case}/pages/scan.form"), case, counter.devices["scanner"]
    if office.process.poll() is None:
        close_office(office)


def scan(officer, pages: int) -> None:
    officer.press("F4")
    officer.page.wait_for_selector(f".sheet:nth-child({pages})")


def names(officer) -> list[str]:
    return [one.get_attribute("id") for one in officer.page.locator(".sheet").all()]


def test_pages_are_moved_and_left_out_and_saved_as_one_file(scanning):
    officer, case, _ = scanning
    for count in (1, 2, 3):
        scan(officer, count)
    first, second, third = names(officer)
    faults = officer.faults()
    officer.page.click(f"#{third} [data-move='-1']")
    officer.page.drag_and_drop(f"#{first} img", f"#{second} img")
    order = names(officer)
    officer.page.click(f"#{second} [data-leave-out]")
    officer.press("Control+Enter")
    row = officer.text("[id='row-scan.form']")
    officer.go(f"/case/{case}/pages/scan.form")
    kept = names(officer)
    office = officer.office
    close_office(office)

    assert faults == []
    assert order == [third, second, first]
    assert "berkas diunggah" in row or "Contoh" in row
    assert len(kept) == 2
    with prepared(office.folder) as (desk, _):
        files = [one for one in desk.view(case).documents if one.item == "5.scan.form"]
        sizes = sorted(len(pages_of_pdf(desk.procedure.blobs.get(one.blob))) for one in files)
    assert sizes == [1, 1, 1, 2]


def test_a_scan_is_cancelled_and_a_jam_is_said_in_words(scanning):
    officer, _, scanner = scanning
    scanner.fault("jammed")
    officer.press("F4")
    officer.page.wait_for_selector(".alert.bad:not([hidden])")
    jam = officer.text(".alert.bad:not([hidden])")
    scanner.fault("slow")
    officer.press("F4")
    officer.page.wait_for_selector(".alert.info:has-text('Perangkat bekerja')")
    officer.click("form[action$='/cancel'] button")
    cancelled = officer.text(".alert.bad:not([hidden])")
    scanner.fault("")
    scan(officer, 1)

    assert "Dibatalkan" in cancelled
    assert "macet" in jam.lower()
    assert len(names(officer)) == 1
