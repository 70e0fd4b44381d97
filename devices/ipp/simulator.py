"""An IPP printer on 127.0.0.1 that leaves every printed PDF in a folder.

Operations: Print-Job, Validate-Job, Cancel-Job, Get-Job-Attributes, Get-Jobs,
Get-Printer-Attributes. Options: `port` (0 = any free one), `seconds` per job.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from devices.errors import DeviceProtocolError
from devices.ipp.simulator_attributes import (
    DONE,
    PDF_FORMATS,
    RASTER_FORMATS,
    SimulatedJob,
    describe_job,
    describe_printer,
    selected,
)
from devices.ipp.simulator_http import PrinterServer
from devices.ipp.wire import (
    Group,
    JobState,
    Message,
    Operation,
    Status,
    Tag,
    attribute,
    decode,
    encode,
)
from devices.options import Options, no_fault

FAULTS = (
    "busy",
    "cover_open",
    "drop_after_send",
    "flipped_byte",
    "fragmented",
    "garbage",
    "late",
    "media_empty",
    "no_pdf",
    "silent",
    "slow",
    "unplugged",
    "unplugged_midway",
)
_SLOW_S = 20.0
_REASONS = {"media_empty": "media-empty-error", "cover_open": "cover-open-error"}
_BUSY_OPERATIONS = (Operation.PRINT_JOB, Operation.VALIDATE_JOB)


class IppSimulator:
    """The printer; it can be unplugged and comes back on the same port with its jobs."""

    def __init__(self, port: int, seconds: float, out: Path | None) -> None:
        self._temporary = None if out else tempfile.TemporaryDirectory(prefix="loket-ipp-")
        self._out = out or Path(self._temporary.name if self._temporary else "")
        self._out.mkdir(parents=True, exist_ok=True)
        self._seconds = seconds
        self._fault = ""
        self._jobs: list[SimulatedJob] = []
        self._changing = threading.Condition()
        self._started_s = time.monotonic()
        self._ended = threading.Event()
        self._server: PrinterServer | None = PrinterServer(port, self._answered, self._trouble)
        self._port = self._server.port
        self._printing = threading.Thread(target=self._print_jobs, daemon=True)
        self._printing.start()

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        return f"ipp://127.0.0.1:{self._port}/ipp/print"

    @property
    def out(self) -> Path:
        """Return the folder where printed PDFs are left."""
        return self._out

    def fault(self, name: str) -> None:
        """Show this fault from the next request on; "" clears it and plugs the printer in again.

        `drop_after_send` takes the next job and breaks the connection instead of answering.
        """
        if name and name.partition(":")[0] not in FAULTS:
            raise no_fault(name, FAULTS)
        with self._changing:
            self._fault = name
            self._changing.notify_all()
        if name == "unplugged":
            self._unplug()
        elif self._server is None:
            self._server = PrinterServer(self._port, self._answered, self._trouble)

    def stop(self) -> None:
        """Take it off the network; safe to call twice."""
        self._ended.set()
        with self._changing:
            for job in self._jobs:
                job.cancelled.set()
            self._changing.notify_all()
        self._unplug()
        self._printing.join()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _unplug(self) -> None:
        if self._server is not None:
            self._server.unplug()
            self._server = None

    def _trouble(self) -> str:
        return self._fault

    # ── requests ─────────────────────────────────────────────────────────────

    def _answered(self, body: bytes) -> bytes | None:
        """Return the answer to one request, None to break the connection."""
        try:
            request = decode(body)
        except DeviceProtocolError:
            return encode(_answer(Status.BAD_REQUEST, Message(0, 0)))
        with self._changing:
            answer = self._answer_to(request)
        if self._fault == "drop_after_send" and request.code == Operation.PRINT_JOB:
            self._fault = ""
            return None
        return encode(answer)

    def _answer_to(self, request: Message) -> Message:
        if request.version[0] not in (1, 2):
            return _answer(Status.VERSION_NOT_SUPPORTED, request)
        if not _well_formed(request):
            return _answer(Status.BAD_REQUEST, request)
        if request.code in _BUSY_OPERATIONS and self._fault == "busy":
            return _answer(Status.BUSY, request)
        answers = {
            Operation.GET_PRINTER_ATTRIBUTES: self._printer_attributes,
            Operation.PRINT_JOB: self._print_job,
            Operation.VALIDATE_JOB: self._validate_job,
            Operation.GET_JOBS: self._get_jobs,
            Operation.GET_JOB_ATTRIBUTES: self._get_job,
            Operation.CANCEL_JOB: self._cancel_job,
        }
        known = next((answers[code] for code in answers if code == request.code), None)
        return known(request) if known else _answer(Status.OPERATION_NOT_SUPPORTED, request)

    def _printer_attributes(self, request: Message) -> Message:
        return _answer(Status.OK, request, selected(self._description(), request, ("all",)))

    def _validate_job(self, request: Message) -> Message:
        wanted = request.group(Tag.OPERATION).text("document-format")
        supported = wanted in ("", *self._formats())
        return _answer(Status.OK if supported else Status.FORMAT_NOT_SUPPORTED, request)

    def _print_job(self, request: Message) -> Message:
        if (refused := self._validate_job(request)).code != Status.OK:
            return refused
        asked = request.group(Tag.OPERATION)
        number = len(self._jobs) + 1
        name = asked.text("job-name") or f"job {number}"
        user = asked.text("requesting-user-name") or "anonymous"
        job = SimulatedJob(
            number, name, user, request.document, self._seconds, created_s=self._up_s()
        )
        self._jobs.append(job)
        self._changing.notify_all()
        return _answer(Status.OK, request, self._described(job))

    def _get_jobs(self, request: Message) -> Message:
        asked = request.group(Tag.OPERATION)
        done = asked.text("which-jobs") == "completed"
        user = asked.text("requesting-user-name") if True in asked.contents("my-jobs") else None
        listed = [
            selected(self._described(job), request, ("job-id", "job-uri"))
            for job in self._jobs
            if (job.state in DONE) == done and user in (None, job.user)
        ]
        limit = asked.number("limit")
        return _answer(Status.OK, request, *listed[: limit or None])

    def _get_job(self, request: Message) -> Message:
        job = self._job_of(request)
        if job is None:
            return _answer(Status.NOT_FOUND, request)
        return _answer(Status.OK, request, selected(self._described(job), request, ("all",)))

    def _cancel_job(self, request: Message) -> Message:
        job = self._job_of(request)
        if job is None:
            return _answer(Status.NOT_FOUND, request)
        if job.state in DONE:
            return _answer(Status.NOT_POSSIBLE, request)
        job.state, job.reasons = JobState.CANCELED, "job-canceled-by-user"
        job.ended_s = self._up_s()
        job.cancelled.set()
        return _answer(Status.OK, request)

    def _job_of(self, request: Message) -> SimulatedJob | None:
        asked = request.group(Tag.OPERATION)
        number = asked.number("job-id")
        if number is None:
            tail = asked.text("job-uri").rpartition("/")[2]
            number = int(tail) if tail.isdecimal() else 0
        return next((job for job in self._jobs if job.number == number), None)

    # ── what it says of itself ───────────────────────────────────────────────

    def _formats(self) -> tuple[str, ...]:
        return RASTER_FORMATS if self._fault == "no_pdf" else PDF_FORMATS

    def _up_s(self) -> int:
        return int(time.monotonic() - self._started_s) + 1

    def _description(self) -> Group:
        printing = any(job.state == JobState.PROCESSING for job in self._jobs)
        waiting = sum(job.state not in DONE for job in self._jobs)
        reason = _REASONS.get(self._fault, "none")
        state = 5 if reason != "none" else 4 if printing else 3
        return describe_printer(self.address, self._formats(), state, reason, self._up_s(), waiting)

    def _described(self, job: SimulatedJob) -> Group:
        return describe_job(job, self.address, self._up_s())

    # ── printing ─────────────────────────────────────────────────────────────

    def _print_jobs(self) -> None:
        while not self._ended.is_set():
            with self._changing:
                job = next((job for job in self._jobs if job.state == JobState.PENDING), None)
                if job is None or self._fault in _REASONS:
                    self._changing.wait()
                    continue
                job.state, job.reasons = JobState.PROCESSING, "job-printing"
                job.started_s = self._up_s()
            job.cancelled.wait(_SLOW_S if self._fault == "slow" else job.left_s)
            with self._changing:
                self._finish(job)

    def _finish(self, job: SimulatedJob) -> None:
        if job.state != JobState.PROCESSING or self._ended.is_set():
            return
        _leave(self._out, job)
        job.state, job.reasons = JobState.COMPLETED, "job-completed-successfully"
        job.ended_s = self._up_s()


def _well_formed(request: Message) -> bool:
    """Whether it has an id (RFC 8011 §4.1.1), charset and language first (§4.1.4), a target (§4.2).

    §4.1.5: the target is the printer's URI, or a job's.
    """
    asked = request.group(Tag.OPERATION)
    first = [entry.name for entry in asked.attributes[:2]]
    aimed = asked.text("printer-uri") or asked.text("job-uri")
    languages = ["attributes-charset", "attributes-natural-language"]
    return request.request_id != 0 and first == languages and bool(aimed)


def _answer(status: Status, request: Message, *groups: Group) -> Message:
    head = Group(
        Tag.OPERATION,
        (
            attribute("attributes-charset", Tag.CHARSET, "utf-8"),
            attribute("attributes-natural-language", Tag.LANGUAGE, "en"),
        ),
    )
    version = request.version if request.version in ((1, 1), (2, 0)) else (1, 1)
    return Message(status, request.request_id, (head, *groups), version=version)


def _leave(folder: Path, job: SimulatedJob) -> None:
    """Write the document under the job's name, whole or not at all."""
    stem = re.sub(r"[^\w.-]+", "_", job.name).strip("._") or f"job_{job.number}"
    target = folder / f"{stem[:100]}.pdf"
    if target.exists():
        target = folder / f"{stem[:100]}-{job.number}.pdf"
    written = folder / f".{job.number}.part"
    written.write_bytes(job.document)
    written.replace(target)


def start(options: Mapping[str, str], *, out: Path | None = None) -> IppSimulator:
    """Start the printer; PDFs are left in `out`, else in a folder that ends with it.

    Raises ValueError for an unknown option.
    """
    chosen = Options(options)
    chosen.only("port", "seconds")
    port = chosen.whole("port", 0, most=65_535)
    return IppSimulator(port, chosen.number("seconds", 0.3), out)
