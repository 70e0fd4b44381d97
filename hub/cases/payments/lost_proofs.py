"""A lost payment proof: signed statement and identity, asked by one officer, granted by another."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from hub.blobs import StoredFile, register
from hub.cases import documents
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.codes import new_secret
from hub.cases.doers import by_whom
from hub.cases.payments.recording import facts, next_proof_number, of_case, seal_facts
from hub.cases.persons import data_key, seal_text
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.treasury import ProofReplaced, ProofReportedLost
from hub.models.application import Application, Payment
from hub.models.schema import new_id
from hub.models.treasury import LostProof
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx

MAY_ASK = frozenset({"counter_officer", "handover_officer", "treasurer"})
MAY_GRANT = frozenset({"supervisor"})


def open_report(session: Session, office: int, application: str) -> LostProof | None:
    """Return the report of a lost proof that waits for the second officer, or None."""
    return session.scalar(
        select(LostProof).where(
            LostProof.office == office,
            LostProof.application == application,
            LostProof.granted_at.is_(None),
        )
    )


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A proof reported lost whose case goes on: a supervisor has to decide."""

    application: str
    case_code: str
    asked_by: str
    asked_at: datetime


def waiting_reports(connection: Connection, office: int) -> tuple[WaitingReport, ...]:
    """Return the lost proofs that wait for a supervisor, the oldest first."""
    query = (
        select(
            LostProof.application,
            Application.case_code,
            LostProof.asked_by_name,
            LostProof.asked_at,
        )
        .join(
            Application,
            (Application.office == LostProof.office) & (Application.id == LostProof.application),
        )
        .join(Payment, (Payment.office == LostProof.office) & (Payment.id == LostProof.payment))
        .where(
            LostProof.office == office,
            LostProof.granted_at.is_(None),
            Application.ended_at.is_(None),
            Payment.voided_at.is_(None),
        )
        .order_by(LostProof.asked_at)
    )
    return tuple(WaitingReport(*row) for row in connection.execute(query))


def issued_at(session: Session, payment: Payment) -> datetime:
    """Return when the proof in force was given: with the payment, or instead of a lost one."""
    query = select(LostProof.granted_at).where(
        LostProof.office == payment.office,
        LostProof.payment == payment.id,
        LostProof.new_number == payment.proof_number,
    )
    return session.scalar(query) or payment.at


def report_lost(
    tx: Tx,
    procedure: Procedure,
    application: str,
    identity: str,
    statement: StoredFile | None,
    media: str,
) -> str:
    """Keep the signed statement of loss and the identity seen. Raises BadInput, Conflict."""
    must_have_role(tx, MAY_ASK)
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    payment = of_case(tx.session, tx.office, row.id)
    if payment is None:
        text = "This case is not paid yet."
        raise Conflict("not_paid", text, id="Permohonan ini belum dibayar.")
    if (reported := open_report(tx.session, tx.office, row.id)) is not None:
        who = by_whom(tx, reported.asked_by)
        raise Conflict(
            "loss_reported",
            f"The loss was reported already{who.en}; the supervisor decides.",
            id=f"Kehilangan sudah dilaporkan{who.id}; supervisor memutuskan.",
        )
    _must_be_given(identity, statement)
    assert statement is not None  # noqa: S101 — judged in the line above
    register(tx, statement, media)
    documents.keep(
        tx, row.id, kind="scan", item="loss.statement", blob=statement.id, step=row.position
    )
    report = new_id()
    key = data_key(procedure.keyring, row)
    tx.session.add(
        LostProof(
            office=tx.office,
            id=report,
            application=row.id,
            payment=payment.id,
            old_number=payment.proof_number,
            statement=statement.id,
            sealed_identity=seal_text(key, row, f"loss/{report}", identity.strip()),
            asked_by=tx.actor.id,
            asked_by_name=tx.actor.name,
            asked_at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(ProofReportedLost(row.id, payment.id), subject=row.id)
    return report


def grant(tx: Tx, procedure: Procedure, application: str) -> str:
    """Kill the code of the lost proof and give a new one; return its number.

    Raises NotFound `loss_unknown`, NotAllowed `role_missing` | `segregation`, Conflict.
    """
    must_have_role(tx, MAY_GRANT)
    row = must_find(tx.session, tx.office, procedure, application)
    report = open_report(tx.session, tx.office, row.id)
    payment = of_case(tx.session, tx.office, row.id)
    if report is None or payment is None:
        text = "No proof of this case is reported lost."
        raise NotFound("loss_unknown", text, id="Tidak ada laporan kehilangan pada permohonan ini.")
    if report.asked_by == tx.actor.id:
        raise NotAllowed(
            "segregation",
            "Who reported the loss and who grants the new proof must be two persons.",
            id="Yang melaporkan kehilangan dan yang memberi bukti baru harus dua orang.",
        )
    known = facts(procedure.keyring, row, payment)
    payment.proof_number = next_proof_number(tx.session, row)
    seal_facts(procedure.keyring, row, payment, dataclasses.replace(known, secret=new_secret()))
    report.new_number, report.granted_at = payment.proof_number, tx.at
    report.granted_by, report.granted_by_name = tx.actor.id, tx.actor.name
    tx.session.flush()
    tx.emit(ProofReplaced(row.id, payment.id), subject=row.id)
    return payment.proof_number


def _must_be_given(identity: str, statement: StoredFile | None) -> None:
    missing = [
        name
        for name, given in (("identity", identity.strip()), ("statement", statement))
        if not given
    ]
    if missing:
        faults = [
            FieldFault(field=name, code="missing", message="wajib diisi / required")
            for name in missing
        ]
        text = "A new proof needs the signed statement of loss and the identity seen."
        indonesian = "Bukti baru memerlukan surat pernyataan hilang dan identitas yang dilihat."
        raise BadInput("loss_incomplete", text, id=indonesian, fields=faults)
