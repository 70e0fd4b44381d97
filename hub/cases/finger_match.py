"""The person at hand-over against the fingers of the case: decision support, the officer decides.

Two fingers, three tries each (`[biometrics] match_…`). Each try keeps finger, both images, score,
threshold, algorithm and version; what the officer concludes is kept beside, sealed as evidence
`finger_match` of the step that hands over. A document confirms the person as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy.orm import Session

from hub import jobs
from hub.cases import evidence, fingers
from hub.cases.fingers import NAMES, Finger
from hub.cases.steps import workable
from hub.comparing import Compared
from hub.errors import BadInput, Conflict
from hub.events.applications import EvidenceSupplied
from hub.jobs import UNFINISHED, JobView, of_application
from hub.models.application import Application
from hub.procedure import Procedure
from hub.wire import FieldFault, Job, Words
from hub.writer import Tx

KEY = "finger_match"
SAME, NOT_SURE = "same", "not_sure"
LONGEST_REASON = 300


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison: which finger, which capture, what came out and by which measure."""

    finger: int
    job: str
    enrolled: str
    taken: str
    score: float
    threshold: float
    algorithm: str
    version: str
    by: str


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The comparisons of a case and what the officer concluded: same, not_sure, or nothing yet."""

    tries: tuple[Try, ...] = ()
    decision: str = ""
    reason: str = ""
    by: str = ""

    @property
    def reached(self) -> bool:
        """Return whether a comparison reached the threshold that the office had then."""
        return any(one.score >= one.threshold for one in self.tries)


@dataclass(frozen=True, slots=True)
class Pair:
    """An enrolled image and the capture that waits to be compared with it, as stored files."""

    finger: int
    job: str
    enrolled: str
    taken: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An enrolled finger that can be compared, with the tries it has left."""

    finger: Finger
    tries_left: int
    running: bool
    waiting: bool
    """It was captured, but not compared yet."""


@dataclass(frozen=True, slots=True)
class MatchState:
    """How the comparison of a case stands."""

    kept: Kept
    choices: tuple[Choice, ...]
    threshold: float

    @property
    def all_used(self) -> bool:
        """Return whether no enrolled finger has a try left, nor one that is not compared yet."""
        return not any(one.tries_left or one.running or one.waiting for one in self.choices)


def state_of(session: Session, procedure: Procedure, row: Application) -> MatchState:
    """Return what was compared so far, and which fingers can be taken."""
    kept, rules = kept_of(session, procedure, row), procedure.office.biometrics
    asked = _captures(session, procedure, row)
    compared = {one.job for one in kept.tries}
    begun = {number for number, _ in asked}
    choices = tuple(
        Choice(
            finger=finger,
            tries_left=_tries_left(procedure, asked, finger.number),
            running=any(n == finger.number and j.state in UNFINISHED for n, j in asked),
            waiting=any(n == finger.number and _ready(j, compared) for n, j in asked),
        )
        for finger in _enrolled(session, procedure, row)
        if finger.number in begun or len(begun) < rules.match_fingers
    )
    return MatchState(kept, choices, rules.match_threshold)


def take(tx: Tx, procedure: Procedure, application: str, number: int, *, counter: int) -> Job:
    """Ask the counter's reader for a finger of the person who collects.

    Raises Conflict `match_not_here` | `finger_not_enrolled` | `match_tries_used` |
    `finger_running`.
    """
    row = _at_hand_over(tx, procedure, application)
    if _decided(tx.session, procedure, row):
        raise _already_decided()
    state = state_of(tx.session, procedure, row)
    choice = next((one for one in state.choices if one.finger.number == number), None)
    if choice is None:
        raise _not_enrolled()
    if choice.running:
        raise Conflict(
            "finger_running",
            "The reader is waiting for this finger already: put it on the glass.",
            id="Alat sudah menunggu jari ini: letakkan di kaca.",
        )
    if not choice.tries_left:
        raise Conflict(
            "match_tries_used",
            "All tries of this finger are used: decide, or confirm the person by document.",
            id="Semua percobaan jari ini terpakai: putuskan, atau pastikan dengan dokumen.",
        )
    return jobs.ask(
        tx,
        counter=counter,
        kind="capture_finger",
        application=row.id,
        evidence=f"{_step(procedure)}.{KEY}.{number}",
        options={
            "finger": str(number),
            "least_quality": str(procedure.office.biometrics.least_quality),
        },
    )


def pair_of(session: Session, procedure: Procedure, row: Application, number: int) -> Pair:
    """Return the newest capture of a finger that was not compared. Raises Conflict."""
    compared = {one.job for one in kept_of(session, procedure, row).tries}
    enrolled = next((f for f in _enrolled(session, procedure, row) if f.number == number), None)
    ready = [
        job
        for finger, job in _captures(session, procedure, row)
        if finger == number and _ready(job, compared)
    ]
    if enrolled is None or not ready:
        raise Conflict(
            "nothing_to_compare",
            "There is no new image of this finger: take it, wait for the reader, then compare.",
            id="Belum ada gambar baru jari ini: ambil, tunggu alat selesai, lalu bandingkan.",
        )
    return Pair(number, ready[-1].id, enrolled.blob, ready[-1].blobs[0])


def enrolled_image(session: Session, procedure: Procedure, row: Application, number: int) -> str:
    """Return the stored image of an enrolled finger. Raises Conflict `finger_not_enrolled`."""
    found = (f.blob for f in _enrolled(session, procedure, row) if f.number == number)
    image = next(found, None)
    if image is None:
        raise _not_enrolled()
    return image


