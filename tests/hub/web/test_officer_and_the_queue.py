"""At the counter by keyboard: undo, put aside, without a ticket, back, why, needs, profiles."""

from __future__ import annotations

import re
from contextlib import contextmanager

LAPTOP = {"width": 1366, "height": 768}


@contextmanager
def at_counter(enter, office, number, lane, **size):
    """An officer at a counter that is open for one lane; it is free again and closed after."""
    screen = enter(office, "loket", **size).go(f"/counter/{number}")
    for box in screen.page.locator("[name=lanes]").all():
        box.set_checked(box.get_attribute("value") == lane)
    screen.press("F2")
    try:
        yield screen
    finally:
        leave(screen.go(f"/counter/{number}"))


def leave(screen) -> None:
    """Finish what is here, call and finish who still waits, put nobody aside, close."""
    while screen.has("[value=line]"):
        screen.click("[value=line]")
    if screen.has("[data-key='Alt+H']"):
        screen.press("Alt+h")
    if screen.has("[data-key=F8]"):
        screen.click("form:has(> input[value=done]) > button")
    while screen.has("[aria-labelledby=next-title] .chosen"):
        screen.press("F2").press("Alt+h").click("form:has(> input[value=done]) > button")
    screen.click("[action$='/close'] button")


def test_a_call_is_undone_by_key_and_the_bar_counts_down(office, enter):
    number = office.ticket("payment")
    with at_counter(enter, office, 2, "payment") as officer:
        officer.press("F2")
        said = officer.text(".undo-bar")

        officer.press("Alt+z")

        assert f"{number} dipanggil" in said
        assert re.search(r"[01]:\d\d", said)
        assert "Tidak ada yang dilayani" in officer.text("#now-title")
        assert number in officer.text("[aria-labelledby=next-title]")
        assert not officer.has(".undo-bar")


def test_a_ticket_is_put_aside_and_goes_on_here(office, enter):
    number = office.ticket("payment")
    with at_counter(enter, office, 2, "payment") as officer:
        officer.press("F2").press("Alt+h")
        officer.page.keyboard.press("Alt+p")
        officer.page.keyboard.type("ke bank")
        officer.press("Enter")
        aside = officer.text("[aria-labelledby=parked-title]")

        officer.press("Alt+r")

        assert number in aside
        assert "ke bank" in aside
        assert officer.text("[data-number]") == number
        assert "Sedang dilayani" in officer.text("#now-title")


def test_somebody_without_a_ticket_is_served_with_a_reason(office, enter):
    with at_counter(enter, office, 2, "payment") as officer:
        officer.page.keyboard.press("Alt+t")
        officer.page.select_option("#serve [name=service]", "payment")
        officer.page.fill("#serve [name=reason]", "hanya bertanya")

        officer.press("Enter")

        assert officer.text("[data-number]").startswith("P-")
        why = officer.go("/counter/2").page.get_attribute("a[href^='/why/']", "href")
        assert "hanya bertanya" in officer.go(why).text(".why-alert")


def test_a_number_for_somebody_else_is_said_when_no_printer_works(office, enter):
    with at_counter(enter, office, 2, "payment") as officer:
        officer.page.keyboard.press("Alt+n")
        officer.page.select_option("#issue [name=service]", "payment")
        officer.click("#issue form button")

        told = officer.text(".alert.warn")

        assert "tuliskan nomornya" in told
        assert told.split()[1] in officer.text("[aria-labelledby=next-title]")


def test_priority_names_its_vulnerable_group_and_only_the_supervisor_reads_it(office, enter):
    with at_counter(enter, office, 2, "payment", size=LAPTOP) as officer:
        officer.page.keyboard.press("Alt+n")
        officer.page.select_option("#issue [name=service]", "payment")
        officer.page.select_option("#issue [name=class]", "priority:pregnant")
        assert officer.faults() == []
        officer.click("#issue form button")
        given = officer.text(".alert.warn").split()[1]
        officer.press("F2").press("Alt+h")
        officer.page.keyboard.press("Alt+g")
        officer.page.check("[name=class][value=general]")
        assert officer.faults() == []
        officer.click("[id^=class-] form button")
        refused = officer.text("#refusal")
        officer.page.check("[name=class][value='priority:elderly']")
        officer.click("[id^=class-] form button")

        read = enter(office, "supervisor").go("/supervisor").text("main")
        public = enter(office).go("/display").text("body")

        assert "memerlukan alasan" in refused
        assert f"{given} · " in read
        assert "Prioritas diberikan petugas: Hamil atau menyusui" in read
        assert "Prioritas ditegaskan: Lansia, di atas 60 tahun" in read
        assert given in public
        assert not any(word in public for word in ("menyusui", "Lansia, di atas", "nursing"))


