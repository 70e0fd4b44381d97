"""Who may do what, asked of every address there is: nobody's, a stranger's form, who only looks on.

The addresses come from the pages themselves: a new one is asked about without being named here.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import httpx
import pytest
from litestar import Router
from litestar.handlers import HTTPRouteHandler
from plain_browser import PlainBrowser
from pysqlite3 import dbapi2 as sqlite

from hub.sample import LOGINS
from hub.web import api, auth, display, officer, rooms, sop, supervisor, wasdakim

PAGES = (auth, display, officer, rooms, sop, supervisor, wasdakim)
PUBLIC = {
    "/login",
    "/display",
    "/display/voice/{number:str}/{counter:int}/{spoken:str}",
    "/language/{code:str}",
}
ACTS = {
    "/archive/destruction/": ("answer", "record", "witness"),
    "/archive/": ("check", "label", "shelve", "lend", "return", "retire", "propose"),
    "/blanks/": ("receive", "spoil", "propose", "destroy"),
    "/custody/": ("offer", "keep", "accept", "lend", "take", "back", "return"),
    "/money/": ("billing", "verify", "correct", "lost"),
    "/notify/": ("contact", "lapse"),
    "/notify/{application:str}/appointment/": ("book", "look", "call-off"),
    "/messages/": ("again", "aside"),
    "/agenda/": ("in", "out"),
    "/counter/": ("open", "pause", "call-next", "serve", "issue", "close"),
    "/case/": ("begin", "pause", "supply", "divert", "reject", "withdraw", "doubt", "stay"),
    "/wasdakim/case/": ("judge", "clear", "propose", "decide", "national"),
}
FORM = {
    "serials": "SK900001", "serial": "SK900001", "reason": "alasan yang cukup panjang",
    "text_id": "Halo semua", "text_en": "Hello all", "scope": "numbers", "location": "Laci 1",
    "to": "Insarkom", "due_on": "30-12-2040", "day": "2040-01-09", "came": "yes",
    "kind": "national", "code": "820123456789012", "issued_on": "09-01-2040", "channel": "phone",
    "outcome": "reached", "number": "12/X", "dated": "09-01-2040", "addressee": "Kanwil",
    "subject": "Perihal", "place": "Rak 1", "note": "catatan", "evidence": "custody_place",
    "custody_place": "Laci 2", "service": "information", "class": "general", "lanes": "intake",
    "login": "data", "qualification": "1", "choice": "import", "password": "kata-sandi-contoh",
    "csv": "counter,starts,ends,lanes,officer\n1,08:00,12:00,intake,siti\n",
}  # fmt: skip
"""What an officer could type: enough for many a form to be taken from who may send it."""


def _routes(handler: object) -> Iterator[tuple[str, str]]:
    if isinstance(handler, Router):
        for route in handler.routes:
            for one in getattr(route, "route_handlers", ()):
                yield from ((method, route.path) for method in one.http_methods)
    elif isinstance(handler, HTTPRouteHandler):
        yield from ((method, path) for path in handler.paths for method in handler.http_methods)


def routes_of(*packages: object) -> list[tuple[str, str]]:
    found = {one for package in packages for handler in package.routes for one in _routes(handler)}
    return sorted((method, path) for method, path in found if method in ("GET", "POST", "PUT"))


def addresses(path: str, case: str) -> Iterator[str]:
    """Yield the addresses of a route: of a case that exists, and with each known act."""
    start = max((one for one in ACTS if path.startswith(one)), key=len, default="")
    for act in ACTS.get(start, ("x",)) if "{act" in path or "{direction" in path else ("x",):
        filled = re.sub(r"\{(act|direction):str\}", act, path)
        filled = filled.replace("{application:str}", case)
        filled = re.sub(r"\{(step|key):str\}", "1", filled)
        yield re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:str\}", "0" * 32, filled))


@pytest.fixture(scope="module")
def case(office) -> str:
    return office.draft()


def test_without_signing_in_no_page_opens_and_no_form_is_taken(office, case: str) -> None:
    opened = {}
    with httpx.Client(base_url=office.url, timeout=60) as nobody:
        for method, path in routes_of(*PAGES):
            if path in PUBLIC or path == "/logout":
                continue
            for address in addresses(path, case):
                answer = nobody.request(method, address)
                if not answer.headers.get("location", "").startswith("/login"):
                    opened[method, address] = answer.status_code

    assert opened == {}


def test_a_station_without_a_token_is_told_nothing(office, case: str) -> None:
    told = {}
    headers = {"Authorization": "Bearer nobody", "Idempotency-Key": uuid.uuid4().hex}
    with httpx.Client(base_url=office.url, headers=headers, timeout=60) as stranger:
        for method, path in routes_of(api):
            [address] = addresses(f"/api{path}", case)
            answer = stranger.request(method, address, json={} if method == "POST" else None)
            if answer.status_code != 401:
                told[method, address] = answer.status_code

    assert {path for _, path in told} == {"/api/schema/openapi.json"}


def test_no_form_is_taken_without_the_sessions_own_token(office, case: str) -> None:
    browser = PlainBrowser(office.url)
    browser.sign_in("supervisor")
    before = _events(office)

    taken = {
        address: answer.status_code
        for method, path in routes_of(*PAGES)
        if method == "POST" and path != "/login"
        for address in addresses(path, case)
        if (answer := browser.http.post(address, data=FORM | {"csrf": "x"})).status_code != 403
    }
    browser.http.close()

    assert taken == {}
    assert _events(office)[len(before) :] == []


@pytest.mark.parametrize("login", [LOGINS["auditor"], LOGINS["system_admin"]])
def test_who_only_looks_on_changes_nothing(office, case: str, login: str) -> None:
    browser = PlainBrowser(office.url)
    browser.sign_in(login)
    csrf, before = browser.token("/sop"), _events(office)

    failed = {
        address: answer.status_code
        for method, path in routes_of(*PAGES)
        if method == "POST" and path not in ("/login", "/logout")
        for address in addresses(path, case)
        if (answer := _send(browser, address, csrf)).status_code >= 500
    }
    browser.http.close()

    assert failed == {}
    assert set(_events(office)[len(before) :]) <= {"case.joined", "case.left"}


def _send(browser: PlainBrowser, address: str, csrf: str) -> httpx.Response:
    form = FORM | {"csrf": csrf, "key": uuid.uuid4().hex}
    return browser.http.post(address, data=form)


def _events(office) -> list[str]:
    """Return the kinds of what officers did, oldest first."""
    query = "SELECT kind FROM events WHERE actor LIKE 'officer:%' ORDER BY seq"
    file = sqlite.connect(f"file:{office.folder / 'loket.db'}?mode=ro", uri=True)
    try:
        return [kind for (kind,) in file.execute(query)]
    finally:
        file.close()
