"""The agent is killed in the middle of a job: a scan is done anew, a print is never guessed."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from living_hub import PASSWORD, LivingHub, await_event, key

from bench.hall import lasting_port
from devices.registry import open_device
from hub.demo import answers
from hub.demo.casework import Stage, work
from hub.demo.officer import Officer
from hub.demo.pages import Page
from hub.demo.processes import Child, Crew, loket

TYPED = {
    "source": "typed",
    "document_number": "L898902C3",
    "birth_date": "1974-08-12",
    "expiry_date": "2032-04-15",
}
TAKEN_WITHIN_S = 60.0


class Counter:
    """Counter 1 with a printer and a scanner; its agent can be killed and started again."""

    def __init__(self, hub: LivingHub, crew: Crew, folder: Path) -> None:
        self.hub, self.crew, self.folder = hub, crew, folder
        self.printer = self.start_printer("tray", "--option", f"port={lasting_port()}")
        self.printer_address = self.printer.ready()
        self.scanner = crew.start("scanner", loket("devices", "simulate", "sane"))
        self.scanner_address = self.scanner.ready()
        self.agent: Child
        self.start_agent()

    def start_printer(self, tray: str, *options: str) -> Child:
        out = ("--out", self.folder / tray)
        return self.crew.start("printer", loket("devices", "simulate", "ipp", *out, *options))

    def start_agent(self) -> None:
        self.agent = self.crew.start(
            "agent",
            loket(
                *("agent", "--counter", "1", "--hub", self.hub.url),
                *("--token-file", self.hub.folder / "counter-1.token"),
                *("--state", self.folder / "agent"),
                *("--device", f"document_printer={self.printer_address}"),
                *("--device", f"scanner={self.scanner_address}"),
            ),
        )
        self.agent.ready()

    def kill_agent_at_work(self, after: int) -> None:
        """kill -9 of the agent's own process once it said that it began."""
        await_event(self.hub, "job.started", after)
        self._kill_agent()

    def kill_agent_at_the_printer(self, after: int) -> None:
        """kill -9 of the agent's own process once the printer has its job."""
        await_event(self.hub, "job.started", after)
        with self.hub.client("counter-1") as agent:
            [job] = agent.get("/api/jobs").json()["jobs"]
        with contextlib.closing(open_device(self.printer_address)) as printer:
            until = time.monotonic() + TAKEN_WITHIN_S
            while printer.find_job(job["id"]) is None:
                assert time.monotonic() < until, "the printer never had the job"
                time.sleep(0.02)  # until the condition above
        self._kill_agent()

    def _kill_agent(self) -> None:
        self.agent.signal(signal.SIGKILL)
        self.agent.ending()

    def printed(self, tray: str = "tray") -> list[Path]:
        return list((self.folder / tray).glob("*.pdf"))


@pytest.fixture
def counter(living: Callable[..., LivingHub], crew: Crew, tmp_path: Path) -> Counter:
    return Counter(living(), crew, tmp_path)


@pytest.fixture
def case(counter: Counter) -> str:
    """The path of a fresh application."""
    with counter.hub.client("kiosk") as kiosk:
        draft = kiosk.post("/api/applications", json={"passport": TYPED}, headers=key())
    draft.raise_for_status()
    return f"/case/{draft.json()['id']}"


def test_a_print_is_resolved_from_the_printers_own_status(counter: Counter, case: str) -> None:
    assert counter.printer.say("fault slow") == "ok"
    with _sitting("loket", counter.hub) as officer:
        page = _press(officer, case, "receipt", "/print/application_receipt")

        counter.kill_agent_at_the_printer(int(page.body["data-seq"]))
        assert counter.printer.say("clear") == "ok"
        counter.start_agent()
        officer.until(page, _there("receipt"), "the receipt")

    assert len(counter.printed()) == 1


def test_an_officer_is_asked_when_the_printer_has_forgotten(counter: Counter, case: str) -> None:
    assert counter.printer.say("fault slow") == "ok"
    port = counter.printer_address.rpartition(":")[2].partition("/")[0]
    with _sitting("loket", counter.hub) as officer:
        page = _press(officer, case, "receipt", "/print/application_receipt")

        counter.kill_agent_at_work(int(page.body["data-seq"]))
        counter.printer.kill()
        counter.printer = counter.start_printer("second-tray", "--option", f"port={port}")
        counter.printer.ready()
        counter.start_agent()
        page = officer.until(page, _asked("receipt"), "the question whether paper came out")
        assert counter.printed("second-tray") == []

        settles = next(
            button.action
            for form in page.forms
            for button in form.buttons()
            if button.name == "came" and case in button.action
        )
        page = officer.send(page, settles, press=("came", "no"))
        officer.until(page, _there("receipt"), "the copy")

    assert len(counter.printed("second-tray")) == 1


def test_a_scan_is_done_after_the_restart(counter: Counter, case: str) -> None:
    for stage in _before_the_scan():
        with _sitting(stage.login, counter.hub) as officer:
            work(officer, case, stage)
    assert counter.scanner.say("fault slow") == "ok"
    with _sitting("pindai", counter.hub) as officer:
        page = _press(officer, case, "scan.form", "/job")

        counter.kill_agent_at_work(int(page.body["data-seq"]))
        assert counter.scanner.say("clear") == "ok"
        counter.start_agent()
        page = officer.until(page, _there("scan.form"), "the scan")

    done = [event for event in counter.hub.events() if event["kind"] == "job.done"]
    assert len(done) == 2  # the receipt of step 1, and this scan once


def _before_the_scan() -> list[Stage]:
    keyed = answers.enter_data(date(2026, 11, 1))
    return [
        answers.receive(),
        replace(keyed, values={**keyed.values, **_ANNA}),
        answers.check_list(),
        answers.examine_documents(),
    ]


_ANNA = {"field.sex": "F", "field.nationality": "UTO"}
"""What the chip would have told: this passport was typed."""


@contextmanager
def _sitting(login: str, hub: LivingHub) -> Iterator[Officer]:
    """An officer at counter 1, which is opened and closed again."""
    with Officer(hub.url, login) as officer:
        officer.sign_in(PASSWORD)
        officer.send(officer.open("/counter/1"), "/counter/1/open")
        yield officer
        officer.send(officer.open("/counter/1"), "/counter/1/close")


def _press(officer: Officer, case: str, row: str, action: str) -> Page:
    """Press a device's button; the page from before it is returned, to follow from there."""
    page = officer.open(case)
    ticks = {name: "yes" for name in page.rows if name.startswith("checklist.")}
    page = officer.type(page, "1", ticks) if ticks else page
    officer.send(page, f"{case}{action}", press=("evidence", row))
    return page


def _there(row: str) -> Callable[[Page], bool]:
    return lambda page: page.rows[row].mark == "ok"


def _asked(row: str) -> Callable[[Page], bool]:
    return lambda page: page.rows[row].device == "warn"
