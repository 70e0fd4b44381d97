"""Times in which work stood still for everybody: the national system down, or no power."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.applications import must_have_role
from hub.errors import BadInput, Conflict
from hub.events.applications import StoppageChanged
from hub.models.casework import Stoppage
from hub.models.schema import new_id
from hub.wire import FieldFault
from hub.writer import Tx

KINDS = ("national", "power")
MAY_STOP = frozenset({"supervisor", "administration"})


def running(session: Session, office: int) -> tuple[Stoppage, ...]:
    """Return what stands still now."""
    query = select(Stoppage).where(Stoppage.office == office, Stoppage.ended_at.is_(None))
    return tuple(session.scalars(query.order_by(Stoppage.began_at)))


def begin(tx: Tx, kind: str, note: str = "") -> str:
    """Note that work stands still. Raises BadInput, Conflict `stoppage_running`, NotAllowed."""
    must_have_role(tx, MAY_STOP)
    if kind not in KINDS:
        fault = FieldFault(field="kind", code="wrong", message=", ".join(KINDS))
        text = "Say what stands still."
        raise BadInput("stoppage_unknown", text, id="Sebutkan apa yang berhenti.", fields=[fault])
    if any(one.kind == kind for one in running(tx.session, tx.office)):
        text = "This is noted already."
        raise Conflict("stoppage_running", text, id="Ini sudah tercatat.")
    row = Stoppage(
        office=tx.office,
        id=new_id(),
        kind=kind,
        began_at=tx.at,
        began_by=tx.actor.reference,
        note=note.strip()[:200],
    )
    tx.session.add(row)
    tx.session.flush()
    tx.emit(StoppageChanged(row.id, kind, running=True), subject=row.id)
    return row.id


def end(tx: Tx, kind: str) -> str:
    """Note that work goes on. Raises Conflict `stoppage_over`, NotAllowed."""
    must_have_role(tx, MAY_STOP)
    row = next((one for one in running(tx.session, tx.office) if one.kind == kind), None)
    if row is None:
        text = "This is over already."
        raise Conflict("stoppage_over", text, id="Ini sudah berakhir.")
    row.ended_at, row.ended_by = tx.at, tx.actor.reference
    tx.session.flush()
    tx.emit(StoppageChanged(row.id, kind, running=False), subject=row.id)
    return row.id
