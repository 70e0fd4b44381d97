"""The payment of a case and its proof, which collects the document (SOP steps 7 and 11).

The NTPN has 16 letters or digits and pays for one case only. A payment is unverified until a
bank statement names it or the treasurer confirms it with the slip scanned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.cases.codes import PROOF, new_secret, read_secret
from hub.cases.doers import by_whom
from hub.cases.persons import data_key, open_text, seal_text
from hub.errors import Conflict
from hub.events.applications import PaymentRecorded
from hub.events.treasury import PaymentVerified
from hub.keys import Keyring
from hub.models.application import Application, Payment
from hub.models.schema import new_id
from hub.models.treasury import Billing, LostProof, StatementLine, TreasuryDay
from hub.writer import Tx

BILLING_CODE = re.compile(r"\d{15}")
NTPN = re.compile(r"[A-Z0-9]{16}")
BY_STATEMENT, BY_SLIP = "statement", "slip"


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What the treasurer saw on the slip; `secret` is the code on the proof."""

    billing_code: str
    ntpn: str
    bank: str
    secret: str


def of_case(session: Session, office: int, application: str) -> Payment | None:
    """Return the valid payment of a case, or None."""
    return session.scalar(
        select(Payment).where(
            Payment.office == office,
            Payment.application == application,
            Payment.voided_at.is_(None),
        )
    )


def facts(keyring: Keyring, application: Application, payment: Payment) -> PaymentFacts:
    """Return the sealed facts of a payment."""
    key = data_key(keyring, application)
    text = open_text(key, application, f"payment/{payment.id}", payment.sealed)
    return msgspec.json.decode(text, type=PaymentFacts)


def seal_facts(
    keyring: Keyring, application: Application, payment: Payment, known: PaymentFacts
) -> None:
    """Keep the facts of a payment, and the index by which its proof is found."""
    text = msgspec.json.encode(known).decode()
    key = data_key(keyring, application)
    payment.sealed = seal_text(key, application, f"payment/{payment.id}", text)
    payment.proof_index = keyring.blind("proof", known.secret)


def ntpn_used(session: Session, office: int, keyring: Keyring, ntpn: str) -> bool:
    """Say whether a payment of the office has this NTPN; a reversed one has given it back."""
    index = keyring.blind("ntpn", ntpn)
    query = select(func.count()).where(Payment.office == office, Payment.ntpn_index == index)
    return bool(session.scalar(query))


def billing_used(session: Session, office: int, keyring: Keyring, code: str, case: str) -> bool:
    """Say whether the billing code belongs to another case: entered for it, or paid by it."""
    index = keyring.blind("billing", code)
    paid = select(func.count()).where(
        Payment.office == office,
        Payment.billing_index == index,
        Payment.voided_at.is_(None),
        Payment.application != case,
    )
    entered = select(func.count()).where(
        Billing.office == office, Billing.code_index == index, Billing.application != case
    )
    return bool(session.scalar(paid)) or bool(session.scalar(entered))


def is_proof(session: Session, office: int, keyring: Keyring, application: str, code: str) -> bool:
    """Say whether `code` (scanned or typed) stands on the valid payment proof of this case."""
    payment = of_case(session, office, application)
    return payment is not None and payment.proof_index == keyring.blind("proof", read_secret(code))


def proof_payload(keyring: Keyring, payment: Payment, known: PaymentFacts) -> str:
    """Return the text of the barcode on the payment proof, signed by the office's code key.

    LOKET:B:NUMBER:SECRET:AMOUNT:YYMMDD:SIGNATURE
    """
    parts = (payment.proof_number, known.secret, str(payment.amount), f"{payment.paid_on:%y%m%d}")
    return keyring.sign(PROOF + ":".join(parts))


def must_not_be_paid(tx: Tx, application: str) -> None:
    """Raise Conflict `paid_already`, naming who recorded the payment."""
    payment = of_case(tx.session, tx.office, application)
    if payment is not None:
        who = by_whom(tx, payment.by)
        raise Conflict(
            "paid_already",
            f"The payment of this case was recorded already{who.en}.",
            id=f"Pembayaran permohonan ini sudah dicatat{who.id}.",
        )


def record(
    tx: Tx,
    keyring: Keyring,
    application: Application,
    *,
    tariff: str,
    today: date,
    values: Mapping[str, str],
) -> Payment:
    """Record a payment judged before. Raises Conflict `paid_already`, `ntpn_used`."""
    must_not_be_paid(tx, application.id)
    if ntpn_used(tx.session, tx.office, keyring, values["ntpn"]):
        text = "This NTPN belongs to a payment already recorded."
        raise Conflict("ntpn_used", text, id="NTPN ini sudah tercatat pada pembayaran lain.")
    known = PaymentFacts(
        billing_code=values["billing_code"].strip(),
        ntpn=values["ntpn"].strip().upper(),
        bank=values.get("bank", "").strip(),
        secret=new_secret(),
    )
    payment = _new(tx, keyring, application, known)
    payment.tariff = tariff
    payment.amount = int(values["amount"])
    payment.paid_on = date.fromisoformat(values["paid_on"])
    payment.booked_on = first_open_day(tx.session, tx.office, today)
    tx.session.add(payment)
    tx.session.flush()
    event = PaymentRecorded(application.id, payment.id, payment.amount)
    tx.emit(event, subject=application.id)
    _look_in_statements(tx, payment)
    return payment


def first_open_day(session: Session, office: int, day: date) -> date:
    """Return `day`, or the first day after it whose list the treasurer has not closed."""
    query = select(TreasuryDay.day).where(TreasuryDay.office == office, TreasuryDay.day >= day)
    closed = set(session.scalars(query))
    while day in closed:
        day += timedelta(days=1)
    return day


def verify(tx: Tx, payment: Payment, how: str) -> None:
    """Mark a payment as certain; `how` is `statement` or `slip`. The stronger word stays."""
    if payment.verified_how == BY_STATEMENT or payment.verified_how == how:
        return
    payment.verified_how, payment.verified_at = how, tx.at
    payment.verified_by = tx.actor.id
    tx.session.flush()
    tx.emit(
        PaymentVerified(payment.application, payment.id, how),
        subject=payment.application,
    )


def _look_in_statements(tx: Tx, payment: Payment) -> None:
    """A statement may have come before the applicant did."""
    line = tx.session.scalar(
        select(StatementLine).where(
            StatementLine.office == tx.office, StatementLine.ntpn_index == payment.ntpn_index
        )
    )
    if line is not None and line.payment is None:
        line.payment = payment.id
        if line.amount == payment.amount:
            verify(tx, payment, BY_STATEMENT)


def _new(tx: Tx, keyring: Keyring, application: Application, known: PaymentFacts) -> Payment:
    payment = Payment(
        office=tx.office,
        id=new_id(),
        application=application.id,
        billing_index=keyring.blind("billing", known.billing_code),
        ntpn_index=keyring.blind("ntpn", known.ntpn),
        proof_number=next_proof_number(tx.session, application),
        by=tx.actor.id,
        by_name=tx.actor.name,
        at=tx.at,
    )
    seal_facts(keyring, application, payment, known)
    return payment


def next_proof_number(session: Session, application: Application) -> str:
    """Return the number of the next proof of a case; payments and lost proofs count."""
    paid = select(func.count()).where(
        Payment.office == application.office, Payment.application == application.id
    )
    lost = select(func.count()).where(
        LostProof.office == application.office,
        LostProof.application == application.id,
        LostProof.granted_at.is_not(None),
    )
    place = (session.scalar(paid) or 0) + (session.scalar(lost) or 0) + 1
    return f"{application.case_code}-B{place}"
