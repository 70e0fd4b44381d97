"""Our driver prints on CUPS's ippeveprinter, in a network namespace of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PDF = b"%PDF-1.7\n" + bytes(range(256)) * 300 + b"\n%%EOF\n"
_SCRIPT = Path(__file__).with_name("ippeveprinter.sh")
_LETTER = "ipp://localhost:8631/ipp/print?media=na_letter_8.5x11in"

_PRINT = """
import json, sys, threading
from pathlib import Path
from devices import errors
from devices.address import parse_address
from devices.ipp.driver import connect

printer = connect(parse_address(sys.argv[1]))
document = Path(sys.argv[2]).read_bytes()
told = {}

def send(name):
    try:
        told[name] = printer.print_pdf(document, job_name=name).state
    except errors.DeviceRefused as refused:
        told[name] = "refused " + refused.reason

threads = [threading.Thread(target=send, args=(name,)) for name in sys.argv[3:]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
found = {name: getattr(printer.find_job(name), "state", None) for name in [*told, "no such job"]}
print(json.dumps({"told": told, "found": found, "model": printer.identity().model}))
printer.close()
"""


def _printed(
    tmp_path: Path,
    *names: str,
    address: str = _LETTER,
    seconds: str = "0",
    formats: str = "application/pdf",
) -> dict[str, dict[str, str | None]]:
    spool = tmp_path / "spool"
    spool.mkdir()
    (tmp_path / "page.pdf").write_bytes(_PDF)
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"]
    printer = ["sh", str(_SCRIPT), str(spool), seconds, formats]
    driver = [sys.executable, "-c", _PRINT, address, str(tmp_path / "page.pdf"), *names]
    finished = subprocess.run(
        [*apart, *printer, *driver],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    told: dict[str, dict[str, str | None]] = json.loads(finished.stdout)
    return told


def test_the_printed_pdf_is_byte_identical_and_the_job_is_found_by_name(tmp_path: Path) -> None:
    told = _printed(tmp_path, "receipt 1")

    (spooled,) = (tmp_path / "spool").glob("*.pdf")
    assert told["told"] == {"receipt 1": "printed"}
    assert told["found"] == {"receipt 1": "printed", "no such job": None}
    assert spooled.read_bytes() == _PDF


def test_a_busy_printer_is_waited_for(tmp_path: Path) -> None:
    told = _printed(tmp_path, "first", "second", "third", seconds="2")

    assert told["told"] == dict.fromkeys(("first", "second", "third"), "printed")
    assert [path.read_bytes() for path in (tmp_path / "spool").glob("*.pdf")] == [_PDF] * 3


@pytest.mark.parametrize(
    ("address", "formats", "reason"),
    [
        (_LETTER, "image/urf", "refused no_pdf"),
        ("ipp://localhost:8631/ipp/print", "application/pdf", "refused media"),
    ],
)
def test_what_cannot_be_printed_is_refused_before_anything_is_sent(
    tmp_path: Path, address: str, formats: str, reason: str
) -> None:
    told = _printed(tmp_path, "a", address=address, formats=formats)

    assert told["told"] == {"a": reason}
    assert list((tmp_path / "spool").iterdir()) == []
