"""What Wasdakim's pages show: a check of a case with its entries, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import documents, persons
from hub.cases.applications import ENDED, must_find
from hub.cases.chip_face import face_of
from hub.cases.screening import outcomes
from hub.cases.screening.checks import (
    LIST,
    NATIONAL,
    candidates_of,
    newest,
    settled,
    verdicts_on,
)
from hub.cases.screening.national import examiners, made_at
from hub.cases.screening.states import HELD, OPEN, OUTCOMES, Settled
from hub.cases.screening.subject import Detail, open_detail
from hub.cases.screening.verdicts import COMPARED, next_place
from hub.cases.screening.versions import asked
from hub.errors import NotFound, Refused
from hub.matching.port import Found, called, reference
from hub.models.application import Application
from hub.models.cekal import CekalAct, CekalCheck
from hub.models.officer import Officer
from hub.procedure import Procedure
from hub.web.desk import Desk
from hub.web.forms import fresh_key
from hub.web.screener import Progress
from hub.web.wasdakim.compare import Line, compared
from hub.web.wasdakim.rights import may_judge


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict or an outcome as it may be shown to this officer."""

    act: str
    place: int
    by: str
    at: datetime
    mine: bool
    hidden: bool
    choice: str = ""
    reason: str = ""
    compared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherCase:
    """Another applicant who hit the same entry, and how that ended."""

    case_code: str
    settled: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry beside the applicant."""

    found: Found
    reference: str
    holds: bool
    lines: tuple[Line, ...]
    settled: str
    said: tuple[Said, ...]
    place: int | None
    others: tuple[OtherCase, ...]

    @property
    def total(self) -> float:
        """Return the sum of the reasons."""
        return sum(reason.adds for reason in self.found.reasons)

    @property
    def widest(self) -> float:
        """Return the largest reason, to which the bars are drawn."""
        return max((abs(reason.adds) for reason in self.found.reasons), default=1.0) or 1.0


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of the applicant: where it opens, and the key of the words for what it is."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check as a page shows it."""

    id: str
    state: str
    position: str
    at: datetime
    list_version: str


@dataclass(frozen=True, slots=True)
class HandLine:
    """A check made by hand in the national system: who made it when, who recorded it when."""

    state: str
    reference: str
    made_by: str
    made_at: datetime
    recorded_by: str
    recorded_at: datetime
    scan: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """The page of one case at Wasdakim."""

    application: str
    case_code: str
    person: Mapping[str, str]
    photos: tuple[Photo, ...]
    position: str
    ended: bool
    check: CheckLine | None
    detail: Detail | None
    entries: tuple[EntryView, ...]
    chosen: EntryView | None
    outcomes: tuple[Said, ...]
    proposal: Said | None
    may: frozenset[str]
    national: HandLine | None
    others: Mapping[str, str]
    """Who else may have made a check in the national system: name by id."""
    key: str
    service: str
    """What is asked in place of the office's own list, or nothing."""
    listed: bool
    """Whether there is a list, or a service, to be asked."""
    progress: Progress = field(default_factory=Progress)
    now: Mapping[str, str] = field(default_factory=dict)
    """How the entries for which the case is on hold stand on the list of today, by their id."""
    outcome_choices: tuple[str, ...] = OUTCOMES
    compared_choices: tuple[str, ...] = COMPARED
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()

    @property
    def number(self) -> int:
        """Return which of the entries is shown, from 1 on."""
        return self.entries.index(self.chosen) + 1 if self.chosen in self.entries else 0

    @property
    def held_for(self) -> tuple[str, ...]:
        """Return the entries for which the case is on hold."""
        if self.check is None or self.check.state not in HELD:
            return ()
        return tuple(one.found.entry.id for one in self.entries if one.holds)

    @property
    def following(self) -> str:
        """Return the entry after the one shown."""
        if len(self.entries) < 2:
            return ""
        return self.entries[self.number % len(self.entries)].reference


def read_check(
    session: Session,
    desk: Desk,
    application: str,
    *,
    entry: str = "",
    refused: Refused | None = None,
    typed: Mapping[str, str] | None = None,
    ticked: Sequence[str] = (),
) -> CheckView:
    """Return a case with its newest check of the list. Raises NotFound `case_unknown`."""
    procedure = desk.procedure
    case = must_find(session, desk.office_no, procedure, application)
    check = newest(session, desk.office_no, case.id, LIST)
    person = _person(session, procedure, case)
    detail = open_detail(procedure.keyring, case, check) if check else None
    entries = _entries(session, desk, case, check, detail, person) if check and detail else ()
    chosen = next((one for one in entries if one.reference == entry), None)
    acts = _outcomes(session, desk, case, check)
    waiting = outcomes.open_proposal(session, check) if check else None
    return CheckView(
        application=case.id,
        case_code=case.case_code,
        person=person,
        photos=_photos(session, procedure, case),
        position=case.position,
        ended=case.state in ENDED,
        check=_line(check),
        detail=detail,
        entries=entries,
        chosen=chosen or (entries[0] if entries else None),
        outcomes=acts,
        proposal=next((one for one in acts if waiting and one.place == waiting.place), None),
        may=_rights(desk),
        national=_by_hand(session, procedure, case),
        others=_other_examiners(session, desk),
        key=fresh_key(),
        service=called(desk.office),
        listed=asked(session, desk.office, desk.office_no, desk.clock.now()) is not None,
        refused=refused,
        typed=typed or {},
        ticked=frozenset(ticked),
    )


def _line(check: CekalCheck | None) -> CheckLine | None:
    if check is None:
        return None
    return CheckLine(check.id, check.state, check.position, check.at, check.list_version)


