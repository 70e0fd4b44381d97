"""Which open cases are to be asked for again, and who is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.applications import ENDED
from hub.cases.screening.checks import LIST, newest_of_each
from hub.cases.screening.standing import needed_since
from hub.cases.screening.states import HELD
from hub.cases.screening.subject import Subject, overtaken, subject_of
from hub.cases.screening.versions import ListInForce
from hub.models.application import Application
from hub.procedure import Procedure

FIRST_STEP = "3"
"""Before it the person is not keyed in whole."""


def due(
    session: Session, office: int, procedure: Procedure, listed: ListInForce, today: date
) -> Iterator[Subject]:
    """Return the persons of open cases whose newest check does not count any more, oldest first.

    A case on hold is left to people: what changes on the list is shown to them beside it.
    """
    names = [stage.name for stage in procedure.sop.stages]
    places = names[names.index(FIRST_STEP) :]
    rows = session.scalars(
        select(Application)
        .where(
            Application.office == office,
            Application.state.not_in(ENDED),
            Application.position.in_(places),
        )
        .order_by(Application.opened_at)
    )
    cases = list(rows)
    newest = newest_of_each(session, office, [case.id for case in cases])
    for case in cases:
        check = newest.get((case.id, LIST))
        if check is not None and check.state in HELD:
            continue
        subject = subject_of(session, procedure.keyring, case)
        counts = (
            check is not None
            and check.list_token == listed.token
            and check.subject == subject.mark
            and check.at >= needed_since(session, procedure, case)
            and not overtaken(procedure, case, check, today)
        )
        if not counts:
            yield subject
