"""An incomplete file goes back: what is missing is listed, no application is registered.

The case stays a draft; its ticket may wait again the same day at its own arrival.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy.orm import Session

from hub.cases import drafts, evidence, persons
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.checklists import COPY, checklist_of, papers_of
from hub.cases.opened import opened_case
from hub.cases.requirements import Requirement, unfold
from hub.errors import Conflict
from hub.events.applications import FileReturned
from hub.letters import MissingItem, MissingList
from hub.letters.wording import in_words
from hub.models.application import Application
from hub.models.casework import FileReturn
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.sop import Gate, Step
from hub.wire import Words
from hub.writer import Actor, Tx

RETURNED = "RETURNED_INCOMPLETE"
LIST = "missing_list"
_ORIGINAL = Words(id="asli belum ditunjukkan", en="original not shown yet")
_COPY = Words(id="fotokopi belum ada", en="copy missing")


@dataclass(frozen=True, slots=True)
class Ticked:
    """The papers of the checklist as an officer found them."""

    missing: tuple[Requirement, ...]
    there: tuple[Requirement, ...]


def found_so_far(
    session: Session, procedure: Procedure, application: Application, officer: str, today: date
) -> Ticked:
    """Return what is ticked, in the case or in the officer's form, and which papers are missing.

    Raises Conflict `registered_already` once the application is registered.
    """
    stage = _checklist_stage(procedure, application)
    rows = [r for r in unfold(procedure, application, stage, today) if r.rule.kind == "checklist"]
    draft = drafts.draft_of(session, procedure, application, stage.name, officer)
    left = evidence.values_of(session, procedure, application).get(stage.name, {})

    def ticked(row: Requirement) -> bool:
        return bool(draft[row.key] if row.key in draft else left.get(row.key))

    return Ticked(
        missing=tuple(row for row in rows if row.required and not ticked(row)),
        there=tuple(row for row in rows if ticked(row)),
    )


def return_file(tx: Tx, procedure: Procedure, application: str, note: str, ticket: str = "") -> str:
    """Give an incomplete file back. Raises Conflict `nothing_missing` | `registered_already`."""
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    stage = _checklist_stage(procedure, row)
    must_have_role(tx, frozenset(stage.roles))
    today = procedure.office.today(tx.at)
    ticked = found_so_far(tx.session, procedure, row, tx.actor.id, today)
    if not ticked.missing:
        raise Conflict(
            "nothing_missing",
            "No paper is missing: receive the application instead.",
            id="Tidak ada berkas yang kurang: terima permohonannya.",
        )
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    missing = tuple(one.key for one in ticked.missing)
    tx.session.add(
        FileReturn(
            office=tx.office,
            id=identity,
            application=row.id,
            ticket=ticket,
            missing=msgspec.json.encode(missing).decode(),
            sealed_note=persons.seal_text(key, row, f"return/{identity}", note.strip()[:500]),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    row.state = RETURNED
    # the papers went home with their owner: next time each is seen anew
    drafts.forget(tx, row, stage.name)
    for one in ticked.there:
        evidence.withdraw(tx, row, stage.name, one.key)
    tx.session.flush()
    tx.emit(FileReturned(row.id, missing), subject=row.id)
    return row.id


def missing_list(
    session: Session,
    office: int,
    procedure: Procedure,
    application: str,
    at: datetime,
    officer: Actor,
    *,
    counter: int = 0,
    number: str = "",
) -> MissingList:
    """Return the paper that names what is missing, for the press."""
    opened = opened_case(session, office, procedure, application, LIST, at, officer, counter)
    ticked = found_so_far(session, procedure, opened.case, officer.id, opened.today)
    listed = checklist_of(procedure, opened.case, opened.today)
    since = in_words(listed.valid_from)
    paper = f"{opened.case.case_code}-D"
    return MissingList(
        imprint=opened.imprint(paper, opened.case.case_code, opened.case.case_code),
        queue_number=number or "–",
        applicant=opened.person.name or "–",
        service=procedure.sop.issued.whole,
        checked_at=at,
        counter=counter,
        back_before=_closes(procedure, opened.today),
        missing=_items(procedure, opened.case, ticked.missing, opened.today),
        complete=tuple(row.label for row in ticked.there),
        checklist=Words(
            id=f"daftar kelengkapan kantor versi {listed.version}, berlaku sejak {since.id}",
            en=f"the office's checklist version {listed.version}, in force since {since.en}",
        ),
        officer=officer.name,
    )


def _items(
    procedure: Procedure, application: Application, rows: Sequence[Requirement], today: date
) -> tuple[MissingItem, ...]:
    """Return one line a paper, with all of it that is missing and where to get it."""
    lacks: dict[str, list[Requirement]] = {}
    for row in rows:
        code = row.key.removeprefix(f"{row.rule.key}.").removesuffix(COPY)
        lacks.setdefault(code, []).append(row)
    known = {item.code: item for item in papers_of(procedure, application, today)}
    return tuple(
        MissingItem(
            what=known[code].name if code in known else of_one[0].label,
            where=_lacking(of_one),
            hint=known[code].where if code in known else None,
        )
        for code, of_one in lacks.items()
    )


def _lacking(rows: Sequence[Requirement]) -> Words:
    said = [_COPY if row.key.endswith(COPY) else _ORIGINAL for row in rows]
    return Words(id=", ".join(one.id for one in said), en=", ".join(one.en for one in said))


def _checklist_stage(procedure: Procedure, application: Application) -> Step | Gate:
    stage = procedure.sop.stage(application.position)
    if stage is None or not any(rule.kind == "checklist" for rule in stage.evidence):
        raise Conflict(
            "registered_already",
            "The application is registered already; its file no longer goes back this way.",
            id="Permohonan sudah didaftar; berkasnya tidak dikembalikan lewat cara ini.",
        )
    return stage


def _closes(procedure: Procedure, day: date) -> str:
    """Return when the service stops for the day, by the clock."""
    lasts: Mapping[str, str] = {
        service.code: f"{spans[-1][1]:%H.%M}"
        for service in procedure.office.services
        if service.opens and (spans := procedure.office.spans(service.code, day))
    }
    return next(iter(lasts.values()), "–")
