"""What the applicant is told by message: asked for when it happens, if office and case allow it."""

from __future__ import annotations

from datetime import datetime

from hub.cases import persons
from hub.messages import outbox, wording
from hub.messages.wording import Written
from hub.models.application import Application
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Tx


def tell_needed(tx: Tx, procedure: Procedure, case: Application) -> None:
    """Ask the applicant to come: the case waits for them where it is now."""
    written = wording.needed(procedure.office, case.case_code)
    moved = case.moved_at or tx.at
    _tell(tx, procedure, case, f"needed:{case.id}:{moved:%y%m%d%H%M%S%f}", written)


def tell_booked(
    tx: Tx,
    procedure: Procedure,
    case: Application,
    *,
    appointment: str,
    at: datetime,
    service: Words,
    code: str,
) -> None:
    """Tell the booked time."""
    written = wording.booked(procedure.office, case.case_code, at, service, code)
    _tell(tx, procedure, case, f"booked:{appointment}", written)


def tell_called_off(tx: Tx, procedure: Procedure, case: Application, appointment: str) -> None:
    """Tell that the booked time no longer stands."""
    written = wording.called_off(procedure.office, case.case_code)
    _tell(tx, procedure, case, f"called_off:{appointment}", written)


def _tell(tx: Tx, procedure: Procedure, case: Application, event: str, written: Written) -> None:
    if not procedure.office.messages.adapter:
        return
    if persons.read(tx.session, procedure.keyring, case).value("email"):
        outbox.ask(tx, case.id, event, written)
