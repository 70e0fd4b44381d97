"""DocumentPrinter over IPP (RFC 8010, RFC 8011), by pyipp.

Address: `ipp://HOST[:PORT]/ipp/print[?media=iso_a4_210x297mm]` or `ipps://…`. A printer that takes
no PDF, and any card printer, is reached through a CUPS queue: `ipp://HOST:631/printers/NAME`.

A job is sent once. If its answer is lost, the job is looked up by its name and followed from there;
if the printer does not list it, the result is UNKNOWN and a person decides.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from devices.address import Address, shown_address
from devices.capabilities import (
    Health,
    Identity,
    PrintResult,
    PrintState,
    Progress,
    no_progress,
)
from devices.errors import (
    AddressError,
    DeviceBusy,
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DeviceUnavailable,
)
from devices.ipp import meaning
from devices.ipp.exchange import AnswerLost, IppExchange
from devices.ipp.wire import Group, Message, Operation, Tag
from devices.limits import TABLE
from devices.options import options_of

_PLACE = re.compile(r"ipps?://[^/?#:]")
A4 = "iso_a4_210x297mm"

_USER = {"requesting-user-name": "loket"}
_JOB_FACTS = (
    "job-id",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-impressions",
    "job-impressions-completed",
)
_PRINTER_FACTS = (
    "document-format-supported",
    "media-ready",
    "media-supported",
    "printer-firmware-string-version",
    "printer-make-and-model",
    "printer-serial-number",
    "printer-state",
    "printer-state-reasons",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits: one request, sending a document, waiting for a busy printer, for the job."""

    request_s: float = TABLE["ipp"].status_s
    send_s: float = 60.0
    busy_s: float = 120.0
    lookup_s: float = 10.0
    follow_s: float = TABLE["ipp"].operation_s


def connect(address: Address, *, limits: Limits | None = None) -> IppPrinter:
    """Ask the printer who it is. Raises AddressError, DeviceGone, DeviceSilent, DeviceRefused."""
    options_of(address).only("media")
    if not _PLACE.match(address.where):
        message = (
            f"'{shown_address(str(address))}' bukan alamat pencetak: tulis ipp://HOST[:PORT]/PATH"
            f" / it is no printer's address: write ipp://HOST[:PORT]/PATH[?media=NAME]"
        )
        raise AddressError(message, address=str(address))
    printer = IppPrinter(address, limits or Limits())
    try:
        printer.open()
    except BaseException:
        printer.close()
        raise
    return printer


