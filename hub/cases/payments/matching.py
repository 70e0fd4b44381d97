"""Statements against payments: what the bank vouches for, what it does not, what nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import documents
from hub.cases.applications import must_find, must_have_role
from hub.cases.payments.billing import TREASURER
from hub.cases.payments.recording import BY_SLIP, BY_STATEMENT, of_case, verify
from hub.cases.payments.statements import Line, Statement
from hub.errors import BadInput, Conflict
from hub.events.treasury import StatementImported
from hub.keys import Keyring
from hub.models.application import Payment
from hub.models.schema import new_id
from hub.models.treasury import BankStatement, StatementLine
from hub.procedure import Procedure
from hub.writer import Tx

SLIP = ".slip"
"""How the scanned slip's item ends, whatever number the paying step has."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A line of a statement and what it would do: vouch, differ, known (before), unknown."""

    line: Line
    verdict: str
    proof_number: str = ""
    recorded: int = 0


def judge(
    session: Session, office: int, keyring: Keyring, statement: Statement
) -> tuple[Judged, ...]:
    """Return what an import would do to each line; stores nothing."""
    return tuple(_judged(session, office, keyring, line) for line in statement.lines)


def _judged(session: Session, office: int, keyring: Keyring, line: Line) -> Judged:
    index = keyring.blind("ntpn", line.ntpn)
    before = session.scalar(
        select(StatementLine.id).where(
            StatementLine.office == office, StatementLine.ntpn_index == index
        )
    )
    if before is not None:
        return Judged(line, "known")
    payment = _payment(session, office, index)
    if payment is None:
        return Judged(line, "unknown")
    verdict = "vouch" if payment.amount == line.amount else "differ"
    return Judged(line, verdict, payment.proof_number, payment.amount)


def import_statement(tx: Tx, procedure: Procedure, statement: Statement) -> str:
    """Take a whole statement in and verify what it vouches for; return its id.

    Raises BadInput `statement_wrong` while a line is wrong, Conflict `statement_known`,
    NotAllowed `role_missing`. A line that an earlier statement had is passed over.
    """
    must_have_role(tx, TREASURER)
    _must_be_good(tx, statement)
    judged = judge(tx.session, tx.office, procedure.keyring, statement)
    days = sorted(line.paid_on for line in statement.lines)
    row = BankStatement(
        office=tx.office,
        id=new_id(),
        sha256=statement.sha256,
        lines=len(statement.lines),
        matched=sum(one.verdict == "vouch" for one in judged),
        first_on=days[0],
        last_on=days[-1],
        by=tx.actor.id,
        by_name=tx.actor.name,
        at=tx.at,
    )
    tx.session.add(row)
    tx.session.flush()
    for one in judged:
        if one.verdict != "known":
            _keep(tx, procedure.keyring, row.id, one)
    tx.session.flush()
    tx.emit(StatementImported(row.id, row.lines, row.matched), subject=row.id)
    return row.id


def confirm_with_slip(tx: Tx, procedure: Procedure, application: str) -> str:
    """The treasurer vouches for a payment whose slip is scanned; return the payment's id.

    Raises Conflict `not_paid` | `slip_missing`, NotAllowed `role_missing`.
    """
    must_have_role(tx, TREASURER)
    row = must_find(tx.session, tx.office, procedure, application)
    payment = of_case(tx.session, tx.office, row.id)
    if payment is None:
        text = "This case is not paid yet."
        raise Conflict("not_paid", text, id="Permohonan ini belum dibayar.")
    files = documents.of_case(tx.session, tx.office, row.id)
    if not any(file.item.endswith(SLIP) for file in files):
        text = "Scan the bank slip first: the confirmation rests on it."
        raise Conflict(
            "slip_missing", text, id="Pindai slip bank dahulu: konfirmasi bersandar padanya."
        )
    verify(tx, payment, BY_SLIP)
    return payment.id


def _must_be_good(tx: Tx, statement: Statement) -> None:
    if statement.faults or not statement.lines:
        raise BadInput(
            "statement_wrong",
            "A statement is taken in whole or not at all: mend the named lines.",
            id="Rekening koran diterima seluruhnya atau tidak sama sekali: perbaiki baris itu.",
        )
    query = select(BankStatement.id).where(
        BankStatement.office == tx.office, BankStatement.sha256 == statement.sha256
    )
    if tx.session.scalar(query) is not None:
        text = "This very file was imported before."
        raise Conflict("statement_known", text, id="Berkas ini sudah pernah diimpor.")


def _keep(tx: Tx, keyring: Keyring, statement: str, one: Judged) -> None:
    identity, index = new_id(), keyring.blind("ntpn", one.line.ntpn)
    payment = _payment(tx.session, tx.office, index)
    tx.session.add(
        StatementLine(
            office=tx.office,
            id=identity,
            statement=statement,
            line=one.line.line,
            ntpn_index=index,
            sealed=keyring.wrap(one.line.ntpn.encode(), line_place(tx.office, identity)),
            amount=one.line.amount,
            paid_on=one.line.paid_on,
            payment=payment.id if payment else None,
        )
    )
    if payment is not None and one.verdict == "vouch":
        verify(tx, payment, BY_STATEMENT)


def line_place(office: int, line: str) -> str:
    """Return the place that the NTPN of a statement's line is bound to."""
    return f"{office}/statement-line/{line}"


def _payment(session: Session, office: int, ntpn_index: str) -> Payment | None:
    return session.scalar(
        select(Payment).where(Payment.office == office, Payment.ntpn_index == ntpn_index)
    )
