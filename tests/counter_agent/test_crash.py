"""What becomes of a job when the agent, the hub or the wire dies in the middle of it."""

import io
import subprocess
from pathlib import Path

from PIL import Image
from pysqlite3 import dbapi2 as sqlite3

from devices.registry import open_device


def one_page() -> bytes:
    out = io.BytesIO()
    Image.new("L", (200, 280), 255).save(out, "PDF")
    return out.getvalue()


ONE_PAGE = one_page()


def ticket_png() -> bytes:
    picture = Image.new("L", (576, 200), 255)
    picture.paste(0, (0, 0, 300, 180))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def journal(state: Path) -> list[str]:
    """Return what the outbox on the disk says of its jobs."""
    with sqlite3.connect(f"file:{state / 'outbox.sqlite'}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT state FROM job").fetchall()
    db.close()
    return [row[0] for row in rows]


def wait_journal(wait, state: Path, wanted: list[str]) -> None:
    wait(lambda: journal(state) == wanted, f"outbox {wanted}")


def test_a_scan_is_done_again_after_a_crash(hub, simulate, start_agent, tmp_path, wait):
    scanner = simulate("sane")
    scanner.fault("slow")
    devices = {"scanner": scanner.address}
    agent = start_agent(devices)
    job = hub.ask("scan", {"pages": "1", "dpi": "300"})
    wait_journal(wait, tmp_path / "state", ["begun"])

    agent.kill()
    scanner.fault("")
    start_agent(devices)
    result = hub.ended(job)

    assert (result.state, result.fence) == ("done", 2)
    assert hub.file_of(job).startswith(b"%PDF-")
    wait_journal(wait, tmp_path / "state", [])


def test_a_capture_is_done_again_after_a_crash(hub, simulate, start_agent, tmp_path, wait):
    sensor = simulate("r30x", pace="0", finger="none")
    devices = {"fingerprint": sensor.address}
    agent = start_agent(devices)
    job = hub.ask("capture_finger", {"finger": "right_thumb", "wait_s": "60"})
    wait_journal(wait, tmp_path / "state", ["begun"])

    agent.kill()
    sensor.press(2)
    start_agent(devices)

    assert hub.ended(job).state == "done"


def crash_after_the_paper(hub, tapped, start_agent, tmp_path, wait) -> str:
    """Kill the agent when the ticket is out but the printer's word has not come."""
    printer, tap = tapped
    tap.swallow_after = 2000
    agent = start_agent({"ticket_printer": tap.address})
    hub.wait_lamp("ticket_printer", "ready")
    job = hub.ask("print_ticket", blob=ticket_png())
    wait(lambda: printer.tickets == 1, "a ticket")
    agent.kill()
    assert journal(tmp_path / "state") == ["begun"]
    tap.swallow_after = None
    return job


def test_a_print_that_came_out_is_found_by_the_printers_own_word(
    hub, tapped, start_agent, tmp_path, wait
):
    printer, tap = tapped
    job = crash_after_the_paper(hub, tapped, start_agent, tmp_path, wait)

    agent = start_agent({"ticket_printer": tap.address})
    result = hub.ended(job)

    assert (result.state, result.facts) == ("done", {"print": "printed"})
    assert agent.said("asking the printer")
    assert printer.tickets == 1
    wait_journal(wait, tmp_path / "state", [])


def test_a_print_that_the_printer_cannot_speak_of_is_unknown_and_not_repeated(
    hub, tapped, start_agent, tmp_path, wait
):
    printer, tap = tapped
    printer.fault("no_process_id")
    job = crash_after_the_paper(hub, tapped, start_agent, tmp_path, wait)

    start_agent({"ticket_printer": tap.address})
    result = hub.ended(job)

    assert (result.state, result.code) == ("unknown", "not_confirmed")
    assert printer.tickets == 1


def crash_while_printing(hub, printer, start_agent, wait) -> str:
    """Kill the agent while the document printer works on its job."""
    agent = start_agent({"document_printer": printer.address})
    job = hub.ask("print_document", blob=ONE_PAGE)
    other = open_device(printer.address)
    wait(lambda: other.find_job(job), "the printer lists the job")
    other.close()
    agent.kill()
    return job


