"""Cases as officers see them: one case in full, and the list of open ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import (
    blanks,
    branches,
    correcting,
    custody,
    inviting,
    letters_sent,
    nonconformity,
    payments,
    persons,
)
from hub.cases.applications import ENDED, must_find
from hub.cases.archive import ended_files
from hub.cases.current import current_step, officer_names, performer, touch_of
from hub.cases.document_lines import document_lines
from hub.cases.field_words import in_words
from hub.cases.findings import findings
from hub.cases.history import history
from hub.cases.papers_due import HISTORY, papers_due
from hub.cases.passports import VERDICTS
from hub.cases.purposes import applied
from hub.cases.reopen import may_reopen
from hub.cases.views import (
    CaseHead,
    CaseView,
    Choice,
    Custody,
    DiversionState,
    PaperLine,
    SourceValue,
    StepLine,
    StepState,
    ValueRow,
)
from hub.cases.waiting import days_waited
from hub.errors import NotAllowed
from hub.models.application import Application, CustodyRecord, StepRecord
from hub.models.schema import Office
from hub.procedure import Procedure
from hub.sop import Gate, Step
from hub.wire import Words
from hub.writer import Actor

SEE_ALL = frozenset({"supervisor", "auditor"})
ONLY_READS = frozenset({"auditor"})
CEKAL_HOLD = "ON_HOLD_CEKAL"


def case_view(
    session: Session,
    office: int,
    procedure: Procedure,
    application: str,
    officer: Actor,
    at: datetime,
) -> CaseView:
    """Return a case as `officer` may see it. Raises NotFound `case_unknown`, NotAllowed."""
    row = must_find(session, office, procedure, application)
    must_see_cases(procedure, officer)
    sees_cekal = bool(procedure.office.cekal.sees & officer.roles)
    names = officer_names(session, office)
    records = _records(session, row)
    person = persons.read(session, procedure.keyring, row)
    number = blanks.number_of(session, office, row.id)
    blank = blanks.of_case(session, office, row.id)
    payment = payments.of_case(session, office, row.id)
    stage = procedure.sop.stage(row.position) if row.state not in ENDED else None
    return CaseView(
        id=row.id,
        seq=session.scalar(select(Office.seq).where(Office.id == office)) or 0,
        head=_head(session, procedure, row, person, records, at, sees_cekal=sees_cekal),
        steps=_steps(procedure, row, records, officer, at),
        current=(
            current_step(session, procedure, row, stage, officer, at, names) if stage else None
        ),
        documents=document_lines(session, procedure, row, officer),
        papers=_printable(papers_due(session, procedure, row, person, at), officer),
        history=history(session, procedure, row, names, sees_cekal=sees_cekal),
        diversion=_diversion(session, procedure, row, at, sees_cekal=sees_cekal),
        values=_values(procedure, person),
        findings=findings(session, procedure, row, person, stage, officer, at),
        register_number=number.number if number else "",
        proof_number=payment.proof_number if payment else "",
        blank_serial=blank.serial if blank else "",
        correction=correcting.stated(session, procedure, row, officer, procedure.office.today(at)),
        unfiled=ended_files.is_unfiled(session, row),
        letter_owed=letters_sent.owed(session, row),
        may_correct=stage is not None and correcting.DUTY in stage.does,
    )


def shown_state(procedure: Procedure, row: Application, *, sees_cekal: bool) -> str:
    """Return the state to show: a case held by SOP Cekal looks normal to everybody else."""
    if row.state != CEKAL_HOLD or sees_cekal:
        return row.state
    return branches.state_before(procedure.sop, row.position)


def may_see_cases(procedure: Procedure, roles: frozenset[str]) -> bool:
    """Return whether an officer with `roles` has a part in any stage of the procedure."""
    may = {role for stage in procedure.sop.stages for role in stage.roles} | SEE_ALL
    may |= procedure.office.cekal.sees
    return bool(may & roles)


def must_see_cases(procedure: Procedure, officer: Actor) -> None:
    """Refuse an officer who has no part in cases. Raises NotAllowed `role_missing`."""
    if not may_see_cases(procedure, officer.roles):
        text = "Your role has no access to cases."
        raise NotAllowed("role_missing", text, id="Peran Anda tidak memiliki akses ke permohonan.")


def _printable(papers: tuple[PaperLine, ...], officer: Actor) -> tuple[PaperLine, ...]:
    """Leave who only reads the history of the case: no paper that an office hands out."""
    if not officer.roles <= ONLY_READS:
        return papers
    return tuple(paper for paper in papers if paper.kind == HISTORY)


def _records(session: Session, row: Application) -> dict[str, StepRecord]:
    query = select(StepRecord).where(
        StepRecord.office == row.office, StepRecord.application == row.id
    )
    return {record.step: record for record in session.scalars(query)}


def _head(
    session: Session,
    procedure: Procedure,
    row: Application,
    person: persons.Person,
    records: Mapping[str, StepRecord],
    at: datetime,
    *,
    sees_cekal: bool,
) -> CaseHead:
    office, sop = procedure.office, procedure.sop
    state = shown_state(procedure, row, sees_cekal=sees_cekal)
    known = sop.state(state)
    first = office.today(row.received_at or row.opened_at)
    return CaseHead(
        person=person.name,
        case_code=row.case_code,
        sop=row.sop,
        applied=applied(sop, row),
        applies_for=(row.purpose, row.basis),
        state=state,
        state_words=known.name if known else Words(id=state, en=state),
        touch_s=sum(touch_of(procedure, records.get(step.name), at) for step in sop.steps),
        standard_min=sop.sheet.minutes,
        opened_at=row.opened_at,
        lead_days=office.working_days(first, office.today(row.ended_at or at)),
        promised_days=office.office.promised_working_days,
        promised_on=row.promised_on,
        custody=_custody(custody.holder(session, row.office, row.id)),
        passport_source=row.passport_source,
        chip_verdict=row.chip_verdict,
        chip_words=VERDICTS.get(row.chip_verdict, VERDICTS[""]),
        waited=tuple(days_waited(session, procedure, row, at).items()),
        appointment=inviting.time_of(session, row.office, procedure, row.id, at),
    )


def _custody(holder: CustodyRecord | None) -> Custody | None:
    if holder is None:
        return None
    return Custody(holder=holder.holder_name, location=holder.location, since=holder.taken_at)


def _steps(
    procedure: Procedure,
    row: Application,
    records: Mapping[str, StepRecord],
    officer: Actor,
    at: datetime,
) -> tuple[StepLine, ...]:
    return tuple(
        _step_line(procedure, row, stage, records.get(stage.name), officer, at)
        for stage in procedure.sop.stages
    )


def _step_line(
    procedure: Procedure,
    row: Application,
    stage: Step | Gate,
    record: StepRecord | None,
    officer: Actor,
    at: datetime,
) -> StepLine:
    done = record is not None and record.completed_at is not None
    here, over = stage.name == row.position, row.state in ENDED
    ahead: StepState = ("ended" if here else "unreached") if over else "later"
    current = here and not over
    return StepLine(
        number=stage.number if isinstance(stage, Step) else None,
        key=stage.name,
        title=stage.title,
        performer=performer(procedure.sop, stage),
        state="done" if done else "current" if current else ahead,
        gate=isinstance(stage, Gate),
        touch_s=touch_of(procedure, record, at),
        standard_min=stage.minutes if isinstance(stage, Step) else 0,
        done_by=record.completed_by_name if record else "",
        done_at=record.completed_at if record else None,
        can_reopen=done and row.state not in ENDED and may_reopen(procedure, stage, officer.roles),
        medium=record.medium if record and done else "",
        paper_at=record.paper_at if record and done else "",
        on_paper_at=record.done_at if record and done else None,
        measured=not (record and done and record.done_at) or record.begun_at is not None,
    )


def _diversion(
    session: Session, procedure: Procedure, row: Application, at: datetime, *, sees_cekal: bool
) -> DiversionState | None:
    diversion = branches.open_diversion(session, row)
    if diversion is None or (diversion.to == "cekal" and not sees_cekal):
        return None
    related = procedure.sop.related(diversion.to)
    if related is None:
        return None
    nature, now = related.nature(diversion.nature), related.move(diversion.stage)
    due = diversion.deadline_on
    return DiversionState(
        to=diversion.to,
        name=related.id.rstrip(";"),
        step=diversion.step,
        since=diversion.opened_at,
        by=diversion.opened_by_name,
        reason=branches.reason_of(procedure, row, diversion),
        outcomes=tuple(Choice(value=one, words=related.outcome(one)) for one in related.outcomes),
        nature=nature.words if nature else None,
        state=now.words if now else None,
        deadline_on=due,
        late=due is not None and due < procedure.office.today(at),
        moves=tuple(
            Choice(value=move.state, words=move.words)
            for state in (now.next if now else ())
            if (move := related.move(state))
        ),
        steps=nonconformity.steps_of(session, procedure, row, diversion),
        not_yet=branches.settled_from(related, diversion),
    )


def _values(procedure: Procedure, person: persons.Person) -> tuple[ValueRow, ...]:
    return tuple(
        ValueRow(
            field=field.name,
            label=field.label,
            value=person.value(field.name),
            words=in_words(field, person.value(field.name)),
            source=person.source(field.name),
            sources=tuple(
                SourceValue(source=source, value=text)
                for source, text in person.sources(field.name).items()
            ),
            differs=person.differs(field.name),
        )
        for field in procedure.sop.fields
        if field.kind != "stays"
    )
