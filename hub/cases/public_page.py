"""What an applicant may see of the own case from anywhere: how it stands in public words.

The page's code is derived as a visit's is (`hub.tickets.tracking`) and stands on the application
receipt. It shows no name, no step and no reason: a case that is held looks like any other one.
90 days after its end it says that it has ended and no more, unless the passport is still here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from hub.cases import custody, inviting
from hub.cases.views import BookedTime
from hub.database import table_of
from hub.keys import Keyring
from hub.letters.qr import qr_svg
from hub.models.application import Application
from hub.procedure import Procedure
from hub.tickets.tracking import derived_code, digest_of
from hub.wire import Words

SHOWN_AFTER_END = timedelta(days=90)
_A = table_of(Application).c


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as its page shows it."""

    code: str
    case_code: str
    status: Words
    received: datetime
    promised_on: date | None
    ended: bool
    language: str
    passport_here: bool = False
    """It has ended, and its passport is still to be collected."""
    appointment: BookedTime | None = None
    appointment_qr: str = ""
    """What the kiosk's scanner reads from the phone, as SVG."""


def url_of(keyring: Keyring, public_url: str | None, application: str) -> str:
    """Return the address of a case's page, empty if phones cannot reach this office."""
    return f"{public_url.rstrip('/')}/c/{code_of(keyring, application)}" if public_url else ""


def code_of(keyring: Keyring, application: str) -> str:
    """Return the code of a case's page."""
    return derived_code(keyring, "case page", application)


class CaseCodes:
    """Finds the case of a code: digests of the codes of received cases, in memory."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._cases: dict[bytes, str] = {}
        self._newest: datetime | None = None

    def find(self, code: str) -> str | None:
        """Return the case with this code, as far as it was learned."""
        return self._cases.get(digest_of(code))

    def learn(self, connection: Connection, office_no: int) -> None:
        """Take in the cases that were received since the last time."""
        query = select(_A.id, _A.received_at).where(
            _A.office == office_no, _A.received_at.is_not(None)
        )
        if self._newest is not None:
            query = query.where(_A.received_at >= self._newest)
        for case, received in connection.execute(query):
            self._cases[digest_of(code_of(self._keyring, case))] = case
            self._newest = max(self._newest or received, received)


def read(
    session: Session, office_no: int, procedure: Procedure, application: str, at: datetime
) -> CasePage | None:
    """Return the page of a case; None once it was over for 90 days and the passport is back."""
    case = session.get(Application, (office_no, application))
    if case is None or case.received_at is None:
        return None
    here = case.ended_at is not None and custody.is_here(session, office_no, case.id)
    if case.ended_at is not None and at - case.ended_at > SHOWN_AFTER_END and not here:
        return None
    state = procedure.sop.state(case.state)
    booked = inviting.time_of(session, office_no, procedure, case.id, at)
    booked = booked if booked is not None and not booked.missed else None
    return CasePage(
        code=code_of(procedure.keyring, case.id),
        case_code=case.case_code,
        status=state.public if state else Words(id="Sedang diproses", en="In process"),
        received=case.received_at,
        promised_on=case.promised_on,
        ended=case.ended_at is not None,
        language=case.language,
        passport_here=here,
        appointment=booked,
        appointment_qr=qr_svg(booked.code) if booked else "",
    )
