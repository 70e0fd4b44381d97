"""The office's threshold: measured on its list; when it changes every open case is asked anew.

Without one of its own an office uses the learned one (hub.cekal.weights).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import BadInput
from hub.events.cekal import CekalThresholdSet
from hub.models.cekal import CekalThreshold
from hub.models.schema import new_id
from hub.wire import FieldFault
from hub.writer import Tx


def threshold(session: Session, office: int) -> CekalThreshold | None:
    """Return the threshold that counts; None: the learned one."""
    query = select(CekalThreshold).where(CekalThreshold.office == office)
    newest = query.order_by(CekalThreshold.at.desc(), CekalThreshold.id)
    return session.scalar(newest.limit(1))


def set_threshold(
    tx: Tx,
    *,
    score: float,
    false_alarms: float,
    size: int,
    list_version: str,
    by: str,
    weights: str = "",
) -> str:
    """Let this score count from now on; return it as text. Raises BadInput `threshold_wrong`."""
    if not 0 < score <= 1:
        fault = FieldFault(field="score", code="wrong", message="0 < skor / score <= 1")
        text = "A threshold lies above 0 and is 1 at most."
        indonesian = "Ambang lebih dari 0 dan paling besar 1."
        raise BadInput("threshold_wrong", text, id=indonesian, fields=[fault])
    row = CekalThreshold(
        office=tx.office,
        id=new_id(),
        score=score,
        false_alarms=false_alarms,
        size=size,
        list_version=list_version[:40],
        weights=weights,
        by_name=by,
        at=tx.at,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.emit(CekalThresholdSet(score, false_alarms, size), subject="list")
    return f"{score:.6f}"
