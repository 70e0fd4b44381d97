"""What a procedure asks of every applicant: for what one applies, and on what ground.

Its answers stand in the procedure's file; a procedure that names none does not ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.errors import BadInput
from hub.models.application import Application
from hub.sop import Answer, Sop
from hub.wire import FieldFault, Words

LABELS = {
    "purpose": Words(id="Tujuan permohonan", en="Applies for"),
    "basis": Words(id="Dasar permohonan", en="On the ground of"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A row of a form: its name, its label, and the procedure's answers."""

    name: str
    label: Words
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """A question with the answer of a case: its code, and how it is called."""

    asked: Question
    value: str
    words: Words


def questions(sop: Sop) -> tuple[Question, ...]:
    """Return what the procedure asks: purpose, basis, both or neither."""
    answers = {"purpose": sop.purposes, "basis": sop.bases}
    return tuple(Question(name, LABELS[name], known) for name, known in answers.items() if known)


def applied(sop: Sop, row: Application) -> tuple[Applied, ...]:
    """Return what a case answers; an answer that the procedure lost is called by its code."""
    kept = {"purpose": row.purpose, "basis": row.basis}
    return tuple(
        Applied(one, value, _words(one, value))
        for one in questions(sop)
        for value in (kept[one.name],)
    )


def purpose_of(sop: Sop, row: Application) -> Answer:
    """Return what the case is for, as papers say it; without purposes, what is issued."""
    return sop.purpose(row.purpose) or Answer(value="", words=sop.issued.name)


def first_answers(sop: Sop, purpose: str, basis: str) -> tuple[str, str]:
    """Return purpose and basis of a new case; one that is empty becomes the commonest.

    Raises BadInput `purpose_wrong` for one that the procedure does not have.
    """
    given = {"purpose": purpose, "basis": basis}
    must_be_answers(sop, {name: text for name, text in given.items() if text})
    first = {one.name: one.answers[0].value for one in questions(sop)}
    return purpose or first.get("purpose", ""), basis or first.get("basis", "")


def must_be_answers(sop: Sop, chosen: Mapping[str, str]) -> None:
    """Refuse an answer that the procedure does not have. Raises BadInput `purpose_wrong`."""
    known = {one.name: [answer.value for answer in one.answers] for one in questions(sop)}
    faults = [
        FieldFault(field=name, code="wrong", message=_allowed(known.get(name, [])))
        for name in LABELS
        if name in chosen and chosen[name] not in known.get(name, [])
    ]
    if faults:
        text = "Choose purpose and basis from the list."
        raise BadInput(
            "purpose_wrong", text, id="Pilih tujuan dan dasar dari daftar.", fields=faults
        )


def _words(asked: Question, value: str) -> Words:
    known = (one.words for one in asked.answers if one.value == value)
    return next(known, Words(id=value, en=value))


def _allowed(values: Sequence[str]) -> str:
    if not values:
        return "prosedur ini tidak menanyakannya / this procedure does not ask for it"
    return f"pilih salah satu / choose one: {', '.join(values)}"
