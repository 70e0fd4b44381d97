"""Corrections of the books: a payment is taken back by a counter-entry, never erased."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.applications import ENDED, must_find, must_have_role
from hub.cases.blanks import number_of
from hub.cases.branches import must_not_be_diverted
from hub.cases.payments.billing import TREASURER, paying_step
from hub.cases.payments.recording import first_open_day, of_case
from hub.errors import BadInput, Conflict
from hub.events.treasury import PaymentReversed
from hub.models.application import Application, Evidence, Payment, StepRecord
from hub.models.schema import new_id
from hub.models.treasury import CounterEntry, StatementLine
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx


def take_back(tx: Tx, procedure: Procedure, application: str, reason: str) -> str:
    """Book a counter-entry against the payment of a case; the case waits for payment again.

    The NTPN is free again: it may have been written to the wrong case. Raises BadInput
    `reason_missing`, Conflict `not_paid` | `case_archived` | `number_given` | `steps_done_since`,
    NotAllowed.
    """
    must_have_role(tx, TREASURER)
    if not reason.strip():
        fault = FieldFault(field="reason", code="missing", message="wajib diisi / required")
        text = "A correction needs its reason."
        raise BadInput("reason_missing", text, id="Koreksi memerlukan alasan.", fields=[fault])
    row = must_find(tx.session, tx.office, procedure, application)
    payment = of_case(tx.session, tx.office, row.id)
    if payment is None:
        text = "This case is not paid yet."
        raise Conflict("not_paid", text, id="Permohonan ini belum dibayar.")
    if (hindered := hindrance(tx.session, procedure, row)) is not None:
        raise hindered
    if row.state in ENDED:  # the books are put right; a case that is over stays over
        reverse(tx, procedure, payment, reason.strip())
        return payment.id
    must_not_be_diverted(tx, procedure, row)
    reverse(tx, procedure, payment, reason.strip())
    _wait_for_payment(tx, procedure, row)
    return payment.id


def hindrance(session: Session, procedure: Procedure, row: Application) -> Conflict | None:
    """Return why the payment of a case can no longer be taken back here, None if it can."""
    if row.state == procedure.sop.stages[-1].reaches:
        return Conflict(
            "case_archived",
            "The case is archived: its payment is not taken back any more.",
            id="Permohonan sudah diarsipkan: pembayarannya tidak ditarik lagi.",
        )
    if number_of(session, row.office, row.id) is not None:
        return Conflict(
            "number_given",
            "A register number was given on this payment: void it first.",
            id="Nomor register sudah diberikan atas pembayaran ini: batalkan dahulu.",
        )
    return None if row.state in ENDED else _steps_since(procedure, row)


def _steps_since(procedure: Procedure, row: Application) -> Conflict | None:
    """Only the step after the payment may wait: what was done since is undone by a supervisor."""
    paying = paying_step(procedure.sop)
    following = procedure.sop.after(paying)
    if following is not None and row.position == following.name:
        return None
    return Conflict(
        "steps_done_since",
        f"Steps were completed since the payment: a supervisor opens step {paying} again.",
        id=f"Ada langkah selesai sesudah pembayaran: supervisor membuka kembali langkah {paying}.",
    )


def reverse(tx: Tx, procedure: Procedure, payment: Payment, reason: str) -> None:
    """Void a payment by a counter-entry; the caller has judged that it may be. The case stays."""
    today = procedure.office.today(tx.at)
    tx.session.add(
        CounterEntry(
            office=tx.office,
            id=new_id(),
            application=payment.application,
            payment=payment.id,
            tariff=payment.tariff,
            day=first_open_day(tx.session, tx.office, today),
            amount=-payment.amount,
            reason=reason,
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    payment.voided_at = tx.at
    payment.ntpn_index = f"reversed:{payment.id}"
    query = select(StatementLine).where(
        StatementLine.office == tx.office, StatementLine.payment == payment.id
    )
    for line in tx.session.scalars(query):
        line.payment = None
    tx.session.flush()
    event = PaymentReversed(payment.application, payment.id, -payment.amount)
    tx.emit(event, subject=payment.application)


def _wait_for_payment(tx: Tx, procedure: Procedure, row: Application) -> None:
    """The step that records the payment is open again; what it left is void, not erased."""
    paying = paying_step(procedure.sop)
    records = select(StepRecord).where(
        StepRecord.office == tx.office,
        StepRecord.application == row.id,
        StepRecord.step == paying,
    )
    for record in tx.session.scalars(records):
        record.completed_at, record.completed_by, record.completed_by_name = None, "", ""
    left = select(Evidence).where(
        Evidence.office == tx.office,
        Evidence.application == row.id,
        Evidence.step == paying,
        Evidence.voided_at.is_(None),
    )
    for evidence in tx.session.scalars(left):
        evidence.voided_at = tx.at
    names = [stage.name for stage in procedure.sop.stages]
    row.position, row.moved_at = paying, tx.at
    row.state = procedure.sop.stages[names.index(paying) - 1].reaches
    tx.session.flush()
