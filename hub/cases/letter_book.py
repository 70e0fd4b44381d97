"""The rows of the agenda: letters out and in, each numbered in its year.

What Tata Usaha types at the gate of a case is a letter as well: it enters the agenda by itself when
the gate is left, unless it stands there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.cases import documents
from hub.errors import BadInput
from hub.events.correspondence import LetterEntered
from hub.letters.wording import in_words
from hub.models.application import Application
from hub.models.correspondence import LetterRow
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx

OUT, IN = "out", "in"
COVER, REMINDER, ANSWER, OTHER = "cover", "reminder", "answer", "other"
ABOVE = "Kanwil / Direktorat Jenderal Imigrasi"
"""Who is written to when the form at the gate names nobody."""
_ANSWER_SCAN = "external.answer_scan"
_AT_GATE = ((OUT, COVER, "letter"), (IN, ANSWER, "answer"))


def write(tx: Tx, row: LetterRow) -> LetterRow:
    """Give a letter its number in the agenda and keep it; tell of it."""
    row.agenda = _next(tx, row.direction, row.year)
    tx.session.add(row)
    tx.session.flush()
    event = LetterEntered(row.id, row.direction, row.year, row.agenda)
    tx.emit(event, subject=row.application or row.id)
    return row


def known(tx: Tx, direction: str, number: str) -> LetterRow | None:
    """Return the letter with this number that stands in the agenda already."""
    return tx.session.scalar(
        select(LetterRow)
        .where(
            LetterRow.office == tx.office,
            LetterRow.direction == direction,
            LetterRow.number == number,
        )
        .limit(1)
    )


def of_case(session: Session, office: int, application: str) -> tuple[LetterRow, ...]:
    """Return every letter of a case, oldest first; of one moment, what went out before answers."""
    query = select(LetterRow).where(
        LetterRow.office == office, LetterRow.application == application
    )
    order = query.order_by(LetterRow.at, LetterRow.direction.desc(), LetterRow.agenda)
    return tuple(session.scalars(order))


def enter_of_gate(
    tx: Tx, procedure: Procedure, case: Application, values: Mapping[str, str]
) -> None:
    """Enter what the gate's form says was sent and answered, each letter once.

    Raises BadInput naming a day that is missing or cannot be.
    """
    today, cover = procedure.office.today(tx.at), None
    for direction, kind, name in _AT_GATE:
        number = values.get(f"{name}_number", "").strip()
        if not number:
            continue
        there = known(tx, direction, number)
        row = there or write(  # what is known already has its day
            tx,
            LetterRow(
                office=tx.office,
                id=new_id(),
                direction=direction,
                year=today.year,
                kind=kind,
                number=number,
                dated=_day(values, f"{name}_date", today, cover if direction == IN else None),
                party=values.get("letter_to", "").strip() or ABOVE,
                application=case.id,
                answers=cover.id if cover and direction == IN else None,
                blob=_scan(tx, case) if direction == IN else None,
                by=tx.actor.id,
                by_name=tx.actor.name,
                at=tx.at,
            ),
        )
        cover = row if direction == OUT else cover


def day_fault(day: date, today: date, cover: LetterRow | None) -> str:
    """Return why a letter cannot be of this day, or nothing; `cover` is what it answers."""
    if day > today:
        return "ada di masa depan / lies in the future"
    if cover is not None and day < cover.dated:
        sent = in_words(cover.dated)
        return f"sebelum surat keluarnya, {sent.id} / before the letter it answers, {sent.en}"
    return ""


def _day(values: Mapping[str, str], name: str, today: date, cover: LetterRow | None) -> date:
    try:
        day = date.fromisoformat(values.get(name, "").strip())
        wrong = day_fault(day, today, cover)
    except ValueError:
        day, wrong = today, "bukan tanggal; tulis HH-BB-TTTT / is no date; write DD-MM-YYYY"
    if wrong:
        raise BadInput(
            "evidence_wrong",
            "A letter that is entered has its number and its day; see the named field.",
            id="Surat yang dicatat memiliki nomor dan tanggal; periksa isian yang disebut.",
            fields=[FieldFault(field=name, code="wrong", message=wrong)],
        )
    return day


def _scan(tx: Tx, case: Application) -> str | None:
    """Return the file of the answer that was scanned at the gate, if it is kept already."""
    files = documents.of_case(tx.session, tx.office, case.id)
    return next((one.blob for one in reversed(files) if one.item == _ANSWER_SCAN), None)


def _next(tx: Tx, direction: str, year: int) -> int:
    last = tx.session.scalar(
        select(func.max(LetterRow.agenda)).where(
            LetterRow.office == tx.office,
            LetterRow.direction == direction,
            LetterRow.year == year,
        )
    )
    return (last or 0) + 1
