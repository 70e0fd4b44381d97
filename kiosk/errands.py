"""Carries out effects: devices, the hub, paper, the voice. Every errand ends in events."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine

from devices.capabilities import PrintResult, PrintState
from devices.errors import DeviceError
from hub.wire import DeviceReport, TicketPrinted, Words
from kiosk import forms
from kiosk.effects import (
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
    PaperChanged,
    PrinterSeen,
    ReaderSeen,
)
from kiosk.link import Link, Tell
from kiosk.outbox import Kept, Wanted
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
        self._staff_wanted = False
        self._reported: list[DeviceReport] | None = None

    def carry_out(self, effect: Effect) -> None:
        """Begin what `effect` asks for; returns at once."""
        match effect:
            case SendRequest():
                self._requests[effect.key] = self._begin(
                    self._link.deliver(self._link.keep(effect))
                )
            case DropRequest():
                self._drop(effect.key)
            case PrintTicket():
                self._begin(self._print(effect))
            case ReadChip():
                self._begin(self._read(effect))
            case _:
                self._carry_out_small(effect)

    async def run(self) -> None:
        """Resume what a restart interrupted, then look after the devices until cancelled."""
        kept = self._link.unfinished()
        if kept is not None:
            await self._resume(kept)
        while True:
            self._tell(ReaderSeen(self._peripherals.reader_works))
            self._tell(PrinterSeen(await self._peripherals.printer_code()))
            await self._report()
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
            case CancelRead():
                self._peripherals.cancel_read()
            case CallStaff():
                self._staff_wanted = effect.wanted
                self._begin(self._report())
            case Wipe():
                self._requests.clear()

    def _begin(self, errand: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("an errand failed", exc_info=error)

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

    async def _read(self, effect: ReadChip) -> None:
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            loop.call_soon_threadsafe(self._tell, ChipProgress(done, total))

        try:
            read = await self._peripherals.read_chip(effect.key, progress)
            if read is None:
                self._tell(ChipFailed("passport_absent"))
                return
            passport = forms.chip_passport(read, effect.key, on=effect.on)
        except DeviceError as error:
            log.info("chip not read: %s", error.code)
            self._tell(ReaderSeen(self._peripherals.reader_works))
            self._tell(ChipFailed(error.code))
        except forms.FormFault as fault:
            self._tell(ChipFailed(fault.code))
        else:
            self._tell(ChipRead(passport))

    async def _report(self) -> None:
        reports = await self._peripherals.reports()
        if self._staff_wanted:
            reports.append(
                DeviceReport(role="help", address="kiosk", lamp="warning", code="help_wanted")
            )
        if reports != self._reported:
            self._reported = reports
            self._link.report(self._version, reports)


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
        case_code=effect.case_code or None,
        tracking_url=ticket.tracking_url,
        requirements=tuple(service.requirements) if service else (),
        copy=effect.copy,
        specimen=office.specimen,
    )
