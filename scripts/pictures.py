"""Take the pictures of kiosk, pages and papers anew, from a living practice office.

Usage: .venv/bin/python scripts/pictures.py [FOLDER]     (default docs/pictures)

One applicant takes a number at the kiosk by touch and each screen is photographed on its display;
others come by the interface, officers call, start and work; then a browser photographs each page at
its real size. The papers are those of `paper_pictures.py`, which runs alone as well.
Needs ImageMagick's `import`.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import paper_pictures
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from hub.demo import answers, office
from hub.demo.applicant import BIRTH, EXPIRY, NUMBER
from hub.demo.casework import work
from hub.demo.folder import found_or_made
from hub.demo.office import LivingOffice
from hub.demo.officer import Officer
from hub.demo.processes import loket
from hub.demo.touch import Glass

OFFICER = {"width": 1920, "height": 1080}
LAPTOP = {"width": 1366, "height": 768}
HALL = [("information", 3), ("payment", 4), ("stay_permit", 5), ("skim", 2), ("collection", 3)]
DESKS = {1: "loket", 2: "bendahara", 3: "serah"}
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
COLOURS = 256
SETTLED_S = 0.5
"""The kiosk's probe tells what is so a few frames before the glass shows it."""


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="loket-pictures-") as place:
        folder = found_or_made(Path(place) / "office")
        with office.living(folder, Path(place) / "out", own_display=True) as living:
            glass = Glass(living.display.name, living.probe, pid=living.children["kiosk"].pid)
            _walk(glass, living, target)
            case, waiting = _fill(living)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=CHROMIUM, args=["--no-sandbox"]
                )
                _photograph(browser, living, target, case, waiting)
                browser.close()
            _walk_in_trouble(glass, living, target)
    paper_pictures.take(target, {})


def _walk(glass: Glass, living: LivingOffice, target: Path) -> None:
    """Take a number for an application, by touch; photograph what is seen on the way."""

    def seen(name: str) -> None:
        _kiosk(living, target, name)

    glass.on("language")
    seen("language")
    glass.press("language-en")
    for setting in ("bar-contrast", "bar-scale", "bar-scale"):
        glass.press(setting)
    glass.on("service")
    seen("contrast-large")
    glass.press("over")
    glass.on("language")
    glass.press("language-id")
    glass.on("service")
    seen("service")
    glass.press("service-skim")
    glass.on("notice")
    glass.press("next")
    for screen, text in (("number", NUMBER), ("birth", BIRTH), ("expiry", EXPIRY)):
        glass.on(screen)
        glass.type(text)
        glass.press("next")
    glass.on("lay")
    seen("passport")
    glass.press("next")
    glass.on("check", limit_s=60)
    seen("check")
    glass.press("next")
    glass.on("confirm")
    glass.press("assist")
    glass.until(lambda screen: screen.panel == "assist", "what staff can do")
    seen("assist")
    glass.press("close")
    glass.press("next")
    _ticket(glass, "Ambil tiket di bawah layar")
    seen("ticket")
    glass.press("done")


def _walk_in_trouble(glass: Glass, living: LivingOffice, target: Path) -> None:
    """Take numbers from a kiosk without paper, then from one without its hub."""
    living.children["ticket_printer"].say("fault paper_out")
    _ask_for_information(glass)
    _ticket(glass, "Kertas habis")
    _kiosk(living, target, "no-paper")
    glass.press("done")
    living.children["ticket_printer"].say("clear")
    living.children["hub"].signal(signal.SIGSTOP)
    _ask_for_information(glass)
    _ticket(glass, "Ambil tiket di bawah layar")
    _kiosk(living, target, "own-number")
    living.children["hub"].signal(signal.SIGCONT)


def _ask_for_information(glass: Glass) -> None:
    glass.on("language")
    glass.press("language-id")
    glass.on("service")
    glass.press("service-information")
    glass.on("confirm")
    glass.press("next")


def _ticket(glass: Glass, words: str) -> None:
    glass.on("ticket", limit_s=60)
    glass.until(lambda screen: any(words in text for text in screen.texts), words)


def _kiosk(living: LivingOffice, target: Path, name: str) -> None:
    file = target / f"kiosk-{name}.png"
    time.sleep(SETTLED_S)
    command = ["import", "-display", living.display.name, "-window", "root", str(file)]
    subprocess.run(command, check=True)
    _small(file)


def _small(file: Path) -> None:
    """Store the picture in few colours: it is read on a page, not measured."""
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    print(file.name)


def _fill(living: LivingOffice) -> tuple[str, str]:
    """Let people arrive and officers serve; return a case in work and a ticket that still waits."""
    token = _token(living)
    tickets = [_issue(living, token, service) for service, people in HALL for _ in range(people)]
    case = ""
    for counter, login in DESKS.items():
        with _officer(living, login) as officer:
            path = f"/counter/{counter}"
            page = officer.send(officer.open(path), f"{path}/open")
            page = officer.send(page, f"{path}/call-next")
            if counter == 1:
                page = officer.send(page, f"{path}/start")
                case = next(link.to for link in page.links if link.to.startswith("/case/"))
                work(officer, case, answers.receive())
    today = living.folder.rules().today(living.opened_at)
    for stage in (answers.enter_data(today), answers.check_list()):
        with _officer(living, stage.login) as officer:
            work(officer, case, stage)
    return case, tickets[HALL[0][1] - 1]


def _issue(living: LivingOffice, token: str, service: str) -> str:
    """Take a number by the interface; return the ticket's id, empty if none was given."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    answer = httpx.post(f"{living.hub_url}/api/tickets", json={"service": service}, headers=headers)
    if answer.status_code != httpx.codes.CREATED:
        print(f"no number for {service}: {answer.text}", file=sys.stderr)
    return str(answer.json().get("id", ""))


def _token(living: LivingOffice) -> str:
    command = loket("hub", "token", "--data", living.folder.hub, "--program", "papan tamu")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def _officer(living: LivingOffice, login: str) -> Iterator[Officer]:
    with Officer(living.hub_url, login) as officer:
        officer.sign_in(living.folder.password)
        yield officer


def _photograph(
    browser: Browser, living: LivingOffice, target: Path, case: str, waiting: str
) -> None:
    shots = [
        ("web-display", None, "/display", OFFICER),
        ("web-counter", "loket", "/counter/1", OFFICER),
        ("web-case", "periksa", case, OFFICER),
        ("web-supervisor", "supervisor", "/supervisor", OFFICER),
        ("web-why", "supervisor", f"/why/{waiting}", LAPTOP),
        ("web-sop", "loket", "/sop", OFFICER),
    ]
    for name, login, path, size in shots:
        page = browser.new_context(viewport=size, locale="id-ID").new_page()
        if login:
            _sign_in(page, living, login)
        page.goto(f"{living.hub_url}{path}")
        if (seat := page.locator("form[action$='/sit'] button")).count():
            seat.click()
        page.wait_for_load_state("networkidle" if path == "/sop" else "load")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=target / f"{name}.png")
        page.context.close()
        _small(target / f"{name}.png")


def _sign_in(page: Page, living: LivingOffice, login: str) -> None:
    page.goto(f"{living.hub_url}/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", living.folder.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
