"""The treasurer's day: what is expected, taken, unverified, mismatched; closed, it is locked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.blobs import StoredFile, register
from hub.cases.applications import ENDED, must_have_role
from hub.cases.doers import by_whom
from hub.cases.payments.billing import TREASURER, paying_step
from hub.cases.payments.matching import line_place
from hub.errors import Conflict
from hub.events.treasury import TreasuryDayClosed
from hub.keys import Keyring
from hub.models.application import Application, Payment
from hub.models.treasury import (
    BankStatement,
    Billing,
    CounterEntry,
    StatementLine,
    TreasuryDay,
)
from hub.procedure import Procedure
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class Expected:
    """An approved case that waits for its payment, with its billing code's last day."""

    application: str
    case_code: str
    amount: int
    expires_on: date | None
    expired: bool


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A payment in the day's list."""

    application: str
    case_code: str
    proof_number: str
    tariff: str
    amount: int
    paid_on: date
    verified_how: str
    reversed: bool
    by: str


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A counter-entry in the day's list."""

    application: str
    case_code: str
    proof_number: str
    tariff: str
    amount: int
    reason: str
    by: str


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """What a tariff brought on the day, corrections included."""

    tariff: str
    count: int
    taken: int
    corrected: int

    @property
    def total(self) -> int:
        """Return the tariff's result."""
        return self.taken + self.corrected


class DayList(msgspec.Struct, frozen=True, kw_only=True):
    """The list of a day, as it is printed and locked."""

    day: date
    taken: tuple[Taken, ...]
    corrections: tuple[Correction, ...]
    sums: tuple[Sum, ...]

    @property
    def total(self) -> int:
        """Return the day's result."""
        return sum(one.total for one in self.sums)

    @property
    def digest(self) -> str:
        """Return what the printed list vouches for, 16 hex digits."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A statement line without a payment of ours, or with another amount."""

    statement: str
    line: int
    ntpn: str
    amount: int
    recorded: int | None
    case_code: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class Book:
    """Everything on the treasurer's page."""

    list: DayList
    closed: TreasuryDay | None
    expected: tuple[Expected, ...]
    unverified: tuple[Taken, ...]
    mismatched: tuple[Mismatch, ...]
    statements: tuple[BankStatement, ...]
    closed_days: tuple[date, ...]


def read_book(session: Session, office: int, procedure: Procedure, day: date, at: datetime) -> Book:
    """Return the book of a day with what is open now."""
    closed = session.get(TreasuryDay, (office, day))
    return Book(
        list=(
            msgspec.json.decode(closed.report, type=DayList)
            if closed is not None
            else day_list(session, office, day)
        ),
        closed=closed,
        expected=_expected(session, office, procedure, procedure.office.today(at)),
        unverified=_unverified(session, office),
        mismatched=_mismatched(session, office, procedure.keyring),
        statements=_statements(session, office),
        closed_days=_closed_days(session, office),
    )


def day_list(session: Session, office: int, day: date) -> DayList:
    """Return what was booked on `day`, in order of proof numbers."""
    rows = session.execute(
        select(Payment, Application.case_code)
        .join(Application, _is_of_case(Payment))
        .where(Payment.office == office, Payment.booked_on == day)
        .order_by(Payment.at, Payment.id)
    ).all()
    taken = tuple(_taken(payment, code) for payment, code in rows)
    corrections = tuple(
        Correction(
            application=entry.application,
            case_code=code,
            proof_number=number,
            tariff=entry.tariff,
            amount=entry.amount,
            reason=entry.reason,
            by=entry.by_name,
        )
        for entry, code, number in session.execute(
            select(CounterEntry, Application.case_code, Payment.proof_number)
            .join(Application, _is_of_case(CounterEntry))
            .join(
                Payment,
                (Payment.office == CounterEntry.office) & (Payment.id == CounterEntry.payment),
            )
            .where(CounterEntry.office == office, CounterEntry.day == day)
            .order_by(CounterEntry.at, CounterEntry.id)
        )
    )
    return DayList(day=day, taken=taken, corrections=corrections, sums=_sums(taken, corrections))


