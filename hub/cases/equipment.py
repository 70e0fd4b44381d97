"""The sheet's equipment as a counter's opening check: what works, what does not, who looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.events.applications import EquipmentChecked
from hub.models.casework import EquipmentCheck
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class EquipmentLine:
    """One line of the sheet as it was found today; `works` is None before the check."""

    number: int
    words: Words
    works: bool | None
    note: str = ""
    by: str = ""
    at: datetime | None = None


def check(
    tx: Tx, procedure: Procedure, counter: int, works: Mapping[int, bool], note: str = ""
) -> int:
    """Record how each line of the sheet was found at a counter today; return how many fail."""
    day = procedure.office.today(tx.at)
    failing = 0
    for number in range(1, len(procedure.sop.sheet.equipment) + 1):
        held = tx.session.get(EquipmentCheck, (tx.office, counter, day, number))
        if held is None:
            held = EquipmentCheck(office=tx.office, counter=counter, day=day, line=number)
            tx.session.add(held)
        held.works = works.get(number, False)
        held.note = "" if held.works else note.strip()[:200]
        held.by, held.by_name, held.at = tx.actor.id, tx.actor.name, tx.at
        failing += not held.works
    tx.session.flush()
    tx.emit(EquipmentChecked(counter, failing), subject=f"counter:{counter}")
    return failing


def of_counter(
    session: Session, procedure: Procedure, office: int, counter: int, day: date
) -> tuple[EquipmentLine, ...]:
    """Return the sheet's lines as they were found at a counter on `day`."""
    rows = session.scalars(
        select(EquipmentCheck).where(
            EquipmentCheck.office == office,
            EquipmentCheck.counter == counter,
            EquipmentCheck.day == day,
        )
    )
    found = {row.line: row for row in rows}
    return tuple(
        EquipmentLine(number, words, row.works, row.note, row.by_name, row.at)
        if (row := found.get(number))
        else EquipmentLine(number, words, None)
        for number, words in enumerate(procedure.sop.sheet.equipment, 1)
    )