def test_a_document_that_went_on_printing_is_found_by_its_name(hub, simulate, start_agent, wait):
    printer = simulate("ipp", seconds="3")
    job = crash_while_printing(hub, printer, start_agent, wait)

    start_agent({"document_printer": printer.address})
    result = hub.ended(job)

    assert (result.state, result.facts) == ("done", {"print": "printed"})
    assert len(list(printer.out.glob("*.pdf"))) == 1


def test_a_document_that_the_printer_forgot_is_unknown_and_not_repeated(
    hub, simulate, start_agent, wait
):
    printer = simulate("ipp", seconds="60")  # it never comes to its end here
    job = crash_while_printing(hub, printer, start_agent, wait)
    other = simulate("ipp")

    start_agent({"document_printer": other.address})
    result = hub.ended(job)

    assert (result.state, result.code) == ("unknown", "printer_forgot")


def test_a_result_outlives_a_dead_hub_and_a_dead_agent(hub, simulate, start_agent, tmp_path, wait):
    sensor = simulate("r30x", pace="0")
    devices = {"fingerprint": sensor.address}
    agent = start_agent(devices)
    hub.refuse_results = True
    job = hub.ask("capture_finger", {"finger": "right_index"})
    wait_journal(wait, tmp_path / "state", ["ended"])

    hub.stop()
    agent.kill()
    sensor.press(None)
    again = start_agent(devices, ready=False)
    hub.refuse_results = False
    hub.start()
    result = hub.ended(job)
    again.wait_ready()

    assert (result.state, result.fence) == ("done", 1)
    assert Image.open(io.BytesIO(hub.file_of(job))).format == "PNG"
    wait_journal(wait, tmp_path / "state", [])


def test_nothing_readable_of_a_finger_lies_on_the_disk(hub, simulate, start_agent, tmp_path, wait):
    sensor = simulate("r30x", pace="0")
    agent = start_agent({"fingerprint": sensor.address})
    hub.refuse_results = True
    hub.ask("capture_finger", {"finger": "right_index"})
    wait_journal(wait, tmp_path / "state", ["ended"])
    agent.kill()

    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]

    assert all(path.stat().st_mode & 0o077 == 0 for path in files if path.suffix != "")
    for path in files:
        assert b"\x89PNG" not in path.read_bytes()
        assert b"right_index" not in path.read_bytes()


def test_a_lost_hub_is_waited_for_and_jobs_go_on(hub, simulate, start_agent):
    printer = simulate("escpos")
    start_agent({"ticket_printer": printer.address})
    hub.stop()
    job = hub.ask("print_ticket", blob=ticket_png())

    hub.start()

    assert hub.ended(job).state == "done"
    assert printer.tickets == 1


def test_a_running_capture_ends_when_the_hub_gives_the_job_up(hub, simulate, start_agent, wait):
    sensor = simulate("r30x", pace="0", finger="none")
    start_agent({"fingerprint": sensor.address})
    job = hub.ask("capture_finger", {"wait_s": "100"})
    hub.wait_state(job, "started")

    with hub.lock:
        hub._move(hub.jobs[job], state="expired")
    later = hub.ask("capture_finger", {"wait_s": "1"})

    assert hub.ended(later).code == "no_finger"


def test_sigterm_ends_the_agent_in_mid_capture(hub, simulate, start_agent):
    sensor = simulate("r30x", pace="0", finger="none")
    agent = start_agent({"fingerprint": sensor.address})
    job = hub.ask("capture_finger", {"wait_s": "100"})
    hub.wait_state(job, "started")

    agent.end()

    assert agent.process.returncode == 0


def children_of(process: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def test_sigterm_in_mid_scan_leaves_no_process_behind(hub, simulate, start_agent, wait):
    scanner = simulate("sane")
    agent = start_agent({"scanner": scanner.address})
    hub.wait_lamp("scanner", "ready")
    scanner.fault("slow")
    job = hub.ask("scan", {"dpi": "300"})
    hub.wait_state(job, "started")
    children = children_of(agent.process.pid)

    agent.end()

    assert children
    wait(lambda: not any(Path(f"/proc/{child}").exists() for child in children), "children end")
