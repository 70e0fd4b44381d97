"""Signing in: where each role begins, what guessing meets, forms of our own pages only."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from plain_browser import PlainBrowser
from web_office import PASSWORD

from hub.officers import MOST_FAILURES
from hub.sample import LOGINS
from hub.web.gate import MOST_FROM_ADDRESS


@pytest.fixture
def browser(office) -> Iterator[PlainBrowser]:
    opened = PlainBrowser(office.url)
    yield opened
    opened.http.close()


@pytest.fixture
def stranger(own_office) -> Iterator[PlainBrowser]:
    """A browser at an office of its own: what it spoils, no other test sees."""
    opened = PlainBrowser(own_office.url)
    yield opened
    opened.http.close()


@pytest.mark.parametrize("role", LOGINS)
def test_every_role_begins_at_a_page_that_it_may_use(browser: PlainBrowser, role: str) -> None:
    page = browser.walk(browser.sign_in(LOGINS[role]))

    assert page.status_code == 200
    assert page.url.path in {"/cases", "/supervisor", "/sop", "/wasdakim", "/wasdakim/list"}


def test_the_archivist_begins_at_the_procedure(browser: PlainBrowser) -> None:
    assert browser.walk(browser.sign_in("arsip")).url.path == "/sop"


def test_after_signing_in_one_is_where_one_wanted_to_go(browser: PlainBrowser) -> None:
    asked = browser.http.get("/sop")

    assert asked.headers["location"] == "/login?to=/sop"
    assert browser.sign_in("loket", to="/sop").headers["location"] == "/sop"


@pytest.mark.parametrize("to", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_signing_in_never_leads_to_another_site(browser: PlainBrowser, to: str) -> None:
    assert browser.sign_in("loket", to=to).headers["location"] == "/"


def test_the_session_cookie_is_no_business_of_scripts_or_other_sites(browser: PlainBrowser) -> None:
    cookie = browser.sign_in("loket").headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_after_signing_out_the_old_cookie_opens_nothing(browser: PlainBrowser) -> None:
    browser.sign_in("data")
    old = browser.http.cookies["loket_session"]

    browser.http.post("/logout", data={"csrf": browser.token("/sop")})
    browser.http.cookies.set("loket_session", old)

    assert browser.http.get("/sop").headers["location"].startswith("/login")


def test_signing_out_ends_the_streams_of_that_officer_only(browser: PlainBrowser, office) -> None:
    colleague = PlainBrowser(office.url)
    for who, login in ((browser, "data"), (colleague, "periksa")):
        who.sign_in(login)

    with (
        browser.http.stream("GET", "/stream/cases") as mine,
        colleague.http.stream("GET", "/stream/cases") as theirs,
    ):
        frames, others = mine.iter_lines(), theirs.iter_lines()
        next(frames), next(others)
        browser.http.post("/logout", data={"csrf": browser.token("/sop")})
        list(frames)  # the hub ends it: else this would wait for ever
        office.draft()
        changed = next(line for line in others if line.startswith("data: application."))
    colleague.http.close()

    assert changed
    assert browser.http.get("/stream/cases").status_code != 200


def test_a_wrong_password_keeps_what_was_typed_but_not_the_password(browser: PlainBrowser) -> None:
    page = browser.sign_in("setuju", "salah-sekali-lagi")

    assert page.status_code == 422
    assert 'value="setuju"' in page.text
    assert "salah-sekali-lagi" not in page.text


@pytest.mark.parametrize("login", ["x" * 5000, "a\x00b", "loket\n", "' OR 1=1 --", ""])
def test_a_login_that_cannot_be_is_only_wrong(browser: PlainBrowser, login: str) -> None:
    page = browser.sign_in(login, "apa saja boleh")

    assert page.status_code == 422
    assert "Nama masuk atau kata sandi salah" in page.text


def test_five_wrong_passwords_lock_a_login_whether_it_exists_or_not(stranger: PlainBrowser) -> None:
    for login in ("loket", "nobody-here"):
        said = [stranger.sign_in(login, "salah").text for _ in range(MOST_FAILURES + 1)]

        assert all("Nama masuk atau kata sandi salah" in page for page in said[:-1])
        assert "lima menit" in said[-1]
    assert "lima menit" in stranger.sign_in("loket").text


def test_guessing_from_one_computer_is_stopped(stranger: PlainBrowser) -> None:
    for number in range(MOST_FROM_ADDRESS):
        assert stranger.sign_in(f"guess-{number}", "salah").status_code == 422

    stopped = stranger.sign_in("loket")

    assert stopped.status_code == 429
    assert "dari komputer ini" in stopped.text
    assert "loket_session" not in stranger.http.cookies


def test_a_login_form_of_another_page_signs_nobody_in(browser: PlainBrowser) -> None:
    form = {"login": "loket", "password": PASSWORD}

    without_token = browser.http.post("/login", data=form)
    foreign = browser.http.post(
        "/login", data=form | {"csrf": browser.token()}, headers={"Origin": "https://evil.example"}
    )
    opaque = browser.http.post(
        "/login", data=form | {"csrf": browser.token()}, headers={"Origin": "null"}
    )

    assert without_token.status_code == 422
    assert foreign.status_code == opaque.status_code == 403
    assert "loket_session" not in browser.http.cookies


@pytest.mark.parametrize(
    "path", ["/counter/4/open", "/case/none/begin", "/case/none/document", "/supervisor/paper"]
)
def test_a_form_without_the_sessions_token_or_from_elsewhere_does_nothing(
    browser: PlainBrowser, path: str
) -> None:
    browser.sign_in("supervisor")
    token = browser.token("/sop")

    without_token = browser.http.post(path, data={"csrf": "x"})
    foreign = browser.http.post(
        path, data={"csrf": token}, headers={"Origin": "https://evil.example"}
    )

    assert without_token.status_code == foreign.status_code == 403


@pytest.mark.parametrize("path", ["/login", "/display", "/sop", "/counter/4", "/nowhere"])
def test_every_page_carries_its_protection(browser: PlainBrowser, path: str) -> None:
    browser.sign_in("supervisor")

    headers = browser.http.get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_static_files_are_not_sniffed(browser: PlainBrowser) -> None:
    address = re.search(r'href="(/static/loket\.css[^"]*)"', browser.http.get("/login").text)[1]

    headers = browser.http.get(address).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"].startswith("text/css")
