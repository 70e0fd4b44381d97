"""Take the pictures of the pages anew, from a living practice office.

Usage: .venv/bin/python scripts/pictures.py [FOLDER]     (default docs/pictures)

One applicant takes a number at the kiosk by touch, others by the interface; officers call, start
and work; then a browser photographs each page at its real size.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from hub.demo import answers, office
from hub.demo.applicant import Applicant
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


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="loket-pictures-") as place:
        folder = found_or_made(Path(place) / "office")
        with office.living(folder, Path(place) / "out", own_display=True) as living:
            case = _fill(living, Path(place))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox"]
                )
                _photograph(browser, living, target, case)
                browser.close()


def _fill(living: LivingOffice, place: Path) -> str:
    """Let people arrive and officers serve; return the path of the case in work."""
    glass = Glass(living.display.name, living.probe, pid=living.children["kiosk"].pid)
    Applicant(glass, living.tickets, place).apply()
    token = _token(living)
    for service, people in HALL:
        for _ in range(people):
            _issue(living, token, service)
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
    return case


def _issue(living: LivingOffice, token: str, service: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    answer = httpx.post(f"{living.hub_url}/api/tickets", json={"service": service}, headers=headers)
    if answer.status_code != httpx.codes.CREATED:
        print(f"no number for {service}: {answer.text}", file=sys.stderr)


def _token(living: LivingOffice) -> str:
    command = loket("hub", "token", "--data", living.folder.hub, "--program", "papan tamu")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def _officer(living: LivingOffice, login: str) -> Iterator[Officer]:
    with Officer(living.hub_url, login) as officer:
        officer.sign_in(living.folder.password)
        yield officer


def _photograph(browser: Browser, living: LivingOffice, target: Path, case: str) -> None:
    shots = [
        ("web-display", None, "/display", OFFICER),
        ("web-counter", "loket", "/counter/1", OFFICER),
        ("web-counter-1366", "loket", "/counter/1", LAPTOP),
        ("web-case", "periksa", case, OFFICER),
        ("web-supervisor", "supervisor", "/supervisor", OFFICER),
        ("web-sop", "loket", "/sop", OFFICER),
    ]
    for name, login, path, size in shots:
        page = browser.new_context(viewport=size, locale="id-ID").new_page()
        if login:
            _sign_in(page, living, login)
        page.goto(f"{living.hub_url}{path}")
        page.wait_for_load_state("networkidle" if path == "/sop" else "load")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=target / f"{name}.png")
        page.context.close()
        print(name)


def _sign_in(page: Page, living: LivingOffice, login: str) -> None:
    page.goto(f"{living.hub_url}/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", living.folder.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
