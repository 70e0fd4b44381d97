"""The payment of a case and its proof, which collects the document (SOP steps 7 and 11).

The billing code comes from SIMPONI and is entered, never made here: 15 digits. The NTPN has 16
letters or digits and belongs to one case only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.cases.codes import PROOF, new_secret, payload, read_secret
from hub.cases.persons import data_key, open_text, seal_text
from hub.errors import Conflict
from hub.events.applications import PaymentRecorded
from hub.keys import Keyring
from hub.models.application import Application, Payment
from hub.models.schema import new_id
from hub.writer import Tx

BILLING_CODE = re.compile(r"\d{15}")
NTPN = re.compile(r"[A-Z0-9]{16}")


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


def ntpn_used(session: Session, office: int, keyring: Keyring, ntpn: str) -> bool:
    """Say whether any payment of the office has this NTPN, voided ones too."""
    index = keyring.blind("ntpn", ntpn)
    query = select(func.count()).where(Payment.office == office, Payment.ntpn_index == index)
    return bool(session.scalar(query))


def is_proof(session: Session, office: int, keyring: Keyring, application: str, code: str) -> bool:
    """Say whether `code` (scanned or typed) stands on the valid payment proof of this case."""
    payment = of_case(session, office, application)
    return payment is not None and payment.proof_index == keyring.blind("proof", read_secret(code))


def proof_payload(payment: Payment, known: PaymentFacts) -> str:
    """Return the text of the barcode on the payment proof."""
    return payload(PROOF, payment.proof_number, known.secret)


def record(
    tx: Tx,
    keyring: Keyring,
    application: Application,
    *,
    tariff: str,
    values: Mapping[str, str],
) -> Payment:
    """Record a payment judged before. Raises Conflict `paid_already`, `ntpn_used`."""
    if of_case(tx.session, tx.office, application.id) is not None:
        text = "This case is paid already."
        raise Conflict("paid_already", text, id="Perkara ini sudah dibayar.")
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
    payment.booked_on = payment.paid_on
    tx.session.add(payment)
    tx.session.flush()
    event = PaymentRecorded(application.id, payment.id, payment.amount)
    tx.emit(event, subject=application.id)
    return payment


def _new(tx: Tx, keyring: Keyring, application: Application, known: PaymentFacts) -> Payment:
    earlier = tx.session.scalar(
        select(func.count()).where(
            Payment.office == tx.office, Payment.application == application.id
        )
    )
    identity = new_id()
    sealed = msgspec.json.encode(known).decode()
    return Payment(
        office=tx.office,
        id=identity,
        application=application.id,
        billing_index=keyring.blind("billing", known.billing_code),
        ntpn_index=keyring.blind("ntpn", known.ntpn),
        proof_number=f"{application.case_code}-B{(earlier or 0) + 1}",
        proof_index=keyring.blind("proof", known.secret),
        sealed=seal_text(
            data_key(keyring, application), application, f"payment/{identity}", sealed
        ),
        by=tx.actor.id,
        by_name=tx.actor.name,
        at=tx.at,
    )
