"""Tata Usaha's agenda: letters out and in, numbered in their year; what waits for an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from hub.blobs import StoredFile, register
from hub.cases import documents, letter_book, steps
from hub.cases.applications import must_find, must_have_role
from hub.cases.doers import by_whom
from hub.cases.letter_book import ANSWER, COVER, IN, OUT, REMINDER
from hub.errors import BadInput, Conflict, NotFound
from hub.models.application import Application
from hub.models.correspondence import LetterRow
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx

MAY_WRITE = frozenset({"administration"})
GATE = "external"
_LONGEST = {"number": 80, "party": 200}
_LONG_FIGURE = 10


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is entered; `answers` names the letter that it answers or recalls."""

    direction: str
    kind: str
    number: str
    dated: str
    party: str
    application: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A cover letter without an answer, and whether a reminder is due."""

    letter: LetterRow
    case_code: str
    reminders: int
    overdue: bool


def enter(
    tx: Tx,
    procedure: Procedure,
    letter: Letter,
    scan: StoredFile | None = None,
    media: str = "",
) -> str:
    """Enter a letter in the agenda; return its id. A case's gate is filled with what it says.

    Raises BadInput naming the field, Conflict `letter_known` | `letter_sent` | `letter_answered`,
    NotFound, NotAllowed.
    """
    must_have_role(tx, MAY_WRITE)
    told = tx.session.get(LetterRow, (tx.office, letter.answers)) if letter.answers else None
    dated = _judged(letter, procedure.office.today(tx.at), told)
    _must_be_new(tx, letter)
    case = (
        must_find(tx.session, tx.office, procedure, letter.application)
        if letter.application
        else None
    )
    if case is not None and case.position == GATE:
        _must_be_due(tx, case, letter)
    row = _new(tx, procedure, letter, dated, case)
    if scan is not None:
        register(tx, scan, media)
        row.blob = scan.id
    letter_book.write(tx, row)
    if case is not None:
        _fill_gate(tx, procedure, case, row, scan)
    return row.id


def cover_letter_of(session: Session, office: int, application: str) -> LetterRow | None:
    """Return the newest letter that submits a case to the authority above, or None."""
    query = _letters(office).where(LetterRow.application == application, LetterRow.kind == COVER)
    return session.scalar(query.order_by(LetterRow.at.desc(), LetterRow.agenda.desc()).limit(1))


def newest(session: Session, office: int, direction: str, limit: int) -> tuple[LetterRow, ...]:
    """Return the last letters of one direction, newest first."""
    query = _letters(office).where(LetterRow.direction == direction)
    order = query.order_by(LetterRow.year.desc(), LetterRow.agenda.desc())
    return tuple(session.scalars(order.limit(limit)))


def found(
    session: Session, office: int, direction: str, text: str, cases: Sequence[str], limit: int
) -> tuple[LetterRow, ...]:
    """Return the letters of one direction that `text` names, or that belong to `cases`.

    A text names a number, a party, or a place in the year as `12/2026`. Newest first.
    """
    sought = text.strip()
    place, _, year = sought.partition("/")
    named = [
        LetterRow.number.icontains(sought, autoescape=True),
        LetterRow.party.icontains(sought, autoescape=True),
        LetterRow.application.in_(cases),
    ]
    if place.isdecimal() and year.isdecimal() and max(len(place), len(year)) < _LONG_FIGURE:
        named.append((LetterRow.agenda == int(place)) & (LetterRow.year == int(year)))
    query = _letters(office).where(LetterRow.direction == direction, or_(*named))
    order = query.order_by(LetterRow.year.desc(), LetterRow.agenda.desc())
    return tuple(session.scalars(order.limit(limit)))


def waiting(session: Session, office: int, today: date) -> tuple[Waiting, ...]:
    """Return the cover letters without an answer, those due first."""
    answer = aliased(LetterRow)
    query = (
        select(LetterRow, Application.case_code)
        .join(
            Application,
            (Application.office == LetterRow.office) & (Application.id == LetterRow.application),
        )
        .outerjoin(
            answer,
            (answer.office == LetterRow.office)
            & (answer.answers == LetterRow.id)
            & (answer.direction == IN),
        )
        .where(
            LetterRow.office == office,
            LetterRow.kind == COVER,
            Application.position == GATE,
            answer.id.is_(None),
        )
        .order_by(LetterRow.due_on)
    )
    reminders = _reminders(session, office)
    return tuple(
        Waiting(row, code, reminders.get(row.id, 0), row.due_on is not None and row.due_on <= today)
        for row, code in session.execute(query)
    )


def _reminders(session: Session, office: int) -> Mapping[str, int]:
    query = (
        select(LetterRow.answers, func.count())
        .where(LetterRow.office == office, LetterRow.kind == REMINDER)
        .group_by(LetterRow.answers)
    )
    return {letter: count for letter, count in session.execute(query) if letter}


def _letters(office: int) -> Select[LetterRow]:
    return select(LetterRow).where(LetterRow.office == office)


def _judged(letter: Letter, today: date, told: LetterRow | None) -> date:
    faults = [
        FieldFault(field=name, code="missing", message="wajib diisi / required")
        for name in ("number", "party")
        if not getattr(letter, name).strip()
    ]
    faults += [
        FieldFault(field=name, code="long", message=f"paling banyak {most} huruf / at most {most}")
        for name, most in _LONGEST.items()
        if len(getattr(letter, name)) > most
    ]
    dated = today
    try:
        dated = date.fromisoformat(letter.dated.strip())
    except ValueError:
        words = "bukan tanggal (HH-BB-TTTT) / is no date (DD-MM-YYYY)"
        faults.append(FieldFault(field="dated", code="wrong", message=words))
    if wrong := letter_book.day_fault(dated, today, told):
        faults.append(FieldFault(field="dated", code="wrong", message=wrong))
    if faults:
        text = "The letter is not complete; see the named fields."
        raise BadInput("letter_wrong", text, id="Surat belum lengkap.", fields=faults)
    return dated


def _must_be_new(tx: Tx, letter: Letter) -> None:
    query = _letters(tx.office).where(
        LetterRow.direction == letter.direction, LetterRow.number == letter.number.strip()
    )
    if letter.direction == IN:
        query = query.where(LetterRow.party == letter.party.strip())
    known = tx.session.scalar(query.limit(1))
    if known is not None:
        who, place = by_whom(tx, known.by), f"{known.agenda}/{known.year}"
        raise Conflict(
            "letter_known",
            f"A letter with this number was entered already{who.en}: agenda {place}.",
            id=f"Surat dengan nomor ini sudah dicatat{who.id}: agenda {place}.",
        )


def _must_be_due(tx: Tx, case: Application, letter: Letter) -> None:
    """A case goes up by one letter and has one answer to it; more is a reminder or another kind.

    Raises Conflict `letter_sent` | `letter_answered`, naming who entered that letter.
    """
    cover = cover_letter_of(tx.session, tx.office, case.id)
    if cover is None or letter.kind not in (COVER, ANSWER):
        return
    query = _letters(tx.office).where(LetterRow.answers == cover.id, LetterRow.direction == IN)
    answer = tx.session.scalar(query.limit(1))
    if letter.kind == COVER and answer is None:
        who, place = by_whom(tx, cover.by), f"{cover.agenda}/{cover.year}"
        raise Conflict(
            "letter_sent",
            f"This case was sent up already{who.en}, agenda {place}, and waits for its answer: "
            "enter a reminder.",
            id=f"Permohonan ini sudah dikirim{who.id}, agenda {place}, dan menunggu jawaban: "
            "catat sebagai pengingat.",
        )
    if letter.kind == ANSWER and answer is not None and letter.answers in ("", cover.id):
        who, place = by_whom(tx, answer.by), f"{answer.agenda}/{answer.year}"
        raise Conflict(
            "letter_answered",
            f"Its answer was entered already{who.en}: agenda {place}.",
            id=f"Jawabannya sudah dicatat{who.id}: agenda {place}.",
        )


def _new(
    tx: Tx, procedure: Procedure, letter: Letter, dated: date, case: Application | None
) -> LetterRow:
    office = procedure.office
    year = office.today(tx.at).year
    answered = _answered(tx, letter)
    awaits = letter.direction == OUT and letter.kind == COVER
    days = office.deadlines.remind_working_days
    return LetterRow(
        office=tx.office,
        id=new_id(),
        direction=letter.direction,
        year=year,
        kind=letter.kind,
        number=letter.number.strip(),
        dated=dated,
        party=letter.party.strip(),
        application=case.id if case else None,
        answers=answered.id if answered else None,
        due_on=office.working_day_after(office.today(tx.at), days) if awaits else None,
        by=tx.actor.id,
        by_name=tx.actor.name,
        at=tx.at,
    )


def _answered(tx: Tx, letter: Letter) -> LetterRow | None:
    if not letter.answers:
        return None
    row = tx.session.get(LetterRow, (tx.office, letter.answers))
    if row is None:
        text = "The letter that this one belongs to is not in the agenda."
        raise NotFound("letter_unknown", text, id="Surat yang dirujuk tidak ada di agenda.")
    return row


def _fill_gate(
    tx: Tx, procedure: Procedure, case: Application, row: LetterRow, scan: StoredFile | None
) -> None:
    """The gate of the case gets number, date and scan; the decision stays an officer's."""
    if row.kind == REMINDER and row.answers:
        _remind_again(tx, procedure, row.answers)
    if case.position != GATE or row.kind not in (COVER, ANSWER):
        return
    name = "letter" if row.kind == COVER else "answer"
    steps.supply(tx, procedure, case.id, f"{name}_number", row.number)
    steps.supply(tx, procedure, case.id, f"{name}_date", row.dated.isoformat())
    if scan is not None and row.kind == ANSWER:
        steps.supply(tx, procedure, case.id, "answer_scan", scan.id)
    elif scan is not None:
        documents.keep(tx, case.id, kind="scan", item=f"{GATE}.{row.kind}", blob=scan.id, step=GATE)


def _remind_again(tx: Tx, procedure: Procedure, letter: str) -> None:
    row = tx.session.get_one(LetterRow, (tx.office, letter))
    office = procedure.office
    days = office.deadlines.remind_working_days
    row.due_on = office.working_day_after(office.today(tx.at), days)
    tx.session.flush()
