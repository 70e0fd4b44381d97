"""The portrait of a case: what was measured on it, how often it was taken, why a poor one is used.

A poor portrait is accepted by an officer with a reason once its shots are used; the reason is
sealed as evidence `photo.said`, its `job` names the picture that it speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.jobs import UNFINISHED, JobView, of_application
from hub.models.application import Application, Evidence
from hub.procedure import Procedure

KEY = "photo"
SAID = f"{KEY}.said"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer said of a portrait: it is accepted although poor, or begun anew."""

    how: str
    reason: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """The newest portrait; `state` is missing, running, poor, good or accepted.

    `facts` are what the camera measured, `faults` what it found wrong, most important first.
    """

    state: str
    tries: int
    tries_left: int
    job: JobView | None = None
    blob: str = ""
    shown: str = ""
    """The job that took the picture."""
    facts: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    said: Said | None = None


def of_case(
    session: Session, procedure: Procedure, application: Application, stage: str
) -> Portrait:
    """Return the portrait of a case as the photo row of `stage` has it."""
    said, since = _said(session, procedure, application, stage)
    name = f"{stage}.{KEY}"
    known = of_application(session.connection(), application.office, application.id)
    asked = [job for job in known if job.evidence == name]
    anew = since if said and said.how == "again" else None
    mine = [job for job in asked if anew is None or job.queued_at > anew]
    taken = [job for job in mine if job.state == "done" and job.blobs]
    newest = taken[0] if taken else None
    faults = tuple(newest.facts.get("faults", "").split()) if newest else ()
    allowed = procedure.office.biometrics.tries
    accepted = bool(said and newest and said.how == "accepted" and said.job == newest.id)
    return Portrait(
        state=_state(mine, newest, faults, accepted=accepted),
        tries=len(taken),
        tries_left=max(allowed - len(taken), 0),
        job=mine[0] if mine else None,
        blob=newest.blobs[0] if newest else "",
        shown=newest.id if newest else "",
        facts=newest.facts if newest else {},
        faults=faults,
        said=said,
    )


def accepted_jobs(session: Session, application: Application) -> frozenset[str]:
    """Return the portraits of the case that an officer accepted with a reason."""
    query = select(Evidence.job).where(
        Evidence.office == application.office,
        Evidence.application == application.id,
        Evidence.key == SAID,
        Evidence.voided_at.is_(None),
    )
    return frozenset(job for job in session.scalars(query) if job)


def _state(
    mine: list[JobView], newest: JobView | None, faults: tuple[str, ...], *, accepted: bool
) -> str:
    if any(job.state in UNFINISHED for job in mine):
        return "running"
    if newest is None:
        return "missing"
    if accepted:
        return "accepted"
    return "poor" if faults else "good"


def _said(
    session: Session, procedure: Procedure, application: Application, stage: str
) -> tuple[Said | None, datetime | None]:
    query = select(Evidence).where(
        Evidence.office == application.office,
        Evidence.application == application.id,
        Evidence.step == stage,
        Evidence.key == SAID,
        Evidence.voided_at.is_(None),
    )
    row = session.scalar(query)
    if row is None:
        return None, None
    secret = persons.data_key(procedure.keyring, application)
    text = persons.open_text(secret, application, persons.evidence_place(stage, SAID), row.sealed)
    return msgspec.json.decode(text, type=Said), row.at
