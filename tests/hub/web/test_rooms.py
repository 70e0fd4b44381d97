"""The rooms behind the counters in Chromium: readable, keyboard first, and they do their work."""

from __future__ import annotations

import pytest

SCREENS = {
    "full-hd": {"width": 1920, "height": 1080},
    "laptop": {"width": 1366, "height": 768},
    "zoom-200": {"width": 683, "height": 384},
}
ROOMS = {
    "bendahara": ("/rooms", "/treasury"),
    "loket": ("/custody", "/notify"),
    "tu": ("/agenda", "/signing", "/archive"),
    "cetak": ("/blanks",),
    "sah": ("/signing", "/nonconformity", "/values"),
}


@pytest.mark.parametrize("size", SCREENS.values(), ids=SCREENS)
def test_the_rooms_are_readable(office, enter, size):
    seen = {}
    for login, paths in ROOMS.items():
        officer = enter(office, login, size)
        for path in paths:
            seen[f"{login} {path}"] = officer.go(path).faults()
            seen[f"{login} {path} en"] = officer.go(f"{path}?lang=en").faults()

    assert {place: faults for place, faults in seen.items() if faults} == {}


def test_a_statement_is_tried_then_refused_line_by_line(office, enter):
    treasurer = enter(office, "bendahara").go("/treasury")
    treasurer.page.fill("[name=csv]", "tanggal;ntpn;jumlah\n2040-01-09;A1B2C3D4E5F6G7H8;3000000")
    treasurer.click("button[value=try]")
    tried = treasurer.text(".alert.info")

    treasurer.page.fill("[name=csv]", "tanggal;ntpn;jumlah\n2040-01-09;PENDEK;3000000")
    treasurer.click("button[value=import]")

    assert "1 baris, 0 cocok" in tried
    assert "baris 2" in treasurer.text(".faults")
    assert "16 huruf atau angka" in treasurer.text(".faults")


def test_blanks_are_received_as_a_range_and_a_known_one_is_refused(office, enter):
    printer = enter(office, "cetak").go("/blanks")
    printer.page.fill("[name=serials]", "NEW001-NEW003")
    printer.click("form[action='/blanks/receive'] button")
    assert "203" in printer.text(".tiles")

    printer.page.fill("[name=serials]", "NEW003")
    printer.click("form[action='/blanks/receive'] button")

    assert "sudah tercatat" in printer.text("#refusal")

    printer.page.fill("[name=serial]", "NEW003")
    printer.page.fill("[name=reason]", "Robek")
    printer.click("form[action='/blanks/spoil'] button")
    printer.page.get_by_role("checkbox", name="NEW003").check()
    printer.click("form[action='/blanks/propose'] button")
    assert "menunggu orang kedua" in printer.text("[aria-labelledby=confirm-title]")
    assert not printer.has("form[action='/blanks/destroy'] button"), "a witness is another person"

    printer.page.fill("[name=serials]", "A1-B9")
    printer.click("form[action='/blanks/receive'] button")
    assert "rentang seperti CTH001-CTH050" in printer.text("#refusal")


def test_a_refusal_names_each_field_that_it_means(office, enter):
    clerk = enter(office, "tu").go("/agenda")

    clerk.click("form[action='/agenda/out'] >> role=button[name='Catat surat']")

    assert "Nomor surat: wajib diisi" in clerk.text("#refusal")
    assert "Kepada: wajib diisi" in clerk.text("#refusal")


def test_a_room_that_is_not_theirs_refuses_an_officer_in_words(office, enter):
    clerk = enter(office, "loket").go("/treasury")

    assert "Peran Anda tidak bertugas di ruang ini" in clerk.text("main")
