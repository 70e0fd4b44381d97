"""From the scanner's wire through agent, hub and feed to the page in the officer's hands."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from devices.barcode import simulator
from devices.barcode.simulator import BarcodeSimulator
from devices.capabilities import Identity
from devices.mrz.wire import Mrz, compose_mrz
from devices.record import DeviceRecord, change_record

PASSPORT = Mrz(
    "TD3", "P", "UTO", "L898902C3", "ERIKSSON", "ANNA MARIA", "UTO", "740812", "F", "490415"
)
BILLING, NEXT = "820261123000009", "820261123000010"


@contextmanager
def scanner_at(
    office, counter: int, state: Path, *, known: DeviceRecord | None = None
) -> Iterator[BarcodeSimulator]:
    token = state / "token"
    token.write_text(office.station("agent", counter))
    scanner = simulator.start({"aim": "yes"})
    if known is not None:
        change_record(
            state,
            "barcode_reader",
            scanner.address,
            lambda record: replace(known, address=record.address),
        )
    agent = subprocess.Popen(
        [sys.executable, "-m", "hub.command", "agent", "--counter", str(counter),
         "--hub", office.url, "--token-file", str(token), "--state", str(state),
         "--interface", "127.0.0.1", "--device", f"barcode_reader={scanner.address}"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert agent.stdout is not None
        assert agent.stdout.readline() == f"ready counter {counter}\n"
        yield scanner
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.communicate(timeout=20)
        scanner.stop()


def test_a_scan_opens_the_case_and_types_into_nothing(office, enter, tmp_path):
    case = office.draft()
    officer = enter(office, "loket").go(f"/case/{case}")
    [code] = re.findall(r"CTH-\d{6}-\d{4}-[0-9A-Z]", officer.text("main"))
    officer.go("/counter/4")
    if officer.has("form[action='/counter/4/open'] button"):
        officer.click("form[action='/counter/4/open'] button")
    officer.page.wait_for_selector("#link:not(.stale)")
    with scanner_at(office, 4, tmp_path) as scanner:
        officer.page.wait_for_selector("text=Pembaca barcode")
        scanner.scan("https://example.test/menu")
        officer.page.wait_for_selector("#scan .alert.warn")
        foreign = officer.text("#scan")
        scanner.scan(code)
        officer.page.wait_for_selector("#scan .alert.ok")
        ours = officer.text("#scan")
        faults = officer.faults()
        officer.click("#scan a")

        assert officer.page.url.endswith(f"/case/{case}")
        officer.page.fill("[name=custody_place]", "Loket 4, laci")
        scanner.mrz(compose_mrz(PASSPORT))
        officer.page.wait_for_selector("#scan .alert.info")
        kept, leads_elsewhere = (
            officer.page.input_value("[name=custody_place]"),
            officer.has("#scan a"),
        )

        officer.go("/custody").page.wait_for_selector("#link:not(.stale)")
        scanner.scan(code)
        officer.page.wait_for_selector("#field-location:focus")

        scanner.scan(BILLING)
        officer.page.wait_for_selector("#scan .alert.info[data-value='']")
        treasurer = enter(office, "bendahara").go("/counter/4")
        treasurer.click("form[action='/counter/4/sit'] button")
        treasurer.page.wait_for_selector("#link:not(.stale)")
        scanner.scan(NEXT)
        treasurer.page.wait_for_selector(f"#scan .alert.info[data-value='{NEXT}']")

    assert "bukan dari kantor ini" in foreign
    assert code in ours
    assert faults == []
    assert (kept, leads_elsewhere) == ("Loket 4, laci", False)
    assert officer.page.input_value("#field-scanned") == code


def test_another_device_is_accepted_by_the_officer(office, enter, tmp_path):
    officer = enter(office, "loket").go("/counter/2")
    officer.page.wait_for_selector("#link:not(.stale)")
    other = DeviceRecord("", accepted=Identity("another scanner", "7"))
    with scanner_at(office, 2, tmp_path, known=other):
        officer.page.wait_for_selector("text=perangkat lain terpasang")
        officer.click("form[action='/counter/2/device'] button")
        officer.page.wait_for_selector("text=Siap")

        assert not officer.has("form[action='/counter/2/device']")
