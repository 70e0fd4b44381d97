"""The papers that a case needs: the office's list of the day, or the one it was received with."""

from __future__ import annotations

from datetime import date

from hub.models.application import Application
from hub.office.case_rules import Checklist, ChecklistItem
from hub.procedure import Procedure
from hub.wire import Words

COPY = ".copy"
COPY_WORDS = Words(id="fotokopi", en="copy")
ORIGINAL_WORDS = Words(id="asli dilihat", en="original seen")


def checklist_of(
    procedure: Procedure, application: Application, today: date | None = None
) -> Checklist:
    """Return the list a case is judged by: a draft by the day's, a received case by its own."""
    office = procedure.office
    kept = office.checklist(application.sop, application.checklist_version)
    return kept or office.checklist_on(
        application.sop, today or office.today(application.opened_at)
    )


def papers_of(
    procedure: Procedure, application: Application, today: date | None = None
) -> tuple[ChecklistItem, ...]:
    """Return the papers that concern the case, in the list's order."""
    listed = checklist_of(procedure, application, today)
    return listed.for_case(application.purpose, application.basis)


def paper_name(procedure: Procedure, application: Application, code: str) -> Words | None:
    """Return the name of the paper `code` in the case's list, or None."""
    items = checklist_of(procedure, application).item
    return next((item.name for item in items if item.code == code), None)