class IppPrinter:
    """A printer that speaks IPP; nothing stays open between two calls."""

    def __init__(self, address: Address, limits: Limits) -> None:
        self._address = str(address)
        self._media = address.options.get("media", A4)
        self._limits = limits
        self._exchange = IppExchange(address.where, self._address)
        self._closed = threading.Event()
        self._identity = Identity()

    def open(self) -> None:
        """Read the printer's identity. Raises DeviceError."""
        printer = self._look()
        self._identity = Identity(
            printer.text("printer-make-and-model"),
            printer.text("printer-serial-number"),
            printer.text("printer-firmware-string-version"),
        )

    def identity(self) -> Identity:
        """Return make and model, serial number and firmware as far as the printer tells them."""
        return self._identity

    def health(self) -> Health:
        """Ask the printer for its state and what it lacks. Raises DeviceUnavailable."""
        return meaning.health(self._look())

    def print_pdf(
        self, pdf: bytes, *, job_name: str, copies: int = 1, progress: Progress = no_progress
    ) -> PrintResult:
        """Print `pdf` and follow the job to its end; progress counts pages.

        Raises before anything is sent: DeviceRefused (reason no_pdf, media), OutOfPaper, CoverOpen,
        Jammed, DeviceGone, DeviceSilent, and DeviceBusy if it stays busy. SENT: the printer has the
        job but did not finish in time. UNKNOWN: the connection was lost and it cannot tell.
        """
        printer = self._look()
        refusal = meaning.refusal(printer, self._media)
        if refusal is not None:
            refusal.address = self._address
            raise refusal
        ticket: dict[str, object] = {"copies": copies} if copies > 1 else {}
        if self._media in printer.texts("media-supported"):
            ticket["media"] = self._media
        try:
            job_id = self._sent(pdf, job_name, ticket)
        except (AnswerLost, DeviceSilent, DeviceProtocolError):
            job_id = None  # it may have arrived: from here on it is looked up, never sent again
        job_id = job_id or self._looked_up(job_name)
        if job_id is None:
            detail = "the connection broke while sending and the printer does not list the job"
            return PrintResult(PrintState.UNKNOWN, "not_listed", detail)
        return self._followed(job_id, progress)

    def find_job(self, job_name: str) -> PrintResult | None:
        """Return how an earlier job of that name stands, None if the printer does not list it."""
        job = self._job_named(job_name)
        return meaning.job_result(job) if job is not None else None

    def close(self) -> None:
        """Stop waiting and let go of the printer; safe to call twice."""
        self._closed.set()
        self._exchange.close()

    def _sent(self, pdf: bytes, job_name: str, ticket: dict[str, object]) -> int | None:
        """Send the job, as often as the printer says it is busy; return its job-id."""
        operation = {**_USER, "job-name": job_name, "document-format": meaning.PDF}
        for _ in self._waiting(self._limits.busy_s, longest_s=5.0):
            answer = self._exchange.ask(
                Operation.PRINT_JOB,
                operation,
                limit_s=self._limits.send_s,
                job_attributes=ticket,
                document=pdf,
            )
            if not meaning.is_busy(answer):
                return self._accepted(answer).group(Tag.JOB).number("job-id")
        message = f"the printer was busy for {self._limits.busy_s:g} s"
        raise DeviceBusy(message, address=self._address)

    def _looked_up(self, job_name: str) -> int | None:
        for _ in self._waiting(self._limits.lookup_s, longest_s=2.0):
            try:
                job = self._job_named(job_name)
            except DeviceError:
                continue  # the printer may come back within the limit
            if job is not None:
                return job.number("job-id")
        return None

    def _followed(self, job_id: int, progress: Progress) -> PrintResult:
        result = PrintResult(PrintState.UNKNOWN, "lost", "the printer could not be asked")
        for _ in self._waiting(self._limits.follow_s, longest_s=2.0):
            try:
                job = self._asked(
                    Operation.GET_JOB_ATTRIBUTES,
                    {"job-id": job_id, "requested-attributes": list(_JOB_FACTS)},
                ).group(Tag.JOB)
            except (DeviceUnavailable, DeviceProtocolError):
                result = PrintResult(PrintState.UNKNOWN, "lost", "the printer was lost in mid-job")
                continue
            result = meaning.job_result(job)
            _report(job, progress)
            if result.state is not PrintState.SENT:
                return result
        return self._with_trouble(result)

    def _with_trouble(self, unfinished: PrintResult) -> PrintResult:
        """Name what holds the job up, if the printer says so."""
        if unfinished.state is not PrintState.SENT:
            return unfinished
        try:
            health = self.health()
        except DeviceError:
            return unfinished
        if health.detail:
            return PrintResult(PrintState.SENT, health.code, health.detail)
        return unfinished

    def _job_named(self, job_name: str) -> Group | None:
        """Return the newest job of that name among those waiting and those done."""
        found: list[Group] = []
        for which in ("not-completed", "completed"):
            answer = self._asked(
                Operation.GET_JOBS,
                {"which-jobs": which, "requested-attributes": list(_JOB_FACTS)},
            )
            found += [job for job in answer.all(Tag.JOB) if job.text("job-name") == job_name]
        return max(found, key=lambda job: job.number("job-id") or 0, default=None)

    def _look(self) -> Group:
        answer = self._asked(
            Operation.GET_PRINTER_ATTRIBUTES, {"requested-attributes": list(_PRINTER_FACTS)}
        )
        return answer.group(Tag.PRINTER)

    def _asked(self, operation: Operation, attributes: dict[str, object]) -> Message:
        limit_s = self._limits.request_s
        return self._accepted(
            self._exchange.ask(operation, {**_USER, **attributes}, limit_s=limit_s)
        )

    def _accepted(self, answer: Message) -> Message:
        if meaning.succeeded(answer):
            return answer
        if meaning.is_busy(answer):
            message = "the printer is busy"
            raise DeviceBusy(message, address=self._address)
        message = f"the printer refuses with IPP status 0x{answer.code:04x}"
        raise DeviceRefused(message, address=self._address, reason=f"ipp_{answer.code:04x}")

    def _waiting(self, limit_s: float, *, longest_s: float) -> Iterator[None]:
        """Yield at once and then after growing pauses until the limit or until closed."""
        ends, pause_s = time.monotonic() + limit_s, 0.1
        yield
        while time.monotonic() + pause_s < ends and not self._closed.wait(pause_s):
            yield
            pause_s = min(pause_s * 2, longest_s)


def _report(job: Group, progress: Progress) -> None:
    done = job.number("job-impressions-completed")
    if done is not None:
        progress(done, max(done, job.number("job-impressions") or 0))
