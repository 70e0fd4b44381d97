"""Tickets on the real wire: a printer on TCP, a hub over HTTP, and a kiosk that dies between."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from desk import Desk, run
from small_hub import ME, SmallHub, serving

from devices.capabilities import Identity
from devices.record import change_record, read_records
from hub.wire import DeviceReport, Event, IssueTicket
from kiosk import events as on
from kiosk.outbox import Outbox, OutboxFull, Wanted

SOME_ROWS = 40


# ── the printer ──────────────────────────────────────────────────────────────


def test_a_ticket_is_printed_and_the_hub_is_told(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", printer=printer.address) as desk:
            await desk.begin("information")
            desk.do(on.NextTouched())
            await desk.paper_is("printed")
            await desk.until(lambda: hub.printed)

    with serving(hub) as url:
        run(story(url))
    assert tickets(tmp_path) == 1
    assert [printed.state for _, printed in hub.printed] == ["printed"]


def test_without_paper_the_number_stays_and_prints_once_when_paper_is_there(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", printer=printer.address) as desk:
            await desk.begin("information")
            printer.fault("paper_out")
            desk.do(on.NextTouched())
            failed = await desk.paper_is("failed")
            assert failed.paper.code == "device_out_of_paper"
            assert failed.ticket is not None
            await desk.until(lambda: lamps(hub)["ticket_printer"].code == "paper_end")

            printer.fault("")
            desk.do(on.PrintTouched())
            printed = await desk.paper_is("printed")

            assert printed.ticket == failed.ticket
            assert not desk.heard(on.RequestRefused)
            await desk.until(lambda: len(hub.printed) == 2)

    with serving(hub) as url:
        run(story(url))
    assert tickets(tmp_path) == len(hub.issued) == 1
    assert [printed.copy for _, printed in hub.printed] == [False, False]


def test_an_unplugged_printer_fails_the_paper_and_works_again_when_it_is_back(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", printer=printer.address) as desk:
            await desk.begin("information")
            printer.fault("unplugged")
            desk.do(on.NextTouched())
            failed = await desk.paper_is("failed")
            assert failed.ticket is not None

            printer.fault("")
            desk.do(on.PrintTouched())
            await desk.paper_is("printed")

    with serving(hub) as url:
        run(story(url))
    assert tickets(tmp_path) == len(hub.issued) == 1


def test_a_kiosk_keeps_how_its_printer_fared_and_says_when_it_wants_its_care(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    hub.office = msgspec.structs.replace(hub.office, device_care={"tickets": 1, "cuts": 9})

    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", printer=printer.address) as desk:
            await desk.begin("information")
            printer.fault("unplugged")
            desk.do(on.NextTouched())
            await desk.paper_is("failed")
            printer.fault("")
            desk.do(on.PrintTouched())
            await desk.paper_is("printed")
            await desk.until(lambda: lamps(hub)["ticket_printer"].code == "device_care_due")

    with serving(hub) as url:
        run(story(url))
    record = read_records(tmp_path / "state")["ticket_printer"]
    assert (record.counters["tickets"], record.counters["cuts"]) == (1, 1)
    assert record.accepted == Identity("Loket receipt printer", "SIM00001", "1.00")
    assert (record.last_error, record.reconnects, record.up_since is None) == (
        "device_gone",
        1,
        False,
    )
    assert record.care_due() == ["tickets 1 / 1"]


def test_another_printer_prints_only_after_a_supervisor_accepted_it(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    state, other = tmp_path / "state", Identity("Loket receipt printer", "ANOTHER", "1.00")
    state.mkdir()
    before = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
    change_record(
        state, "ticket_printer", printer.address, lambda record: record.up(other, at=before)
    )

    def accepted(station: str) -> Event:
        seq = len(hub.events) + 2
        body = {"station": station, "role": "ticket_printer"}
        return Event(
            seq=seq, at=before, kind="kiosk.device_accepted", v=1, audience="public",
            subject="ticket_printer", body=body,
        )  # fmt: skip

    async def story(url: str) -> None:
        async with Desk(url, state, printer=printer.address) as desk:
            await desk.begin("information")
            await desk.until(lambda: lamps(hub)["ticket_printer"].code == "device_changed")
            assert "SIM00001" in lamps(hub)["ticket_printer"].detail
            hub.events.append(accepted("another kiosk"))
            desk.do(on.NextTouched())
            assert (await desk.paper_is("failed")).paper.code == "device_changed"

            hub.events.append(accepted(ME.id))
            await desk.until(lambda: lamps(hub)["ticket_printer"].lamp == "ready")
            desk.do(on.PrintTouched())
            await desk.paper_is("printed")

    with serving(hub) as url:
        run(story(url))
    assert tickets(tmp_path) == 1
    kept = read_records(state)["ticket_printer"].accepted
    assert kept is not None
    assert kept.serial == "SIM00001"


def test_a_printer_cut_off_in_the_middle_leaves_the_paper_unknown_and_the_next_is_a_copy(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", printer=printer.address) as desk:
            await desk.begin("information")
            printer.fault("slow")
            desk.do(on.NextTouched())
            await desk.until(lambda: printer.rows > SOME_ROWS)
            printer.fault("unplugged")
            await desk.paper_is("unknown")

            printer.fault("")
            desk.do(on.PrintTouched())
            await desk.paper_is("printed")
            await desk.until(lambda: len(hub.printed) == 2)

    with serving(hub) as url:
        run(story(url))
    assert [(p.state, p.copy) for _, p in hub.printed] == [("unknown", False), ("printed", True)]
    assert len(hub.issued) == 1


def test_a_printer_that_says_nothing_is_seen_before_a_ticket_is_offered(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", printer=printer.address) as desk:
            await desk.until(lambda: desk.session.printer == "ready")
            printer.fault("silent")
            await desk.begin("information")

            await desk.until(lambda: desk.session.printer == "device_silent")

            assert desk.session.screen == "confirm"

    with serving(hub) as url:
        run(story(url))


def test_a_printer_for_narrow_paper_fails_the_paper_and_nobody_waits_for_ever(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    narrow = f"{printer.address}?profile=NT-5890K"

    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", printer=narrow) as desk:
            await desk.begin("information")
            desk.do(on.NextTouched())

            failed = await desk.paper_is("failed")

            assert failed.paper.code == "ticket_too_wide"
            assert not failed.busy

    with serving(hub) as url:
        run(story(url))


# ── a kiosk that dies ────────────────────────────────────────────────────────


def test_killed_before_the_paper_began_the_same_ticket_is_printed_after_the_restart(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    state = tmp_path / "state"

    async def before(url: str) -> None:
        async with Desk(url, state) as desk:  # no printer: the ticket is only shown
            await desk.begin("information")
            desk.do(on.NextTouched())
            await desk.comes_to("ticket")

    async def after(url: str) -> None:
        async with Desk(url, state, printer=printer.address) as desk:
            shown = await desk.paper_is("printed")
            assert shown.ticket is not None
            assert shown.ticket.number == "A-001"

    with serving(hub) as url:
        run(before(url))
        run(after(url))
    assert tickets(tmp_path) == len(hub.issued) == 1


def test_killed_in_the_middle_of_the_paper_the_ticket_is_shown_and_the_reprint_is_a_copy(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    state = tmp_path / "state"

    async def before(url: str) -> None:
        async with Desk(url, state, printer=printer.address) as desk:
            await desk.begin("information")
            await desk.until(lambda: desk.session.printer == "ready")
            printer.fault("silent")
            desk.do(on.NextTouched())
            await desk.until(
                lambda: [kept.state for kept in desk.outbox.requests()] == ["printing"]
            )

    async def after(url: str) -> None:
        async with Desk(url, state, printer=printer.address) as desk:
            shown = await desk.paper_is("unknown")
            assert shown.ticket is not None
            assert shown.ticket.number == "A-001"
            desk.do(on.PrintTouched())
            await desk.paper_is("printed")
            await desk.until(lambda: len(hub.printed) == 2)

    with serving(hub) as url:
        run(before(url))
        printer.fault("")
        run(after(url))
    assert [(p.state, p.copy) for _, p in hub.printed] == [("unknown", False), ("printed", True)]
    assert tickets(tmp_path) == len(hub.issued) == 1


def test_killed_after_the_paper_came_the_printer_is_asked_and_prints_nothing_twice(
    hub: SmallHub, printer: Any, tmp_path: Path
) -> None:
    state, old = tmp_path / "state", tmp_path / "old"
    address = f"{printer.address}?process_id=yes"

    async def before(url: str) -> None:
        async with Desk(url, state, printer=address) as desk:
            await desk.begin("information")
            printer.fault("slow")
            desk.do(on.NextTouched())
            await desk.until(
                lambda: [kept.state for kept in desk.outbox.requests()] == ["printing"]
            )
            # what is on disk if the power fails before the paper's end was written down
            shutil.copytree(state, old)
            await desk.paper_is("printed")

    async def after(url: str) -> None:
        async with Desk(url, old, printer=address) as desk:
            shown = await desk.paper_is("printed")
            assert shown.ticket is not None
            assert shown.ticket.number == "A-001"

    with serving(hub) as url:
        run(before(url))
        run(after(url))
    assert tickets(tmp_path) == len(hub.issued) == 1


def test_the_ticket_of_somebody_who_left_is_not_shown_to_the_next(
    hub: SmallHub, tmp_path: Path
) -> None:
    state = tmp_path / "state"

    async def before(url: str) -> None:
        async with Desk(url, state) as desk:
            await desk.begin("information")
            desk.do(on.NextTouched())
            await desk.comes_to("ticket")
            desk.do(on.StartOverTouched())

    async def after(url: str) -> None:
        async with Desk(url, state) as desk:
            await desk.comes_to("language")
            assert not desk.heard(on.TicketIssued)

    with serving(hub) as url:
        run(before(url))
        run(after(url))


def test_on_a_full_disk_no_number_is_asked_for_and_the_person_is_told(
    hub: SmallHub, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state") as desk:
            await desk.begin("information")
            fillers = fill(desk.outbox)
            desk.do(on.NextTouched())
            assert desk.session.refusal == "kiosk_storage"
            assert desk.session.screen == "service"

            for key in fillers:
                desk.outbox.forget(key)
            desk.do(on.ServiceChosen("information"), on.NextTouched())
            await desk.comes_to("ticket")

    with serving(hub) as url:
        run(story(url))
    assert len(hub.issued) == 1


def tickets(tmp_path: Path) -> int:
    return len(list((tmp_path / "tray").glob("*.png")))


def lamps(hub: SmallHub) -> dict[str, DeviceReport]:
    return {device.role: device for report in hub.reports for device in report.devices}


def fill(outbox: Outbox) -> list[str]:
    """Let the file grow no more and use up what room is in it; return the keys of what fills it."""
    (pages,) = outbox.file.execute("PRAGMA page_count").fetchone()
    outbox.file.execute(f"PRAGMA max_page_count = {pages}")
    keys = [f"filler-{place}" for place in range(1000)]
    for place, key in enumerate(keys):
        try:
            outbox.keep(Wanted(key, IssueTicket(service="information")), at=0.0)
        except OutboxFull:
            return keys[:place]
    message = "the outbox was never full"
    raise AssertionError(message)
