"""One SKIM application from the first touch to the archive: three visits on three office days."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import httpx

from hub.demo import answers, papers
from hub.demo.applicant import NUMBER, Applicant, Ticket
from hub.demo.casework import Stage, print_paper, work
from hub.demo.errors import DemoFailed, OfficerFailed, PaperMissing
from hub.demo.hours import opening_of
from hub.demo.office import LivingOffice
from hub.demo.officer import Officer
from hub.demo.pages import Page
from hub.demo.papers import Printed
from hub.demo.touch import Glass

Say = Callable[[str], None]
DAYS_BETWEEN_VISITS = 3
GOOD_CHIP = "Chip valid"
LEFT = ("application-receipt.pdf", "payment-proof.pdf", "skim.pdf", "collection-slip.pdf")
VISITS, SCANS = 3, 9
"""Scans: five papers, the answer from above, the receipt, the bank's slip, the endorsed page."""
_ENDINGS = {
    "application/pdf": ".pdf",
    "application/x-tar": ".tar",
    "image/jpeg": ".jpg",
    "image/png": ".png",
}


class StepFailed(DemoFailed):
    """A step of the journey fell short; the text names the step first."""


class Journey:
    """One applicant and the officers of one living office."""

    def __init__(self, office: LivingOffice, out: Path, say: Say) -> None:
        self._office = office
        self._out = out
        self._say = say
        self._rules = office.folder.rules()
        glass = Glass(office.display.name, office.probe, pid=office.children["kiosk"].pid)
        self._applicant = Applicant(glass, office.tickets, out)
        self._case = ""
        self._at = "the first touch"

    def run(self) -> None:
        """Go the whole way. Raises StepFailed naming where it ended."""
        try:
            days = self._days()
            receipt = self._hand_in(days[0])
            proof = self._pay(days[1], receipt, written=days[0])
            self._collect(days[2], proof)
            self._leave_files()
        except (DemoFailed, httpx.HTTPError, OSError) as error:
            lost = [child.ending() for child in self._office.crew.lost()]
            message = f"{self._at}: {'; '.join([str(error), *lost])}"
            raise StepFailed(message) from error

    def _days(self) -> list[date]:
        first = self._rules.today(self._office.opened_at)
        days = [self._rules.working_day_after(first, n * DAYS_BETWEEN_VISITS) for n in (1, 2)]
        return [first, *days]

    # ── three visits ──

    def _hand_in(self, today: date) -> Printed:
        """First visit: number by touch with the chip, steps 1 to 5, biometrics."""
        self._at = f"visit 1 on {today}"
        ticket = self._applicant.apply()
        with self._at_counter("loket", 1) as officer:
            page = self._call(officer, 1, ticket)
            self._case = _case_on(page)
            self._told(1, today, ticket, _chip_on(officer.open(f"{self._case}?lang=en")))
            self._work(officer, answers.receive())
            receipt = papers.printed(self._office.printed(1), "R")
            page = officer.open("/counter/1")
            officer.send(page, "/counter/1/transfer", {"lane": "biometrics", "counter": "2"})
        self._alone(answers.enter_data(today))
        self._alone(answers.check_list())
        self._alone(answers.examine_documents())
        with self._at_counter("pindai", 2) as officer:
            self._work(officer, answers.scan_file())
            self._call(officer, 2, ticket)
            self._work(officer, answers.take_biometrics())
            self._finish(officer, 2)
        papers.keep(receipt, self._out / "application-receipt.pdf")
        return receipt

    def _pay(self, today: date, receipt: Printed, *, written: date) -> Printed:
        """Second visit: the answer from above, approval, payment; then number, seal, scan."""
        self._next_day(2, today)
        self._alone(answers.answer_letter(written, today))
        self._alone(answers.approve(receipt.payload, self._office.folder.password))
        ticket = self._applicant.come_back("payment", receipt.number)
        self._told(2, today, ticket, "code on the application receipt")
        with self._at_counter("bendahara", 2) as officer:
            self._call(officer, 2, ticket)
            self._work(officer, answers.receive_payment(today))
            print_paper(officer, self._case, "payment_proof")
            proof = papers.printed(self._office.printed(2), "B")
            self._confirm_payment(officer)
            self._finish(officer, 2)
        with self._at_counter("cetak", 1) as officer:
            self._work(officer, answers.issue(self._office.folder.take_blank()))
        skim = papers.printed(self._office.printed(1), "S", newest=False)
        self._alone(answers.legalise())
        with self._at_counter("pindai", 2) as officer:
            self._work(officer, answers.scan_endorsement(skim.number, NUMBER))
        papers.keep(proof, self._out / "payment-proof.pdf")
        papers.keep(skim, self._out / "skim.pdf")
        return proof

    def _confirm_payment(self, officer: Officer) -> None:
        """The treasurer vouches for the slip: nothing is handed over on an unverified payment."""
        money = self._case.replace("/case/", "/money/")
        officer.send(officer.open(money), f"{money}/confirm")

    def _collect(self, today: date, proof: Printed) -> None:
        """Third visit: hand-over against the payment proof; then the archive."""
        self._next_day(3, today)
        case_code = proof.number.rpartition("-")[0]
        ticket = self._applicant.come_back("collection", case_code)
        self._told(3, today, ticket, "code on the payment proof")
        with self._at_counter("serah", 2) as officer:
            self._call(officer, 2, ticket)
            self._work(officer, answers.hand_over(proof.payload, NUMBER))
            slip = papers.printed(self._office.printed(2), "C")
            self._finish(officer, 2)
        papers.keep(slip, self._out / "collection-slip.pdf")
        self._alone(answers.file_away())

    def _leave_files(self) -> None:
        """Download every file of the case, and examine all that the journey leaves."""
        self._at = "what it leaves"
        with self._signed_in("tu") as officer:
            page = officer.open(f"{self._case}?lang=en")
            files = [one for one in page.links if one.to.startswith(f"{self._case}/file/")]
            downloads = [self._download(officer, one.to, one.words) for one in files if one.words]
        taken = {path for path in downloads if path is not None} | {self._package()}
        tickets = sorted(self._out.glob("ticket-*.png"))
        papers_left = [self._out / name for name in LEFT]
        kept = list(dict.fromkeys([*tickets, *papers_left, *sorted(taken)]))
        for path in kept:
            papers.examine(path)
        self._must_be_whole(taken, tickets)
        self._say(f"left in {self._out}: {', '.join(path.name for path in kept)}")

    def _package(self) -> Path:
        """Take the package out of the archive: only the archivist, only with a reason."""
        room = self._case.replace("/case/", "/archive/")
        with self._signed_in("arsip") as officer:
            page = officer.open("/archive?lang=en")
            officer.send(page, f"{room}/open", {"reason": "what the demo leaves"})
            _, content = officer.fetch(f"{room}/package.tar")
        target = self._out / "archive-package.tar"
        target.write_bytes(content)
        return target

    def _download(self, officer: Officer, path: str, words: str) -> Path | None:
        """Save a file of the case, unless it was printed or is of the chip."""
        media, content = officer.fetch(path)
        printed = [self._out / name for name in LEFT]
        known = next((paper for paper in printed if paper.read_bytes() == content), None)
        if known is not None:
            return known
        if media not in _ENDINGS:
            return None
        target = self._out / f"{papers.file_name(words)}{_ENDINGS[media]}"
        target.write_bytes(content)
        return target

    def _must_be_whole(self, taken: set[Path], tickets: list[Path]) -> None:
        endings = [path.suffix for path in taken]
        wanted = {
            "a ticket for each visit": len(tickets) == VISITS,
            "the photo": ".jpg" in endings,
            "the finger image": ".png" in endings,
            "the scans": endings.count(".pdf") >= SCANS,
            "the archive package": ".tar" in endings,
        }
        missing = [what for what, there in wanted.items() if not there]
        if missing:
            message = f"{', '.join(missing)} is missing in {self._out}"
            raise PaperMissing(message)

    # ── what officers do ──

    @contextlib.contextmanager
    def _signed_in(self, login: str) -> Iterator[Officer]:
        with Officer(self._office.hub_url, login) as officer:
            officer.sign_in(self._office.folder.password)
            yield officer

    @contextlib.contextmanager
    def _at_counter(self, login: str, counter: int) -> Iterator[Officer]:
        """Sit an officer down at a counter and open it; close it at the end."""
        path = f"/counter/{counter}"
        with self._signed_in(login) as officer:
            officer.send(officer.open(path), f"{path}/open")
            yield officer
            officer.send(officer.open(path), f"{path}/close")

    def _call(self, officer: Officer, counter: int, ticket: Ticket) -> Page:
        path = f"/counter/{counter}"
        page = officer.send(officer.open(path), f"{path}/call-next")
        if page.called != ticket.number:
            message = f"counter {counter} called '{page.called}' instead of {ticket.number}"
            raise OfficerFailed(message)
        return officer.send(page, f"{path}/start")

    def _finish(self, officer: Officer, counter: int) -> None:
        path = f"/counter/{counter}"
        officer.send(officer.open(path), f"{path}/finish", having=("outcome", "done"))

    def _alone(self, stage: Stage) -> None:
        """Let the back office do a step: no counter, no ticket."""
        with self._signed_in(stage.login) as officer:
            self._work(officer, stage)

    def _work(self, officer: Officer, stage: Stage) -> None:
        self._at = f"{stage.kind} {stage.key}"
        done = work(officer, self._case, stage)
        evidence = ", ".join(done.evidence)
        self._say(f"{self._at:<16} {stage.login:<10} {done.touch:>6}  {evidence}")

    # ── days ──

    def _next_day(self, visit: int, today: date) -> None:
        self._at = f"visit {visit} on {today}"
        self._office.move_clock(opening_of(self._rules, today))

    def _told(self, visit: int, today: date, ticket: Ticket, how: str) -> None:
        self._say(f"visit {visit}          {today}  number {ticket.number} by touch: {how}")


def _case_on(page: Page) -> str:
    """Return the path of the case that belongs to the ticket at the counter."""
    for link in page.links:
        if link.to.startswith("/case/"):
            return link.to
    message = "the counter's page names no case"
    raise OfficerFailed(message)


def _chip_on(page: Page) -> str:
    """Return the hub's verdict on the passport's chip. Raises OfficerFailed unless it is good."""
    if GOOD_CHIP not in page.verdict:
        message = f"the chip of the specimen passport is not found valid: {page.verdict}"
        raise OfficerFailed(message)
    return f"passport read at the kiosk, {GOOD_CHIP}"
