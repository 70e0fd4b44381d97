"""Scans of a step that was opened again: taken anew, or an officer says that the old one holds.

Opening a step again puts in doubt what was scanned for it. Its old scans stay with the case and are
shown, but they are the step's evidence again only once somebody vouches for them by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.requirements import Requirement
from hub.cases.undone import undone_at
from hub.models.application import Application, Evidence
from hub.wire import FieldFault


def old_scans(
    session: Session, application: Application, stage: str, requirements: Iterable[Requirement]
) -> Mapping[str, Evidence]:
    """Return by row the scans that were left for a stage before it was last opened again."""
    keys = {one.key for one in requirements if one.kind == "scan"}
    since = undone_at(session, application.office, application.id, stage) if keys else None
    if since is None:
        return {}
    query = select(Evidence).where(
        Evidence.office == application.office,
        Evidence.application == application.id,
        Evidence.step == stage,
        Evidence.key.in_(keys),
        Evidence.voided_at.is_(None),
        Evidence.at < since,
    )
    return {row.key: row for row in session.scalars(query)}


def named(
    faults: Iterable[FieldFault],
    requirements: Sequence[Requirement],
    old: Mapping[str, Evidence],
) -> list[FieldFault]:
    """Return `faults`; a missing scan of which there is an old one says what to do about it."""
    labels = {one.key: one.label for one in requirements}
    return [
        msgspec.structs.replace(
            fault,
            message=f"{labels[fault.field].id}: pindaian ini dari sebelum langkah dibuka kembali; "
            f"pindai lagi, atau nyatakan masih berlaku / {labels[fault.field].en}: this scan is "
            "from before the step was opened again; scan again, or say that it still holds",
        )
        if fault.code == "missing" and fault.field in old
        else fault
        for fault in faults
    ]
