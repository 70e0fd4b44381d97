"""Who must come next: cases that need their person, contacts logged, deadlines that end a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub import appointments
from hub.cases import custody, persons, uncalled
from hub.cases.applications import ENDED, end, must_be_open, must_find, must_have_role
from hub.errors import BadInput, Conflict
from hub.events.correspondence import ApplicantContacted, ApplicationLapsed
from hub.letters.wording import in_words
from hub.models.application import Application, CustodyRecord, Diversion, StepRecord
from hub.models.casework import BranchMove
from hub.models.correspondence import Contact
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.sop import Sop, Stage
from hub.wire import FieldFault, Words
from hub.wire.opening import AppointmentState
from hub.writer import Tx

MAY_CONTACT = frozenset({"counter_officer", "administration"})
MAY_LAPSE = frozenset({"approver", "supervisor"})
PAGE = 50
MESSAGE = "message"
CHANNELS = ("phone", "letter", "page", "visit")
OUTCOMES = ("reached", "sent", "no_answer", "wrong")
BRANCH, ENDED_PLACE = "branch", "end"
_PASSPORT = Words(id="Ambil kembali paspor", en="Collect the passport")


@dataclass(frozen=True, slots=True)
class ToNotify:
    """A case that needs its person: for what, since when, how often somebody tried."""

    application: str
    case_code: str
    person: str
    phone: str
    stage: str
    what: Words
    since: datetime
    contacts: int
    last_contact: datetime | None
    last_outcome: str
    comes_on: date | None
    deadline: date | None
    lapsed: bool
    may_lapse: bool = True
    """Its deadline ends it as unpaid or uncollected; that of a branch is decided in the branch."""
    booked: AppointmentState | None = None
    """The time at which the person comes."""
    place: str = ""
    """Where it waits: a stage of the procedure, `branch`, or `end` with its passport still here."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One try to reach the applicant."""

    channel: str
    outcome: str
    note: str = ""
    comes_on: str = ""


@dataclass(frozen=True, slots=True)
class NotifyList:
    """A page of those who must be told; `count` is all of them."""

    rows: tuple[ToNotify, ...]
    count: int
    page: int
    pages: int