def _other_examiners(session: Session, desk: Desk) -> dict[str, str]:
    every = examiners(session, desk.office_no, desk.procedure)
    return {one: name for one, name in every.items() if one != desk.officer.id}


def _by_hand(session: Session, procedure: Procedure, case: Application) -> HandLine | None:
    check = newest(session, case.office, case.id, NATIONAL)
    if check is None:
        return None
    names = dict(
        session.execute(
            select(Officer.id, Officer.name).where(
                Officer.office == case.office, Officer.id.in_((check.by, check.decided_by))
            )
        ).all()
    )
    return HandLine(
        state=check.state,
        reference=open_detail(procedure.keyring, case, check).reference,
        made_by=names.get(check.decided_by, "–"),
        made_at=made_at(check),
        recorded_by=names.get(check.by, "–"),
        recorded_at=check.at,
        scan=check.blob or "",
    )


def _rights(desk: Desk) -> frozenset[str]:
    rules, roles = desk.office.cekal, desk.officer.roles
    rights = {
        "examine": rules.examine,
        "confirm": rules.confirm,
        "propose": rules.propose,
        "decide": rules.decide,
        "enter": rules.enter,
        "verify": rules.verify,
    }
    return frozenset(name for name, those in rights.items() if roles & set(those))


def _person(session: Session, procedure: Procedure, case: Application) -> dict[str, str]:
    person = persons.read(session, procedure.keyring, case)
    fields = ("birth_date", "birth_place", "sex", "nationality", "passport_number")
    return {"name": person.name} | {name: person.value(name) for name in fields}


def _photos(session: Session, procedure: Procedure, case: Application) -> tuple[Photo, ...]:
    """Return the newest portrait of the file, and the face in the chip: it is there at step 3."""
    kept = documents.of_case(session, case.office, case.id)
    taken = [one for one in kept if one.kind == "photo" and one.media_type.startswith("image/")]
    photos = [Photo(f"/case/{case.id}/file/{one.blob}", "photo_of_file") for one in taken[-1:]]
    if face_of(procedure.blobs, kept) is not None:
        photos.append(Photo(f"/case/{case.id}/chip/portrait", "chip_portrait"))
    return tuple(photos)


def _entries(
    session: Session,
    desk: Desk,
    case: Application,
    check: CekalCheck,
    detail: Detail,
    person: Mapping[str, str],
) -> tuple[EntryView, ...]:
    candidates = {one.entry: one for one in candidates_of(check)}
    verdicts = verdicts_on(session, case, check.subject, list(candidates.values()))
    stands = settled(candidates.values(), verdicts)
    views = []
    for found in detail.found:
        name = reference(found.entry.id)
        acts = verdicts.get(name, [])
        holds = name in candidates
        place = next_place(acts, desk.officer.id) if holds and check.state in OPEN else None
        views.append(
            EntryView(
                found=found,
                reference=name,
                holds=holds,
                lines=compared(person, found.entry),
                settled=stands.get(name, Settled.OPEN),
                said=_said(desk, case, acts, stands.get(name, Settled.OPEN)),
                place=place if place and may_judge(desk, place) else None,
                others=_others(session, case, name),
            )
        )
    return tuple(sorted(views, key=lambda one: not one.holds))


def _said(
    desk: Desk, case: Application, acts: Sequence[CekalAct], how: Settled
) -> tuple[Said, ...]:
    """Return the verdicts; what another said stays hidden from who is still to judge."""
    judged = any(act.by == desk.officer.id for act in acts)
    open_yet = how in (Settled.OPEN, Settled.HALF) and not judged
    return tuple(_one_said(desk, case, act, hidden=open_yet) for act in acts)


def _one_said(desk: Desk, case: Application, act: CekalAct, *, hidden: bool) -> Said:
    said = Said(act.act, act.place, act.by_name, act.at, act.by == desk.officer.id, hidden)
    if hidden:
        return said
    own = case.id == act.application
    reason = ""
    if own:
        key = persons.data_key(desk.procedure.keyring, case)
        reason = persons.open_text(key, case, f"cekal/act/{act.id}", act.sealed_reason)
    return Said(
        said.act,
        said.place,
        said.by,
        said.at,
        said.mine,
        hidden=False,
        choice=act.choice,
        reason=reason,
        compared=tuple(act.compared.split()),
    )


def _outcomes(
    session: Session, desk: Desk, case: Application, check: CekalCheck | None
) -> tuple[Said, ...]:
    if check is None:
        return ()
    acts = outcomes.outcomes_of(session, check)
    return tuple(_one_said(desk, case, act, hidden=False) for act in acts)


def _others(session: Session, case: Application, entry: str) -> tuple[OtherCase, ...]:
    """Return the other cases whose person was judged against the entry."""
    rows = session.scalars(
        select(CekalCheck)
        .where(
            CekalCheck.office == case.office,
            CekalCheck.source == LIST,
            CekalCheck.application != case.id,
            CekalCheck.candidates.contains(f'"entry":"{entry}"', autoescape=True),
        )
        .order_by(CekalCheck.at)
    )
    last = {row.application: row for row in rows}
    return tuple(
        OtherCase(_code(session, case.office, row.application), row.state)
        for row in list(last.values())[-8:]
    )


def _code(session: Session, office: int, application: str) -> str:
    code = session.scalar(
        select(Application.case_code).where(
            Application.office == office, Application.id == application
        )
    )
    if code is None:
        raise NotFound("case_unknown", "There is no such case.", id="Permohonan itu tidak ada.")
    return code
