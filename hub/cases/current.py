"""The step that comes next in a case: what it needs, what is there, who may do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import custody, evidence, legalising, segregation, signers
from hub.cases.evidence import JOB_KINDS, Found
from hub.cases.field_words import in_words
from hub.cases.old_scans import old_scans
from hub.cases.proof import Judge
from hub.cases.qualifications import has_leave, lacking
from hub.cases.requirements import Requirement, unfold
from hub.cases.undone import clocked_before
from hub.cases.views import Choice, CurrentStep, EvidenceRow, OldScan, SopWords, Target
from hub.cases.waiting import worked_s
from hub.letters.wording import staff_number
from hub.models.application import Application, Evidence, StepRecord
from hub.models.officer import Officer
from hub.models.station import JobRow
from hub.procedure import Procedure
from hub.sop import Gate, Sop, Step
from hub.wire import Words
from hub.writer import Actor

NOTHING = Words(id="", en="")


def current_step(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: Step | Gate,
    officer: Actor,
    at: datetime,
    names: Mapping[str, str],
) -> CurrentStep:
    """Return the current step or gate of a case as `officer` sees it."""
    record = session.scalar(
        select(StepRecord).where(
            StepRecord.office == application.office,
            StepRecord.application == application.id,
            StepRecord.step == stage.name,
        )
    )
    why_not = _why_not(session, procedure, application, stage, officer, at)
    return CurrentStep(
        key=stage.name,
        number=stage.number if isinstance(stage, Step) else None,
        gate=isinstance(stage, Gate),
        title=stage.title,
        words=_sop_words(stage),
        performer=performer(procedure.sop, stage),
        roles=stage.roles,
        lane=stage.lane,
        applicant_present=stage.applicant_present,
        running_since=record.running_since if record else None,
        ticking_since=at - timedelta(seconds=touch_of(procedure, record, at)),
        running_by=names.get(record.running_by, record.running_by) if record else "",
        touch_s=touch_of(procedure, record, at),
        before_s=clocked_before(session, application, stage.name),
        evidence=_rows(session, procedure, application, stage, officer, at, names),
        diversions=_targets(procedure.sop, stage),
        allowed=why_not is None,
        why_not=why_not,
        passport_away=custody.misses_passport(session, procedure, application, stage.does),
        lacking=lacking(
            session, procedure, application.office, officer.id, procedure.office.today(at)
        ),
        has_leave=has_leave(session, application, officer.id),
    )


def performer(sop: Sop, stage: Step | Gate) -> Words:
    """Return who performs a stage, by the sheet's unit names."""
    units = [unit for code in stage.performers if (unit := sop.unit(code))]
    return Words(
        id=" / ".join(unit.column or unit.name.id for unit in units),
        en=" / ".join(unit.name.en for unit in units),
    )


def touch_of(procedure: Procedure, record: StepRecord | None, at: datetime) -> int:
    """Return the touch time of a step in seconds, a running clock included."""
    if record is None:
        return 0
    since = record.running_since
    return record.touch_s + (worked_s(procedure.office, since, at) if since else 0)


def officer_names(session: Session, office: int) -> dict[str, str]:
    """Return the names of the office's staff by id and by `officer:id`."""
    rows = session.execute(select(Officer.id, Officer.name).where(Officer.office == office))
    found: dict[str, str] = {}
    for identity, name in rows:
        found[identity] = found[f"officer:{identity}"] = name
    return found


def _why_not(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: Step | Gate,
    officer: Actor,
    at: datetime,
) -> Words | None:
    if not set(stage.roles) & officer.roles:
        known = [role for code in stage.roles if (role := procedure.office.role(code))]
        return Words(
            id="Untuk peran: " + ", ".join(role.name.id for role in known),
            en="For the role: " + ", ".join(role.name.en for role in known),
        )
    acts = segregation.acts_of(session, application.office, application.id)
    today = procedure.office.today(at)
    rule = segregation.broken(
        procedure.office, acts, stage.name, officer.id, today, application.sop
    )
    return rule.rule if rule else None


def _sop_words(stage: Step | Gate) -> SopWords:
    if isinstance(stage, Gate):
        return SopWords(
            activity=stage.title,
            completeness=NOTHING,
            output=NOTHING,
            remark=stage.reason,
            minutes=0,
            mark=None,
            inferred=True,
        )
    return SopWords(
        activity=stage.activity,
        completeness=stage.completeness,
        output=stage.output,
        remark=stage.remark,
        minutes=stage.minutes,
        mark=_mark_words(stage),
        inferred=stage.inferred,
    )


