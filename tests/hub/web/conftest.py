"""A practising office with a real hub process, and officers in Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from hub.admin import AddStation, FillOffice, perform
from hub.clock import SystemClock
from hub.settings import settings_for

LOKET = [sys.executable, "-m", "hub.command"]
PASSWORD = "kata-sandi-contoh"
MONDAY = "2040-01-09T09:40:00"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
GATE = Path(__file__).with_name("page_gate.js").read_text(encoding="utf-8")
WIDE = {"width": 1920, "height": 1080}


@dataclass
class WebOffice:
    """A served office: its address, its kiosk, and the process to stop."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    kiosk: httpx.Client

    def post(self, path: str, body: object) -> httpx.Response:
        answer = self.kiosk.post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        assert answer.status_code < 300, answer.text
        return answer

    def ticket(self, service: str = "information", **more: object) -> str:
        """Issue a ticket and return its number."""
        return str(self.post("/api/tickets", {"service": service, **more}).json()["number"])

    def draft(self) -> str:
        """Open a case as the kiosk does and return its id."""
        passport = {
            "source": "typed", "document_number": "L898902C3", "birth_date": "1974-08-12",
            "expiry_date": "2049-04-15", "surname": "ERIKSSON", "given_names": "ANNA MARIA",
            "sex": "F", "nationality": "UTO", "issuing_state": "UTO",
        }  # fmt: skip
        return str(self.post("/api/applications", {"passport": passport}).json()["id"])

    def station(self, kind: str, counter: int | None = None) -> str:
        """Admit a station and return its token."""
        settings = settings_for(self.folder)
        [token] = perform(settings, SystemClock(), AddStation(kind, f"{kind} {counter}", counter))
        return token


def serve(folder: Path, port: int = 0, *more: str) -> tuple[str, subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*LOKET, "hub", "serve", "--data", str(folder), "--port", str(port), "--plain",
         "--interface", "127.0.0.1", "--practice-clock", MONDAY, *more],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready "), line
    return line.split()[1], process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    if process.stdout is not None:
        process.stdout.close()


def open_office(empty_house: Path, place: Path, *more: str, public_url: str = "") -> WebOffice:
    folder = place / "hub"
    shutil.copytree(empty_house, folder)
    shutil.copy(empty_house.with_name("hub.key"), place / "hub.key")
    settings = settings_for(folder)
    if public_url:
        rules = settings.office_file.read_text("utf-8")
        named = f'specimen = true\npublic_url = "{public_url}"'
        settings.office_file.write_text(rules.replace("specimen = true", named, 1), "utf-8")
    perform(settings, SystemClock(), FillOffice(PASSWORD))
    url, process = serve(folder, 0, *more)
    office = WebOffice(url, folder, process, httpx.Client(base_url=url, timeout=30))
    token = office.station("kiosk")
    office.kiosk.headers["Authorization"] = f"Bearer {token}"
    return office


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
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
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
def chromium() -> Iterator[Browser]:
    """One browser for a module: Playwright's event loop runs in this thread until it is closed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Screen:
    """An officer's browser window."""

    office: WebOffice
    page: Page

    def go(self, path: str) -> Screen:
        """Open a page of the hub and wait until it follows the feed."""
        self.page.goto(self.office.url + path)
        self.page.evaluate("document.fonts.ready")
        return self

    def press(self, key: str) -> Screen:
        """Press a key that sends a form, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        return self

    def click(self, selector: str) -> Screen:
        """Press a button that sends a form, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.click(selector)
        return self

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)

    def has(self, selector: str) -> bool:
        return self.page.locator(selector).count() > 0

    def faults(self, *, contrast: float = 4.5, smallest_px: float = 12.9) -> list[str]:
        """Walk the page with the gate and return what a person would trip over."""
        found: list[str] = self.page.evaluate(GATE, [contrast, smallest_px])
        return found


@pytest.fixture
def enter(chromium: Browser) -> Iterator[Callable[..., Screen]]:
    """Return `enter(office, login, size)`: the window of an officer who has signed in."""
    contexts = []
    faults: list[str] = []

    def sign_in(office: WebOffice, login: str = "", size: dict[str, int] = WIDE) -> Screen:
        context = chromium.new_context(viewport=size)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said.text) else None)
        screen = Screen(office, page)
        if login:
            screen.go("/login")
            page.fill("[name=login]", login)
            page.fill("[name=password]", PASSWORD)
            screen.press("Enter")
        return screen

    yield sign_in
    for context in contexts:
        context.close()
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