def close_day(tx: Tx, procedure: Procedure, day: date, digest: str, printed: StoredFile) -> str:
    """Lock the list of a day whose printed list has `digest`. Raises Conflict, NotAllowed.

    Conflict `day_closed` | `day_ahead` | `list_changed`: somebody booked since it was printed.
    """
    must_have_role(tx, TREASURER)
    if (closed := tx.session.get(TreasuryDay, (tx.office, day))) is not None:
        who = by_whom(tx, closed.closed_by)
        raise Conflict(
            "day_closed",
            f"This day's list was closed already{who.en}.",
            id=f"Daftar hari ini sudah ditutup{who.id}.",
        )
    if day > procedure.office.today(tx.at):
        text = "This day has not come yet."
        raise Conflict("day_ahead", text, id="Hari itu belum tiba.")
    now = day_list(tx.session, tx.office, day)
    if now.digest != digest:
        text = "Something was booked since this list was set. Look again, then close."
        indonesian = "Ada yang dibukukan sejak daftar ini disusun. Periksa lagi, lalu tutup."
        raise Conflict("list_changed", text, id=indonesian)
    register(tx, printed, "application/pdf")
    tx.session.add(
        TreasuryDay(
            office=tx.office,
            day=day,
            closed_at=tx.at,
            closed_by=tx.actor.id,
            closed_by_name=tx.actor.name,
            report=msgspec.json.encode(now).decode(),
            blob=printed.id,
        )
    )
    tx.session.flush()
    tx.emit(TreasuryDayClosed(day.isoformat(), now.total), subject=f"treasury/{day.isoformat()}")
    return day.isoformat()


def _is_of_case(table: type[Payment] | type[CounterEntry]) -> ColumnElement[bool]:
    return (Application.office == table.office) & (Application.id == table.application)


def _taken(payment: Payment, case_code: str) -> Taken:
    return Taken(
        application=payment.application,
        case_code=case_code,
        proof_number=payment.proof_number,
        tariff=payment.tariff,
        amount=payment.amount,
        paid_on=payment.paid_on,
        verified_how=payment.verified_how,
        reversed=payment.voided_at is not None,
        by=payment.by_name,
    )


def _sums(taken: Sequence[Taken], corrections: Sequence[Correction]) -> tuple[Sum, ...]:
    tariffs = sorted({one.tariff for one in taken} | {one.tariff for one in corrections})
    return tuple(
        Sum(
            tariff=tariff,
            count=sum(one.tariff == tariff for one in taken),
            taken=sum(one.amount for one in taken if one.tariff == tariff),
            corrected=sum(one.amount for one in corrections if one.tariff == tariff),
        )
        for tariff in tariffs
    )


def _expected(
    session: Session, office: int, procedure: Procedure, today: date
) -> tuple[Expected, ...]:
    tariff = procedure.fee_on(today)
    query = (
        select(Application.id, Application.case_code, Billing.amount, Billing.expires_on)
        .outerjoin(
            Billing,
            (Billing.office == Application.office)
            & (Billing.application == Application.id)
            & Billing.replaced_at.is_(None),
        )
        .where(
            Application.office == office,
            Application.position == paying_step(procedure.sop),
            Application.state.not_in(ENDED),
        )
        .order_by(Billing.expires_on, Application.case_code)
    )
    due = tariff.amount if tariff else 0
    return tuple(
        _awaited(case, code, amount or due, expires, today)
        for case, code, amount, expires in session.execute(query)
    )


def _awaited(case: str, code: str, amount: int, expires: date | None, today: date) -> Expected:
    return Expected(case, code, amount, expires, expires is not None and expires < today)


def _unverified(session: Session, office: int) -> tuple[Taken, ...]:
    query = (
        select(Payment, Application.case_code)
        .join(Application, _is_of_case(Payment))
        .where(Payment.office == office, Payment.verified_how == "", Payment.voided_at.is_(None))
        .order_by(Payment.at)
    )
    return tuple(_taken(payment, code) for payment, code in session.execute(query))


def _mismatched(session: Session, office: int, keyring: Keyring) -> tuple[Mismatch, ...]:
    query = (
        select(StatementLine, Payment.amount, Application.case_code)
        .outerjoin(
            Payment,
            (Payment.office == StatementLine.office) & (Payment.id == StatementLine.payment),
        )
        .outerjoin(
            Application,
            (Application.office == Payment.office) & (Application.id == Payment.application),
        )
        .where(
            StatementLine.office == office,
            StatementLine.payment.is_(None) | (Payment.amount != StatementLine.amount),
        )
        .order_by(StatementLine.paid_on, StatementLine.line)
    )
    return tuple(
        Mismatch(
            statement=line.statement,
            line=line.line,
            ntpn=keyring.unwrap(line.sealed, line_place(office, line.id)).decode(),
            amount=line.amount,
            recorded=recorded,
            case_code=code or "",
            paid_on=line.paid_on,
        )
        for line, recorded, code in session.execute(query)
    )


def _statements(session: Session, office: int) -> tuple[BankStatement, ...]:
    query = select(BankStatement).where(BankStatement.office == office)
    return tuple(session.scalars(query.order_by(BankStatement.at.desc()).limit(10)))


def _closed_days(session: Session, office: int) -> tuple[date, ...]:
    query = select(TreasuryDay.day).where(TreasuryDay.office == office)
    return tuple(session.scalars(query.order_by(TreasuryDay.day.desc()).limit(30)))
