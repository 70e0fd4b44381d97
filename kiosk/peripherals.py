"""The kiosk's own devices: each on a thread of its own, every call with a limit in time.

A wedged driver keeps its thread but never the kiosk: the call ends in DeviceSilent, the device
is opened anew for the next person. Five failures in a row retire the passport reader.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TypeVar, cast

from devices.address import shown_address
from devices.capabilities import (
    Device,
    Lamp,
    MrzKey,
    PassportRead,
    PassportReader,
    PrintResult,
    PrintState,
    Progress,
    TicketImage,
    TicketPrinter,
)
from devices.errors import (
    AnotherDevice,
    DeviceError,
    DeviceProtocolError,
    DeviceSilent,
    DeviceUnavailable,
    NeedsPerson,
)
from devices.record import Diary, wears_of
from devices.registry import open_device
from hub.wire import DeviceReport

log = logging.getLogger(__name__)
T = TypeVar("T")

HEALTH_S, PRINT_S, READ_S = 6.0, 25.0, 60.0
"""Limits of one call, opening included; a chip with a large photo takes 20 s over BAC."""
PLACED_WITHIN_S = 6.0
"""How long a passport may still be moved about after the button was touched."""
LOOK_S = 0.2
RETIRE_AFTER = 5
_COUNTER_OF_PRINT: Mapping[PrintState, str] = MappingProxyType(
    {
        PrintState.PRINTED: "tickets",
        PrintState.SENT: "tickets",
        PrintState.FAILED: "tickets_failed",
    }
)


class Bench:
    """One device on its thread: opened on first use, closed after a failure."""

    def __init__(self, role: str, address: str, *, state: Path | None = None) -> None:
        self.role = role
        self.address = address
        self.diary = Diary(state, role, shown_address(address))
        self.waits = False
        """Whether another device than the accepted one is at its address."""
        self._last_error = ""
        self._wears: Mapping[str, tuple[str, ...]] = {}
        self._device: Device | None = None
        self._work: queue.SimpleQueue[tuple[Callable[[], object], Future[object]] | None]
        self._start()

    async def call(self, act: Callable[[Device], T], *, limit_s: float) -> T:
        """Run `act` on the device. Raises DeviceError, DeviceSilent when time runs out."""
        future: Future[object] = Future()
        self._work.put((lambda: act(self._opened()), future))
        try:
            async with asyncio.timeout(limit_s):
                return cast("T", await asyncio.wrap_future(future))
        except TimeoutError as error:
            log.warning("%s gave no answer within %.0f s", self.role, limit_s)
            self._device = None
            self._start()
            message = f"no answer within {limit_s:.0f} s"
            raise DeviceSilent(message, address=self.address) from error

    def close(self) -> None:
        """Close the device once its thread is free; safe to call twice."""
        self._work.put(None)

    def _start(self) -> None:
        self._work = queue.SimpleQueue()
        # daemon: a driver that never returns must not hold the program back at its end
        threading.Thread(
            target=self._serve, args=(self._work,), name=f"kiosk-{self.role}", daemon=True
        ).start()

    def _opened(self) -> Device:
        if self._device is None:
            try:
                self._device = open_device(self.address)
            except DeviceError as error:
                self._lost(error.code)
                raise
            self._found(self._device)
        return self._device

    def accept(self) -> None:
        """Take whatever device is at the address now for the right one: a person said so."""
        self.diary.forget_accepted()
        self.waits = False

    def count(self, counter: str) -> None:
        """Add one to a counter of the device's record, and to what wears out with it."""
        worn = self._wears.get(counter, ())
        self.diary.note(lambda record: record.counted(counter, *worn))

    def _found(self, device: Device) -> None:
        identity, at = device.identity(), _now()
        try:
            self.diary.must_be_known(identity)
        except AnotherDevice:
            self.waits = True
            self._shut()
            raise
        self._last_error, self._wears, self.waits = "", wears_of(device), False
        self.diary.note(lambda record: record.up(identity, at=at))

    def _lost(self, code: str) -> None:
        """Note it once, however often it is tried."""
        if code != self._last_error:
            self._last_error, at = code, _now()
            self.diary.note(lambda record: record.down(code, at=at))

    def _serve(
        self, work: queue.SimpleQueue[tuple[Callable[[], object], Future[object]] | None]
    ) -> None:
        while (item := work.get()) is not None:
            act, future = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(act())
            except BaseException as error:  # noqa: BLE001 — whoever waits gets it
                if isinstance(error, DeviceUnavailable | DeviceProtocolError):
                    self._lost(error.code)
                    self._shut()
                future.set_exception(error)
        self._shut()

    def _shut(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with suppress(DeviceError):
                device.close()


class Peripherals:
    """The ticket printer and the passport reader of this kiosk; either may be missing."""

    def __init__(self, *, printer: str = "", reader: str = "", state: Path | None = None) -> None:
        self._printer = Bench("ticket_printer", printer, state=state) if printer else None
        self._reader = Bench("passport_reader", reader, state=state) if reader else None
        self._failures = 0

    @property
    def reader_works(self) -> bool:
        """Whether there is a passport reader, the accepted one, that has not retired."""
        reader = self._reader
        return reader is not None and not reader.waits and self._failures < RETIRE_AFTER

    async def printer_code(self) -> str:
        """Return the printer's health code, "none" without a printer."""
        if self._printer is None:
            return "none"
        report = await _report(self._printer)
        return "ready" if report.lamp in ("ready", "busy") else report.code

    async def print_ticket(self, image: TicketImage, process_id: int) -> PrintResult:
        """Print and confirm; whatever happens is a result."""
        if self._printer is None:
            return PrintResult(PrintState.FAILED, "none")
        try:
            bench = self._printer
            return await bench.call(
                lambda device: _print(bench, cast("TicketPrinter", device), image, process_id),
                limit_s=PRINT_S,
            )
        except DeviceSilent as error:
            return PrintResult(PrintState.UNKNOWN, error.code)
        except DeviceError as error:
            return PrintResult(PrintState.FAILED, error.code)
        except ValueError:
            # 576 dots do not fit on a printer for 58 mm paper
            log.error("the ticket is too wide for the printer")  # noqa: TRY400
            return PrintResult(PrintState.FAILED, "ticket_too_wide")

    async def printed(self, process_id: int) -> bool:
        """Return whether the printer says that it ended the print of that number."""
        if self._printer is None:
            return False
        try:
            last = await self._printer.call(
                lambda device: cast("TicketPrinter", device).last_process_id(), limit_s=HEALTH_S
            )
        except DeviceError:
            return False
        return last == process_id

    async def read_chip(
        self, key: MrzKey, progress: Progress, cancelled: threading.Event
    ) -> PassportRead | None:
        """Read the passport on the reader; None if none was laid down, or `cancelled` was set.

        Raises DeviceError.
        """
        if self._reader is None:
            raise DeviceUnavailable
        bench = self._reader
        try:
            read = await bench.call(
                lambda device: _read(
                    bench, cast("PassportReader", device), key, progress, cancelled
                ),
                limit_s=READ_S,
            )
        except NeedsPerson:
            raise
        except DeviceError:
            if cancelled.is_set():
                return None
            self._failures += 1
            if self._failures == RETIRE_AFTER:
                log.error("the passport reader failed %d times and retires", RETIRE_AFTER)  # noqa: TRY400
            raise
        self._failures = 0
        return read

    async def reports(self, care: Mapping[str, int] | None = None) -> list[DeviceReport]:
        """Return how both devices are, for the hub; `care` is after how many uses they want it."""
        benches = [bench for bench in (self._printer, self._reader) if bench]
        reports = [await _report(bench, care or {}) for bench in benches]
        return [self._retired(report) for report in reports]

    def accept(self, role: str) -> None:
        """Take the device that stands in for another one for the right one."""
        for bench in (self._printer, self._reader):
            if bench is not None and bench.role == role:
                log.info("%s: another device was accepted by a person", role)
                bench.accept()

    def close(self) -> None:
        """Release both devices."""
        for bench in (self._printer, self._reader):
            if bench is not None:
                bench.close()

    def _retired(self, report: DeviceReport) -> DeviceReport:
        if report.role != "passport_reader" or self._failures < RETIRE_AFTER:
            return report
        return DeviceReport(role=report.role, address=report.address, lamp="down", code="retired")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the technician's record, not the hub's time


def _print(
    bench: Bench, printer: TicketPrinter, image: TicketImage, process_id: int
) -> PrintResult:
    result = printer.print_ticket(image, process_id=process_id)
    if counter := _COUNTER_OF_PRINT.get(result.state):
        bench.count(counter)
    return result


def _read(
    bench: Bench,
    reader: PassportReader,
    key: MrzKey,
    progress: Progress,
    cancelled: threading.Event,
) -> PassportRead | None:
    until = monotonic() + PLACED_WITHIN_S
    while not reader.present():
        if monotonic() > until or cancelled.wait(LOOK_S):
            return None
    try:
        read = reader.read_passport(key, progress=progress, cancelled=cancelled.is_set)
    except DeviceError:
        if not cancelled.is_set():
            bench.count("chips_failed")
        raise
    bench.count("chips")
    return read


async def _report(bench: Bench, care: Mapping[str, int] = MappingProxyType({})) -> DeviceReport:
    try:
        health, identity = await bench.call(
            lambda device: (bench.diary.with_care(device.health(), care), device.identity()),
            limit_s=HEALTH_S,
        )
    except DeviceError as error:
        return DeviceReport(
            role=bench.role,
            address=bench.address,
            lamp=Lamp.DOWN.value,
            code=error.code,
            detail=error.detail if isinstance(error, AnotherDevice) else "",
        )
    return DeviceReport(
        role=bench.role,
        address=bench.address,
        lamp=health.lamp.value,
        code=health.code,
        detail=health.detail,
        model=identity.model,
        serial=identity.serial,
        firmware=identity.firmware,
    )
