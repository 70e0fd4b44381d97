"""A check that an officer made in the national system: recorded by hand, by them or by another.

It is a full alternative to the office's own list for `national_check_days` from when it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.screening.checks import NATIONAL, newest
from hub.cases.screening.states import OPEN, State
from hub.cases.screening.subject import Detail, seal_detail, subject_of
from hub.errors import BadInput, NotAllowed
from hub.events.cekal import CekalChecked
from hub.models.application import Application
from hub.models.cekal import CekalCheck
from hub.models.officer import Officer
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class MadeByHand:
    """A check as it was made: its number and result; by whom and when, if not by who records it
    and now; its scan, as a stored file."""

    reference_no: str
    found: bool
    made_by: str = ""
    made_at: datetime | None = None
    blob: str | None = None
    note: str = ""


def record_national(
    tx: Tx, procedure: Procedure, application: Application, made: MadeByHand
) -> CekalCheck:
    """Record a check made by hand in the national system. Raises BadInput naming the fields,
    NotAllowed `segregation`.

    Who found a possible match does not clear it: that takes a second person. A check that another
    officer made needs their right to examine, its time and its scan: who records it has not seen
    it.
    """
    faults = list(_faults(tx, procedure, made))
    if faults:
        indonesian, _, english = faults[0].message.partition(" / ")
        for fault in faults[1:]:
            more = fault.message.partition(" / ")
            indonesian, english = f"{indonesian}; {more[0]}", f"{english}; {more[2]}"
        words = (f"{one[:1].upper()}{one[1:]}." for one in (english, indonesian))
        raise BadInput("check_invalid", next(words), id=next(words), fields=faults)
    _must_be_another(tx, application, made)
    subject = subject_of(tx.session, procedure.keyring, application)
    state = State.POSSIBLE_MATCH if made.found else State.CLEAR
    check = CekalCheck(
        office=tx.office,
        id=new_id(),
        application=application.id,
        source=NATIONAL,
        list_version="",
        position=application.position,
        subject=subject.mark,
        candidates="[]",
        result=state,
        state=state,
        blob=made.blob,
        by=tx.actor.id,
        at=tx.at,
        decided_by=made.made_by or tx.actor.id,
        decided_at=made.made_at or tx.at,
    )
    detail = Detail(
        subject.query,
        reference=made.reference_no.strip(),
        made_at=(made.made_at or tx.at).isoformat(),
        note=made.note,
    )
    check.sealed = seal_detail(procedure.keyring, application, check.id, detail)
    tx.session.add(check)
    tx.session.flush()
    tx.emit(CekalChecked(application.id, check.id), subject=application.id)
    return check


def _must_be_another(tx: Tx, application: Application, made: MadeByHand) -> None:
    before = newest(tx.session, tx.office, application.id, NATIONAL)
    if made.found or before is None or before.state not in OPEN:
        return
    if {before.by, before.decided_by} & {tx.actor.id, made.made_by}:
        raise NotAllowed(
            "segregation",
            "Who found a possible match may not clear it: another examiner must check anew.",
            id="Yang menemukan kemungkinan cocok tidak boleh menyatakannya bersih: pemeriksa lain"
            " harus memeriksa ulang.",
        )


def made_at(check: CekalCheck) -> datetime:
    """Return when a check was made, which may be before it was recorded."""
    return check.decided_at or check.at if check.source == NATIONAL else check.at


def examiners(session: Session, office: int, procedure: Procedure) -> dict[str, str]:
    """Return the officers who may make a check in the national system: name by id."""
    may = set(procedure.office.cekal.examine)
    query = select(Officer).where(Officer.office == office, Officer.active)
    rows = session.scalars(query.order_by(Officer.name))
    return {row.id: row.name for row in rows if may & set(row.roles.split())}


def _faults(tx: Tx, procedure: Procedure, made: MadeByHand) -> Iterator[FieldFault]:
    if not made.reference_no.strip():
        yield _fault("reference_no", "missing", "nomor wajib diisi / the number is required")
    another = made.made_by not in ("", tx.actor.id)
    if another and made.made_by not in examiners(tx.session, tx.office, procedure):
        message = "petugas itu tidak berhak memeriksa / that officer has no right to examine"
        yield _fault("made_by", "wrong", message)
    if another and made.made_at is None:
        message = "waktu pemeriksaan petugas lain wajib / the time of another's check is required"
        yield _fault("made_at", "missing", message)
    if another and made.blob is None:
        message = (
            "pindaian pemeriksaan petugas lain wajib / the scan of another's check is required"
        )
        yield _fault("scan", "missing", message)
    if made.made_at is not None:
        yield from _wrong_time(tx.at, procedure.office.cekal.national_check_days, made)


def _wrong_time(now: datetime, days: int, made: MadeByHand) -> Iterator[FieldFault]:
    if made.made_at is None:
        return
    if made.made_at > now:
        yield _fault(
            "made_at",
            "wrong",
            "waktu pemeriksaan ada di masa depan / the time of the check lies in the future",
        )
    # an old hit still holds the case, an old "nobody" says nothing about today
    elif not made.found and now - made.made_at > timedelta(days=days):
        indonesian = f"pemeriksaan lebih dari {days} hari yang lalu: periksa lagi"
        english = f"the check is more than {days} days old: check again"
        yield _fault("made_at", "wrong", f"{indonesian} / {english}")


def _fault(field: str, code: str, message: str) -> FieldFault:
    return FieldFault(field=field, code=code, message=message)
