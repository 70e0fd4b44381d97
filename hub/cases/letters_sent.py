"""Letters to the applicant in the agenda: entered when they are printed, each number once.

The number stands on the sheet, so it is given when the print is asked for. What became of the print
is read from its job: a letter of which no print came out keeps its place in the agenda, marked so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import letter_book
from hub.cases.applications import UNDECIDED
from hub.cases.letter_book import OUT
from hub.letters import OfficialLetter, Paper
from hub.models.application import Application
from hub.models.correspondence import LetterRow
from hub.models.schema import new_id
from hub.models.station import JobRow
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Tx

NOTICE, NONCONFORMITY, REJECTION, ENDING = "notice", "nonconformity", "rejection", "ending"
KINDS: Mapping[str, str] = {
    "notify_letter": NOTICE,
    "nonconformity_letter": NONCONFORMITY,
    "rejection_letter": REJECTION,
    "ending_letter": ENDING,
}
"""The papers that are letters to the applicant, as kinds of the agenda."""


OF_ENDING: Mapping[str, str] = {
    "REJECTED": "rejection_letter",
    **dict.fromkeys(sorted(UNDECIDED), "ending_letter"),
}
"""The letter that tells of each ending but the last step's, as the paper it is."""

FAILED, UNSURE, PRINTING = "failed", "unknown", "printing"
_NO_PRINT = {
    "failed": FAILED, "expired": FAILED, "unknown": UNSURE,
    "queued": PRINTING, "leased": PRINTING, "started": PRINTING,
}  # fmt: skip


PRINT_WORDS: Mapping[str, Words] = {
    FAILED: Words(id="tidak tercetak", en="not printed"),
    UNSURE: Words(id="belum pasti tercetak", en="not sure whether it was printed"),
    PRINTING: Words(id="sedang dicetak", en="being printed"),
}
"""What became of a print that has not come out, for the agenda and for the history of a case."""


def enter(
    tx: Tx,
    procedure: Procedure,
    application: str,
    paper: str,
    printed: Paper,
    *,
    file: str | None = None,
) -> str:
    """Enter a printed letter to the applicant and return its id; a copy enters nothing.

    `file` is what a counter's printer is asked for; None where the browser prints. The agenda
    names the case, never the person: its rows are not sealed.
    """
    kind = KINDS.get(paper)
    if kind is None or not isinstance(printed, OfficialLetter):
        return ""
    if (there := letter_book.known(tx, OUT, printed.number)) is not None:
        if unprinted(tx.session, [there]).get(there.id) == FAILED:
            there.blob = file  # the letter that comes out is this print of it
            tx.session.flush()
        return there.id
    case = tx.session.get_one(Application, (tx.office, application))
    row = LetterRow(
        office=tx.office,
        id=new_id(),
        direction=OUT,
        year=procedure.office.today(tx.at).year,
        kind=kind,
        number=printed.number,
        dated=printed.dated,
        party=f"Pemohon / Applicant {case.case_code}",
        application=case.id,
        blob=file,
        by=tx.actor.id,
        by_name=tx.actor.name,
        at=tx.at,
    )
    return letter_book.write(tx, row).id


def unprinted(session: Session, letters: Sequence[LetterRow]) -> Mapping[str, str]:
    """Return of the letters whose print has not come out what became of it, by letter.

    `failed`: refused, withdrawn or too late; `unknown`: nobody looked yet; `printing`: asked for.
    """
    ours = {one.blob: one for one in letters if one.kind in KINDS.values() and one.blob}
    query = select(JobRow.blob, JobRow.state).where(
        JobRow.office.in_({one.office for one in letters}),
        JobRow.application.in_({one.application for one in ours.values()}),
        JobRow.blob.in_(ours),
    )
    return {
        ours[blob].id: _NO_PRINT[state]
        for blob, state in session.execute(query)
        if blob is not None and state in _NO_PRINT
    }


def owed(session: Session, case: Application) -> str:
    """Return the letter of its ending that a case has not been given yet, as a paper, or ""."""
    paper = OF_ENDING.get(case.state, "")
    if not paper:
        return ""
    query = select(LetterRow).where(
        LetterRow.office == case.office,
        LetterRow.application == case.id,
        LetterRow.kind == KINDS[paper],
    )
    letters = session.scalars(query).all()
    missing = unprinted(session, letters) if letters else {}
    return paper if all(one.id in missing for one in letters) else ""


def notice_count(
    session: Session, procedure: Procedure, case: Application, since: datetime, at: datetime
) -> int:
    """Return which notice to the applicant a letter printed `at` is, counted through the case.

    Printed again on its day it is the same letter, unless the case waits anew or was contacted.
    """
    printed = session.scalars(
        select(LetterRow.at).where(
            LetterRow.office == case.office,
            LetterRow.application == case.id,
            LetterRow.kind == NOTICE,
        )
    ).all()
    today = procedure.office.today
    again = any(one >= since and today(one) == today(at) for one in printed)
    return len(printed) + (0 if again else 1)
