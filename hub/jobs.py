"""Requests to devices: queued → leased → started → done, failed, expired or unknown.

A lease names one start of one agent and carries a fence; a result with an old fence is refused.
A capture may be leased again after a crash; a print that was started is only resolved, never
repeated by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.errors import Conflict, NotAllowed, NotFound
from hub.events import JobChanged, JobProgressed
from hub.models.schema import new_id
from hub.models.station import BlobRow, JobRow, Station
from hub.wire import Job, JobKind, JobProgress, JobResult, JobStarted, LeaseJob
from hub.writer import Tx

LEASE = timedelta(seconds=60)
DEADLINE = {
    "capture_finger": timedelta(minutes=3),
    "take_photo": timedelta(minutes=2),
    "scan": timedelta(minutes=10),
    "read_passport": timedelta(minutes=3),
    "confirm_by_card": timedelta(seconds=40),
    "print_document": timedelta(minutes=10),
    "print_ticket": timedelta(minutes=3),
}
PRINTS = ("print_document", "print_ticket")
SECRETS = ("read_passport", "confirm_by_card")
"""Kinds whose file is a secret for the device alone: it is forgotten with the job's end."""
UNFINISHED = ("queued", "leased", "started")
_COLUMNS = JobRow.__table__.c
JobLine = Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as pages show it, with what came of it."""

    id: str
    counter: int
    kind: str
    state: str
    evidence: str
    application: str | None
    done: int
    total: int
    code: str
    detail: str
    blobs: tuple[str, ...]
    facts: Mapping[str, str]
    queued_at: datetime
    ended_at: datetime | None
    copy: bool


def ask(
    tx: Tx,
    *,
    counter: int,
    kind: JobKind,
    options: Mapping[str, str] | None = None,
    application: str | None = None,
    evidence: str = "",
    blob: str | None = None,
    copy_of: str | None = None,
) -> Job:
    """Ask a counter's device for something; `evidence` names what the result will prove."""
    job = new_id()
    tx.connection.execute(
        insert(JobRow).values(
            office=tx.office,
            id=job,
            counter=counter,
            kind=kind,
            state="queued",
            options=msgspec.json.encode(dict(options or {})).decode(),
            application=application,
            evidence=evidence,
            blob=blob,
            copy_of=copy_of,
            actor=tx.actor.reference,
            deadline=tx.at + DEADLINE[kind],
            queued_at=tx.at,
        )
    )
    return _moved(tx, job)


def lease(tx: Tx, *, job: str, request: LeaseJob) -> Job:
    """Take a job, or renew its lease. Raises Conflict `job_taken`, `job_over`."""
    line = _own(tx, job)
    _must_be_unfinished(line)
    if line.boot == request.boot:
        _set(tx, job, lease_until=tx.at + LEASE)
        return _wire(_find(tx.connection, tx.office, job))
    held = line.state in ("leased", "started") and line.lease_until > tx.at
    if held and not _newest_start(tx, request.boot):
        raise Conflict(
            "job_taken",
            "Another start of the agent holds this job.",
            id="Pekerjaan ini sedang dipegang agen lain.",
        )
    return _take_over(tx, line, request)


def started(tx: Tx, *, job: str, request: JobStarted) -> Job:
    """Note that the first byte goes to the device. Raises Conflict `job_fenced`."""
    line = _fenced(tx, job, request.boot, request.fence)
    if line.state == "started":
        return _wire(line)
    _set(tx, job, state="started", started_at=tx.at, lease_until=tx.at + LEASE)
    return _moved(tx, job)


def progress(tx: Tx, *, job: str, request: JobProgress) -> Job:
    """Note how far a running job is and renew its lease. Raises Conflict `job_fenced`."""
    line = _fenced(tx, job, request.boot, request.fence)
    _set(tx, job, done=request.done, total=request.total, lease_until=tx.at + LEASE)
    tx.emit(JobProgressed(job, line.counter, request.done, request.total), subject=job)
    return _wire(_find(tx.connection, tx.office, job))


def result(tx: Tx, *, job: str, request: JobResult) -> Job:
    """Record a job's end. Raises Conflict `job_fenced`, `job_over`, NotFound `blob_unknown`."""
    line = _fenced(tx, job, request.boot, request.fence)
    for blob in request.blobs:
        _claim_blob(tx, blob, line.application)
    _forget_secret(tx, line)
    _set(
        tx,
        job,
        state=request.state,
        ended_at=tx.at,
        code=request.code,
        detail=request.detail,
        facts=msgspec.json.encode(request.facts).decode(),
        blobs=msgspec.json.encode(request.blobs).decode(),
    )
    return _moved(tx, job)


