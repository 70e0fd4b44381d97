"""The whole record of a case as plain values, for the archive and for export."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import blanks, custody, evidence, letter_book, letters_sent, payments, persons
from hub.cases.void_files import withdrawals
from hub.models.application import (
    Application,
    Diversion,
    Document,
    Evidence,
    StepRecord,
)
from hub.models.cekal import CekalCheck
from hub.models.queue import EventRow
from hub.procedure import Procedure

Record = dict[str, object]
ENDING = ("end_reason", "legal_basis")
"""What the hub keeps of an ending, among the values of the person."""


def case_record(session: Session, procedure: Procedure, application: Application) -> Record:
    """Return everything the hub keeps of a case, opened; whoever calls may see personal data."""
    person = persons.read(session, procedure.keyring, application)
    return {
        "case_code": application.case_code,
        "id": application.id,
        "sop": application.sop,
        "state": application.state,
        "purpose": application.purpose,
        "basis": application.basis,
        "opened_at": application.opened_at,
        "received_at": application.received_at,
        "promised_on": application.promised_on,
        "passport_source": application.passport_source,
        "chip": {"access": application.chip_access, "verdict": application.chip_verdict},
        "person": {field: dict(values) for field, values in person.values.items()},
        "steps": _steps(session, procedure, application),
        "evidence": evidence.values_of(session, procedure, application),
        "vouched": _vouched(session, application),
        "diversions": _diversions(session, application),
        "payment": _payment(session, procedure, application),
        "number": _number(session, application),
        "ending": _ending(application, person),
        "letters": _letters(session, application),
        "custody": _custody(session, application),
        "documents": _documents(session, procedure, application),
        "list_checks": _checks(session, application),
    }


def _ending(application: Application, person: persons.Person) -> Record | None:
    """Return how a case ended that did not come to its last step, and why."""
    if application.ended_at is None or application.state == "ARCHIVED":
        return None
    said = {name: person.values.get(name, {}).get(persons.INNER, "") for name in ENDING}
    return {"state": application.state, "at": application.ended_at, **said}


def _letters(session: Session, application: Application) -> list[Record]:
    rows = letter_book.of_case(session, application.office, application.id)
    unprinted = letters_sent.unprinted(session, rows) if rows else {}
    fields = ("direction", "year", "agenda", "kind", "number", "dated")
    return [
        {**{name: getattr(row, name) for name in fields}, "print": unprinted.get(row.id, "")}
        for row in rows
    ]


def events_of(session: Session, application: Application) -> list[Record]:
    """Return the sealed events of a case, in order."""
    query = (
        select(EventRow)
        .where(EventRow.office == application.office, EventRow.subject == application.id)
        .order_by(EventRow.seq)
    )
    fields = ("seq", "at", "kind", "v", "audience", "station", "actor", "subject", "body", "seal")
    return [{name: getattr(row, name) for name in fields} for row in session.scalars(query)]


def _steps(session: Session, procedure: Procedure, application: Application) -> list[Record]:
    key = persons.data_key(procedure.keyring, application)
    rows = session.scalars(
        select(StepRecord).where(
            StepRecord.office == application.office, StepRecord.application == application.id
        )
    )
    order = {stage.name: place for place, stage in enumerate(procedure.sop.stages)}
    return [
        {
            "step": row.step,
            "touch_s": row.touch_s,
            "completed_at": row.completed_at,
            "completed_by": row.completed_by_name,
            "medium": row.medium,
            "paper_at": row.paper_at,
            "begun_on_paper_at": row.begun_at,
            "done_on_paper_at": row.done_at,
            "remark": persons.open_text(key, application, f"remark/{row.step}", row.sealed_remark),
        }
        for row in sorted(rows, key=lambda row: order.get(row.step, 99))
    ]


def _vouched(session: Session, application: Application) -> list[Record]:
    rows = session.scalars(
        select(Evidence)
        .where(Evidence.office == application.office, Evidence.application == application.id)
        .order_by(Evidence.at)
    )
    return [
        {"step": r.step, "key": r.key, "by": r.by_name, "at": r.at, "voided_at": r.voided_at}
        for r in rows
    ]


def _diversions(session: Session, application: Application) -> list[Record]:
    rows = session.scalars(
        select(Diversion)
        .where(Diversion.office == application.office, Diversion.application == application.id)
        .order_by(Diversion.opened_at)
    )
    fields = ("to", "step", "opened_by_name", "opened_at", "closed_by_name", "closed_at", "outcome")
    return [{name: getattr(row, name) for name in fields} for row in rows]


def _payment(session: Session, procedure: Procedure, application: Application) -> Record | None:
    payment = payments.of_case(session, application.office, application.id)
    if payment is None:
        return None
    known = payments.facts(procedure.keyring, application, payment)
    return {
        "proof_number": payment.proof_number,
        "tariff": payment.tariff,
        "amount": payment.amount,
        "paid_on": payment.paid_on,
        "billing_code": known.billing_code,
        "ntpn": known.ntpn,
        "bank": known.bank,
        "by": payment.by_name,
        "at": payment.at,
    }


def _number(session: Session, application: Application) -> Record | None:
    number = blanks.number_of(session, application.office, application.id)
    blank = blanks.of_case(session, application.office, application.id)
    if number is None:
        return None
    return {
        "number": number.number,
        "given_at": number.given_at,
        "blank": blank.serial if blank else "",
    }


def _custody(session: Session, application: Application) -> list[Record]:
    fields = ("holder_name", "location", "taken_at", "ended_at", "ending", "against")
    rows = custody.records(session, application.office, application.id)
    return [{name: getattr(row, name) for name in fields} for row in rows]


def _documents(session: Session, procedure: Procedure, application: Application) -> list[Record]:
    voids = withdrawals(session, procedure, application)
    rows = session.scalars(
        select(Document)
        .where(Document.office == application.office, Document.application == application.id)
        .order_by(Document.at, Document.item)
    )
    fields = ("item", "kind", "step", "media_type", "sha256", "by", "at")
    return [
        {**{name: getattr(row, name) for name in fields}, "void_since": voids.since(row)}
        for row in rows
    ]


def _checks(session: Session, application: Application) -> list[Record]:
    rows = session.scalars(
        select(CekalCheck)
        .where(CekalCheck.office == application.office, CekalCheck.application == application.id)
        .order_by(CekalCheck.at)
    )
    return [{"at": row.at, "list_version": row.list_version} for row in rows]
