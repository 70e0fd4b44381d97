"""The fingers of a case: each has an image, or an exception with its code and reason.

Fingers are numbered as in ISO/IEC 19794-4 (1 right thumb … 10 left little), four fingers at once as
13 right, 14 left, 15 both thumbs. Exceptions carry ANSI/NIST-ITL 1-2011 field 14.018's codes: XX
amputated, UP unable to print. What an officer says of a finger is sealed as evidence `finger.N`;
its images are what the counter's devices delivered for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.jobs import UNFINISHED, JobView, of_application
from hub.models.application import Application, Evidence
from hub.office.case_rules import BiometricRules
from hub.procedure import Procedure
from hub.wire import Words

NAMES = {
    1: Words(id="Jempol kanan", en="Right thumb"),
    2: Words(id="Telunjuk kanan", en="Right index"),
    3: Words(id="Jari tengah kanan", en="Right middle"),
    4: Words(id="Jari manis kanan", en="Right ring"),
    5: Words(id="Kelingking kanan", en="Right little"),
    6: Words(id="Jempol kiri", en="Left thumb"),
    7: Words(id="Telunjuk kiri", en="Left index"),
    8: Words(id="Jari tengah kiri", en="Left middle"),
    9: Words(id="Jari manis kiri", en="Left ring"),
    10: Words(id="Kelingking kiri", en="Left little"),
    13: Words(id="Empat jari kanan", en="Right four fingers"),
    14: Words(id="Empat jari kiri", en="Left four fingers"),
    15: Words(id="Kedua jempol", en="Both thumbs"),
}
TOGETHER: Mapping[int, tuple[int, ...]] = {13: (2, 3, 4, 5), 14: (7, 8, 9, 10), 15: (1, 6)}
ALL = tuple(range(1, 11))


@dataclass(frozen=True, slots=True)
class ExceptionKind:
    """Why there is no image of a finger, with its ANSI/NIST code."""

    value: str
    code: str
    words: Words
    needs_reason: bool = False


EXCEPTIONS = (
    ExceptionKind("AMPUTATED", "XX", Words(id="Tidak ada (amputasi)", en="Amputated")),
    ExceptionKind("BANDAGED", "UP", Words(id="Dibalut atau luka", en="Bandaged or hurt")),
    ExceptionKind("UNREADABLE", "UP", Words(id="Tidak terbaca alat", en="Not readable"), True),
    ExceptionKind("OTHER", "UP", Words(id="Sebab lain", en="Another cause"), True),
)
_TRIED = frozenset({"messy", "few_points"})
"""Failures that were a try of the finger, not of the device."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer said of a finger: an exception, a poor image accepted, or begun anew."""

    how: str
    exception: str = ""
    code: str = ""
    reason: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Finger:
    """One finger of a case as it stands; `state` is one of the words below.

    `missing`, `running` (a device is at it), `poor` (its best image is below the office's limit),
    `good`, `accepted` (poor, with a reason), `exception`.
    """

    number: int
    required: bool
    state: str
    tries: int
    tries_left: int
    quality: int | None = None
    advice: str = ""
    blob: str = ""
    best: str = ""
    job: JobView | None = None
    said: Said | None = None
    by: str = ""
    at: datetime | None = None

    @property
    def name(self) -> Words:
        """Return the finger in words."""
        return NAMES[self.number]

    @property
    def settled(self) -> bool:
        """Return whether it is good evidence."""
        return self.state in ("good", "accepted", "exception")

    @property
    def exception(self) -> ExceptionKind | None:
        """Return why there is no image, if that was said."""
        if self.said is None or self.state != "exception":
            return None
        return next((one for one in EXCEPTIONS if one.value == self.said.exception), None)


def of_case(
    session: Session, procedure: Procedure, application: Application, stage: str, key: str
) -> tuple[Finger, ...]:
    """Return all ten fingers of a case as row `key` of `stage` has them."""
    jobs = _jobs(session, application, f"{stage}.{key}.")
    said = _said(session, procedure, application, stage, key)
    rules = procedure.office.biometrics
    return tuple(_finger(number, rules, jobs, said.get(number)) for number in ALL)


