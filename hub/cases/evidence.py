"""The evidence of a case: gathered from what was typed, stored, captured or known; kept sealed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hub.cases import documents, doubts, field_rules, fingers, persons, signers
from hub.cases.payments import billing
from hub.cases.requirements import Requirement
from hub.cases.screening.checks import candidates_of
from hub.cases.screening.standing import standing
from hub.cases.undone import undone_at
from hub.models.application import Application, Evidence
from hub.models.schema import new_id
from hub.models.station import JobRow
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Tx

PAPER = "paper"
TICKED = "yes"
JOB_KINDS = {
    "scan": "scan",
    "photo": "take_photo",
    "print": "print_document",
}
STILL_HOLDS = Words(id="pindaian lama, dinyatakan masih berlaku", en="old scan, said to hold still")
_TRUE = {"yes", "on", "true", "1", "ya"}
_BLOB = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Found:
    """What is there for a requirement: a value, files, or the job that made them."""

    value: str
    blobs: tuple[str, ...] = ()
    job: str | None = None
    by: str = ""
    at: datetime | None = None
    how: Words | None = None
    named: tuple[tuple[str, str], ...] = ()
    """Files that stand for parts of the row: what is added to its key, and the file."""


def plain(requirement: Requirement, text: str) -> str:
    """Return what was typed as it is kept: money as digits, numbers without spaces."""
    text = text.strip()
    if requirement.person is not None:
        return field_rules.clean(requirement.person, text)
    if requirement.kind == "checkbox":
        return TICKED if text.lower() in _TRUE else ""
    if requirement.kind == "money":
        return re.sub(r"\D", "", text)
    if requirement.rule.check in ("billing_code", "ntpn", "signer_nip", "blank", "passport_number"):
        return re.sub(r"[\s.]", "", text).upper()
    return text


def gather(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: str,
    requirements: Sequence[Requirement],
    posted: Mapping[str, str],
    at: datetime,
) -> dict[str, Found]:
    """Return what there is for each requirement: posted, else stored, else captured, else known."""
    since = undone_at(session, application.office, application.id, stage)
    kept = stored(session, procedure, application, stage, since)
    captured = _captured(session, application, stage)
    issuing = _is_issuing(procedure, stage)
    person = persons.read(session, procedure.keyring, application)
    found: dict[str, Found] = {}
    for requirement in requirements:
        text = plain(requirement, posted.get(requirement.key, ""))
        here = (
            _posted(requirement, text, person)
            or _left(requirement, kept, captured, since, issuing=issuing)
            or _known(requirement, person)
            or _billed(session, procedure, application, requirement)
            or _signing(session, procedure, application, stage, requirement)
            or _doubted(session, procedure, application, requirement, at)
            or _screened(session, procedure, application, requirement, at)
            or _fingered(session, procedure, application, stage, requirement)
        )
        if here is not None:
            found[requirement.key] = here
    return found


def keep(
    tx: Tx,
    procedure: Procedure,
    application: Application,
    stage: str,
    requirement: Requirement,
    found: Found,
) -> None:
    """Keep evidence: a person's field as a value of the officer, all else sealed in the case."""
    if requirement.field:
        if found.by == "":
            values = {requirement.field: found.value}
            persons.write(tx, procedure.keyring, application, persons.OFFICER, values)
        return
    row = _valid_row(tx.session, application, stage, requirement.key)
    if row is not None:
        key = persons.data_key(procedure.keyring, application)
        place = persons.evidence_place(stage, requirement.key)
        if persons.open_text(key, application, place, row.sealed) == found.value:
            return
    blob = found.blobs[0] if found.blobs else None
    state(tx, procedure, application, stage, requirement.key, found.value, blob=blob, job=found.job)
    for name, blob in found.named or [("", blob) for blob in found.blobs]:
        item = f"{stage}.{requirement.key}{name}"
        documents.keep(tx, application.id, kind=requirement.kind, item=item, blob=blob, step=stage)