def settle_unknown(tx: Tx, *, job: str, printed: bool) -> Job:
    """Record an officer's word on whether paper came out. Raises Conflict `job_not_unknown`."""
    line = _find(tx.connection, tx.office, job)
    if line.state != "unknown":
        raise Conflict(
            "job_not_unknown",
            "This print has been settled already.",
            id="Cetakan ini sudah diselesaikan.",
        )
    state = "done" if printed else "failed"
    _set(tx, job, state=state, code="" if printed else "not_printed")
    return _moved(tx, job)


def cancel(tx: Tx, *, job: str, application: str | None) -> Job:
    """End a capture or scan, of a case or of none, that nobody wants any more; its device stops.

    Raises NotFound `job_unknown`, Conflict `job_over` | `job_prints`.
    """
    line = must_be_of(tx, job=job, application=application)
    _must_be_unfinished(line)
    if line.kind in PRINTS:
        raise Conflict(
            "job_prints",
            "A print cannot be called back from here: stop it at the printer.",
            id="Cetakan tidak dapat ditarik dari sini: hentikan di pencetak.",
        )
    _forget_secret(tx, line)
    _set(tx, job, state="failed", ended_at=tx.at, code="cancelled")
    return _moved(tx, job)


def must_be_of(tx: Tx, *, job: str, application: str | None) -> JobLine:
    """Return a job of a case, or of none. Raises NotFound `job_unknown`, also for another's."""
    line = _find(tx.connection, tx.office, job)
    if line.application != application:
        raise _unknown()
    return line


def expire(tx: Tx) -> int:
    """End every job past its deadline; a started print becomes unknown. Return how many."""
    query = select(*_COLUMNS).where(
        JobRow.office == tx.office, JobRow.state.in_(UNFINISHED), JobRow.deadline < tx.at
    )
    late = tx.connection.execute(query).all()
    for line in late:
        unsure = line.state == "started" and line.kind in PRINTS
        state = "unknown" if unsure else "expired"
        _forget_secret(tx, line)
        _set(tx, line.id, state=state, ended_at=tx.at, code="deadline")
        _moved(tx, line.id)
    return len(late)


def unfinished(connection: Connection, office_no: int, counter: int) -> list[Job]:
    """Return the unfinished jobs of a counter, the oldest first."""
    query = (
        select(*_COLUMNS)
        .where(JobRow.office == office_no, JobRow.counter == counter, JobRow.state.in_(UNFINISHED))
        .order_by(JobRow.queued_at)
    )
    return [_wire(line) for line in connection.execute(query)]


def of_application(connection: Connection, office_no: int, application: str) -> list[JobView]:
    """Return all jobs of a case, the newest first."""
    query = (
        select(*_COLUMNS)
        .where(JobRow.office == office_no, JobRow.application == application)
        .order_by(JobRow.queued_at.desc())
    )
    return [_view(line) for line in connection.execute(query)]


def unsettled(connection: Connection, office_no: int) -> list[JobView]:
    """Return prints of which nobody knows whether paper came out."""
    query = (
        select(*_COLUMNS)
        .where(JobRow.office == office_no, JobRow.state == "unknown")
        .order_by(JobRow.queued_at)
    )
    return [_view(line) for line in connection.execute(query)]


def find(connection: Connection, office_no: int, job: str) -> JobView:
    """Return one job. Raises NotFound `job_unknown`."""
    return _view(_find(connection, office_no, job))


def photo_faults(connection: Connection, office: int, job: str) -> tuple[str, ...]:
    """Return what the camera found wrong with the portrait that `job` took, if anything."""
    query = select(_COLUMNS.facts).where(_COLUMNS.office == office, _COLUMNS.id == job)
    facts = connection.execute(query).scalar_one_or_none()
    known = msgspec.json.decode(facts, type=dict[str, str]) if facts else {}
    return tuple(known.get("faults", "").split())


def may_read_blob(connection: Connection, office_no: int, counter: int, blob: str) -> bool:
    """Return whether an unfinished job of `counter` prints this blob."""
    query = select(JobRow.id).where(
        JobRow.office == office_no,
        JobRow.counter == counter,
        JobRow.blob == blob,
        JobRow.state.in_(UNFINISHED),
    )
    return connection.execute(query.limit(1)).first() is not None


