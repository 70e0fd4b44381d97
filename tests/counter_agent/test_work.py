"""The agent does the hub's jobs with real drivers over simulated wires."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from devices.piv.pin import PinKey, seal_pin
from devices.piv.proof import confirms, read_certificate
from devices.record import read_records


def ticket_png(height: int = 160) -> bytes:
    picture = Image.new("L", (570, height), 255)
    picture.paste(0, (20, 20, 200, height - 20))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_finger_comes_as_png_with_its_facts(hub, simulate, start_agent):
    sensor = simulate("r30x", pace="0")
    start_agent({"fingerprint": sensor.address})

    job = hub.ask("capture_finger", {"finger": "right_thumb", "wait_s": "20"})
    result = hub.ended(job)

    assert (result.state, result.code) == ("done", "")
    picture = Image.open(io.BytesIO(hub.file_of(job)))
    assert picture.format == "PNG"
    assert (str(picture.width), str(picture.height)) == (
        result.facts["width"],
        result.facts["height"],
    )
    assert result.facts["finger"] == "right_thumb"
    assert int(result.facts["dpi"]) in range(490, 520)
    assert hub.blobs[result.blobs[0]][0] == "image/png"


def test_no_finger_is_an_ordinary_failure(hub, simulate, start_agent):
    sensor = simulate("r30x", pace="0", finger="none")
    start_agent({"fingerprint": sensor.address})

    job = hub.ask("capture_finger", {"finger": "left_thumb", "wait_s": "1"})

    assert (hub.ended(job).state, hub.results[job].code) == ("failed", "no_finger")


def test_a_scan_is_one_pdf_and_each_of_its_pages_is_counted(hub, simulate, start_agent, tmp_path):
    scanner = simulate("sane")
    start_agent({"scanner": scanner.address})

    job = hub.ask("scan", {"pages": "3", "feeder": "yes", "dpi": "75", "colour": "no"})
    result = hub.ended(job)

    assert (result.state, result.code, result.facts["pages"]) == ("done", "", "3")
    assert hub.file_of(job).startswith(b"%PDF-")
    assert read_records(tmp_path / "state")["scanner"].counters == {"scans": 3}


def test_a_ticket_comes_out_of_the_printer(hub, simulate, start_agent):
    printer = simulate("escpos")
    start_agent({"ticket_printer": printer.address})

    job = hub.ask("print_ticket", blob=ticket_png())
    result = hub.ended(job)

    assert (result.state, result.facts) == ("done", {"print": "printed"})
    assert printer.tickets == 1


def test_a_printer_without_paper_fails_the_job_and_prints_nothing_later(hub, simulate, start_agent):
    printer = simulate("escpos")
    printer.fault("paper_out")
    start_agent({"ticket_printer": printer.address})

    job = hub.ask("print_ticket", blob=ticket_png())
    result = hub.ended(job)
    hub.wait_lamp("ticket_printer", "down", "paper_end")
    printer.fault("")
    hub.wait_lamp("ticket_printer", "ready")

    assert (result.state, result.code) == ("failed", "device_out_of_paper")
    assert printer.tickets == 0


def test_a_silent_device_stalls_no_other(hub, simulate, start_agent):
    sensor, printer = simulate("r30x", pace="0"), simulate("escpos")
    sensor.fault("silent")
    start_agent({"fingerprint": sensor.address, "ticket_printer": printer.address})

    waiting = hub.ask("capture_finger", {"wait_s": "20"})
    printed = hub.ask("print_ticket", blob=ticket_png())
    hub.wait_state(printed, "done")
    assert hub.jobs[waiting].state in ("queued", "leased")
    sensor.fault("")

    assert hub.ended(waiting).state == "done"


def test_a_device_that_is_not_there_is_named_in_the_failure(hub, start_agent):
    start_agent()

    job = hub.ask("take_photo")

    assert (hub.ended(job).state, hub.results[job].code) == ("failed", "device_missing")


@pytest.mark.parametrize(
    ("kind", "options", "blob", "word"),
    [
        ("scan", {"dpi": "many"}, None, "dpi"),
        ("scan", {"colour": "perhaps"}, None, "colour"),
        ("print_ticket", {}, b"no picture", "blob"),
    ],
)
def test_wrong_options_name_the_option(hub, simulate, start_agent, kind, options, blob, word):
    scanner, printer = simulate("sane"), simulate("escpos")
    start_agent({"scanner": scanner.address, "ticket_printer": printer.address})

    job = hub.ask(kind, options, blob=blob)
    result = hub.ended(job)

    assert (result.state, result.code) == ("failed", "options_invalid")
    assert result.detail.startswith(word)


def test_nothing_prints_after_its_deadline(hub, simulate, start_agent):
    printer = simulate("escpos")
    start_agent({"ticket_printer": printer.address})
    hub.wait_lamp("ticket_printer", "ready")
    printer.fault("unplugged")

    job = hub.ask("print_ticket", blob=ticket_png(), deadline_s=3)
    result = hub.ended(job)
    printer.fault("")
    hub.wait_lamp("ticket_printer", "ready")

    assert (result.state, result.code) == ("failed", "deadline_passed")
    assert printer.tickets == 0


def test_the_deadline_is_judged_by_the_hubs_clock(hub, simulate, start_agent):
    hub.clock_ahead = timedelta(days=-2)
    printer = simulate("escpos")
    start_agent({"ticket_printer": printer.address})

    job = hub.ask("print_ticket", blob=ticket_png(), deadline_s=60)

    assert hub.ended(job).state == "done"


def test_a_device_is_said_gone_once_and_back_once(hub, simulate, start_agent, wait):
    printer = simulate("escpos")
    agent = start_agent({"ticket_printer": printer.address}, extra=("--verbose",))
    ready = hub.wait_lamp("ticket_printer", "ready")

    printer.fault("unplugged")
    hub.ask("print_ticket", blob=ticket_png())
    hub.wait_lamp("ticket_printer", "down", "device_gone")
    wait(lambda: len(said(agent, "DEBUG", "ticket_printer is gone")) >= 3, "tries in silence")
    printer.fault("")
    hub.wait_lamp("ticket_printer", "ready")

    assert ready.model == "Loket receipt printer"
    [gone] = said(agent, "WARNING", "ticket_printer")
    assert "ticket_printer is gone: device_gone" in gone
    assert len(said(agent, "INFO", "ticket_printer is there")) == 2


def said(agent, level: str, text: str) -> list[str]:
    """The lines of the agent's log at `level` that hold `text`."""
    lines = agent.log.read_text().splitlines()
    return [line for line in lines if f" {level} counter_agent." in line and text in line]


