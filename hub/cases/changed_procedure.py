"""A changed procedure file must leave no case stuck, and no gate quietly undone.

A case goes by the file of the day. A gate that it passed where the gate stood before is not asked
twice; a new one is asked of the cases that come to it. What cannot be is found before the hub
serves: a case that stands at a stage, or in a branch, which the file no longer has, and one that
would go past a gate which the office asked for all along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.models.application import Application, Diversion, StepRecord
from hub.office.faults import Fault
from hub.rulefile import Place
from hub.sop import Gate, Sop
from hub.wire import Words

MOST_NAMED = 5
"""So many cases are named by a fault; of the rest it says how many."""

_PUT_BACK = Words(
    id="Kembalikan bagian itu ke berkas, selesaikan permohonan itu sampai lewat, lalu ubah lagi.",
    en="Put it back into the file, let those cases pass it, then change the file again.",
)
_NOT_YET = Words(
    id="Biarkan gerbang di tempat semula sampai permohonan itu melewatinya.",
    en="Leave the gate where it was until those cases have passed it.",
)
_OWN_FOLDER = Words(
    id="Selesaikan dahulu permohonan itu dengan berkas prosedurnya sendiri.",
    en="Finish those cases first with the procedure file that they began with.",
)


@dataclass(frozen=True, slots=True)
class Way:
    """How far a case has come: its stage, and when it completed what."""

    code: str
    position: str
    done: Mapping[str, datetime]
    moved_at: datetime

    def went_by(self, sop: Sop, gate: Gate) -> datetime | None:
        """Return when the case went past the place of `gate` without it; None: it did not."""
        names = [stage.name for stage in sop.stages]
        place = names.index(gate.name)
        at = names.index(self.position) if self.position else len(names)
        if gate.name in self.done or at <= place:
            return None
        later = [self.done[name] for name in names[place + 1 :] if name in self.done]
        return min(later, default=self.moved_at)


def stranding(session: Session, office: int, sop: Sop) -> tuple[Fault, ...]:
    """Return why open cases could not go on by `sop`, with the place of the file to mend."""
    return tuple(_faults(session, office, sop))


def first_passed(session: Session, office: int) -> Mapping[str, datetime]:
    """Return when each gate or step was completed for the first time in this office."""
    query = (
        select(StepRecord.step, func.min(StepRecord.completed_at))
        .where(StepRecord.office == office, StepRecord.completed_at.is_not(None))
        .group_by(StepRecord.step)
    )
    return {step: at for step, at in session.execute(query) if at is not None}


def way_of(session: Session, case: Application) -> Way:
    """Return how far one case has come."""
    return _way(case, _done(session, case.office, [case.id]).get(case.id, {}))


def is_owed(sop: Sop, way: Way, gate: Gate, first: Mapping[str, datetime]) -> bool:
    """Say whether the case went past a gate that the office already asked for at that time."""
    by, since = way.went_by(sop, gate), first.get(gate.name)
    return by is not None and since is not None and since <= by


def _faults(session: Session, office: int, sop: Sop) -> Iterator[Fault]:
    query = select(Application).where(Application.office == office, Application.ended_at.is_(None))
    rows = session.scalars(query.order_by(Application.case_code)).all()
    others = [row.case_code for row in rows if row.sop != sop.number]
    if others:
        yield _fault(
            "procedure-other",
            Words(
                id=f"permohonan berjalan menurut prosedur lain, bukan {sop.number}",
                en=f"cases under way go by another procedure, not by {sop.number}",
            ),
            others,
            _OWN_FOLDER,
            ("sheet", "number"),
        )
    ours = [row for row in rows if row.sop == sop.number]
    yield from _stages_gone(sop, ours)
    yield from _branches_gone(session, office, sop, ours)
    done = _done(session, office, [row.id for row in ours])
    first = first_passed(session, office)
    ways = [_way(row, done.get(row.id, {})) for row in ours if sop.stage(row.position)]
    for index, gate in enumerate(sop.gates):
        codes = [way.code for way in ways if is_owed(sop, way, gate, first)]
        if codes:
            says = Words(
                id=f"permohonan akan melewati gerbang “{gate.key}” tanpa menjalaninya",
                en=f"cases would go past the gate “{gate.key}” without it",
            )
            yield _fault("gate-passed-by", says, codes, _NOT_YET, ("gate", index, "after"))


def _stages_gone(sop: Sop, rows: Iterable[Application]) -> Iterator[Fault]:
    gone: dict[str, list[str]] = {}
    for row in rows:
        if sop.stage(row.position) is None:
            gone.setdefault(row.position, []).append(row.case_code)
    for position, codes in gone.items():
        says = Words(
            id=f"tidak ada langkah atau gerbang “{position}”, tempat permohonan berada",
            en=f"there is no step or gate “{position}”, where cases stand",
        )
        place: Place = ("gate", 0) if sop.gates and not position.isdigit() else ("step", 0)
        yield _fault("stage-gone", says, codes, _PUT_BACK, place)


def _branches_gone(
    session: Session, office: int, sop: Sop, rows: Iterable[Application]
) -> Iterator[Fault]:
    codes = {row.id: row.case_code for row in rows}
    query = select(Diversion).where(Diversion.office == office, Diversion.closed_at.is_(None))
    gone: dict[str, list[str]] = {}
    for stay in session.scalars(query):
        branch = sop.related(stay.to)
        known = branch is not None and branch.holds
        if branch is not None and branch.moves and branch.move(stay.stage) is None:
            known = ""
        if stay.application in codes and not known:
            name = stay.to if branch is None or not branch.holds else f"{stay.to}: {stay.stage}"
            gone.setdefault(name, []).append(codes[stay.application])
    for name, held in gone.items():
        says = Words(
            id=f"tidak ada cabang atau keadaan “{name}”, tempat permohonan berada",
            en=f"there is no branch or state “{name}”, where cases are held",
        )
        yield _fault("branch-gone", says, sorted(held), _PUT_BACK, ("sheet", "related", 0))


def _done(session: Session, office: int, cases: list[str]) -> dict[str, dict[str, datetime]]:
    query = select(StepRecord.application, StepRecord.step, StepRecord.completed_at).where(
        StepRecord.office == office,
        StepRecord.application.in_(cases),
        StepRecord.completed_at.is_not(None),
    )
    found: dict[str, dict[str, datetime]] = {}
    for case, step, at in session.execute(query):
        if at is not None:
            found.setdefault(case, {})[step] = at
    return found


def _way(row: Application, done: Mapping[str, datetime]) -> Way:
    return Way(row.case_code, row.position, done, row.moved_at or row.opened_at)


def _fault(rule: str, says: Words, codes: list[str], todo: Words, place: Place) -> Fault:
    named, more = ", ".join(codes[:MOST_NAMED]), len(codes) - MOST_NAMED
    which = f"{named} (+{more})" if more > 0 else named
    return Fault(rule, f"{says.id} / {says.en}: {which}", todo, place)
