"""`loket devices …` as a technician runs it: real processes, real wires."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
import zxingcpp
from PIL import Image

from devices.emrtd.personalize import SPECIMEN
from devices.fingers.iso import decode_image, decode_minutiae
from devices.mrz.wire import compose_mrz
from devices.piv.proof import confirms, read_certificate
from devices.r30x.driver import R30x
from devices.record import change_record
from devices.registry import open_device, start_simulator

DEVICES = [sys.executable, "-c", "from devices.command import app; app()"]


def run(
    *arguments: str, env: dict[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DEVICES, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **(env or {})},
    )


@contextmanager
def simulated(
    driver: str, *arguments: str, stderr: int | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [*DEVICES, "simulate", driver, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        bufsize=1,
    )
    with process:
        assert process.stdout is not None
        word, _, address = process.stdout.readline().strip().partition(" ")
        assert word == "ready"
        try:
            yield address, process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(timeout=60) == 0


def tell(process: subprocess.Popen[str], line: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_importing_the_commands_loads_no_driver() -> None:
    heavy = ["cv2", "smartcard", "kivy", "numpy", "PIL", "escpos", "serial", "sane", "pyipp"]
    code = f"import sys, devices.command; print([m for m in {heavy} if m in sys.modules])"

    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert finished.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "doctor",
        "empty-library",
        "support",
        "serviced",
        "check",
        "simulate",
        "capture-finger",
        "photo",
        "scan",
        "print-ticket",
        "print-text",
        "print",
        "read-passport",
        "officer-card",
        "confirm",
        "csca import",
        "csca show",
    ],
)
def test_every_command_helps_with_an_example(command: str) -> None:
    finished = run(*command.split(), "--help", env={"COLUMNS": "200"})

    assert finished.returncode == 0
    assert f"loket devices {command}" in finished.stdout


@pytest.mark.parametrize("command", [("list",), ()], ids=["list", "nothing more"])
def test_the_list_names_drivers_and_simulators(command: tuple[str, ...]) -> None:
    finished = run(*command)

    assert finished.returncode == 0
    drivers = [line.split() for line in finished.stdout.splitlines() if "driver" in line]
    assert ["driver", "r30x", "loket", "0.1.0,", "pyserial"] in [words[:5] for words in drivers]
    assert ["driver", "escpos", "loket", "0.1.0,", "python-escpos"] in [
        words[:5] for words in drivers
    ]
    assert all(words[-1] == "simulator" for words in drivers if words[1] in ("r30x", "escpos"))


def test_a_finger_is_captured_over_a_simulated_wire(tmp_path: Path) -> None:
    with simulated("r30x", "--option", "pace=0", "--option", "finger=4") as (address, _):
        finished = run(
            "capture-finger", address, str(tmp_path / "finger.png"),
            "--image-record", str(tmp_path / "finger.fir"),
            "--minutiae-record", str(tmp_path / "finger.fmr"),
        )  # fmt: skip

    assert finished.returncode == 0, finished.stderr
    assert decode_image((tmp_path / "finger.fir").read_bytes())[0].dpi == 508
    assert len(decode_minutiae((tmp_path / "finger.fmr").read_bytes()).minutiae) > 5
    assert (tmp_path / "finger.fmr").stat().st_mode & 0o077 == 0
    with Image.open(tmp_path / "finger.png") as picture:
        assert picture.size == (256, 288)
    assert (tmp_path / "finger.png").stat().st_mode & 0o077 == 0


def test_a_ticket_is_printed_over_a_simulated_wire(tmp_path: Path) -> None:
    Image.new("L", (570, 200), 0).save(tmp_path / "ticket.png")
    with simulated("escpos", "--out", str(tmp_path / "out")) as (address, _):
        finished = run("print-ticket", address, str(tmp_path / "ticket.png"))

    assert (finished.returncode, finished.stdout.strip()) == (0, "tercetak / printed"), (
        finished.stderr
    )
    with Image.open(tmp_path / "out" / "ticket-0001.png") as picture:
        assert picture.size[0] == 576
        assert picture.getpixel((569, 199)) == 0
        assert picture.getpixel((570, 199)) != 0


def test_text_and_a_code_are_printed_over_a_slow_serial_line(tmp_path: Path) -> None:
    with simulated("escpos", "--pty", "--out", str(tmp_path / "out")) as (address, _):
        finished = run(
            "print-text", f"{address}?baud=9600", "Uji cetak: é", "--qr", "LOKET", "--size", "2"
        )

    assert (finished.returncode, finished.stdout.strip()) == (0, "tercetak / printed"), (
        finished.stderr
    )
    with Image.open(tmp_path / "out" / "ticket-0001.png") as picture:
        assert zxingcpp.read_barcodes(picture.convert("L"))[0].text == "LOKET"


def test_a_simulator_obeys_faults_by_its_standard_input(tmp_path: Path) -> None:
    with simulated("escpos", "--fault", "paper_out") as (address, process):
        without_paper = run("check", address)
        cleared = tell(process, "clear")
        with_paper = run("check", address)
        near = tell(process, "fault near_end")
        near_end = run("check", address)
        unknown = tell(process, "fault on_fire")
        nonsense = tell(process, "please")

    assert (cleared, near) == ("ok", "ok")
    assert "no fault 'on_fire'; ada / known: paper_out" in unknown
    assert nonsense.startswith("error baris 'please' tidak dikenal / unknown line 'please'")
    assert without_paper.returncode == 1
    assert "paper_end" in without_paper.stdout
    assert with_paper.returncode == 0
    assert "model Loket receipt printer, serial SIM00001" in with_paper.stdout
    assert near_end.returncode == 0
    assert "paper_near_end" in near_end.stdout


def test_a_check_can_use_the_device_once() -> None:
    with simulated("r30x", "--option", "pace=0") as (address, process):
        finished = run("check", address, "--use")
        tell(process, "fault messy")
        wet = run("check", address, "--use")

    assert finished.returncode == 0
    assert "pakai / use: jari terekam / a finger was captured" in finished.stdout
    assert wet.returncode == 1
    assert "GAGAL pakai / use: Jari basah atau bergerak" in wet.stdout


@pytest.mark.parametrize(
    ("driver", "fault", "said"),
    [
        ("escpos", "paper_out_midway", "lihat apakah kertas keluar / unknown: look whether"),
        ("camera", "black", "-> Buka tutup lensa, nyalakan lampu. / Uncover the lens"),
        ("ipp", "media_empty", "-> Isi kertas atau rol baru. / Put in paper"),
        ("piv", "removed", "GAGAL pakai / use: tidak ada dokumen atau kartu"),
    ],
)
def test_a_check_says_in_two_languages_what_is_wrong_and_what_to_try(
    driver: str, fault: str, said: str
) -> None:
    with simulated(driver, "--fault", fault) as (address, _):
        finished = run("check", address, "--use")

    assert finished.returncode == 1
    assert said in finished.stdout


def test_a_check_prints_a_page_and_waits_for_a_code(tmp_path: Path) -> None:
    with simulated("ipp", "--out", str(tmp_path)) as (address, _):
        printed = run("check", address, "--use")
    with simulated("barcode", "--option", "end=cr") as (address, process):
        asked = subprocess.Popen(
            [*DEVICES, "check", address, "--use"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert asked.stderr is not None
        prompt = asked.stderr.readline()
        tell(process, "scan LOKET-1234")
        said, _ = asked.communicate(timeout=60)

    assert "pakai / use: tercetak / printed" in printed.stdout
    assert [file.read_bytes()[:5] for file in tmp_path.glob("*.pdf")] == [b"%PDF-"]
    assert "Scan a code, or swipe an MRZ." in prompt
    assert "a code of 10 characters" in said
    assert "LOKET-1234" not in said


def test_what_opens_a_simulated_document_is_said_to_the_person_at_the_terminal() -> None:
    with simulated("emrtd", "--option", "can=123456", stderr=subprocess.PIPE) as (_, passport):
        assert passport.stderr is not None
        opens = passport.stderr.readline()
    with simulated("piv", stderr=subprocess.PIPE) as (_, card):
        assert card.stderr is not None
        pin = card.stderr.readline()

    assert opens == f'--mrz "{"".join(compose_mrz(SPECIMEN))}" | --can 123456\n'
    assert pin == "PIN 123456\n"


def test_a_simulator_ends_when_it_is_told_to() -> None:
    for stop in ("terminate", "eof"):
        with simulated("r30x") as (address, process):
            if stop == "terminate":
                process.send_signal(signal.SIGTERM)
            else:
                assert process.stdin is not None
                process.stdin.close()
            code = process.wait(timeout=30)

        assert code == 0
        assert not Path(address.removeprefix("r30x:")).is_symlink()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("check", "r30x:/dev/serial/by-id/nobody"), 1, "device_gone"),
        (("check", "nonsense"), 2, "device_address"),
        (("check", "fax:/dev/ttyUSB0"), 2, "no driver 'fax' is installed"),
        (("simulate", "fax"), 2, "no simulator 'fax' is installed"),
        (("simulate", "r30x", "--option", "pace"), 2, "K=V"),
        (("simulate", "r30x", "--option", "model=x"), 2, "model=x is unknown; model: r307"),
        (("simulate", "r30x", "--fault", "x"), 2, "no fault 'x'"),
        (("capture-finger", "r30x:/dev/serial/by-id/nobody", "x.png"), 1, "device_gone"),
        (("print-ticket", "escpos:socket://127.0.0.1:1", "/nowhere.png"), 2, "/nowhere.png"),
        (("print", "ipp://localhost/x", "/nowhere.pdf"), 2, "/nowhere.pdf"),
        (
            (
                "read-passport", "emrtd:pcsc://x", "--document-number", "X1", "--birth", "1.1.74",
                "--expiry", "120415", "--json", "x.json",
            ),
            2,
            "--birth: tulis YYMMDD",
        ),
        (("read-passport", "emrtd:pcsc://x", "--json", "x.json"), 2, "--mrz, --can"),
        (
            ("read-passport", "emrtd:pcsc://x", "--can", "12345", "--json", "x.json"),
            2, "six digits",
        ),
        (
            ("read-passport", "emrtd:pcsc://x", "--mrz", "P<UTO", "--json", "x.json"),
            2, "--mrz",
        ),
        (("confirm", "piv:pcsc://x", "--purpose", "x", "--challenge", "é"), 2, "base64"),
        (("capture-finger",), 2, "Missing argument"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_without_a_traceback(
    arguments: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    finished = run(*arguments)

    said = finished.stdout + finished.stderr
    assert finished.returncode == code, said
    assert words in said
    assert "Traceback" not in said


def test_nobody_on_the_glass_is_a_failure_in_words(tmp_path: Path) -> None:
    with simulated("r30x", "--fault", "no_finger") as (address, _):
        finished = run("capture-finger", address, str(tmp_path / "x.png"), "--wait", "0.3")

    assert finished.returncode == 1
    assert "Tidak ada jari." in finished.stderr
    assert not (tmp_path / "x.png").exists()


def test_a_device_of_another_kind_is_wrong_use(tmp_path: Path) -> None:
    with simulated("r30x") as (address, _):
        finished = run("photo", address, str(tmp_path / "x.jpg"))

    assert finished.returncode == 2
    assert "cannot do: foto / photo" in finished.stderr
    assert json.dumps(finished.stdout) == '""'


def test_a_technician_lists_what_is_configured_and_how_it_fared(tmp_path: Path) -> None:
    with simulated("barcode", "--pty") as (address, process):
        told = tell(process, "scan A-001")
        (tmp_path / "agent.toml").write_text(f'[devices]\nbarcode_reader = "{address}"\n')
        record = {"address": address, "accepted": ["x", "1", ""], "up_since": None,
                  "last_error": "device_gone", "last_error_at": "2026-11-23T02:15:00+00:00",
                  "reconnects": 3, "counters": {"scans": 900}, "serviced": {}}  # fmt: skip
        (tmp_path / "devices.json").write_text(json.dumps({"barcode_reader": record}))
        state = ("--state", str(tmp_path))
        listed = run("list", "--config", str(tmp_path / "agent.toml"), *state)
        cleaned = run("serviced", "barcode_reader", "cleaned", *state)
        accepted = run("serviced", "barcode_reader", "accept", *state)
        unknown = run("serviced", "camera", "cleaned", *state)

    assert told == "ok"
    assert listed.returncode == 0, listed.stderr
    assert f"device    barcode_reader  {address}" in listed.stdout
    assert "ok    keadaan / health: siap / ready" in listed.stdout
    assert "last error device_gone 2026-11-23 02:15 UTC" in listed.stdout
    assert "reconnects 3" in listed.stdout
    assert "counters scans 900" in listed.stdout
    assert "scans" not in cleaned.stdout
    assert json.loads((tmp_path / "devices.json").read_text())["barcode_reader"]["accepted"] is None
    assert (accepted.returncode, unknown.returncode) == (0, 2)


def test_a_kiosks_printer_is_listed_from_its_state_folder(tmp_path: Path) -> None:
    with simulated("escpos", "--pty") as (address, _):
        change_record(
            tmp_path,
            "ticket_printer",
            address,
            lambda record: record.cared({"tickets": 1500}).counted("tickets", "cuts"),
        )
        listed = run("list", "--state", str(tmp_path))

    assert listed.returncode == 0, listed.stderr
    assert f"device    ticket_printer  {address}" in listed.stdout
    assert "          driver loket 0.1.0, python-escpos" in listed.stdout
    assert "model Loket receipt printer, serial SIM00001, firmware 1.00" in listed.stdout
    assert "counters cuts 1, tickets 1 / 1500" in listed.stdout


def test_support_gets_everything_but_passwords(tmp_path: Path) -> None:
    out = tmp_path / "support.zip"
    finished = run(
        "support", str(out),
        "--device", "camera=camera:http://admin:geheim@127.0.0.1:9/cam.mjpg",
        "--device", "fingerprint=r30x:/dev/ttyNONE?password=CAFE1234",
    )  # fmt: skip

    assert finished.returncode == 0, finished.stderr
    with zipfile.ZipFile(out) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) >= {"machine.txt", "doctor.txt", "found.txt", "devices.txt", "records.json"}
    assert "pyserial" in texts["machine.txt"]
    assert "device_gone" in texts["devices.txt"]
    assert not any(secret in text for secret in ("geheim", "CAFE1234") for text in texts.values())


def test_a_check_is_traced_into_a_file(tmp_path: Path) -> None:
    with simulated("r30x", "--option", "pace=0") as (address, _):
        finished = run("--trace", str(tmp_path / "wire.txt"), "check", address)

    assert finished.returncode == 0, finished.stderr
    written = (tmp_path / "wire.txt").read_text()
    assert "> COMMAND 0f" in written
    assert "< ACK 00" in written


def test_the_doctor_looks_at_this_machine() -> None:
    finished = run("doctor")

    assert finished.returncode in (0, 1)
    assert "pcscd" in finished.stdout
    assert "ModemManager" in finished.stdout


def test_a_simulator_that_cannot_be_on_a_wire_says_which_can() -> None:
    finished = run("simulate", "camera", "--pty")

    assert finished.returncode == 2
    assert "r30x, barcode, escpos" in finished.stderr


def test_fingers_in_a_sensors_flash_are_reported_and_erased_only_with_yes() -> None:
    sensor = start_simulator("r30x", {"pace": "0"})
    try:
        device = cast("R30x", open_device(sensor.address))
        device.capture(wait_s=60)
        device.with_sensor(lambda module: module.store(1, 7))
        device.close()
        refused = run("empty-library", sensor.address)
        erased = run("empty-library", sensor.address, "--yes")
        again = run("empty-library", sensor.address, "--yes")
    finally:
        sensor.stop()

    assert (refused.returncode, erased.returncode, again.returncode) == (2, 0, 0)
    assert "holds 1 fingers" in refused.stdout
    assert "Emptied" in erased.stdout
    assert "It is empty" in again.stdout


def test_a_passport_is_read_by_its_zone_and_a_card_by_its_can(tmp_path: Path) -> None:
    """What is written can be judged by anybody: files, proofs, findings."""
    zone = "\n".join(compose_mrz(SPECIMEN))
    options = ("--option", "access=pace-aes128", "--option", "can=123456", "--option", "active=rsa")
    with simulated("emrtd", "--vpcd", *options, "--out", str(tmp_path)) as (address, _):
        target = f"{address}?csca={tmp_path}"
        by_zone = run("read-passport", target, "--mrz", zone, "--json", str(tmp_path / "a.json"))
        by_can = run("read-passport", target, "--can", "123456", "--json", str(tmp_path / "b.json"))

    assert by_zone.returncode == 0, by_zone.stderr
    assert by_can.returncode == 0, by_can.stderr
    written = json.loads((tmp_path / "a.json").read_text())
    assert {one["check"]: one["verdict"] for one in written["findings"]} == {
        "passive": "valid", "active": "valid",
    }  # fmt: skip
    assert set(written["proofs_hex"]) == {"PACE", "AA"}
    assert (tmp_path / "a.json").stat().st_mode & 0o077 == 0


def test_an_officers_card_is_shown_and_signs_what_the_hub_drew(tmp_path: Path) -> None:
    challenge = b64encode(bytes(range(56))).decode()
    with simulated("piv", "--out", str(tmp_path / "given")) as (address, _):
        shown = run("officer-card", address, "--out", str(tmp_path / "card.pem"))
        words = ("confirm", address, "--purpose", "step6 x", "--challenge", challenge)
        signed = run(*words, stdin="123456\n")
        wrong = run(*words, stdin="654321\n")

    assert shown.returncode == 0, shown.stderr
    certificate = read_certificate((tmp_path / "card.pem").read_bytes())
    assert certificate == read_certificate((tmp_path / "given" / "card.pem").read_bytes())
    assert confirms(certificate, bytes(range(56)), "step6 x", b64decode(signed.stdout))
    assert wrong.returncode == 1
    assert "2 tries left" in wrong.stderr
    assert "654321" not in wrong.stdout + wrong.stderr
