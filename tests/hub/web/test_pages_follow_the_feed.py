"""Pages are true without polling, keep what is being typed, and say when they are not live."""

from __future__ import annotations

import signal

from web_office import PASSWORD


def test_a_page_follows_without_asking_when_nothing_happens(office, enter):
    officer = enter(office, "loket").go("/counter/3")
    officer.page.wait_for_selector("#link:not(.stale)")
    asked = []
    officer.page.on("request", lambda request: asked.append(request.url))

    officer.page.wait_for_timeout(2500)  # long enough for any poll of seconds to show
    quiet = list(asked)
    with officer.page.expect_response(f"{office.url}/counter/3"):
        office.ticket("citizen_passport")

    assert quiet == []
    assert asked == [f"{office.url}/counter/3"]


def test_typing_survives_an_update_of_the_page(office, enter):
    case = office.draft()
    officer = enter(office, "loket").go(f"/case/{case}")
    officer.page.fill("[name=custody_place]", "Loket 1, laci")
    other = enter(office, "loket").go(f"/case/{case}")

    other.press("Alt+j")
    officer.page.wait_for_selector("text=Jeda")

    assert officer.page.input_value("[name=custody_place]") == "Loket 1, laci"
    assert officer.page.evaluate("document.activeElement.name") == "custody_place"


def test_the_board_says_when_it_is_not_live_and_comes_back(own_office, enter, restart):
    board = enter(own_office).go("/display")
    board.page.wait_for_selector("#link:not(.stale)")
    port = int(own_office.url.rpartition(":")[2])

    own_office.process.send_signal(signal.SIGKILL)
    board.page.wait_for_selector("#link.stale")
    stale = board.text("#link")
    faults = board.faults(contrast=7, smallest_px=23.5)
    restart(own_office, port)
    board.page.wait_for_selector("#link:not(.stale)")

    assert "Tidak langsung sejak 09." in stale
    assert faults == []


def test_signing_out_elsewhere_leads_to_the_login_and_from_there_back(office, enter):
    officer = enter(office, "loket").go("/counter/3")
    officer.page.context.clear_cookies()

    officer.page.reload()
    sent_to = officer.page.url
    officer.page.fill("[name=login]", "loket")
    officer.page.fill("[name=password]", PASSWORD)
    officer.press("Enter")

    assert sent_to.startswith(f"{office.url}/login?to=")
    assert officer.page.url == f"{office.url}/counter/3"
