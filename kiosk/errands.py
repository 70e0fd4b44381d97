"""Carries out effects: devices, the hub, paper, the voice. Every errand ends in events."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import traceback
from collections.abc import Coroutine

from devices.capabilities import PrintResult, PrintState, Progress
from devices.errors import DeviceError
from hub.wire import DeviceReport, TicketPrinted, Words
from kiosk import forms
from kiosk.effects import (
    AcceptDevice,
    AskPrinter,
    CallStaff,
    CancelRead,
    DropRequest,
    Effect,
    PrintTicket,
    ReadChip,
    SendRequest,
    Wipe,
)
from kiosk.events import (
    ChipFailed,
    ChipProgress,
    ChipRead,
    Event,
    PaperChanged,
    PrinterSeen,
    ReaderSeen,
    RequestRefused,
)
from kiosk.link import Link, Tell
from kiosk.outbox import Kept, OutboxFull, Wanted
from kiosk.peripherals import Peripherals
from kiosk.ticket import TicketPaper, TicketUnprintable, render_ticket

log = logging.getLogger(__name__)

LOOK_AT_DEVICES_S = 30.0
"""Nobody tells a kiosk that paper was put in: between people it asks this often."""


class Errands:
    """What the kiosk does outside its own state; one instance a program."""

    def __init__(self, link: Link, peripherals: Peripherals, tell: Tell, *, version: str) -> None:
        self._link = link
        self._peripherals = peripherals
        self._tell = tell
        self._version = version
        self._running: set[asyncio.Task[None]] = set()
        self._requests: dict[str, asyncio.Task[None]] = {}
        self._reading = threading.Event()
        self._staff_wanted = False
        self._reported: list[DeviceReport] | None = None

    def carry_out(self, effect: Effect) -> None:
        """Begin what `effect` asks for; returns at once."""
        match effect:
            case SendRequest():
                self._send(effect)
            case DropRequest():
                self._drop(effect.key)
            case PrintTicket():
                unknown = PaperChanged(effect.ticket.id, PrintState.UNKNOWN.value, "kiosk")
                self._begin(self._print(effect), failed=unknown)
            case ReadChip():
                self._reading = threading.Event()
                reading = self._read(effect, self._reading)
                self._begin(reading, failed=ChipFailed("kiosk"))
            case _:
                self._carry_out_small(effect)

    async def run(self) -> None:
        """Resume what a restart interrupted, then look after the devices until cancelled."""
        kept = self._link.unfinished()
        if kept is not None:
            await self._resume(kept)
        while True:
            await self._look()
            await asyncio.sleep(LOOK_AT_DEVICES_S)

    async def stop(self) -> None:
        """End all errands; requests stay in the outbox."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _carry_out_small(self, effect: Effect) -> None:
        match effect:
            case AskPrinter():
                self._link.refresh()
                self._begin(self._ask_printer())
            case AcceptDevice():
                self._peripherals.accept(effect.role)
                self._begin(self._look())
            case CancelRead():
                self._reading.set()
            case CallStaff():
                self._staff_wanted = effect.wanted
                self._begin(self._report())
            case Wipe():
                self._requests.clear()
                self._link.leave()

    def _begin(
        self, errand: Coroutine[object, object, None], *, failed: Event | None = None
    ) -> asyncio.Task[None]:
        """Begin an errand; `failed` is told if it breaks, so that nobody waits for its end."""
        task = asyncio.get_running_loop().create_task(errand)
        self._running.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, failed))
        return task

    def _ended(self, task: asyncio.Task[None], failed: Event | None) -> None:
        self._running.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        # the error's own text may hold what was typed or read: its kind and place will do
        log.error("an errand failed: %s", _place_of(error))
        if failed is not None:
            self._tell(failed)

    def _send(self, effect: SendRequest) -> None:
        refused = RequestRefused(effect.key, "kiosk_storage")
        try:
            wanted = self._link.keep(effect)
        except OutboxFull:
            log.error("request %s cannot be stored: is the disk full?", effect.key)  # noqa: TRY400
            self._tell(refused)
        else:
            self._requests[effect.key] = self._begin(self._link.deliver(wanted), failed=refused)

    def _drop(self, key: str) -> None:
        task = self._requests.pop(key, None)
        if task is not None:
            task.cancel()
        self._link.drop(key)

    async def _resume(self, kept: Kept) -> None:
        paper = ""
        ticket = kept.wanted.issued
        if kept.state == "printing" and ticket is not None:
            done = await self._peripherals.printed(kept.process_id)
            paper = "printed" if done else "unknown"
            state = PrintState.PRINTED if done else PrintState.UNKNOWN
            self._settle(kept.wanted, ticket.id, PrintResult(state, "" if done else "restart"))
        self._tell(PrinterSeen(await self._peripherals.printer_code()))
        self._requests[kept.wanted.key] = self._begin(self._link.resume(kept, paper=paper))

    def _settle(self, wanted: Wanted, ticket: str, result: PrintResult) -> None:
        printed = TicketPrinted(state=result.state.value, code=result.code)
        self._link.settle_print(wanted.key, ticket, printed, nonce=secrets.token_hex(4))

    async def _look(self) -> None:
        """Look how the devices are, and tell window and hub."""
        await self._report()
        self._tell(ReaderSeen(self._peripherals.reader_works))
        self._tell(PrinterSeen(await self._peripherals.printer_code()))

    async def _ask_printer(self) -> None:
        self._tell(PrinterSeen(await self._peripherals.printer_code()))

    async def _print(self, effect: PrintTicket) -> None:
        number = self._link.begin_print(effect.key)
        try:
            image = await asyncio.to_thread(render_ticket, _paper(effect))
        except TicketUnprintable as error:
            log.error("ticket %s cannot be drawn: field %s", effect.ticket.id, error.field)  # noqa: TRY400
            result = PrintResult(PrintState.FAILED, "ticket_unprintable")
        else:
            result = await self._peripherals.print_ticket(image, number)
        log.info("ticket %s: paper %s %s", effect.ticket.id, result.state.value, result.code)
        printed = TicketPrinted(state=result.state.value, code=result.code, copy=effect.copy)
        self._link.settle_print(effect.key, effect.ticket.id, printed, nonce=secrets.token_hex(4))
        self._tell(PaperChanged(effect.ticket.id, result.state.value, result.code))
        await self._report()

    async def _read(self, effect: ReadChip, cancelled: threading.Event) -> None:
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            if not cancelled.is_set():
                loop.call_soon_threadsafe(self._tell, ChipProgress(done, total))

        outcome = await self._chip(effect, progress, cancelled)
        # the person went back meanwhile: the next reading may have begun already
        if not cancelled.is_set():
            self._tell(ReaderSeen(self._peripherals.reader_works))
            self._tell(outcome)

    async def _chip(
        self, effect: ReadChip, progress: Progress, cancelled: threading.Event
    ) -> ChipRead | ChipFailed:
        try:
            read = await self._peripherals.read_chip(effect.key, progress, cancelled)
            if read is None:
                return ChipFailed("passport_absent")
            return ChipRead(forms.chip_passport(read, effect.key, on=effect.on))
        except DeviceError as error:
            log.info("chip not read: %s", error.code)
            return ChipFailed(error.code)
        except forms.FormFault as fault:
            return ChipFailed(fault.code)

    async def _report(self) -> None:
        reports = await self._peripherals.reports(self._link.care)
        if self._staff_wanted:
            reports.append(
                DeviceReport(role="help", address="kiosk", lamp="warning", code="help_wanted")
            )
        if reports != self._reported:
            self._reported = reports
            self._link.report(self._version, reports)


def _place_of(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno}"


def _paper(effect: PrintTicket) -> TicketPaper:
    ticket, office = effect.ticket, effect.office
    service = next((s for s in office.services if s.code == ticket.service), None)
    estimate = ticket.estimate
    return TicketPaper(
        number=ticket.number,
        service=service.name if service else Words(id=ticket.service, en=ticket.service),
        issued_at=ticket.issued_at,
        zone=office.timezone,
        office=office.name.id,
        language=effect.language,
        ahead=ticket.ahead,
        low_min=estimate.low_min if estimate else None,
        high_min=estimate.high_min if estimate else None,
        today=estimate.today if estimate else "yes",
        case_code=effect.case_code or None,
        booked_at=ticket.appointment_at,
        tracking_url=ticket.tracking_url,
        requirements=tuple(service.requirements) if service else (),
        copy=effect.copy,
        offline=effect.own,
        specimen=office.specimen,
    )
