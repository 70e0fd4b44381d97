"""An office with a case at a chosen step, and the agent of a counter with devices on real wires."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from screened import Desk, prepared
from web_office import PASSWORD, WebOffice, end, serve

from devices.registry import start_simulator
from hub.admin import FillOffice, perform
from hub.clock import SystemClock
from hub.demo.hours import first_opening
from hub.office import SAMPLE_OFFICE, load_office
from hub.settings import settings_for

_LATER = SystemClock().now() + timedelta(hours=2)
SERVED = f"{first_opening(load_office(SAMPLE_OFFICE), _LATER):%Y-%m-%dT%H:%M:%S}"
"""Soon after the cases are prepared, which is at the machine's time: records never go back."""


@dataclass
class Counter:
    """The simulated devices of a counter by role, and its agent."""

    agent: subprocess.Popen[str]
    devices: Mapping[str, Any]


def office_with_case(
    empty_house: Path,
    place: Path,
    *steps: str,
    then: Callable[[Desk, list[str]], None] | None = None,
) -> tuple[WebOffice, list[str]]:
    """Serve an office with one case for each of `steps`, taken to just before it, and `then`."""
    folder = place / "hub"
    shutil.copytree(empty_house, folder)
    shutil.copy(empty_house.with_name("hub.key"), place / "hub.key")
    perform(settings_for(folder), SystemClock(), FillOffice(PASSWORD))
    with prepared(folder) as (desk, _):
        cases = [desk.go(step) for step in steps]
        if then is not None:
            then(desk, cases)
    url, process = serve(folder, 0, "--practice-clock", SERVED)
    return WebOffice(url, folder, process, httpx.Client(base_url=url, timeout=30)), cases


def close_office(office: WebOffice) -> None:
    """Stop the hub."""
    office.kiosk.close()
    end(office.process)


@contextmanager
def counter_at(
    office: WebOffice, counter: int, state: Path, **roles: tuple[str, Mapping[str, str]]
) -> Iterator[Counter]:
    """Run the agent of `counter`; `roles` name driver and options of each simulator."""
    with ExitStack() as ending:
        devices = {}
        for role, (driver, options) in roles.items():
            devices[role] = start_simulator(driver, options)
            ending.callback(devices[role].stop)
        token = state / f"token-{counter}"
        token.write_text(office.station("agent", counter))
        asked = [
            part for role, one in devices.items() for part in ("--device", f"{role}={one.address}")
        ]
        agent = subprocess.Popen(
            [sys.executable, "-m", "hub.command", "agent", "--counter", str(counter),
             "--hub", office.url, "--token-file", str(token), "--state", str(state),
             "--interface", "127.0.0.1", *asked],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            assert agent.stdout is not None
            assert agent.stdout.readline() == f"ready counter {counter}\n"
            yield Counter(agent, devices)
        finally:
            agent.send_signal(signal.SIGTERM)
            agent.communicate(timeout=60)