def found_in(fingers: Sequence[Finger]) -> str:
    """Return the evidence as it is kept: one entry a finger, empty if there is none at all."""
    kept = [
        {
            "finger": one.number,
            "state": one.state,
            "quality": one.quality,
            "image": one.blob,
            "exception": one.said.exception if one.said else "",
            "code": one.said.code if one.said else "",
            "reason": one.said.reason if one.said else "",
        }
        for one in fingers
        if one.settled
    ]
    return msgspec.json.encode(kept).decode() if kept else ""


def lacking(fingers: Sequence[Finger]) -> Words | None:
    """Return which required fingers have neither image nor exception, or None."""
    left = [one for one in fingers if one.required and not one.settled]
    if not left:
        return None
    return Words(
        id="belum ada gambar atau pengecualian untuk "
        + ", ".join(f"{one.name.id} ({one.number})" for one in left),
        en="neither image nor exception for "
        + ", ".join(f"{one.name.en} ({one.number})" for one in left),
    )


def _finger(
    number: int,
    rules: BiometricRules,
    jobs: Sequence[tuple[int, JobView]],
    kept: tuple[Said, Evidence] | None,
) -> Finger:
    said, row = kept or (None, None)
    anew = row.at if said and row and said.how == "again" else None
    mine = [
        job
        for covers, job in jobs
        if (number == covers or number in TOGETHER.get(covers, ()))
        and (anew is None or job.queued_at > anew)
    ]
    taken = [job for job in mine if job.state == "done" and job.blobs]
    tries = len(taken) + sum(job.state == "failed" and job.code in _TRIED for job in mine)
    best = max(taken, key=_quality, default=None)
    if said and said.how == "accepted":
        best = next((job for job in taken if job.id == said.job), best)
    return Finger(
        number=number,
        required=number in rules.fingers,
        state=_state(said, mine, best, rules),
        tries=tries,
        tries_left=max(rules.tries - tries, 0),
        quality=_quality(best) if best else None,
        advice=best.facts.get("advice", "") if best else "",
        blob=best.blobs[0] if best else "",
        best=best.id if best else "",
        job=mine[-1] if mine else None,
        said=said,
        by=row.by_name if row else "",
        at=row.at if row else best.ended_at if best else None,
    )


def _state(
    said: Said | None, mine: Sequence[JobView], best: JobView | None, rules: BiometricRules
) -> str:
    if said and said.how in ("exception", "accepted"):
        return said.how
    if any(job.state in UNFINISHED for job in mine):
        return "running"
    if best is None:
        return "missing"
    return "good" if _quality(best) >= rules.least_quality else "poor"


def _quality(job: JobView) -> int:
    text = job.facts.get("quality", "")
    return int(text) if text.isdecimal() else 0


def _jobs(session: Session, application: Application, prefix: str) -> list[tuple[int, JobView]]:
    """Return the captures for one row with the finger that each was for, the oldest first."""
    known = of_application(session.connection(), application.office, application.id)
    named = [
        (job.evidence.removeprefix(prefix), job)
        for job in reversed(known)
        if job.evidence.startswith(prefix)
    ]
    return [(int(number), job) for number, job in named if number.isdecimal()]


def _said(
    session: Session, procedure: Procedure, application: Application, stage: str, key: str
) -> dict[int, tuple[Said, Evidence]]:
    query = select(Evidence).where(
        Evidence.office == application.office,
        Evidence.application == application.id,
        Evidence.step == stage,
        Evidence.key.startswith(f"{key}.", autoescape=True),
        Evidence.voided_at.is_(None),
    )
    secret = persons.data_key(procedure.keyring, application)
    found = {}
    for row in session.scalars(query):
        number = int(row.key.removeprefix(f"{key}."))
        text = persons.open_text(
            secret, application, persons.evidence_place(stage, f"{key}.{number}"), row.sealed
        )
        found[number] = (msgspec.json.decode(text, type=Said), row)
    return found