# ── below: what the verbs are made of ────────────────────────────────────────


def _take_over(tx: Tx, line: JobLine, request: LeaseJob) -> Job:
    state = line.state if line.state == "started" else "leased"
    _set(
        tx,
        line.id,
        state=state,
        boot=request.boot,
        fence=line.fence + 1,
        lease_until=tx.at + LEASE,
    )
    return _moved(tx, line.id)


def _newest_start(tx: Tx, boot: str) -> bool:
    """Return whether the calling station reported `boot` last: its earlier starts are dead."""
    query = select(Station.boot).where(Station.office == tx.office, Station.id == tx.actor.id)
    return tx.connection.execute(query).scalar_one_or_none() == boot


def _own(tx: Tx, job: str) -> JobLine:
    line = _find(tx.connection, tx.office, job)
    if tx.actor.counter != line.counter:
        raise NotAllowed(
            "job_not_yours",
            f"This job belongs to counter {line.counter}.",
            id=f"Pekerjaan ini milik loket {line.counter}.",
        )
    return line


def _must_be_unfinished(line: JobLine) -> None:
    if line.state not in UNFINISHED:
        raise Conflict("job_over", f"This job is {line.state}.", id="Pekerjaan ini sudah berakhir.")


def _fenced(tx: Tx, job: str, boot: str, fence: int) -> JobLine:
    line = _own(tx, job)
    if line.boot != boot or line.fence != fence:
        raise Conflict(
            "job_fenced",
            "Another start of the agent took this job over; this answer is not taken.",
            id="Pekerjaan ini sudah diambil alih; jawaban ini tidak diterima.",
        )
    _must_be_unfinished(line)
    return line


def _forget_secret(tx: Tx, line: JobLine) -> None:
    """Let go of the file that told the device a secret; the sweep of orphans removes it."""
    if line.kind not in SECRETS or not line.blob:
        return
    _set(tx, line.id, blob=None)
    tx.connection.execute(
        delete(BlobRow).where(BlobRow.office == tx.office, BlobRow.id == line.blob)
    )


def _claim_blob(tx: Tx, blob: str, application: str | None) -> None:
    changed = tx.connection.execute(
        update(BlobRow)
        .where(BlobRow.office == tx.office, BlobRow.id == blob)
        .values(application=application)
    )
    if changed.rowcount == 0:
        raise NotFound(
            "blob_unknown",
            "The file was not uploaded. Upload it, then report the result again.",
            id="Berkas belum diunggah. Unggah dahulu lalu laporkan lagi.",
        )


def _find(connection: Connection, office_no: int, job: str) -> JobLine:
    query = select(*_COLUMNS).where(JobRow.office == office_no, JobRow.id == job)
    line = connection.execute(query).one_or_none()
    if line is None:
        raise _unknown()
    return line


def _unknown() -> NotFound:
    return NotFound("job_unknown", "There is no such job.", id="Tidak ada pekerjaan itu.")


def _set(tx: Tx, job: str, **values: object) -> None:
    tx.connection.execute(
        update(JobRow).where(JobRow.office == tx.office, JobRow.id == job).values(**values)
    )


def _moved(tx: Tx, job: str) -> Job:
    line = _find(tx.connection, tx.office, job)
    event = JobChanged(job, line.counter, line.kind, line.state, line.application, line.code)
    tx.emit(event, subject=job)
    return _wire(line)


def _wire(line: JobLine) -> Job:
    return Job(
        id=line.id,
        counter=line.counter,
        kind=line.kind,
        state=line.state,
        options=msgspec.json.decode(line.options, type=dict[str, str]),
        deadline=line.deadline,
        fence=line.fence,
        blob=line.blob,
        copy=line.copy_of is not None,
    )


def _view(line: JobLine) -> JobView:
    blobs: Sequence[str] = msgspec.json.decode(line.blobs, type=list[str])
    return JobView(
        id=line.id,
        counter=line.counter,
        kind=line.kind,
        state=line.state,
        evidence=line.evidence,
        application=line.application,
        done=line.done,
        total=line.total,
        code=line.code,
        detail=line.detail,
        blobs=tuple(blobs),
        facts=msgspec.json.decode(line.facts, type=dict[str, str]),
        queued_at=line.queued_at,
        ended_at=line.ended_at,
        copy=line.copy_of is not None,
    )
