"""The page from which an officer copies a case into the national application, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from hub.cases import case_view, persons
from hub.cases.applications import must_find
from hub.cases.data_views import TranscribedRow
from hub.cases.findings import transcription
from hub.web.desk import Desk
from hub.web.rendering import page


@dataclass(frozen=True, slots=True)
class TranscriptionPage:
    """The values in the national application's order."""

    id: str
    case_code: str
    person: str
    rows: tuple[TranscribedRow, ...]


@get("/case/{application:str}/transcribe")
async def show_transcription(
    application: FromPath[str], desk: NamedDependency[Desk]
) -> Response[str]:
    """Show the values of a case to copy. Raises NotFound, NotAllowed."""
    seq, at, view = await desk.read(lambda session, at: _read(session, desk, application, at))
    here = f"/case/{view.id}/transcribe"
    frame = desk.frame(
        seq, at, title=desk.speech.say("transcribe"), section="case", here=here, stream=""
    )
    return page("transcribe.html", frame, view)


def _read(session: Session, desk: Desk, application: str, at: datetime) -> TranscriptionPage:
    office, procedure = desk.office_no, desk.procedure
    case = case_view(session, office, procedure, application, desk.officer.actor, at)
    row = must_find(session, office, procedure, application)
    rows = transcription(procedure, persons.read(session, procedure.keyring, row))
    return TranscriptionPage(case.id, case.head.case_code, case.head.person, rows)


routes = [show_transcription]
