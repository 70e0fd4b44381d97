"""Keep what an officer types while typing: values of the person with their revision, and drafts.

A save names the revision of the case that its page showed. A value that somebody else changed
since is not overwritten: the save says whose it is, and keeps the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import applying, drafts, field_rules, persons, search
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.errors import Conflict
from hub.events.applications import DraftConfirmed
from hub.models.application import Application, PersonalValue
from hub.models.officer import Officer
from hub.procedure import Procedure
from hub.sop import Gate, Step
from hub.wire import FieldFault, Words
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class Stale:
    """A value that somebody else changed after the page was drawn."""

    field: str
    value: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What a save did: the case's revision now, what was stored, what could not be."""

    revision: int
    saved: tuple[str, ...]
    faults: Mapping[str, Words]
    stale: tuple[Stale, ...]


def keep(
    tx: Tx,
    procedure: Procedure,
    application: str,
    stage: str,
    typed: Mapping[str, str],
    revision: int,
) -> Kept:
    """Keep what was typed into the form of `stage`: `field.*` and `card.*` as values of the person,
    purpose and basis as the case's.

    Everything else, and every value that cannot be, stays in the officer's draft of that form.
    Raises NotFound, NotAllowed, Conflict `case_ended` | `form_gone`.
    """
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    known = procedure.sop.stage(stage)
    if known is None or row.position != stage:
        raise Conflict(
            "form_gone",
            "The case has moved on; this form is no longer asked for.",
            id="Permohonan sudah maju; formulir ini tidak diminta lagi.",
        )
    must_have_role(tx, frozenset(known.roles))
    applying.settle(tx, procedure.sop, row, known, typed)
    fields = {n.removeprefix("field."): t for n, t in typed.items() if n.startswith("field.")}
    cards = {n.removeprefix("card."): t for n, t in typed.items() if n.startswith("card.")}
    fields = fields if _keys_fields(known) else {}
    saved = save_values(tx, procedure, row, fields, revision)
    carded = save_values(tx, procedure, row, cards, revision, source=persons.CARD)
    left = {
        n: t
        for n, t in typed.items()
        if not n.startswith(("field.", "card.")) and n not in applying.ROWS
    }
    left |= {f"field.{f}": fields[f] for f in saved.faults}
    left |= {f"card.{f}": cards[f] for f in carded.faults}
    # a wrong text that was cleared, or typed back to what is known, changes no value either
    drafts.add(tx, procedure, row, stage, left, gone=[n for n in typed if n not in left])
    faults = {f"field.{f}": w for f, w in saved.faults.items()}
    faults |= {f"card.{f}": w for f, w in carded.faults.items()}
    return Kept(row.revision, (*saved.saved, *carded.saved), faults, (*saved.stale, *carded.stale))


def must_be_fresh(
    tx: Tx, procedure: Procedure, row: Application, values: Mapping[str, str], revision: int
) -> None:
    """Raise Conflict `values_stale` if somebody else changed a value that differs from `values`."""
    held = _held(tx.session, row, persons.OFFICER)
    person = persons.read(tx.session, procedure.keyring, row)
    faults = []
    for name, text in values.items():
        field = name.removeprefix("field.")
        rule, other = procedure.sop.field(field), held.get(field)
        if rule is None or other is None or not name.startswith("field.") or not text.strip():
            continue
        if other.revision <= revision or other.by == tx.actor.reference:
            continue
        if field_rules.clean(rule, text) != person.value(field):
            who = _name(tx.session, other)
            message = f"{rule.label.id}: diubah {who} / {rule.label.en}: changed by {who}"
            faults.append(FieldFault(field=name, code="stale", message=message))
    if faults:
        raise Conflict(
            "values_stale",
            "Somebody else changed this meanwhile; nothing was overwritten. Look at the fields.",
            id="Data ini sudah diubah petugas lain; tidak ada yang ditimpa. Periksa isian.",
            fields=faults,
        )


def save_values(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    values: Mapping[str, str],
    revision: int,
    *,
    source: str = persons.OFFICER,
) -> Kept:
    """Store values of the person that can be and that nobody changed since `revision`."""
    today = procedure.office.today(tx.at)
    held = _held(tx.session, row, source)
    good: dict[str, str] = {}
    faults: dict[str, Words] = {}
    stale: list[Stale] = []
    person = persons.read(tx.session, procedure.keyring, row)
    for name, text in values.items():
        rule = procedure.sop.field(name)
        if rule is None:
            continue
        cleaned = field_rules.clean(rule, text)
        now = person.values.get(name, {}).get(source, "")
        if cleaned == now or (source == persons.OFFICER and cleaned == person.value(name)):
            continue
        other = held.get(name)
        if other is not None and other.revision > revision and other.by != tx.actor.reference:
            stale.append(Stale(name, now, _name(tx.session, other), other.at))
        elif wrong := field_rules.fault(rule, cleaned, today):
            faults[name] = wrong
        else:
            good[name] = cleaned
    saved = persons.write(tx, procedure.keyring, row, source, good)
    if saved:
        search.index(tx, procedure.keyring, row)
        tx.emit(DraftConfirmed(row.id, saved), subject=row.id)
    return Kept(row.revision, saved, faults, tuple(stale))


def _keys_fields(stage: Step | Gate) -> bool:
    return any(rule.kind == "fields" for rule in stage.evidence)


def _held(session: Session, row: Application, source: str) -> dict[str, PersonalValue]:
    query = select(PersonalValue).where(
        PersonalValue.office == row.office,
        PersonalValue.application == row.id,
        PersonalValue.source == source,
    )
    return {value.field: value for value in session.scalars(query)}


def _name(session: Session, value: PersonalValue) -> str:
    kind, _, identity = value.by.partition(":")
    officer = session.get(Officer, (value.office, identity)) if kind == "officer" else None
    return officer.name if officer else value.by
