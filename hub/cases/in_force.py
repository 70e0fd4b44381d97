"""Which rows each step asked for on which day: an office's procedure file changes, cases go on.

The hub notes at its start what its own file asks for, if that is not what it noted last. A step is
judged by what was asked when it was done; before the first note the SKIM's own file held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hub.events.applications import ProcedureInForce
from hub.models.queue import EventRow
from hub.sop import Sop, load_sop
from hub.writer import Tx

SUBJECT = "procedure"
Asked = Mapping[str, frozenset[str]]
"""The required rows by step or gate."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What a procedure's steps asked for, from which instant on; the earliest first."""

    before: Asked | None
    """Before the first note: None, if nothing is known of that time."""
    noted: tuple[tuple[datetime, Asked], ...]

    def asked(self, stage: str, at: datetime) -> frozenset[str] | None:
        """Return the rows that `stage` asked for at `at`; None: as the file says now."""
        held = self.before
        for since, rows in self.noted:
            if since > at:
                break
            held = rows
        return held.get(stage, frozenset()) if held is not None else None


def record(tx: Tx, sop: Sop) -> None:
    """Note what the procedure asks for from now on, unless the newest note says so already."""
    last = tx.session.scalar(_notes(tx.office).order_by(EventRow.seq.desc()).limit(1))
    now = ProcedureInForce(sop.number, {name: tuple(sorted(k)) for name, k in _rows(sop).items()})
    if last is None or msgspec.json.decode(last, type=ProcedureInForce) != now:
        tx.emit(now, subject=SUBJECT)


def is_noted(session: Session, office: int) -> bool:
    """Return whether this office ever had a procedure file of its own."""
    return session.scalar(_notes(office).limit(1)) is not None


def versions(session: Session, office: int, number: str) -> Versions:
    """Return what the steps of the procedure `number` asked for at every time."""
    query = (
        select(EventRow.at, EventRow.body)
        .where(EventRow.office == office, EventRow.kind == ProcedureInForce.kind)
        .order_by(EventRow.seq)
    )
    told = [
        (at, msgspec.json.decode(body, type=ProcedureInForce))
        for at, body in session.execute(query)
    ]
    noted = tuple(
        (at, {stage: frozenset(keys) for stage, keys in one.asks.items()})
        for at, one in told
        if one.number == number
    )
    shipped = load_sop() if noted else None
    if shipped is not None and shipped.number == number:
        return Versions(_rows(shipped), noted)
    return Versions(noted[0][1] if noted else None, noted)


def _rows(sop: Sop) -> Asked:
    return {
        stage.name: frozenset(rule.key for rule in stage.evidence if rule.required)
        for stage in sop.stages
    }


def _notes(office: int) -> Select[str]:
    return select(EventRow.body).where(
        EventRow.office == office, EventRow.kind == ProcedureInForce.kind
    )