def _mark_words(stage: Step) -> Words | None:
    if stage.mark is None:
        return None
    return Words(
        id=f"“{stage.mark.text}”: " + " / ".join(reading.id for reading in stage.mark.readings),
        en=f"“{stage.mark.text}”: " + " / ".join(reading.en for reading in stage.mark.readings),
    )


def _targets(sop: Sop, stage: Step | Gate) -> tuple[Target, ...]:
    related = [(branch, sop.related(branch.to)) for branch in stage.divert]
    return tuple(
        Target(
            to=branch.to,
            name=known.id.rstrip(";"),
            when=branch.when,
            natures=tuple(Choice(value=n.value, words=n.words) for n in known.natures),
        )
        for branch, known in related
        if known is not None
    )


def _rows(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: Step | Gate,
    officer: Actor,
    at: datetime,
    names: Mapping[str, str],
) -> tuple[EvidenceRow, ...]:
    today = procedure.office.today(at)
    requirements = unfold(procedure, application, stage, today)
    found = evidence.gather(session, procedure, application, stage.name, requirements, {}, at)
    judge = Judge(session, procedure, application, today, at, officer.id)
    values = {key: here.value for key, here in found.items()}
    jobs = _newest_jobs(session, application, stage.name)
    mine = "legalise" in stage.does and _signs(session, application.office, officer, values)
    old = old_scans(session, application, stage.name, requirements)
    rows = []
    for row in requirements:
        if row.rule.kind == "list_check" and not set(stage.roles) & officer.roles:
            continue  # what the list says is Wasdakim's alone
        here = found.get(row.key)
        if row.rule.check == "billing_code" and not set(stage.roles) & officer.roles:
            here = None  # the whole code is the treasurer's
        wrong = judge.judge(row, here, values)
        good = here is not None and wrong is None
        own = mine and good and signers.describes(row.rule.check)
        shown = _row(stage.name, row, here, names, jobs.get(row.key), supplied=good, own=own)
        if here is None:
            shown = replace(shown, old=_old(old.get(row.key)))
        elif wrong and row.kind == "print":
            shown = replace(shown, wrong=_unlabelled(row, wrong))
        rows.append(shown)
    return tuple(rows)


def _unlabelled(row: Requirement, words: Words) -> Words:
    """Return what is wrong without the row's name, which stands beside it."""
    return Words(
        id=words.id.removeprefix(f"{row.label.id}: "), en=words.en.removeprefix(f"{row.label.en}: ")
    )


def _old(row: Evidence | None) -> OldScan | None:
    return OldScan(blob=row.blob or "", by=row.by_name, at=row.at) if row is not None else None


def _signs(session: Session, office: int, officer: Actor, values: Mapping[str, str]) -> bool:
    """Say whether the officer is the one whose staff number the step names."""
    return bool(values.get("nip")) and legalising.own_nip(session, officer, office) == values["nip"]


def _row(
    stage: str,
    row: Requirement,
    here: Found | None,
    names: Mapping[str, str],
    job: str | None,
    *,
    supplied: bool,
    own: bool,
) -> EvidenceRow:
    device = row.kind in JOB_KINDS
    words = in_words(row.person, here.value) if here and row.person else None
    return EvidenceRow(
        key=row.key,
        kind=row.kind,
        label=row.label,
        hint=row.hint,
        required=row.required,
        supplied=supplied,
        own=own,
        value=here.value if here else "",
        by=names.get(here.by, here.by) if here else "",
        at=here.at if here else None,
        how=here.how if here else None,
        choices=row.choices,
        blob=here.blobs[0] if here and here.blobs else None,
        job=job,
        evidence=f"{stage}.{row.key}" if device else "",
        paper=row.rule.paper,
        first=row.rule.first,
        decides=any(choice.divert for choice in row.rule.choices),
        group=row.person.group if row.person else "",
        sources=row.person.sources if row.person else "",
        source=here.by if here and row.person else "",
        words=_own_words(row, here.value) if here and own else words,
    )


def _own_words(row: Requirement, value: str) -> Words:
    """Return a value that is shown and not asked, as it is read."""
    if row.rule.check == signers.NIP:
        value = staff_number(value)
    named = (choice.words for choice in row.choices if choice.value == value)
    return next(named, Words(id=value, en=value))


def _newest_jobs(session: Session, application: Application, stage: str) -> dict[str, str]:
    query = (
        select(JobRow.evidence, JobRow.id)
        .where(
            JobRow.office == application.office,
            JobRow.application == application.id,
            JobRow.evidence.startswith(f"{stage}.", autoescape=True),
        )
        .order_by(JobRow.queued_at)
    )
    return {key.removeprefix(f"{stage}."): job for key, job in session.execute(query)}
