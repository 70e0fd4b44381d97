"""What the applicant is told by message: asked for when it happens, if office and case allow it.

What has not gone out when it is no longer so is taken back.
"""

from __future__ import annotations

from datetime import datetime

from hub import appointments, opening
from hub.cases import persons, uncalled
from hub.messages import outbox, wording
from hub.messages.wording import BOOKED, CALLED_OFF, NEEDED, RELEASED, Written
from hub.models.application import Application
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Tx


def tell_needed(tx: Tx, procedure: Procedure, case: Application) -> None:
    """Ask the applicant to come: the case waits for them where it is now, and they are away."""
    today = procedure.office.today(tx.at)
    if uncalled.in_the_house(tx.session, tx.office, [case.id], today):
        return
    if uncalled.has_document(tx.session, procedure, case):
        return
    written = wording.needed(procedure.office, case.case_code)
    _tell(tx, procedure, case, _needed_event(case, tx.at), written)


def tell_booked(
    tx: Tx,
    procedure: Procedure,
    case: Application,
    *,
    appointment: str,
    at: datetime,
    service: Words,
    code: str,
    instead: str | None = None,
) -> None:
    """Tell the booked time; `instead` of another one, which is told no more."""
    if instead is not None:
        outbox.withdraw(tx, f"{BOOKED}:{instead}")
    written = wording.booked(
        procedure.office, case.case_code, at, service, code, instead=instead is not None
    )
    _tell(tx, procedure, case, f"{BOOKED}:{appointment}", written)


def tell_called_off(tx: Tx, procedure: Procedure, case: Application, appointment: str) -> None:
    """Tell that the booked time no longer stands."""
    outbox.withdraw(tx, f"{BOOKED}:{appointment}")
    written = wording.called_off(procedure.office, case.case_code)
    _tell(tx, procedure, case, f"{CALLED_OFF}:{appointment}", written)


def give_back(
    tx: Tx, procedure: Procedure, case: Application, why: str, *, place: str = ""
) -> None:
    """Give the booked time of a case back, if it has one, and say that nobody need come for it."""
    line = appointments.give_back(tx, case.id, why, place=place)
    if line is None:
        return
    outbox.withdraw(tx, f"{BOOKED}:{line.id}")
    if line.at > tx.at:
        written = wording.released(procedure.office, case.case_code, line.at)
        _tell(tx, procedure, case, f"{RELEASED}:{line.id}", written)


def is_true(tx: Tx, procedure: Procedure, application: str, event: str) -> bool:
    """Say whether what a message tells still holds: the time is booked, the person is needed."""
    kind, _, of = event.partition(":")
    booked = appointments.standing(tx.connection, tx.office, application)
    ahead = booked if booked is not None and booked.at > tx.at else None
    if ahead is not None:
        now, state = opening.now_of(tx.connection, tx.office), appointments.state_of(ahead)
        kept = appointments.why_broken(procedure.office, now, state, tx.at) is None
        ahead = ahead if kept else None
    if kind == BOOKED:
        return ahead is not None and ahead.id == of
    if kind == CALLED_OFF:
        return ahead is None  # a later time says it better
    case = tx.session.get(Application, (tx.office, application))
    if kind == NEEDED and case is not None:
        return event == _needed_event(case, tx.at)
    return True


def _needed_event(case: Application, at: datetime) -> str:
    return f"{NEEDED}:{case.id}:{case.moved_at or at:%y%m%d%H%M%S%f}"


def _tell(tx: Tx, procedure: Procedure, case: Application, event: str, written: Written) -> None:
    if not procedure.office.messages.adapter:
        return
    if persons.read(tx.session, procedure.keyring, case).value("email"):
        outbox.ask(tx, case.id, event, written)
