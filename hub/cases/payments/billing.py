"""Billing codes: issued by SIMPONI, entered or scanned here, never made here.

15 digits; valid until the seventh day after the day of issue, never beyond 31 December.
A re-issue keeps the code before it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.doers import by_whom
from hub.cases.payments.recording import BILLING_CODE, must_not_be_paid
from hub.cases.persons import data_key, open_text, seal_text
from hub.errors import BadInput, Conflict
from hub.events.treasury import BillingEntered
from hub.keys import Keyring
from hub.models.application import Application
from hub.models.schema import new_id
from hub.models.treasury import Billing
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.sop import Sop
from hub.wire import FieldFault
from hub.writer import Tx

TREASURER = frozenset({"treasurer"})


def paying_step(sop: Sop) -> str:
    """Return the step that records the payment; empty in a procedure without one."""
    return sop.doing("record_payment")


def last_day(issued_on: date, days: int) -> date:
    """Return the last day on which a code issued on `issued_on` can be paid: never next year."""
    return min(issued_on + timedelta(days=days), date(issued_on.year, 12, 31))


def in_force(session: Session, office: int, application: str) -> Billing | None:
    """Return the newest billing code of a case, expired or not; None if none was entered."""
    return session.scalar(
        select(Billing).where(
            Billing.office == office,
            Billing.application == application,
            Billing.replaced_at.is_(None),
        )
    )


def all_of(session: Session, office: int, application: str) -> tuple[Billing, ...]:
    """Return every billing code of a case, oldest first."""
    query = select(Billing).where(Billing.office == office, Billing.application == application)
    return tuple(session.scalars(query.order_by(Billing.at)))


def code_of(keyring: Keyring, application: Application, billing: Billing) -> str:
    """Return the 15 digits."""
    key = data_key(keyring, application)
    return open_text(key, application, f"billing/{billing.id}", billing.sealed)


def enter(
    tx: Tx,
    procedure: Procedure,
    application: str,
    code: str,
    issued_on: str,
    *,
    instead_of: str | None = None,
) -> str:
    """Keep a code that SIMPONI issued; return its id. A newer code replaces the one before.

    `instead_of` is the code in force that the officer saw, empty for none: one that a colleague
    entered since is not replaced unseen. Raises BadInput naming the field, Conflict `not_approved`
    | `paid_already` | `billing_known` | `billing_changed`, NotAllowed `role_missing`.
    """
    must_have_role(tx, TREASURER)
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    _must_be_payable(tx, procedure, row)
    digits = re.sub(r"[\s.-]", "", code)
    day = _issue_day(procedure.office, digits, issued_on, procedure.office.today(tx.at))
    index = procedure.keyring.blind("billing", digits)
    _must_be_new(tx, index)
    before = in_force(tx.session, tx.office, row.id)
    if before is not None and instead_of not in (None, before.id):
        who = by_whom(tx, before.by)
        raise Conflict(
            "billing_changed",
            f"A billing code was entered{who.en} meanwhile: look at it before you replace it.",
            id=f"Kode billing sudah dimasukkan{who.id}: lihat dahulu sebelum menggantinya.",
        )
    if before is not None:
        before.replaced_at = tx.at
        tx.session.flush()
    billing = _new(tx, procedure, row, digits, day)
    billing.code_index = index
    tx.session.add(billing)
    tx.session.flush()
    tx.emit(BillingEntered(row.id, billing.id, again=before is not None), subject=row.id)
    return billing.id


def _must_be_payable(tx: Tx, procedure: Procedure, row: Application) -> None:
    must_not_be_paid(tx, row.id)
    if row.position != paying_step(procedure.sop):
        raise Conflict(
            "not_approved",
            "A billing code belongs to an approved case that waits for its payment.",
            id="Kode billing hanya untuk permohonan yang disetujui dan menunggu pembayaran.",
        )


def _must_be_new(tx: Tx, index: str) -> None:
    query = select(Billing.id).where(Billing.office == tx.office, Billing.code_index == index)
    if tx.session.scalar(query) is not None:
        raise Conflict(
            "billing_known",
            "This billing code was entered before. Every issue by SIMPONI has its own code.",
            id="Kode billing ini sudah pernah dimasukkan. Setiap terbitan SIMPONI berkode sendiri.",
        )


def _issue_day(office: OfficeConfig, digits: str, issued_on: str, today: date) -> date:
    faults = []
    if not BILLING_CODE.fullmatch(digits):
        faults.append(_fault("billing_code", "harus 15 angka / must have 15 digits"))
    try:
        day = date.fromisoformat(issued_on.strip() or today.isoformat())
    except ValueError:
        day = today
        faults.append(_fault("issued_on", "bukan tanggal (HH-BB-TTTT) / is no date (DD-MM-YYYY)"))
    days = office.treasury.billing_days
    if day > today:
        faults.append(_fault("issued_on", "ada di masa depan / lies in the future"))
    elif last_day(day, days) < today:
        words = "sudah kedaluwarsa: terbitkan kode baru di SIMPONI"
        faults.append(_fault("issued_on", f"{words} / has expired: issue a new one in SIMPONI"))
    if faults:
        text = "The billing code cannot be right; see the named fields."
        raise BadInput("billing_wrong", text, id="Kode billing tidak mungkin benar.", fields=faults)
    return day


def _fault(field: str, message: str) -> FieldFault:
    return FieldFault(field=field, code="wrong", message=message)


def _new(tx: Tx, procedure: Procedure, row: Application, digits: str, day: date) -> Billing:
    office = procedure.office
    tariff = procedure.fee_on(day)
    if tariff is None:
        text = "No tariff is in force on that day: see office.toml."
        raise Conflict(
            "tariff_missing", text, id="Tidak ada tarif pada hari itu: lihat office.toml."
        )
    identity = new_id()
    key = data_key(procedure.keyring, row)
    return Billing(
        office=tx.office,
        id=identity,
        application=row.id,
        tariff=tariff.code,
        amount=tariff.amount,
        sealed=seal_text(key, row, f"billing/{identity}", digits),
        issued_on=day,
        expires_on=last_day(day, office.treasury.billing_days),
        by=tx.actor.id,
        by_name=tx.actor.name,
        at=tx.at,
    )