def test_a_page_that_is_behind_is_refused_with_what_to_do_and_does_nothing(office, enter):
    number = office.ticket("payment")
    with at_counter(enter, office, 2, "payment") as officer:
        officer.press("F2")
        # the page hears nothing more: a colleague's act does not reach it
        officer.page.route("**/stream/**", lambda route: route.abort())
        officer.page.reload()
        called = officer.page.get_attribute("[name=ticket] >> nth=0", "value")
        office.post(f"/api/tickets/{called}/absent", {}, token=office.station("agent", 2))
        before = office.kiosk.get("/api/queue").json()["seq"]

        officer.press("Alt+h")

        refused = officer.text("#refusal")
        assert number in refused
        assert "Muat ulang" in refused
        assert office.kiosk.get("/api/queue").json()["seq"] == before
        assert office.kiosk.get(f"/api/tickets/{called}").json()["state"] == "absent"
        officer.page.unroute("**/stream/**")


def test_needs_are_shown_as_what_to_do(office, enter):
    office.ticket("payment", needs=["guide", "step_free"], segment="priority")
    with at_counter(enter, office, 2, "payment", size=LAPTOP) as officer:
        officer.press("F2")

        needed = officer.text(".needed")

        assert "Jemput dan antar ke loket" in needed
        assert "Layani di loket tanpa undakan" in needed
        assert officer.faults() == []


def test_papers_that_were_missing_bring_a_ticket_back_in_line(office, enter):
    number = office.ticket("payment")
    with at_counter(enter, office, 2, "payment") as officer:
        officer.press("F2").press("Alt+h")
        officer.page.keyboard.press("Alt+k")
        officer.page.fill("[name=note]", "slip bank")
        officer.click("[id^=finish-] form button")
        assert "Kurang berkas" in officer.text("[aria-labelledby=today-title]")

        officer.click("form:has(> [name=back]) button")

        assert number in officer.text("[aria-labelledby=next-title]")


def test_out_of_order_takes_a_typed_number_and_refuses_an_unknown_one(office, enter):
    office.ticket("payment")
    second = office.ticket("payment")
    with at_counter(enter, office, 2, "payment") as officer:
        officer.page.keyboard.press("Alt+l")
        officer.page.keyboard.type("P-999")
        officer.page.fill("#out-of-order [name=reason]", "kembali dari bank")
        officer.click("#out-of-order form button")
        refused = officer.text("#refusal")
        kept = officer.page.input_value("#out-of-order [name=reason]")

        officer.page.fill("#out-of-order [name=number]", second.lower().replace("-", " "))
        officer.click("#out-of-order form button")

        assert "Tidak ada nomor itu hari ini" in refused
        assert kept == "kembali dari bank"
        assert officer.text("[data-number]") == second


def test_why_shows_the_heads_the_counters_and_the_history(office, enter):
    first, second = office.ticket("payment"), office.ticket("payment")
    with at_counter(enter, office, 2, "payment") as officer:
        waiting = officer.page.get_attribute(".next-rows a[href^='/why/']", "href")
        officer.go(waiting)
        waits = officer.text("main")
        assert officer.faults() == []
        officer.go("/counter/2").press("F2")

        officer.press("Alt+w")

        assert f"Mengapa {first} masih menunggu" in waits
        assert "dapat memanggil" in waits
        told = officer.text("main")
        assert f"Mengapa {first} dipanggil" in told
        assert "Terlama menunggu" in told
        assert "Contoh Petugas loket" in told
        assert second not in officer.text(".why-table")
        assert officer.faults() == []


def test_the_page_keeps_its_manners_with_every_drawer_open(office, enter):
    office.ticket("payment")
    for size in (LAPTOP, {"width": 1920, "height": 1080}):
        with at_counter(enter, office, 2, "payment", size=size) as officer:
            for drawer in ("serve", "issue", "out-of-order"):
                officer.page.evaluate("id => document.getElementById(id).open = true", drawer)
                assert officer.faults() == [], drawer
        office.ticket("payment")
