"""An officer's own password: asked for first, typed twice, and other computers are signed out."""

from __future__ import annotations

import re

import httpx
from plain_browser import PlainBrowser, token_in
from web_office import PASSWORD

NEW = "kata-sandi-yang-baru"
WRONG = (
    ({"now": "salah-sama-sekali"}, "Kata sandi salah"),
    ({"now": ""}, "belum diisi"),
    ({"again": "kata-sandi-yang-lain"}, "tidak sama dua kali"),
    ({"password": "pendek", "again": "pendek"}, "paling sedikit 10"),
)


def change(browser: PlainBrowser, **typed: str) -> httpx.Response:
    page = browser.http.get("/account").text
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    form = {"now": PASSWORD, "password": NEW, "again": NEW, **typed}
    return browser.http.post("/account", data=form | {"csrf": token_in(page), "key": key})


def test_an_officer_changes_the_password_and_other_sessions_end(own_office) -> None:
    officer, elsewhere = PlainBrowser(own_office.url), PlainBrowser(own_office.url)
    for browser in (officer, elsewhere):
        browser.sign_in("loket")
    for typed, said in WRONG:
        refused = change(officer, **typed)
        assert refused.status_code in {400, 422}
        assert said in refused.text
        assert PASSWORD not in refused.text
    assert elsewhere.http.get("/account").status_code == 200, "nothing has changed"

    done = officer.walk(change(officer))

    assert "Kata sandi diganti" in done.text
    assert officer.http.get("/account").status_code == 200
    assert elsewhere.http.get("/account").headers["location"] == "/login?to=/account"
    assert elsewhere.sign_in("loket").status_code == 422
    assert elsewhere.sign_in("loket", password=NEW).status_code == 303
    for browser in (officer, elsewhere):
        browser.http.close()
