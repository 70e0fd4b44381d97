"""A practising office with a real hub process, and officers in Chromium."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bench.hall import lasting_port

sys.path.insert(0, str(Path(__file__).parent))

from browser import Chromium
from plain_browser import token_in
from web_office import (
    PASSWORD,
    WIDE,
    Screen,
    WebOffice,
    end,
    open_office,
    serve,
)


@pytest.fixture(scope="module")
def office(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebOffice]:
    """One office for all tests of a module; each test uses a counter or a case of its own."""
    opened = open_office(empty_house, tmp_path_factory.mktemp("office"))
    yield opened
    opened.kiosk.close()
    end(opened.process)


@pytest.fixture(scope="module")
def public(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebOffice]:
    """An office that phones reach on a listener of its own."""
    port = lasting_port()
    place = tmp_path_factory.mktemp("public")
    url = f"http://127.0.0.1:{port}"
    opened = open_office(empty_house, place, "--public-port", str(port), public_url=url)
    yield opened
    opened.kiosk.close()
    end(opened.process)


@pytest.fixture
def own_office(empty_house: Path, tmp_path: Path) -> Iterator[WebOffice]:
    """An office that the test may stop."""
    opened = open_office(empty_house, tmp_path)
    yield opened
    opened.kiosk.close()
    if opened.process.poll() is None:
        end(opened.process)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """One browser for a module: Playwright's event loop runs in this thread until it is closed."""
    with sync_playwright() as playwright:
        browser = Chromium(playwright)
        yield browser
        browser.end()


@pytest.fixture
def enter(chromium: Chromium) -> Iterator[Callable[..., Screen]]:
    """Return `enter(office, login, size)`: the window of an officer who has signed in.

    The form is sent without being drawn: how it looks and leads on is for its own tests.
    """
    faults: list[str] = []

    def sign_in(office: WebOffice, login: str = "", size: dict[str, int] = WIDE) -> Screen:
        window = chromium.window(size)
        if login:
            form = {"login": login, "password": PASSWORD}
            form["csrf"] = token_in(window.request.get(f"{office.url}/login").text())
            answer = window.request.post(f"{office.url}/login", form=form, max_redirects=0)
            assert answer.status == 303, answer.text()
        page = window.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said.text) else None)
        return Screen(office, page)

    yield sign_in
    chromium.close_windows()
    assert not faults, faults


def _is_fault(text: str) -> bool:
    return "Content Security Policy" in text or "Uncaught" in text


@pytest.fixture
def restart() -> Callable[[WebOffice, int], None]:
    """Return `restart(office, port)`: serve the same folder again at the same port."""

    def again(office: WebOffice, port: int) -> None:
        office.process.wait(timeout=30)
        if office.process.stdout is not None:
            office.process.stdout.close()
        office.url, office.process = serve(office.folder, port)

    return again
