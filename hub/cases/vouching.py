"""An officer vouches by name for scans that were taken before their step was opened again."""

from __future__ import annotations

from hub.cases import evidence, steps
from hub.cases.old_scans import old_scans
from hub.cases.requirements import unfold
from hub.errors import Conflict
from hub.events.applications import ScansStillHold
from hub.procedure import Procedure
from hub.writer import Tx


def say_they_hold(tx: Tx, procedure: Procedure, application: str, key: str = "") -> str:
    """Vouch for the old scan of row `key`, or of every row, by name; return the case's id.

    Raises Conflict `no_old_scan`, and what `steps.workable` raises.
    """
    row, stage = steps.workable(tx, procedure, application)
    rows = unfold(procedure, row, stage, procedure.office.today(tx.at))
    there = evidence.gather(tx.session, procedure, row, stage.name, rows, {}, tx.at)
    chosen = {
        name: old
        for name, old in old_scans(tx.session, row, stage.name, rows).items()
        if key in ("", name) and name not in there
    }
    if not chosen:
        raise Conflict(
            "no_old_scan",
            "There is no old scan to vouch for: take the scan.",
            id="Tidak ada pindaian lama yang dapat dinyatakan berlaku: pindai kertasnya.",
        )
    kept = evidence.stored(tx.session, procedure, row, stage.name)
    for name, old in chosen.items():
        value = kept[name].value
        evidence.state(tx, procedure, row, stage.name, name, value, blob=old.blob, job=old.job)
    tx.emit(ScansStillHold(row.id, stage.name, len(chosen)), subject=row.id)
    return row.id
