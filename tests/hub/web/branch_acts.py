"""What officers do on the page of a case that leaves its steps and comes back."""

from __future__ import annotations

from living_office import LivingOffice, paper
from web_office import Screen


def current(screen: Screen) -> str:
    """Return the step at which the rail of a case stands."""
    return screen.page.locator("[aria-current=step]").inner_text()


def other_act(screen: Screen, act: str) -> Screen:
    """Open the drawer of rare acts and press one of them."""
    return screen.click(f"role=button[name='{act}']")


def open_rare(screen: Screen) -> None:
    screen.page.click("#other-acts > summary")


def unfit(examiner: Screen, case: str) -> None:
    """Say *Tidak* at step 4: the guarantor's letter is not valid."""
    examiner.go(f"/case/{case}")
    for part, verdict in {"passport": "VALID", "dokim": "VALID", "guarantor": "INVALID"}.items():
        examiner.page.check(f"[name=verdict_{part}][value={verdict}]")
    examiner.page.check("[name=route][value='5Y_CONSEC']")
    examiner.page.get_by_label("Ditandatangani oleh").fill("Pejabat Contoh")
    examiner.press("Alt+t")


def go_on(screen: Screen, to: str, note: str) -> None:
    screen.page.get_by_label("Lanjutkan ke").select_option(label=to)
    screen.page.locator("#field-move-note").fill(note)
    screen.press("Alt+j")


def give_back(living: LivingOffice, screen: Screen, case: str) -> str:
    """Give an ended case's passport back against a signature; return how the passport went."""
    screen.go(f"/custody/{case}")
    screen.page.get_by_label("Tanda terima bertanda tangan").set_input_files(paper(screen))
    screen.click("role=button[name=/Kembalikan/]")
    return screen.text("main table")


def letter_here(screen: Screen, kind: str) -> bytes:
    """Return a letter to the applicant as a browser gets it where no counter has a printer."""
    form = screen.page.locator(f"form[action$='/letter/{kind}']")
    csrf = form.locator("[name=csrf]").get_attribute("value")
    way = f"{screen.office.url}{form.get_attribute('action')}"
    origin = {"Origin": screen.office.url}
    return screen.page.request.post(way, form={"csrf": csrf or ""}, headers=origin).body()
