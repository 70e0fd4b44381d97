"""An officer works at a counter with the keyboard; the board and other pages follow."""

from __future__ import annotations


def free_counter(screen, number, lane):
    """Open counter `number` for one lane only, so that no other test's tickets come here."""
    screen.go(f"/counter/{number}")
    for box in screen.page.locator("[name=lanes]").all():
        box.set_checked(box.get_attribute("value") == lane)
    return screen.press("F2")


def test_call_serve_and_finish_by_keys(office, enter):
    number = office.ticket("citizen_passport")
    officer = free_counter(enter(office, "loket"), 3, "citizen_passport")

    officer.press("F2")
    called = officer.text("[data-number]")
    officer.press("Alt+h")
    serving = officer.text("#now-title")
    officer.press("F8")

    assert called == number
    assert "Sedang dilayani" in serving
    assert "Tidak ada yang dilayani" in officer.text("#now-title")
    assert number in officer.text("[aria-labelledby=today-title]")
    officer.click("[action$='/close'] button")


def test_an_absent_person_may_come_back(office, enter):
    number = office.ticket("citizen_passport")
    officer = free_counter(enter(office, "loket"), 3, "citizen_passport").press("F2")

    officer.press("F4")
    twice = officer.text(".ticket-card")
    officer.press("F9")
    officer.click("[action$='/return'] button")

    assert "2 kali" in twice
    assert number in officer.text("[aria-labelledby=next-title]")
    officer.press("F2").press("Alt+h").press("F8")
    officer.click("[action$='/close'] button")


def test_a_draft_from_the_kiosk_is_compared_with_the_passport_field_by_field(office, enter):
    case = office.draft()
    officer = free_counter(enter(office, "loket"), 2, "skim")
    office.ticket("skim", application=case)
    officer.press("F2").press("Alt+h")
    before = officer.text(".work-card header")

    officer.press("Alt+b")
    after = officer.text(".work-card header")
    for _ in range(officer.page.locator("form[action$='/agree']").count()):
        officer.press("Alt+b")

    assert "0 dari 9 dicocokkan" in before
    assert "1 dari 9 dicocokkan" in after
    assert "dicocokkan" not in officer.text(".work-card header")
    assert officer.page.locator(".plain-table .state.ok").count() == 9
    officer.press("F8").click("[action$='/close'] button")


def call_out_of_order(officer, number, reason):
    officer.page.click("#out-of-order summary")
    officer.page.fill("#out-of-order [name=number]", number)
    officer.page.fill("#out-of-order [name=reason]", reason)


def test_the_loser_of_a_race_keeps_what_was_typed(office, enter):
    number = office.ticket("collection")
    loser = free_counter(enter(office, "loket"), 4, "collection")
    call_out_of_order(loser, number, "Pemohon kembali dari bank")
    winner = free_counter(enter(office, "loket"), 2, "collection")
    call_out_of_order(winner, number, "Pengguna kursi roda")
    winner.click("#out-of-order button")

    loser.click("#out-of-order button")

    assert loser.has("#refusal")
    assert loser.page.input_value("#out-of-order [name=reason]") == "Pemohon kembali dari bank"
    loser.click("[action$='/close'] button")
    winner.press("Alt+h").press("F8")
    winner.click("[action$='/close'] button")


def test_a_transfer_waits_in_the_other_lane(office, enter):
    number = office.ticket("complaint")
    officer = free_counter(enter(office, "loket"), 4, "complaint")
    call_out_of_order(officer, number, "Uji")
    officer.click("#out-of-order button")
    officer.page.keyboard.press("Alt+a")
    officer.page.select_option("[name=lane]", "collection")
    officer.click("[action$='/transfer'] button")
    officer.click("[action$='/close'] button")

    free_counter(officer, 4, "collection").press("F2")

    assert officer.text("[data-number]") == number
    officer.press("Alt+h").press("F8")
    officer.click("[action$='/close'] button")


def test_the_language_stays_after_a_form(office, enter):
    officer = enter(office, "loket").go("/counter/4")

    officer.click("a[href^='/language/en']")
    officer.press("F2")

    assert "Nobody at the counter" in officer.text("#now-title")
    officer.click("[action$='/close'] button")


def test_one_press_is_one_call_however_often_it_is_sent(office, enter):
    office.ticket("payment")
    second = office.ticket("payment")
    officer = free_counter(enter(office, "loket"), 2, "payment")
    form = officer.page.evaluate(
        "[...new FormData(document.querySelector(`[action$='/call-next']`))]"
    )

    answers = officer.page.evaluate(
        """async ([url, form]) => Promise.all([1, 2].map(async () => {
             const sent = new URLSearchParams(form);
             return (await fetch(url, { method: "POST", body: sent })).status;
           }))""",
        [f"{office.url}/counter/2/call-next", form],
    )

    assert answers == [200, 200]
    assert second in officer.go("/counter/2").text("[aria-labelledby=next-title]")
    officer.press("Alt+h").press("F8").press("Alt+h").press("F8")
    officer.click("[action$='/close'] button")


def test_a_form_of_another_session_is_refused(office, enter):
    officer = enter(office, "loket").go("/counter/4")

    status = officer.page.evaluate(
        """async (url) => {
             const form = new URLSearchParams({ csrf: "foreign", key: "a".repeat(20) });
             return (await fetch(url, { method: "POST", body: form })).status;
           }""",
        f"{office.url}/counter/4/open",
    )

    assert status == 403


def test_the_board_shows_a_call_without_asking_for_it(office, enter):
    number = office.ticket("collection")
    board = enter(office).go("/display")
    board.page.wait_for_selector("#link:not(.stale)")
    asked = []
    board.page.on("request", lambda request: asked.append(request.url))
    officer = free_counter(enter(office, "loket"), 4, "collection")

    officer.press("F2")
    board.page.wait_for_selector(f"[data-number='{number}']")

    assert officer.text("[data-number]") == number
    assert f"{office.url}/display" not in asked
    assert "Loket 4" in board.text(".where")
    officer.press("Alt+h").press("F8")
    officer.click("[action$='/close'] button")


def test_after_a_new_sign_in_an_officer_sits_down_at_the_counter_that_is_open(office, enter):
    free_counter(enter(office, "loket"), 4, "complaint")
    again = enter(office, "loket").go("/")
    again.click("nav a[href='/counter']")
    again.press("Alt+4")
    told = again.text(".alert.info")

    again.press("Alt+s")
    seated = not again.has(".alert.info")
    front = again.go("/")

    assert "belum duduk di sini" in told
    assert seated
    assert front.page.url.endswith("/counter/4")
    assert "Loket buka" in again.text("#live")
    again.click("[action$='/close'] button")