def keep(tx: Tx, procedure: Procedure, application: str, pair: Pair, found: Compared) -> str:
    """Keep what a comparison gave; doing it twice keeps it once. Returns the case's id."""
    row = _at_hand_over(tx, procedure, application)
    kept = kept_of(tx.session, procedure, row)
    if pair.job in {one.job for one in kept.tries}:
        return row.id
    done = Try(
        finger=pair.finger,
        job=pair.job,
        enrolled=pair.enrolled,
        taken=pair.taken,
        score=round(found.score, 1),
        threshold=procedure.office.biometrics.match_threshold,
        algorithm=found.algorithm,
        version=found.version,
        by=tx.actor.name,
    )
    return _write(tx, procedure, row, msgspec.structs.replace(kept, tries=(*kept.tries, done)))


def decide(tx: Tx, procedure: Procedure, application: str, decision: str, reason: str) -> str:
    """Keep what the officer concludes; against the score it needs a reason. Returns the case's id.

    Raises BadInput naming the field, Conflict `nothing_compared` | `match_decided`.
    """
    row = _at_hand_over(tx, procedure, application)
    kept = kept_of(tx.session, procedure, row)
    if not kept.tries:
        text = "Nothing was compared yet."
        raise Conflict("nothing_compared", text, id="Belum ada jari yang dibandingkan.")
    if kept.decision:
        raise _already_decided()
    if decision not in (SAME, NOT_SURE):
        raise _wrong("decision", "pilih kesimpulan / choose a conclusion")
    if kept.reached != (decision == SAME) and not reason.strip():
        raise _wrong("reason", "tulis alasannya: lain dari skor / say why: the score says else")
    said = msgspec.structs.replace(
        kept, decision=decision, reason=reason.strip()[:LONGEST_REASON], by=tx.actor.name
    )
    return _write(tx, procedure, row, said)


def kept_of(session: Session, procedure: Procedure, row: Application) -> Kept:
    """Return what was compared in a case and concluded from it."""
    text = evidence.values_of(session, procedure, row).get(_step(procedure), {}).get(KEY, "")
    return msgspec.json.decode(text, type=Kept) if text else Kept()


def in_words(kept: Kept) -> Words | None:
    """Return how a finger confirmed the person, for the collection slip; None if none did."""
    if kept.decision != SAME:
        return None
    best = max(kept.tries, key=lambda one: one.score)
    name = NAMES[best.finger]
    return Words(id=f"Sidik jari 1:1, {name.id.lower()}", en=f"finger 1:1, {name.en.lower()}")


def _at_hand_over(tx: Tx, procedure: Procedure, application: str) -> Application:
    row, stage = workable(tx, procedure, application)
    if stage.name != _step(procedure):
        raise Conflict(
            "match_not_here",
            "Fingers are compared where the document is handed over.",
            id="Sidik jari dibandingkan di langkah penyerahan dokumen.",
        )
    return row


def _step(procedure: Procedure) -> str:
    return procedure.sop.doing("close_custody")


def _enrolled(session: Session, procedure: Procedure, row: Application) -> tuple[Finger, ...]:
    """Return the fingers of the case that have an image, the best first."""
    found = [
        finger
        for stage in procedure.sop.stages
        for rule in stage.evidence
        if rule.kind == "finger"
        for finger in fingers.of_case(session, procedure, row, stage.name, rule.key)
        if finger.blob and finger.state != "exception"
    ]
    return tuple(sorted(found, key=lambda one: -(one.quality or 0)))


def _captures(
    session: Session, procedure: Procedure, row: Application
) -> list[tuple[int, JobView]]:
    """Return what the reader was asked for at hand-over, the oldest first."""
    prefix = f"{_step(procedure)}.{KEY}."
    known = of_application(session.connection(), row.office, row.id)
    return [
        (int(job.evidence.removeprefix(prefix)), job)
        for job in reversed(known)
        if job.evidence.startswith(prefix)
    ]


def _ready(job: JobView, compared: set[str]) -> bool:
    return job.state == "done" and bool(job.blobs) and job.id not in compared


def _tries_left(procedure: Procedure, asked: list[tuple[int, JobView]], number: int) -> int:
    taken = sum(n == number and job.state == "done" and bool(job.blobs) for n, job in asked)
    return max(procedure.office.biometrics.match_tries - taken, 0)


def _decided(session: Session, procedure: Procedure, row: Application) -> bool:
    return bool(kept_of(session, procedure, row).decision)


def _write(tx: Tx, procedure: Procedure, row: Application, kept: Kept) -> str:
    step = _step(procedure)
    evidence.state(tx, procedure, row, step, KEY, msgspec.json.encode(kept).decode())
    tx.emit(EvidenceSupplied(row.id, step, KEY), subject=row.id)
    return row.id


def _already_decided() -> Conflict:
    text = "The comparison is decided already."
    return Conflict("match_decided", text, id="Perbandingan ini sudah diputuskan.")


def _wrong(field: str, message: str) -> BadInput:
    fault = FieldFault(field=field, code="missing", message=message)
    text, indonesian = "The comparison is not decided yet.", "Perbandingan belum diputuskan."
    return BadInput("match_wrong", text, id=indonesian, fields=[fault])


def _not_enrolled() -> Conflict:
    return Conflict(
        "finger_not_enrolled",
        "This finger is not enrolled, or two others were chosen: take one of those.",
        id="Jari ini tidak terekam, atau dua jari lain sudah dipilih: pakai salah satunya.",
    )