def notify_list(
    session: Session, office: int, procedure: Procedure, at: datetime, page: int = 1
) -> NotifyList:
    """Return a page of the cases that need the person, the never contacted first, the longest.

    Only a page's names are opened.
    """
    needs, waits = _waiting(session, office, procedure, at)
    pages = max(1, -(-len(needs) // PAGE))
    page = min(max(1, page), pages)
    shown = needs[(page - 1) * PAGE : page * PAGE]
    rows = tuple(_row(session, procedure, need, waits, at) for need in shown)
    return NotifyList(rows, len(needs), page, pages)


def to_notify(
    session: Session, office: int, procedure: Procedure, at: datetime
) -> tuple[ToNotify, ...]:
    """Return every case that needs the person, in the order of the list."""
    needs, waits = _waiting(session, office, procedure, at)
    return tuple(_row(session, procedure, need, waits, at) for need in needs)


def _waiting(
    session: Session, office: int, procedure: Procedure, at: datetime
) -> tuple[list[_Need], _Waits]:
    """Return who must be told; who is in the house now is told there, and stands on no list."""
    stages = (stage for stage in procedure.sop.stages if stage.applicant_present)
    present = {stage.name: _in_their_words(procedure, stage) for stage in stages}
    first = procedure.sop.stages[0].name
    waiting = session.scalars(
        select(Application).where(
            Application.office == office,
            Application.state.not_in(ENDED),
            Application.position.in_([name for name in present if name != first]),
        )
    )
    settled = uncalled.with_document(session, procedure, office)
    asked = {
        case.id: _Need(case, present[case.position]) for case in waiting if case.id not in settled
    }
    asked |= {case.id: _Need(case, _PASSPORT) for case in _ended_with_passport(session, office)}
    asked |= {need.case.id: need for need in _branches(session, office, procedure)}
    here = uncalled.in_the_house(session, office, asked, procedure.office.today(at))
    asked = {case: need for case, need in asked.items() if case not in here}
    waits = _Waits.of(session, office, list(asked))

    def place(need: _Need) -> tuple[bool, datetime]:
        return bool(waits.now(need.case)), need.since or waits.since(need.case)

    return sorted(asked.values(), key=place), waits


def row_of(
    session: Session, procedure: Procedure, case: Application, at: datetime
) -> ToNotify | None:
    """Return the line of one case, or None if it does not wait for its person."""
    need = _need_of(session, procedure, case)
    if need is None:
        return None
    return _row(session, procedure, need, _Waits.of(session, case.office, [case.id]), at)


def must_wait(session: Session, procedure: Procedure, case: Application, at: datetime) -> ToNotify:
    """Return the line of a case that waits for its person. Raises Conflict `nobody_to_notify`."""
    row = row_of(session, procedure, case, at)
    if row is None:
        raise Conflict(
            "nobody_to_notify",
            "This case does not wait for its applicant.",
            id="Permohonan ini tidak sedang menunggu pemohon.",
        )
    return row


def needs_person(session: Session, procedure: Procedure, case: Application) -> bool:
    """Say whether the case waits for its person."""
    return _need_of(session, procedure, case) is not None


def lapses(sop: Sop) -> Mapping[str, str]:
    """Return how a case ends whose person does not come: by the step it waits at."""
    return {
        sop.doing("record_payment"): "EXPIRED_UNPAID",
        sop.doing("close_custody"): "UNCOLLECTED",
    }


def contact(tx: Tx, procedure: Procedure, application: str, tried: Tried) -> str:
    """Log a try to reach the applicant; return the case's id. Raises BadInput, NotAllowed."""
    must_have_role(tx, MAY_CONTACT)
    row = must_find(tx.session, tx.office, procedure, application)
    comes_on = _judged(tried, procedure.office.today(tx.at))
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    note = tried.note.strip()
    tx.session.add(
        Contact(
            office=tx.office,
            id=identity,
            application=row.id,
            stage=row.position or "end",
            channel=tried.channel,
            outcome=tried.outcome,
            comes_on=comes_on,
            sealed_note=(
                persons.seal_text(key, row, f"contact/{identity}", note) if note else None
            ),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(ApplicantContacted(row.id, tried.channel, tried.outcome), subject=row.id)
    return row.id


def note_message(tx: Tx, procedure: Procedure, application: str) -> None:
    """Log that a message went out to the applicant, as one more try to reach them."""
    row = must_find(tx.session, tx.office, procedure, application)
    tx.session.add(
        Contact(
            office=tx.office,
            id=new_id(),
            application=row.id,
            stage=row.position or "end",
            channel=MESSAGE,
            outcome="sent",
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(ApplicantContacted(row.id, MESSAGE, "sent"), subject=row.id)


def lapse(tx: Tx, procedure: Procedure, application: str, reason: str) -> str:
    """End a case whose deadline is over: EXPIRED_UNPAID or UNCOLLECTED; return the state.

    Raises Conflict `deadline_runs` | `never_contacted` | `appointment_stands` | `nobody_to_notify`,
    BadInput `reason_missing`, NotAllowed.
    """
    must_have_role(tx, MAY_LAPSE)
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    if not reason.strip():
        fault = FieldFault(field="reason", code="missing", message="wajib diisi / required")
        text = "Ending a case needs its reason."
        raise BadInput("reason_missing", text, id="Sebutkan alasannya.", fields=[fault])
    waits = _Waits.of(tx.session, tx.office, [row.id])
    deadline = _deadline(procedure, row, waits)
    if deadline is None or procedure.office.today(tx.at) <= deadline:
        day = in_words(deadline)
        text = f"Its deadline is not over: {day.en}."
        raise Conflict("deadline_runs", text, id=f"Batas waktunya belum lewat: {day.id}.")
    must_wait(tx.session, procedure, row, tx.at)
    if not waits.now(row):
        raise Conflict(
            "never_contacted",
            "Nobody tried to tell the applicant: log a contact first.",
            id="Pemohon belum pernah dihubungi: catat kontak lebih dahulu.",
        )
    _must_not_be_booked(procedure, waits.booked.get(row.id), tx.at)
    state = lapses(procedure.sop)[row.position]
    end(tx, procedure, row, state, {"end_reason": reason.strip()})
    tx.emit(ApplicationLapsed(row.id, state), subject=row.id)
    return state


def contacts_of(session: Session, office: int, application: str) -> tuple[Contact, ...]:
    """Return every contact of a case, oldest first."""
    query = select(Contact).where(Contact.office == office, Contact.application == application)
    return tuple(session.scalars(query.order_by(Contact.at)))


@dataclass(frozen=True, slots=True)
class _Need:
    """A case that needs its person: what for; in a branch also since when and until when."""

    case: Application
    what: Words
    since: datetime | None = None
    deadline: date | None = None


def _need_of(session: Session, procedure: Procedure, case: Application) -> _Need | None:
    asked = next(_branches(session, case.office, procedure, case.id), None)
    if asked is not None:
        return asked
    if case.state in ENDED:
        kept = case.state != "ARCHIVED" and custody.is_here(session, case.office, case.id)
        return _Need(case, _PASSPORT) if kept else None
    stage = procedure.sop.stage(case.position)
    if stage is None or not stage.applicant_present or stage is procedure.sop.stages[0]:
        return None
    if uncalled.has_document(session, procedure, case):
        return None
    return _Need(case, _in_their_words(procedure, stage))


def _in_their_words(procedure: Procedure, stage: Stage) -> Words:
    """Return what a step is to the person: the service that leads to it, not the officer's task."""
    services = (one for one in procedure.office.services if one.lane == stage.lane)
    return next((one.name for one in services if one.form == "case"), stage.title)


def _branches(
    session: Session, office: int, procedure: Procedure, only: str = ""
) -> Iterator[_Need]:
    """Yield the cases whose branch asked the applicant by letter: NEED_APPLICANT and its like."""
    query = (
        select(Diversion, Application)
        .join(
            Application,
            (Application.office == Diversion.office) & (Application.id == Diversion.application),
        )
        .where(
            Diversion.office == office,
            Diversion.closed_at.is_(None),
            Application.state.not_in(ENDED),
        )
    )
    query = query.where(Application.id == only) if only else query
    for diversion, case in session.execute(query):
        branch = procedure.sop.related(diversion.to)
        move = branch.move(diversion.stage) if branch else None
        if branch is None or move is None or not move.letter:
            continue
        nature = branch.nature(diversion.nature)
        words = nature.words if nature else Words(id=branch.id, en=branch.en)
        what = Words(id=f"Ketidaksesuaian: {words.id}", en=f"Nonconformity: {words.en}")
        since = session.scalar(
            select(func.max(BranchMove.at)).where(
                BranchMove.office == office,
                BranchMove.diversion == diversion.id,
                BranchMove.state == diversion.stage,
            )
        )
        yield _Need(case, what, since or diversion.opened_at, diversion.deadline_on)


@dataclass(frozen=True, slots=True)
class _Waits:
    """When the last step of each case was done, who tried to reach its person, who is booked."""

    done: Mapping[str, datetime]
    tries: Mapping[str, Sequence[Contact]]
    booked: Mapping[str, AppointmentState]

    @classmethod
    def of(cls, session: Session, office: int, cases: Sequence[str]) -> _Waits:
        """Read it for all cases at once: one by one a list of a hundred takes 0.2 s."""
        done = session.execute(
            select(StepRecord.application, func.max(StepRecord.completed_at))
            .where(StepRecord.office == office, StepRecord.application.in_(cases))
            .group_by(StepRecord.application)
        )
        tries: dict[str, list[Contact]] = {}
        query = select(Contact).where(Contact.office == office, Contact.application.in_(cases))
        for one in session.scalars(query.order_by(Contact.at)):
            tries.setdefault(one.application, []).append(one)
        booked = appointments.of_cases(session.connection(), office, cases)
        return cls({case: at for case, at in done if at is not None}, tries, booked)

    def since(self, case: Application) -> datetime:
        """Return since when the case waits for its person."""
        return case.ended_at or self.done.get(case.id) or case.opened_at

    def now(self, case: Application) -> list[Contact]:
        """Return the tries since the case waits where it is."""
        stage = case.position or "end"
        return [one for one in self.tries.get(case.id, ()) if one.stage == stage]


def _ended_with_passport(session: Session, office: int) -> Sequence[Application]:
    states = [state for state in ENDED if state != "ARCHIVED"]
    query = (
        select(Application)
        .join(
            CustodyRecord,
            (CustodyRecord.office == Application.office)
            & (CustodyRecord.application == Application.id)
            & CustodyRecord.ended_at.is_(None),
        )
        .where(Application.office == office, Application.state.in_(states))
    )
    return session.scalars(query).all()


def _row(
    session: Session, procedure: Procedure, need: _Need, waits: _Waits, at: datetime
) -> ToNotify:
    case = need.case
    person = persons.read(session, procedure.keyring, case)
    tries = waits.now(case)
    last = tries[-1] if tries else None
    deadline = need.deadline or _deadline(procedure, case, waits)
    return ToNotify(
        application=case.id,
        case_code=case.case_code,
        person=person.name,
        phone=person.value("phone"),
        stage=case.position,
        what=need.what,
        since=need.since or waits.since(case),
        contacts=len(tries),
        last_contact=last.at if last else None,
        last_outcome=last.outcome if last else "",
        comes_on=last.comes_on if last else None,
        deadline=deadline,
        lapsed=deadline is not None and procedure.office.today(at) > deadline,
        may_lapse=need.since is None,
        booked=waits.booked.get(case.id),
        place=_place(need),
    )


def _place(need: _Need) -> str:
    if need.since is not None:
        return BRANCH
    return ENDED_PLACE if need.case.state in ENDED else need.case.position


def _must_not_be_booked(
    procedure: Procedure, booked: AppointmentState | None, at: datetime
) -> None:
    office = procedure.office
    if booked is None or office.today(booked.at) < office.today(at):
        return
    day = in_words(office.today(booked.at))
    raise Conflict(
        "appointment_stands",
        f"Its applicant is booked for {day.en}: call that off first.",
        id=f"Pemohon punya janji pada {day.id}: batalkan dahulu.",
    )


def _deadline(procedure: Procedure, case: Application, waits: _Waits) -> date | None:
    """The days count from when the case began to wait, or from when the person was reached."""
    rules = procedure.office.deadlines
    days = {
        "EXPIRED_UNPAID": rules.pay_days,
        "UNCOLLECTED": rules.collect_days,
    }.get(lapses(procedure.sop).get(case.position, ""))
    if days is None or case.state in ENDED:
        return None
    reached = [one.at for one in waits.now(case) if one.outcome == "reached"]
    begun = max([waits.since(case), *reached])
    return procedure.office.today(begun) + timedelta(days=days)


def _judged(tried: Tried, today: date) -> date | None:
    faults = []
    if tried.channel not in CHANNELS:
        faults.append(FieldFault(field="channel", code="wrong", message="pilih / choose"))
    if tried.outcome not in OUTCOMES:
        faults.append(FieldFault(field="outcome", code="wrong", message="pilih / choose"))
    comes_on = None
    if tried.comes_on.strip():
        try:
            comes_on = date.fromisoformat(tried.comes_on.strip())
        except ValueError:
            comes_on = date.min
        if comes_on < today:
            words = "hari ini atau sesudahnya / today or later"
            faults.append(FieldFault(field="comes_on", code="wrong", message=words))
    if faults:
        text = "The contact is not complete; see the named fields."
        raise BadInput("contact_wrong", text, id="Kontak belum lengkap.", fields=faults)
    return comes_on
