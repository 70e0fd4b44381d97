"""Reads what the page shows of a case's data: comparison, line of time, doubts, who else reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from hub.cases import doubts, persons, presence
from hub.cases.checklists import checklist_of
from hub.cases.compare import Piece, differ, pieces, plain
from hub.cases.data_views import (
    Bar,
    ComparedRow,
    Comparison,
    FieldGroup,
    Findings,
    TimeLine,
    TranscribedRow,
)
from hub.cases.eligibility import Eligibility
from hub.cases.field_words import in_words
from hub.cases.stays import Stay, read_stays
from hub.models.application import Application
from hub.procedure import Procedure
from hub.sop import Gate, Step
from hub.writer import Actor

COLUMNS = ("form", "mrz", "chip", "card")
"""The four sources side by side; the form is what an officer keyed, else the kiosk."""
WITH_REREAD = ("form", "mrz", "chip", "reread", "card")
_REFERENCE = ("chip", "reread", "mrz", "form", "card")
LINE = 1000
DATES = frozenset({"birth_date", "passport_expiry", "permit_expiry"})


def findings(
    session: Session,
    procedure: Procedure,
    application: Application,
    person: persons.Person,
    stage: Step | Gate | None,
    officer: Actor,
    at: datetime,
) -> Findings:
    """Return what the page of a case shows of its data."""
    today = procedure.office.today(at)
    filing = procedure.office.today(application.received_at or at)
    stays = read_stays(person.value("stays"))
    judged = doubts.eligibility(person, filing) if stays else None
    kinds = {rule.kind for rule in stage.evidence} if stage else set()
    return Findings(
        revision=application.revision,
        checklist_version=checklist_of(procedure, application, today).version,
        groups=tuple(FieldGroup(code=g.code, name=g.name) for g in procedure.sop.field_groups),
        comparison=comparison(procedure, person),
        stays=stays,
        eligibility=judged,
        line=time_line(stays, judged) if judged else None,
        doubts=doubts.of_case(session, procedure, application, today),
        readers=presence.others(session, application.office, application.id, officer.id, at),
        keys_data="fields" in kinds,
        judges_data="doubts" in kinds,
    )


def comparison(procedure: Procedure, person: persons.Person) -> Comparison:
    """Return the fields that several sources print, each source in its column."""
    rows = []
    reread = any("reread" in person.sources(name) for name in doubts.COMPARED)
    columns = WITH_REREAD if reread else COLUMNS
    for name in doubts.COMPARED:
        rule = procedure.sop.field(name)
        given = _columns(person.sources(name))
        if rule is None or not any(given.values()):
            continue
        texts = [given[column] for column in columns]
        reference = next((given[c] for c in _REFERENCE if given[c]), "")
        differs = tuple(bool(t) and differ(name, reference, t) for t in texts)
        rows.append(
            ComparedRow(
                field=name,
                label=rule.label,
                cells=tuple(
                    _pieces(name, reference, text, other)
                    for text, other in zip(texts, differs, strict=True)
                ),
                differs=differs,
                is_date=name in DATES,
            )
        )
    return Comparison(columns=columns, rows=tuple(rows))


def time_line(stays: tuple[Stay, ...], judged: Eligibility) -> TimeLine:
    """Return the permits laid out over the years from the first one to a year ahead."""
    first = date(min(stay.start for stay in stays).year, 1, 1)
    ends = [judged.filing, *(min(s.end, judged.filing + timedelta(days=730)) for s in stays)]
    last = date(max(ends).year + 1, 1, 1)
    whole = (last - first).days

    def place(day: date) -> int:
        return round(LINE * (min(max(day, first), last) - first).days / whole)

    counting = set(judged.chains[-1].stays) if judged.chains and judged.since else set()
    earlier = {stay for chain in judged.chains for stay in chain.stays} - counting
    bars = [
        Bar(
            stay=stay,
            x=place(stay.start),
            width=max(6, place(stay.end) - place(stay.start)),
            kind="counts" if stay in counting else "earlier" if stay in earlier else "other",
            ended=stay.ended_by == "EPO",
        )
        for stay in stays
    ]
    step = max(1, -(-(last.year - first.year) // 12))
    years = tuple((y, place(date(y, 1, 1))) for y in range(first.year, last.year, step))
    reached = judged.reached_on
    return TimeLine(
        first=first,
        last=last,
        bars=tuple(bars),
        years=years,
        today=place(judged.filing),
        reached=place(reached) if reached and reached < last else None,
    )


def transcription(procedure: Procedure, person: persons.Person) -> tuple[TranscribedRow, ...]:
    """Return the values in the order of the national application, the empty ones too."""
    fields = sorted((f for f in procedure.sop.fields if f.transcribe), key=lambda f: f.transcribe)
    return tuple(
        TranscribedRow(number=n, label=field.label, value=value, means=in_words(field, value))
        for n, field in enumerate(fields, 1)
        for value in (person.value(field.name),)
    )


def _columns(sources: Mapping[str, str]) -> dict[str, str]:
    return {
        "form": sources.get("officer") or sources.get("typed", ""),
        "mrz": sources.get("mrz", ""),
        "chip": sources.get("chip", ""),
        "reread": sources.get("reread", ""),
        "card": sources.get("card", ""),
    }


def _pieces(field: str, reference: str, text: str, differs: bool) -> tuple[Piece, ...]:
    if not text:
        return ()
    if not differs or field in DATES:
        return (Piece("other" if differs else "same", text),)
    same_letters = plain(field, reference) != reference or plain(field, text) != text
    if same_letters and field in ("full_name", "surname", "given_names"):
        return pieces(plain(field, reference), plain(field, text))
    return pieces(reference, text)
