"""One example of every request and answer, as the OpenAPI document shows them. All is invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import msgspec

from hub.web.api.opening_examples import SHOWN as OF_OPENING
from hub.wire import (
    BlobStored,
    CallNext,
    Candidate,
    CloseCounter,
    CounterState,
    DeviceReport,
    DraftOpened,
    Estimate,
    FieldFault,
    FinishTicket,
    IssueTicket,
    Job,
    JobList,
    JobProgress,
    JobResult,
    JobStarted,
    LaneState,
    LastCall,
    LeaseJob,
    MarkAbsent,
    OfficeState,
    OpenCounter,
    PassportInput,
    PauseCounter,
    Preregistration,
    Problem,
    QueueState,
    ServiceState,
    StationReport,
    StationState,
    Ticket,
    TicketAct,
    TicketPrinted,
    TransferTicket,
    Why,
    Words,
)
from hub.wire.queue import (
    ClassTicket,
    DeskTicket,
    DeskTicketGiven,
    ParkTicket,
    ResumeTicket,
    ServeDirectly,
    UndoAct,
)
from hub.wire.scans import ReportScan, ScanKnown

_AT = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
_TICKET = "3f2a9c0e5b7d4e1f8a6c2d4b9e0f1a2b"
_VISIT = "b81e7f60c2d34a95a1e0d7c4f3b29658"
_JOB = "0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a"
_BLOB = "7c1b2a3d4e5f60718293a4b5c6d7e8f9"
_CASE = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
_BOOT = "c0ffee00c0ffee00c0ffee00c0ffee00"

WAITING = Ticket(
    id=_TICKET,
    number="A-042",
    service="skim",
    lane="intake",
    state="waiting",
    segment="general",
    needs=[],
    language="id",
    issued_at=_AT,
    visit=_VISIT,
    ahead=3,
    estimate=Estimate(low_min=10, high_min=20),
)
_COUNTER = CounterState(counter=1, state="open", lanes=["intake"])
_HEAD = Candidate(
    ticket=_TICKET,
    number="A-042",
    lane="intake",
    segment="general",
    waited_s=720,
    score=12.0,
    chosen=True,
    words=Words(id="Terlama menunggu: 12 menit", en="Waiting longest: 12 min"),
)
_PRINT = Job(
    id=_JOB,
    counter=1,
    kind="print_document",
    state="leased",
    options={"copies": "1"},
    deadline=_AT,
    fence=1,
    blob=_BLOB,
)
_SERVICE = ServiceState(
    code="skim",
    prefix="A",
    lane="intake",
    name=Words(id="Permohonan SKIM", en="SKIM application"),
    about=Words(id="Surat Keterangan Keimigrasian", en="Immigration certificate"),
    icon="file-text",
    open=True,
    waiting=3,
    estimate=Estimate(low_min=10, high_min=20),
    form="passport",
)
_OFFICE = OfficeState(
    seq=128,
    name=Words(id="Kantor Imigrasi Contoh", en="Sample Immigration Office"),
    parent=Words(id="Kantor Wilayah Contoh", en="Sample Regional Office"),
    timezone="Asia/Jakarta",
    today=date(2026, 11, 23),
    now=_AT,
    languages=["id", "en"],
    complaints="pengaduan@kantor.example",
    fee_notice=Words(id="Tarif sesuai PNBP", en="Fees as by law"),
    services=[_SERVICE],
    counters=[1, 2, 3, 4],
)
_QUEUE = QueueState(
    seq=128,
    at=_AT,
    lanes=[LaneState(lane="intake", waiting=3, longest_wait_s=720)],
    counters=[_COUNTER],
    last_calls=[
        LastCall(ticket=_TICKET, number="A-042", lane="intake", counter=1, at=_AT, times=1)
    ],
)
_TYPED = PassportInput(
    source="typed",
    document_number="X0000000",
    birth_date="1990-01-31",
    expiry_date="2031-01-30",
    surname="CONTOH",
    given_names="ORANG",
    sex="F",
    nationality="UTO",
    issuing_state="UTO",
)

_SHOWN: tuple[msgspec.Struct, ...] = (
    # what comes in
    IssueTicket(service="skim"),
    CallNext(),
    OpenCounter(lanes=["intake"]),
    PauseCounter(reason="salat"),
    CloseCounter(),
    TicketAct(),
    MarkAbsent(),
    TransferTicket(lane="biometrics", reason="pasfoto"),
    FinishTicket(outcome="done"),
    ClassTicket(segment="priority", group="elderly"),
    ParkTicket(reason="fotokopi"),
    ResumeTicket(counter=1),
    UndoAct(),
    ServeDirectly(service="information", reason="bertanya singkat"),
    DeskTicket(service="information", segment="priority", group="pregnant"),
    DeskTicketGiven(ticket=WAITING, job=_JOB),
    TicketPrinted(state="printed"),
    Preregistration(passport=_TYPED, notice_version="2026-11"),
    LeaseJob(boot=_BOOT),
    JobStarted(boot=_BOOT, fence=1),
    JobProgress(boot=_BOOT, fence=1, done=1, total=3),
    ReportScan(text="LOKET:R:CTH-261123-0042-K:7Q2M4X9ABC", symbology="QR"),
    ScanKnown(meaning="receipt", application=_TICKET),
    JobResult(boot=_BOOT, fence=1, state="done", blobs=[_BLOB], facts={"pages": "3"}),
    StationReport(
        boot=_BOOT,
        version="0.1.0",
        devices=[DeviceReport(role="scanner", address="sane:test:0", lamp="ready")],
    ),
    # what goes out
    WAITING,
    _COUNTER,
    _OFFICE,
    _QUEUE,
    Why(ticket=_TICKET, number="A-042", at=_AT, reason="", candidates=[_HEAD]),
    DraftOpened(id=_CASE, case_code="CTH-261123-0042-K"),
    _PRINT,
    JobList(seq=128, jobs=[_PRINT]),
    BlobStored(id=_BLOB, sha256="0" * 64, size=48213),
    StationState(name="kiosk hall", kind="kiosk", counter=None, seq=128),
)
EXAMPLES: Mapping[type[msgspec.Struct], msgspec.Struct] = {
    type(one): one for one in (*_SHOWN, *OF_OPENING)
}

REFUSED = Problem(
    title="Wrong input",
    status=422,
    code="body_invalid",
    detail="What is wrong, and what to do.",
    detail_id="Apa yang salah, dan apa yang harus dilakukan.",
    fields=[FieldFault(field="service", code="missing", message="harus diisi / is required")],
)