def test_jobs_of_one_device_are_done_in_order(hub, simulate, start_agent):
    printer = simulate("escpos")
    jobs = [hub.ask("print_ticket", blob=ticket_png(80 + 8 * n)) for n in range(4)]

    start_agent({"ticket_printer": printer.address})
    for job in jobs:
        hub.ended(job)

    done = [event.subject for event in hub.events if event.kind == "job.done"]
    assert done == jobs
    assert printer.tickets == 4


def test_a_card_signs_with_a_pin_of_this_start_and_is_asked_once_when_it_is_silent(
    hub, simulate, start_agent
):
    reader = simulate("piv", pin="82460913")
    start_agent({"card_reader": reader.address})
    key = hub.wait_lamp("card_reader", "ready").pin_key
    challenge = bytes(56)
    options = {"challenge": challenge.hex(), "purpose": "6 x", "certificate": ""}

    def asked(opener: str) -> str:
        sealed = seal_pin(opener, "82460913", challenge)
        return hub.ask("confirm_by_card", options, blob=sealed)

    signed = asked(key)
    assert hub.ended(signed).state == "done"
    certificate = read_certificate(reader.issued.certificate)
    assert confirms(certificate, challenge, "6 x", hub.file_of(signed))

    assert hub.ended(asked(PinKey().public)).code == "card_pin_lost"
    reader.fault("silent")
    assert hub.ended(asked(key)).code == "device_silent"
    assert reader.card.tries == 3
