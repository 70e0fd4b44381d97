"""Numbered blanks and register numbers: the two things that step 8 uses up for ever.

A blank is received, used, spoiled or void. A register number comes from a gapless series of the
office and year; a void one stays in the series.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.cases.doers import by_whom
from hub.errors import Conflict, NotFound
from hub.events.applications import (
    BlankSpoiled,
    BlanksReceived,
    BlankUsed,
    NumberGiven,
    NumberVoided,
)
from hub.models.application import Application, Blank, RegisterNumber
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.wire import Words
from hub.writer import Tx

_BECAME = {
    "spoiled": Words(id="dicatat rusak", en="written off as spoiled"),
    "used": Words(id="dipakai", en="used"),
    "void": Words(id="batal", en="void"),
}
_DESTROYED = Words(id="dimusnahkan", en="destroyed")
_UNKNOWN = Words(id="tidak tercatat", en="unknown")


def receive(tx: Tx, serials: Sequence[str]) -> int:
    """Take blanks into stock; return how many. Raises Conflict `blank_known` for a known serial."""
    for serial in serials:
        if find(tx.session, tx.office, serial) is not None:
            raise Conflict(
                "blank_known",
                "A blank with this serial number is in the ledger already.",
                id="Blangko dengan nomor seri ini sudah tercatat.",
            )
        tx.session.add(
            Blank(
                office=tx.office,
                id=new_id(),
                serial=plain_serial(serial),
                state="received",
                received_at=tx.at,
                received_by=tx.actor.reference,
            )
        )
        tx.session.flush()
    tx.emit(BlanksReceived(len(serials)), subject="blanks")
    return len(serials)


def spoil(tx: Tx, serial: str, reason: str) -> str:
    """Write a blank off with a reason. Raises NotFound, Conflict `blank_not_in_stock`."""
    blank = find(tx.session, tx.office, serial)
    if blank is None:
        text = "There is no such blank in the ledger."
        raise NotFound("blank_unknown", text, id="Blangko ini tidak tercatat.")
    if blank.state != "received":
        raise _not_in_stock(tx, blank)
    blank.state = "spoiled"
    blank.spoiled_at, blank.spoiled_by, blank.reason = tx.at, tx.actor.id, reason
    tx.session.flush()
    tx.emit(BlankSpoiled(blank.id), subject=blank.id)
    return blank.id


def find(session: Session, office: int, serial: str) -> Blank | None:
    """Return the blank with this serial number, or None."""
    return session.scalar(
        select(Blank).where(Blank.office == office, Blank.serial == plain_serial(serial))
    )


def in_stock(session: Session, office: int) -> tuple[str, ...]:
    """Return the serials that can be used, in order."""
    query = select(Blank.serial).where(Blank.office == office, Blank.state == "received")
    return tuple(session.scalars(query.order_by(Blank.serial)))


def of_case(session: Session, office: int, application: str) -> Blank | None:
    """Return the blank used for a case, or None."""
    return session.scalar(
        select(Blank).where(
            Blank.office == office, Blank.application == application, Blank.state == "used"
        )
    )


def number_of(session: Session, office: int, application: str) -> RegisterNumber | None:
    """Return the valid register number of a case, or None."""
    return session.scalar(
        select(RegisterNumber).where(
            RegisterNumber.office == office,
            RegisterNumber.application == application,
            RegisterNumber.voided_at.is_(None),
        )
    )


def issue(tx: Tx, office: OfficeConfig, application: Application, serial: str) -> RegisterNumber:
    """Give the next register number and use the blank `serial`; once only for a case.

    Raises Conflict `blank_not_in_stock`, or `number_given` when another blank was used before.
    """
    given = number_of(tx.session, tx.office, application.id)
    if given is not None:
        used = of_case(tx.session, tx.office, application.id)
        if used is None or used.serial != plain_serial(serial):
            raise Conflict(
                "number_given",
                "This case has its register number, on another blank.",
                id="Permohonan ini sudah bernomor register, pada blangko lain.",
            )
        return given
    _use(tx, application.id, serial)
    return _give(tx, office, application.id)


def void(tx: Tx, application: str, reason: str) -> None:
    """Void the register number of a case and its blank, if it has them; both stay on record."""
    number = number_of(tx.session, tx.office, application)
    if number is None:
        return
    number.voided_at, number.void_reason = tx.at, reason
    blank = of_case(tx.session, tx.office, application)
    if blank is not None:
        blank.state, blank.reason = "void", reason
    tx.session.flush()
    tx.emit(NumberVoided(application, number.year, number.seq), subject=application)


def became(blank: Blank | None) -> Words:
    """Return what became of a blank that is not in stock, to stand behind a colon."""
    return _BECAME.get(blank.state, _DESTROYED) if blank is not None else _UNKNOWN


def plain_serial(serial: str) -> str:
    """Return a serial as kept: capitals without spaces."""
    return "".join(serial.upper().split())


def _use(tx: Tx, application: str, serial: str) -> None:
    blank = find(tx.session, tx.office, serial)
    if blank is None or blank.state != "received":
        raise _not_in_stock(tx, blank)
    blank.state = "used"
    blank.application, blank.used_at, blank.used_by = application, tx.at, tx.actor.id
    tx.session.flush()
    tx.emit(BlankUsed(application, blank.id), subject=application)


def _give(tx: Tx, office: OfficeConfig, application: str) -> RegisterNumber:
    year = office.today(tx.at).year
    last = tx.session.scalar(
        select(func.max(RegisterNumber.seq)).where(
            RegisterNumber.office == tx.office, RegisterNumber.year == year
        )
    )
    seq = (last or 0) + 1
    number = RegisterNumber(
        office=tx.office,
        year=year,
        seq=seq,
        number=office.register.format.format(unit=office.office.unit, seq=seq, year=year),
        application=application,
        given_at=tx.at,
        given_by=tx.actor.id,
    )
    tx.session.add(number)
    tx.session.flush()
    tx.emit(NumberGiven(application, year, seq), subject=application)
    return number


def _not_in_stock(tx: Tx, blank: Blank | None) -> Conflict:
    what, who = _gone(tx, blank)
    return Conflict(
        "blank_not_in_stock",
        f"This blank is not in stock: {what.en}{who.en}.",
        id=f"Blangko ini tidak ada di persediaan: {what.id}{who.id}.",
    )


def _gone(tx: Tx, blank: Blank | None) -> tuple[Words, Words]:
    """Return what became of a blank, and who did it."""
    if blank is None:
        return became(None), by_whom(tx, "")
    doers = {"spoiled": blank.spoiled_by, "used": blank.used_by, "void": ""}
    return became(blank), by_whom(tx, doers.get(blank.state, blank.destroy_by))
