"""A practising office with a real hub process, and an officer's window on it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Page

from bench.hall import lasting_port
from hub.admin import AddStation, FillOffice, perform
from hub.clock import SystemClock
from hub.settings import settings_for

LOKET = [sys.executable, "-m", "hub.command"]
PASSWORD = "kata-sandi-contoh"
MONDAY = "2040-01-09T09:40:00"
GATE = Path(__file__).with_name("page_gate.js").read_text(encoding="utf-8")
WIDE = {"width": 1920, "height": 1080}


@dataclass
class WebOffice:
    """A served office: its address, its kiosk, and the process to stop."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    kiosk: httpx.Client

    def post(self, path: str, body: object, *, token: str = "") -> httpx.Response:
        """Send a command of the kiosk, or of the station with `token`."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = self.kiosk.post(path, json=body, headers=headers)
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
        name = f"{kind} {uuid.uuid4().hex[:8]}"
        [token] = perform(settings, SystemClock(), AddStation(kind, name, counter))
        return token


def serve(folder: Path, port: int = 0, *more: str) -> tuple[str, subprocess.Popen[str]]:
    """Serve a hub at `port`, by default one that lasts; return its address and its process."""
    at = str(port or lasting_port())
    process = subprocess.Popen(
        [*LOKET, "hub", "serve", "--data", str(folder), "--port", at, "--plain", "--interface",
         "127.0.0.1", "--practice-clock", MONDAY, *more],
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
    name_public_url(folder, public_url)
    perform(settings_for(folder), SystemClock(), FillOffice(PASSWORD))
    url, process = serve(folder, 0, *more)
    office = WebOffice(url, folder, process, httpx.Client(base_url=url, timeout=30))
    token = office.station("kiosk")
    office.kiosk.headers["Authorization"] = f"Bearer {token}"
    return office


def name_public_url(folder: Path, public_url: str) -> None:
    """Write into the office's rules where phones reach it; leave them alone without an address."""
    if public_url:
        file = settings_for(folder).office_file
        named = f'specimen = true\npublic_url = "{public_url}"'
        file.write_text(file.read_text("utf-8").replace("specimen = true", named, 1), "utf-8")


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

    def links(self) -> list[str]:
        """Return the addresses that the page leads to."""
        return self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")

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
