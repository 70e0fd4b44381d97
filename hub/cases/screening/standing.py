"""May the case go on, as far as the list goes? Asked before a step; what lets it pass is recorded.

Whatever stands against it, everybody but Wasdakim reads the same four words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.cases.screening.checks import LIST, NATIONAL, newest_of_each
from hub.cases.screening.national import made_at
from hub.cases.screening.states import BLOCKING, PASSING, State
from hub.cases.screening.subject import overtaken, subject_of
from hub.cases.screening.versions import ListInForce, asked
from hub.errors import Conflict
from hub.models.application import Application, StepRecord
from hub.models.cekal import CekalCheck, CekalPass
from hub.procedure import Procedure
from hub.writer import Tx

Why = Literal["passes", "confirm", "blocked", "waiting"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands with the list: it passes, a person must confirm, it is held, it waits."""

    why: Why
    check: CekalCheck | None = None
    listed: bool = False
    """Whether the office keeps a list."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is the same for many cases, or was read for all of them at once."""

    listed: ListInForce | None
    newest: Mapping[tuple[str, str], CekalCheck]
    """The newest check by case and source."""


def known_of(
    session: Session, procedure: Procedure, office: int, cases: Iterable[Application], at: datetime
) -> Known:
    """Read what the standing of many cases is told by."""
    listed = asked(session, procedure.office, office, at)
    return Known(listed, newest_of_each(session, office, [case.id for case in cases]))


def standing(
    session: Session,
    procedure: Procedure,
    case: Application,
    at: datetime,
    known: Known | None = None,
) -> Standing:
    """Return how a case stands at the step where it is.

    A check counts if it was made against the list in force, for exactly this person, before a step
    of re-checks after the case came there, and no ban that it found has begun or ended since. A
    national check counts for its days, from when it was made.
    """
    known = known or known_of(session, procedure, case.office, [case], at)
    listed = known.listed
    mine, by_hand = (known.newest.get((case.id, source)) for source in (LIST, NATIONAL))
    for check in (mine, by_hand):
        if check is not None and check.state in BLOCKING:
            return Standing("blocked", check, listed is not None)
    mark = subject_of(session, procedure.keyring, case).mark
    fresh = (
        mine is not None
        and listed is not None
        and mine.list_token == listed.token
        and mine.subject == mark
        and mine.at >= needed_since(session, procedure, case)
        and not overtaken(procedure, case, mine, procedure.office.today(at))
    )
    if mine is not None and fresh and mine.state in PASSING:
        return Standing("passes", mine, True)
    days = timedelta(days=procedure.office.cekal.national_check_days)
    if (
        by_hand is not None
        and by_hand.state in PASSING
        and by_hand.subject in ("", mark)
        and at - made_at(by_hand) <= days
    ):
        return Standing("passes", by_hand, listed is not None)
    if fresh and mine is not None and mine.state == State.NO_CANDIDATE:
        return Standing("confirm", mine, True)
    return Standing("waiting", None, listed is not None)


def must_pass(tx: Tx, procedure: Procedure, case: Application, step: str) -> None:
    """Raise Conflict `refer_to_wasdakim` unless the list lets the case pass `step`; record it."""
    stands = standing(tx.session, procedure, case, tx.at)
    if stands.why != "passes" or stands.check is None:
        raise refer()
    note_pass(tx, case, step, stands.check)


def note_pass(tx: Tx, case: Application, step: str, check: CekalCheck) -> None:
    """Record which check let a step be completed."""
    tx.session.merge(
        CekalPass(
            office=tx.office,
            application=case.id,
            step=step,
            check=check.id,
            list_version=check.list_version,
            at=tx.at,
        )
    )


def refer() -> Conflict:
    """Return what everybody but Wasdakim reads, whatever the reason is."""
    return Conflict("refer_to_wasdakim", "Refer to Wasdakim.", id="Rujuk ke Wasdakim.")


def needed_since(session: Session, procedure: Procedure, case: Application) -> datetime:
    """Return since when a check must be: before a step of re-checks since the case came there."""
    if case.position not in procedure.office.cekal.recheck_before:
        return case.opened_at
    came = session.scalar(
        select(func.max(StepRecord.completed_at)).where(
            StepRecord.office == case.office, StepRecord.application == case.id
        )
    )
    return came or case.opened_at