def state(
    tx: Tx,
    procedure: Procedure,
    application: Application,
    stage: str,
    key: str,
    text: str,
    *,
    blob: str | None = None,
    job: str | None = None,
) -> None:
    """Keep a row of evidence, sealed, in place of what was kept for `key` before."""
    withdraw(tx, application, stage, key)
    secret = persons.data_key(procedure.keyring, application)
    place = persons.evidence_place(stage, key)
    tx.session.add(
        Evidence(
            office=tx.office,
            id=new_id(),
            application=application.id,
            step=stage,
            key=key,
            sealed=persons.seal_text(secret, application, place, text),
            blob=blob,
            job=job,
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()


def withdraw(tx: Tx, application: Application, stage: str, key: str) -> bool:
    """Void what was kept for `key`; return whether there was something."""
    row = _valid_row(tx.session, application, stage, key)
    if row is not None:
        row.voided_at = tx.at
        tx.session.flush()
    return row is not None


def values_of(
    session: Session, procedure: Procedure, application: Application
) -> dict[str, dict[str, str]]:
    """Return every valid value of a case: stage → key → text. For papers and the archive."""
    key = persons.data_key(procedure.keyring, application)
    result: dict[str, dict[str, str]] = {}
    for row in session.scalars(_valid(application)):
        text = persons.open_text(
            key, application, persons.evidence_place(row.step, row.key), row.sealed
        )
        result.setdefault(row.step, {})[row.key] = text
    return result


def _posted(requirement: Requirement, text: str, person: persons.Person) -> Found | None:
    if not text or requirement.kind in ("doubts", "finger", "screened"):
        return None  # found by the hub itself, never typed
    if requirement.field and text == person.value(requirement.field):
        return None  # what is known already keeps its source
    if requirement.kind in ("scan", "photo", "signature") and _BLOB.fullmatch(text):
        return Found(text, (text,), how=Words(id="berkas diunggah", en="file uploaded"))
    return Found(text)


def _left(
    requirement: Requirement,
    kept: Mapping[str, Found],
    captured: Mapping[str, Found],
    since: datetime | None,
    *,
    issuing: bool,
) -> Found | None:
    """Return what was left for a row, unless the step was opened again `since`.

    A scan counts anew from then on, or once somebody vouched for it. So does what a device made at
    a stage whose number or blank was voided.
    """
    here, job = kept.get(requirement.key), captured.get(requirement.key)
    if since is not None and requirement.kind == "scan" and _is_before(here, since):
        here = None
    if since is not None and (issuing or requirement.kind == "scan") and _is_before(job, since):
        job = None
    return _newer(here, job, requirement)


def _is_before(found: Found | None, since: datetime) -> bool:
    return found is not None and found.at is not None and found.at < since


def _newer(stored: Found | None, job: Found | None, requirement: Requirement) -> Found | None:
    if requirement.kind == "finger":
        return None  # its fingers are asked one by one
    if job is None or JOB_KINDS.get(requirement.kind) is None:
        return stored
    if stored is None or stored.at is None or job.at is None or job.at > stored.at:
        return job
    return stored


def _known(requirement: Requirement, person: persons.Person) -> Found | None:
    if not requirement.field or not (text := person.value(requirement.field)):
        return None
    source = person.source(requirement.field)
    names = {
        "chip": "cip / chip", "mrz": "MRZ", "typed": "kios / kiosk", "officer": "petugas",
        "card": "kartu / card", "reread": "cip di loket",
    }  # fmt: skip
    return Found(text, by=source, how=Words(id=names[source], en=source))


def _billed(
    session: Session, procedure: Procedure, application: Application, requirement: Requirement
) -> Found | None:
    """Return the billing code that was given: nobody types 15 digits a second time."""
    if requirement.rule.check != "billing_code":
        return None
    given = billing.in_force(session, application.office, application.id)
    if given is None:
        return None
    how = Words(id="kode yang diberikan", en="the code that was given")
    digits = billing.code_of(procedure.keyring, application, given)
    return Found(digits, by=given.by_name, at=given.at, how=how)


def _signing(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: str,
    requirement: Requirement,
) -> Found | None:
    """Return who signs, as the printed paper says it: nobody types what is known."""
    check = requirement.rule.check
    if stage != procedure.sop.doing("legalise") or not signers.describes(check):
        return None
    said = values_of(session, procedure, application).get(procedure.sop.doing("issue"), {})
    signer = signers.printed_signer(session, procedure, application, said)
    if signer is None:
        return None
    how = Words(id="dokumen dicetak untuk pejabat ini", en="printed for this official")
    return Found(signers.part_of(signer, check), how=how)


def _doubted(
    session: Session,
    procedure: Procedure,
    application: Application,
    requirement: Requirement,
    at: datetime,
) -> Found | None:
    if requirement.kind != "doubts":
        return None
    found = doubts.of_case(session, procedure, application, procedure.office.today(at))
    if requirement.rule.check != "differences":
        found = tuple(d for d in found if not d.code.startswith(doubts.DIFFERS))
    left = sum(not doubt.answered for doubt in found)
    words = Words(
        id=f"{len(found) - left} dari {len(found)} dijawab",
        en=f"{len(found) - left} of {len(found)} answered",
    )
    return Found(str(left), how=words)


def _screened(
    session: Session,
    procedure: Procedure,
    application: Application,
    requirement: Requirement,
    at: datetime,
) -> Found | None:
    if requirement.rule.kind != "list_check":
        return None
    check = standing(session, procedure, application, at).check
    if check is None:
        return None
    if not check.list_version:
        how = Words(id="sistem nasional, dicatat", en="national system, recorded")
        return Found("national", at=check.at, how=how)
    count = len(candidates_of(check))
    how = Words(
        id=f"daftar {check.list_version}: {count} kemungkinan cocok",
        en=f"list {check.list_version}: {count} possible matches",
    )
    return Found(f"{check.list_version}: {count}", at=check.at, how=how)


def _fingered(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: str,
    requirement: Requirement,
) -> Found | None:
    if requirement.kind != "finger":
        return None
    known = fingers.of_case(session, procedure, application, stage, requirement.key)
    value = fingers.found_in(known)
    if not value:
        return None
    wanted = [one for one in known if one.required]
    count = sum(one.settled for one in wanted)
    how = Words(id=f"{count} dari {len(wanted)} jari", en=f"{count} of {len(wanted)} fingers")
    named = tuple((f".{one.number}", one.blob) for one in known if one.settled and one.blob)
    return Found(value, tuple(blob for _, blob in named), how=how, named=named)


def stored(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: str,
    since: datetime | None = None,
) -> dict[str, Found]:
    """Return what is kept for each row of a stage, the scans of before `since` marked so."""
    key = persons.data_key(procedure.keyring, application)
    rows = session.scalars(_valid(application).where(Evidence.step == stage))
    old = _vouched_for(session, application, stage, since)
    return {
        row.key: Found(
            persons.open_text(key, application, persons.evidence_place(stage, row.key), row.sealed),
            (row.blob,) if row.blob else (),
            row.job,
            row.by_name or row.by,
            row.at,
            STILL_HOLDS if row.blob in old else None,
        )
        for row in rows
    }


def _vouched_for(
    session: Session, application: Application, stage: str, since: datetime | None
) -> frozenset[str]:
    """Return the files that stood as evidence of `stage` before it was opened again `since`."""
    if since is None:
        return frozenset()
    query = select(Evidence.blob).where(
        Evidence.office == application.office,
        Evidence.application == application.id,
        Evidence.step == stage,
        Evidence.voided_at.is_not(None),
        Evidence.at < since,
    )
    return frozenset(blob for blob in session.scalars(query) if blob)


def _is_issuing(procedure: Procedure, stage: str) -> bool:
    """Say whether a stage uses up a number and a blank, or comes after that."""
    issuing = False
    for one in procedure.sop.stages:
        issuing = issuing or "issue" in one.does
        if one.name == stage:
            break
    return issuing


def _captured(session: Session, application: Application, stage: str) -> dict[str, Found]:
    """Return the newest finished device job for each evidence key of the stage."""
    query = (
        select(JobRow)
        .where(
            JobRow.office == application.office,
            JobRow.application == application.id,
            JobRow.state == "done",
            JobRow.evidence.startswith(f"{stage}.", autoescape=True),
        )
        .order_by(JobRow.ended_at)
    )
    found: dict[str, Found] = {}
    for job in session.scalars(query):
        blobs = tuple(msgspec.json.decode(job.blobs, type=list[str]))
        if job.kind == "print_document":
            blobs = (job.blob,) if job.blob else ()
        if job.kind in JOB_KINDS.values():
            key = job.evidence.removeprefix(f"{stage}.")
            how = Words(id="perangkat loket", en="counter device")
            found[key] = Found(job.id, blobs, job.id, job.actor, job.ended_at, how)
    return found


def _valid(application: Application) -> Select[Evidence]:
    return select(Evidence).where(
        Evidence.office == application.office,
        Evidence.application == application.id,
        Evidence.voided_at.is_(None),
    )


def _valid_row(session: Session, application: Application, stage: str, key: str) -> Evidence | None:
    return session.scalar(_valid(application).where(Evidence.step == stage, Evidence.key == key))
