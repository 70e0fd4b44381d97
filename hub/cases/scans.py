"""What a code read at a counter is to this office: a case, its receipt, its proof, a passport.

A SIMPONI billing code is known by its 15 digits. The text itself is never kept: the event holds
what it means and which case, nothing more. A paper's secret code goes to the officer's page only
while its scan is fresh, at the counter that read it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from devices.mrz.errors import MrzError
from devices.mrz.wire import lines_of, parse_mrz
from hub.cases import payments, persons
from hub.cases.codes import PROOF, RECEIPT, read_case_code, read_secret
from hub.cases.payments.recording import BILLING_CODE
from hub.errors import NotAllowed
from hub.events import CodeScanned
from hub.models.application import Application, Payment
from hub.models.queue import EventRow
from hub.models.treasury import Billing
from hub.procedure import Procedure
from hub.wire.scans import CodeMeaning, ReportScan, ScanKnown
from hub.writer import Tx

FRESH = timedelta(minutes=2)
"""How long a scan may fill a field: the paper is still in the officer's hand."""


def report(tx: Tx, procedure: Procedure, scan: ReportScan) -> ScanKnown:
    """Say what a counter's scan is, and tell the counter's pages. Raises NotAllowed."""
    if tx.actor.counter is None:
        raise NotAllowed(
            "station_kind",
            "Only the agent of a counter reports scans.",
            id="Hanya agen sebuah loket yang melaporkan pindaian.",
        )
    known = _meaning(tx.session, tx.office, procedure, scan)
    event = CodeScanned(tx.actor.counter, known.meaning, known.application)
    tx.emit(event, subject=tx.actor.id, station=tx.actor.id)
    return known


def fresh_at(
    session: Session, office: int, seq: int, *, counter: int | None, at: datetime
) -> ScanKnown | None:
    """Return the scan of event `seq` if `counter` read it a moment ago, else None."""
    row = session.get(EventRow, (office, seq))
    if row is None or row.kind != CodeScanned.kind or at - row.at > FRESH:
        return None
    said = msgspec.json.decode(row.body, type=CodeScanned)
    if said.counter != counter:
        return None
    return msgspec.convert(
        {"meaning": said.meaning, "application": said.application}, type=ScanKnown
    )


def secret_of(session: Session, procedure: Procedure, known: ScanKnown) -> str:
    """Return the secret code of the paper that was read, as an officer would type it."""
    keyring = procedure.keyring
    application = session.scalar(select(Application).where(Application.id == known.application))
    if application is None:
        return ""
    if known.meaning == "receipt":
        person = persons.read(session, keyring, application)
        return person.values.get("receipt_code", {}).get("system", "")
    if known.meaning == "proof":
        payment = payments.of_case(session, application.office, application.id)
        return payments.facts(keyring, application, payment).secret if payment else ""
    return ""


def _meaning(session: Session, office: int, procedure: Procedure, scan: ReportScan) -> ScanKnown:
    if scan.fault:
        return ScanKnown(meaning="unreadable")
    text, keyring = scan.text.strip(), procedure.keyring
    if text.startswith(RECEIPT):
        index = keyring.blind("receipt", read_secret(text))
        return _case(session, office, "receipt", Application.receipt_index == index)
    if text.startswith(PROOF):
        return _proof(session, office, keyring.blind("proof", read_secret(text)))
    if codes := read_case_code(text):
        return _case(session, office, "case", Application.case_code.in_(codes))
    if BILLING_CODE.fullmatch(text):
        return _billing(session, office, keyring.blind("billing", text))
    if (number := _document_number(text)) is not None:
        index = keyring.blind("passport", number)
        known = _case(session, office, "passport", Application.passport_index == index)
        # a passport is ours to read even where no case of this office has it
        return ScanKnown(meaning="passport", application=known.application)
    return ScanKnown(meaning="foreign")


def _case(
    session: Session, office: int, meaning: CodeMeaning, named: ColumnElement[bool]
) -> ScanKnown:
    query = (
        select(Application.id)
        .where(Application.office == office, named)
        .order_by(Application.opened_at.desc())
        .limit(1)
    )
    found = session.scalar(query)
    return ScanKnown(meaning=meaning, application=found) if found else ScanKnown(meaning="foreign")


def _proof(session: Session, office: int, index: str) -> ScanKnown:
    query = select(Payment.application).where(
        Payment.office == office, Payment.proof_index == index, Payment.voided_at.is_(None)
    )
    found = session.scalar(query)
    return ScanKnown(meaning="proof", application=found) if found else ScanKnown(meaning="foreign")


def _billing(session: Session, office: int, index: str) -> ScanKnown:
    # one that SIMPONI has just issued is of no case yet
    query = select(Billing.application).where(Billing.office == office, Billing.code_index == index)
    return ScanKnown(meaning="billing", application=session.scalar(query) or "")


def _document_number(text: str) -> str | None:
    try:
        return parse_mrz(lines_of(text)).document_number
    except MrzError:
        return None
