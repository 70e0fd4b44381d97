"""One thread for one device: open it, keep it, lose it, open it again.

A silent or nonsense device holds up nobody but its own thread. What is to be done with the device
comes in as functions and goes out as futures; the thread starts them only while the device is open.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from counter_agent.config import ABILITY_OF_ROLE
from counter_agent.scans import Scanner
from devices.address import shown_address
from devices.arrival import Arrivals
from devices.barcode.wire import Scan
from devices.capabilities import Device, FingerprintReader, Health, Identity
from devices.errors import (
    AddressError,
    AnotherDevice,
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    DeviceUnavailable,
)
from devices.record import Diary, wears_of
from devices.registry import open_device
from hub.wire import DeviceReport, FingerReader

log = logging.getLogger(__name__)

T = TypeVar("T")
_Act = Callable[[Device], None]


@dataclass(frozen=True, slots=True)
class _Request:
    act: _Act
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How long until a lost device is tried again, doubling, and how often one is asked."""

    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0
    health_every_s: float = 10.0


USUAL_PACE = Pace()
LISTEN_S = 0.5
"""How long a scanner is listened to before the thread looks for something else to do."""
FAULT = "device_fault"
"""The driver broke: a fault of ours, not of the device."""


class DeviceWorker:
    """Keeps the device of one role open; `changed` is called from its thread on every change.

    A scanner is listened to while it has nothing else to do; `heard` gets what it reads, or the
    stable reason why something was unreadable.
    """

    def __init__(
        self,
        role: str,
        address: str,
        changed: Callable[[], None],
        *,
        heard: Callable[[Scan | str], None] | None = None,
        state: Path | None = None,
        pin_key: str = "",
        pace: Pace = USUAL_PACE,
    ) -> None:
        self._role = role
        self._address = address
        self._changed = changed
        self._heard = heard
        self._diary = Diary(state, role, shown_address(address))
        self._arrivals = Arrivals(address)
        self._inbox: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._care: Mapping[str, int] = {}
        self._wears: Mapping[str, tuple[str, ...]] = {}
        self._fingers: FingerReader | None = None
        self._preview = False
        self._pin_key = pin_key
        self._pace = pace
        self._report = DeviceReport(
            role=role, address=shown_address(address), lamp="down", code="opening"
        )
        self._thread = threading.Thread(target=self._run, name=f"device {role}", daemon=True)

    def start(self) -> None:
        """Begin to open the device."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to close the device and end; `join` waits for it."""
        self._stopping.set()
        self._inbox.put(None)
        self._arrivals.wake()

    def join(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` for the end; a thread that hangs in a driver dies with us."""
        self._thread.join(timeout_s)

    def report(self) -> DeviceReport:
        """Return the device as it was seen last."""
        return self._report

    def submit(self, act: Callable[[Device], T], *, aside: bool = False) -> Future[T]:
        """Have `act` called with the open device; cancel the future to withdraw it before that.

        What is done `aside` (a picture of a preview) is no work that the device's lamp tells of.

        The future raises what `act` raises. After DeviceUnavailable or DeviceProtocolError the
        device is opened anew before the next act.
        """
        result: Future[T] = Future()

        def run(device: Device) -> None:
            if not result.set_running_or_notify_cancel():
                return
            try:
                result.set_result(act(device))
            except BaseException as error:
                result.set_exception(error)
                raise

        self._inbox.put(_Request(run, aside))
        self._arrivals.wake()
        return result

    def _run(self) -> None:
        pause_s = self._pace.first_pause_s
        while not self._stopping.is_set():
            device = self._open()
            if device:
                pause_s = self._pace.first_pause_s
                self._keep(device)
            if not self._stopping.is_set():
                # plugged in, or a new request: the officer has just done something about it
                self._arrivals.wait(pause_s)
            pause_s = min(pause_s * 2, self._pace.longest_pause_s)
        self._arrivals.close()

    def _open(self) -> Device | None:
        try:
            device = open_device(self._address)
        except DeviceError as error:
            self._down(error.code, error.detail)
        except Exception as error:  # noqa: BLE001 — a driver's bug must not end the thread
            self._broke(error)
        else:
            missing = _missing(device, self._role)
            if not missing and self._is_accepted(device.identity()):
                self._wears = wears_of(device)
                return device
            device.close()
            if missing:
                self._down(AddressError.code, f"this device cannot {missing}")
        return None

    def care_after(self, uses: Mapping[str, int]) -> None:
        """Ask for the device's care after so many uses, by what its record counts."""
        self._care = dict(uses)

    def accept(self) -> None:
        """Take whatever device is at the address now for the right one: a person said so."""
        self._diary.forget_accepted()
        self._arrivals.wake()

    def _is_accepted(self, identity: Identity) -> bool:
        try:
            self._diary.must_be_known(identity)
        except AnotherDevice as error:
            self._down(error.code, error.detail)
            return False
        return True

    def _keep(self, device: Device) -> None:
        self._fingers = _fingers_of(device)
        self._preview = hasattr(device, "preview")
        try:
            if self._guarded(partial(self._ask, device)):
                self._serve(device)
        finally:
            self._guarded(device.close)

    def _serve(self, device: Device) -> None:
        while not self._stopping.is_set():
            if self._heard is not None and isinstance(device, Scanner):
                if not self._guarded(partial(self._listen, device)):
                    return
                act = self._next_act(0)
            else:
                act = self._next_act(self._pace.health_every_s)
            if self._stopping.is_set():
                return
            if not self._did(device, act):
                return

    def _did(self, device: Device, asked: _Request | None) -> bool:
        """Do what was asked, then look how the device is; return whether it may be kept."""
        if asked is not None and asked.aside:
            return self._guarded(partial(self._quietly, device, asked.act))
        if asked is not None and not self._guarded(partial(self._busy, device, asked.act)):
            return False
        return self._guarded(partial(self._ask, device))

    def count(self, counter: str, uses: int = 1) -> None:
        """Add to a counter of the device's record, and to what wears out with it."""
        worn = self._wears.get(counter, ())
        self._diary.note(lambda record: record.counted(counter, *worn, uses=uses))

    def _next_act(self, wait_s: float) -> _Request | None:
        """Return what is to be done; None after `wait_s`, or when something came or went."""
        if self._inbox.empty():
            self._arrivals.wait(wait_s)
        try:
            return self._inbox.get_nowait()
        except queue.Empty:
            return None

    def _listen(self, scanner: Scanner) -> None:
        """Hand on what is read until the next health check is due or something is to be done."""
        until = time.monotonic() + self._pace.health_every_s
        while time.monotonic() < until and self._inbox.empty() and not self._stopping.is_set():
            try:
                scan = scanner.read_scan(wait_s=LISTEN_S)
            except DeviceRefused as error:
                self._hand_on(error.reason)
                continue
            if scan is not None:
                self._hand_on(scan)

    def _hand_on(self, scan: Scan | str) -> None:
        if self._heard is not None:
            self._heard(scan)

    def _busy(self, device: Device, act: _Act) -> None:
        self._show(msgspec.structs.replace(self._report, lamp="busy"))
        self._quietly(device, act)

    def _quietly(self, device: Device, act: _Act) -> None:
        try:
            act(device)
        except (DeviceUnavailable, DeviceProtocolError):
            raise
        except DeviceError as error:
            log.info("%s: %s (%s)", self._role, error.code, error.detail)

    def _ask(self, device: Device) -> None:
        self._up(device.identity(), device.health())

    def _guarded(self, act: Callable[[], None]) -> bool:
        """Call `act`; return whether the device may be kept."""
        try:
            act()
        except DeviceError as error:
            self._down(error.code, error.detail)
        except Exception as error:  # noqa: BLE001 — as above
            self._broke(error)
        else:
            return True
        return False

    def _up(self, identity: Identity, health: Health) -> None:
        health = self._diary.with_care(health, self._care)
        if self._report.lamp == "down":
            log.info("%s is there: %s", self._role, self._report.address)
            at = datetime.now(UTC)  # noqa: TID251 - the technician's record, not the hub's time
            self._diary.note(lambda record: record.up(identity, at=at))
        self._show(
            DeviceReport(
                role=self._role,
                address=self._report.address,
                lamp=health.lamp.value,
                code=health.code,
                detail=health.detail,
                model=identity.model,
                serial=identity.serial,
                firmware=identity.firmware,
                fingers=self._fingers,
                preview=self._preview,
                pin_key=self._pin_key,
            )
        )

    def _broke(self, error: Exception) -> None:
        if self._report.code != FAULT:
            log.error("the driver of %s broke", self._role, exc_info=error)
        self._down(FAULT, type(error).__name__)

    def _down(self, code: str, detail: str) -> None:
        said = self._report.lamp == "down" and self._report.code == code
        if not said and code != AnotherDevice.code:
            at = datetime.now(UTC)  # noqa: TID251 - as above
            self._diary.note(lambda record: record.down(code, at=at))
        log.log(
            logging.DEBUG if said else logging.WARNING,
            "%s is gone: %s (%s) at %s",
            self._role,
            code,
            detail,
            self._report.address,
        )
        self._show(msgspec.structs.replace(self._report, lamp="down", code=code, detail=detail))

    def _show(self, report: DeviceReport) -> None:
        changed = report != self._report
        self._report = report
        if changed:
            self._changed()


def _fingers_of(device: Device) -> FingerReader | None:
    if not isinstance(device, FingerprintReader):
        return None
    can = device.abilities()
    return FingerReader(
        positions=list(can.positions),
        slaps=can.slaps,
        preview=can.preview,
        dpi=can.dpi,
        certified=can.certified,
    )


def _missing(device: Device, role: str) -> str:
    """Return the ability that `role` needs and `device` lacks, empty if it has all."""
    lacking = [name for name in ABILITY_OF_ROLE[role] if not hasattr(device, name)]
    return ", ".join(lacking)
