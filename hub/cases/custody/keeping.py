"""The record of who holds a passport: one open record a case, the database refuses a second."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.doers import by_whom
from hub.errors import BadInput, Conflict
from hub.events.applications import CustodyMoved
from hub.models.application import Application, CustodyRecord
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx

INTO_PASSPORT: Mapping[str, frozenset[str]] = {
    "office": frozenset({"issue", "legalise"}),
    "visit": frozenset({"issue"}),
}
"""The duties that write into the passport. Per visit the signature in it is given while its owner
is here, and vouched for when the step is recorded."""


def holder(session: Session, office: int, application: str) -> CustodyRecord | None:
    """Return the open record of a case's passport, or None if the office does not hold it."""
    return session.scalar(
        select(CustodyRecord).where(
            CustodyRecord.office == office,
            CustodyRecord.application == application,
            CustodyRecord.ended_at.is_(None),
        )
    )


def is_here(session: Session, office: int, application: str) -> bool:
    """Say whether a case's passport lies in the office: held, and not lent to its owner."""
    current = holder(session, office, application)
    return current is not None and not current.released


def places(session: Session, office: int, applications: Sequence[str]) -> Mapping[str, str]:
    """Return where the passports of these cases lie in the office; none that is back or lent."""
    query = select(CustodyRecord.application, CustodyRecord.location).where(
        CustodyRecord.office == office,
        CustodyRecord.application.in_(applications),
        CustodyRecord.ended_at.is_(None),
        CustodyRecord.released.is_(False),
    )
    return {case: place for case, place in session.execute(query)}


def records(session: Session, office: int, application: str) -> tuple[CustodyRecord, ...]:
    """Return every record of a case's passport, oldest first."""
    query = select(CustodyRecord).where(
        CustodyRecord.office == office, CustodyRecord.application == application
    )
    return tuple(session.scalars(query.order_by(CustodyRecord.taken_at)))


def present_stay(records_of_case: Sequence[CustodyRecord]) -> tuple[int, datetime]:
    """Return which stay in the office this is, from 1, and when it began.

    Moves between sections belong to one stay; a passport that came back begins another.
    """
    begun = [
        record.taken_at
        for before, record in zip((None, *records_of_case), records_of_case, strict=False)
        if not record.released and (before is None or before.ending != "moved")
    ]
    return len(begun), begun[-1]


def receipt_of(session: Session, case: Application) -> str:
    """Return the number of the receipt against which the passport is here."""
    count, _ = present_stay(records(session, case.office, case.id))
    return f"{case.case_code}-P{count}"


def was_returned(session: Session, case: Application) -> bool:
    """Say whether the passport was handed over already, and did not come back since."""
    known = records(session, case.office, case.id)
    return bool(known) and known[-1].ending == "returned"


def held(session: Session, office: int) -> tuple[CustodyRecord, ...]:
    """Return where every passport in the office is, the longest unmoved first."""
    query = select(CustodyRecord).where(
        CustodyRecord.office == office, CustodyRecord.ended_at.is_(None)
    )
    return tuple(session.scalars(query.order_by(CustodyRecord.taken_at)))


def take(tx: Tx, application: str, location: str) -> str:
    """Take a passport into custody at `location`. Raises Conflict `custody_open`."""
    if (now := holder(tx.session, tx.office, application)) is not None:
        raise Conflict(
            "custody_open",
            f"The office holds this passport already: {now.holder_name}, {now.location}.",
            id=f"Paspor ini sudah dipegang kantor: {now.holder_name}, {now.location}.",
        )
    return open_record(tx, application, location, "taken").id


def give_back(tx: Tx, application: str, against: str) -> str:
    """Close custody: the passport left `against` a paper.

    Raises Conflict `custody_not_open`, `on_the_way` while a section has yet to accept it.
    """
    current = must_hold(tx, application)
    if current.offered_to:
        text = "This passport is on its way to a section: it must be accepted there first, or kept."
        indonesian = "Paspor ini dalam perjalanan ke bagian lain: terima dahulu, atau batalkan."
        raise Conflict("on_the_way", text, id=indonesian)
    end(tx, current, "returned", against)
    tx.emit(CustodyMoved(application, current.id, "returned"), subject=application)
    return current.id


def must_hold(tx: Tx, application: str) -> CustodyRecord:
    """Return the open record of a case. Raises Conflict `custody_not_open`."""
    current = holder(tx.session, tx.office, application)
    if current is None:
        known = records(tx.session, tx.office, application)
        who = by_whom(tx, known[-1].ended_by if known else "")
        raise Conflict(
            "custody_not_open",
            f"The office does not hold this passport: it was given back{who.en}."
            if known
            else "The office does not hold this passport.",
            id=f"Kantor tidak memegang paspor ini: sudah dikembalikan{who.id}."
            if known
            else "Kantor tidak memegang paspor ini.",
        )
    return current


def misses_passport(
    session: Session, procedure: Procedure, row: Application, duties: Collection[str]
) -> bool:
    """Say whether one of `duties` writes into the passport of the case and that is away."""
    if not INTO_PASSPORT[procedure.office.office.custody] & set(duties):
        return False
    kept = holder(session, row.office, row.id)
    return kept is None or kept.released


def must_be_here(tx: Tx, procedure: Procedure, row: Application, duty: str) -> None:
    """Refuse a duty that writes into a passport that is away. Raises Conflict `passport_away`."""
    if misses_passport(tx.session, procedure, row, [duty]):
        raise Conflict(
            "passport_away",
            "The passport is not here: it cannot be endorsed or signed. Take it in first, on the "
            "page of passports held.",
            id="Paspor tidak ada di kantor: tidak dapat diterakan atau ditandatangani. "
            "Terima dahulu di halaman Paspor di kantor.",
        )


def open_record(tx: Tx, application: str, location: str, act: str) -> CustodyRecord:
    """Let this officer hold the passport at `location`. Raises BadInput `location_missing`."""
    if not location.strip():
        fault = FieldFault(field="location", code="missing", message="wajib diisi / required")
        text = "Say where the passport is kept."
        raise BadInput("location_missing", text, id="Sebutkan tempat paspor.", fields=[fault])
    record = CustodyRecord(
        office=tx.office,
        id=new_id(),
        application=application,
        holder=tx.actor.id,
        holder_name=tx.actor.name,
        location=location.strip(),
        taken_at=tx.at,
    )
    tx.session.add(record)
    tx.session.flush()
    tx.emit(CustodyMoved(application, record.id, act), subject=application)
    return record


def end(tx: Tx, record: CustodyRecord, ending: str, against: str) -> None:
    """Close a record: `moved`, `released`, `back` or `returned`."""
    record.ended_at = tx.at
    record.ended_by = tx.actor.id
    record.ending = ending
    record.against = against
    tx.session.flush()
