"""Invariants of what an office holds: money, passports, blanks, signatures, the archive."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.cases.archive.keeping import STEPS
from hub.cases.payments.day_book import DayList, day_list
from hub.models.application import (
    Application,
    ArchivePackage,
    Blank,
    CustodyRecord,
    Payment,
    RegisterNumber,
)
from hub.models.correspondence import Destruction, Legalisation, LetterRow
from hub.models.treasury import CounterEntry, StatementLine, TreasuryDay
from hub.sop import Sop

_KNOWN = {"received", "used", "spoiled", "void", "destroyed"}
_FILED = {before for before, _ in STEPS.values()} | {after for _, after in STEPS.values()}
_FILED |= {"APPROVED", "DESTROYED"}


def broken_holdings(session: Session, office: int, sop: Sop) -> Iterator[str]:
    """Yield a sentence with references only for every invariant that does not hold."""
    yield from _broken_payments(session, office)
    yield from _broken_days(session, office)
    yield from _broken_custody(session, office)
    yield from _broken_blanks(session, office)
    yield from _broken_signatures(session, office, sop)
    yield from _broken_archive(session, office)
    yield from _broken_agenda(session, office)
    yield from _broken_destructions(session, office)


def _broken_payments(session: Session, office: int) -> Iterator[str]:
    valid = (
        select(Payment.application)
        .where(Payment.office == office, Payment.voided_at.is_(None))
        .group_by(Payment.application)
        .having(func.count() > 1)
    )
    for case in session.scalars(valid):
        yield f"case {case}: paid more than once"
    entries = dict(
        session.execute(
            select(CounterEntry.payment, CounterEntry.amount).where(CounterEntry.office == office)
        ).all()
    )
    for payment in session.scalars(select(Payment).where(Payment.office == office)):
        booked = entries.get(payment.id)
        if (payment.voided_at is None) != (booked is None):
            yield f"payment {payment.id}: void and counter-entry disagree"
        if booked is not None and booked != -payment.amount:
            yield f"payment {payment.id}: its counter-entry is not its amount"
    lines = select(StatementLine.id, StatementLine.amount, Payment.amount, Payment.verified_how)
    joined = lines.join(
        Payment, (Payment.office == StatementLine.office) & (Payment.id == StatementLine.payment)
    ).where(StatementLine.office == office)
    for line, told, amount, how in session.execute(joined):
        if told == amount and how != "statement":
            yield f"statement line {line}: names a payment that is not verified by it"


def _broken_days(session: Session, office: int) -> Iterator[str]:
    for day in session.scalars(select(TreasuryDay).where(TreasuryDay.office == office)):
        locked = msgspec.json.decode(day.report, type=DayList)
        if locked.total != day_list(session, office, day.day).total:
            yield f"treasury day {day.day}: its locked list and the book disagree"


def _broken_custody(session: Session, office: int) -> Iterator[str]:
    query = select(CustodyRecord).where(CustodyRecord.office == office)
    last: dict[str, CustodyRecord] = {}
    for record in session.scalars(query.order_by(CustodyRecord.taken_at, CustodyRecord.ended_at)):
        before = last.get(record.application)
        if before is not None and (before.ended_at is None or before.ended_at > record.taken_at):
            yield f"custody {record.id}: two holders at once"
        if record.released and record.holder:
            yield f"custody {record.id}: lent, and held by staff"
        if record.ended_at is None or before is None or before.ended_at is not None:
            last[record.application] = record


def _broken_blanks(session: Session, office: int) -> Iterator[str]:
    numbered = set(
        session.scalars(
            select(RegisterNumber.application).where(
                RegisterNumber.office == office, RegisterNumber.voided_at.is_(None)
            )
        )
    )
    for blank in session.scalars(select(Blank).where(Blank.office == office)):
        if blank.state not in _KNOWN:
            yield f"blank {blank.id}: is {blank.state!r}"
        if blank.state == "used" and blank.application not in numbered:
            yield f"blank {blank.id}: used, but its case has no valid number"
        if blank.state == "destroyed" and blank.destroy_by == blank.witness:
            yield f"blank {blank.id}: destroyed by one person"


def _broken_signatures(session: Session, office: int, sop: Sop) -> Iterator[str]:
    """What is legalised stands under its case's valid number, from then on to the end."""
    signed_at, names = sop.doing("legalise"), [stage.name for stage in sop.stages]
    if not signed_at:
        return
    place = names.index(signed_at)
    query = (
        select(Legalisation.id, Legalisation.number, RegisterNumber.number)
        .outerjoin(
            RegisterNumber,
            (RegisterNumber.office == Legalisation.office)
            & (RegisterNumber.application == Legalisation.application)
            & RegisterNumber.voided_at.is_(None),
        )
        .join(
            Application,
            (Application.office == Legalisation.office)
            & (Application.id == Legalisation.application),
        )
        .where(
            Legalisation.office == office,
            Legalisation.voided_at.is_(None),
            Application.position.in_([*names[place + 1 :], ""]),
            Application.state.in_([stage.reaches for stage in sop.stages[place:]]),
        )
    )
    for signed, number, valid in session.execute(query):
        if number != valid:
            yield f"legalisation {signed}: signs another number than the valid one"


def _broken_archive(session: Session, office: int) -> Iterator[str]:
    query = (
        select(ArchivePackage.id, ArchivePackage.state, Application.ended_at)
        .join(
            Application,
            (Application.office == ArchivePackage.office)
            & (Application.id == ArchivePackage.application),
        )
        .where(ArchivePackage.office == office)
    )
    for package, state, ended in session.execute(query):
        if state not in _FILED:
            yield f"archive package {package}: is {state!r}"
        if ended is None:
            yield f"archive package {package}: its case goes on"


def _broken_agenda(session: Session, office: int) -> Iterator[str]:
    query = (
        select(LetterRow.direction, LetterRow.year, func.max(LetterRow.agenda), func.count())
        .where(LetterRow.office == office)
        .group_by(LetterRow.direction, LetterRow.year)
    )
    for direction, year, last, count in session.execute(query):
        if last != count:
            yield f"agenda of letters {direction} in {year}: a number is missing"


def _broken_destructions(session: Session, office: int) -> Iterator[str]:
    """Paper is destroyed before two persons, and by a list that ANRI approved."""
    gone: set[str] = set()
    for row in session.scalars(select(Destruction).where(Destruction.office == office)):
        if row.state != "DESTROYED":
            continue
        gone |= set(row.files.split())
        if not row.anri_number or row.witness in ("", row.done_by):
            yield f"destruction {row.id}: without ANRI's letter or a second person"
    query = (
        select(ArchivePackage.id, Application.case_code)
        .join(
            Application,
            (Application.office == ArchivePackage.office)
            & (Application.id == ArchivePackage.application),
        )
        .where(ArchivePackage.office == office, ArchivePackage.state == "DESTROYED")
    )
    for package, code in session.execute(query):
        if code not in gone:
            yield f"package {package}: destroyed without a list"
