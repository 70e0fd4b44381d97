"""The file of a case that ended before its last step: it goes to the archive as every finished one.

Rejected, withdrawn, not paid or not collected in time: SOP Penyimpanan Berkas asks for all files
alike. What a received application left behind is sealed as a package and given to the archivist.
The case keeps its ending. A passport that still lies in the office is named: it is no part of the
file, and stays on the list of those to be fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from hub.cases import custody, letters_sent
from hub.cases.applications import ENDED, must_find, must_have_role
from hub.cases.archive.keeping import ARCHIVIST, write_move
from hub.cases.archive.package import PACKAGE, build, lay_down, package_row, reference
from hub.cases.archive.paged import Paged, paged
from hub.cases.doers import by_whom
from hub.errors import BadInput, Conflict
from hub.events.applications import ApplicationArchived
from hub.models.application import Application, ArchivePackage
from hub.models.officer import Officer
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Actor, Tx

OTHERWISE = tuple(state for state in ENDED if state != "ARCHIVED")
"""How a case ends that does not come to its last step."""
PASSPORT_HERE = "passport"
"""The act of naming a passport that still lies in the office when the file is given away."""


@dataclass(frozen=True, slots=True)
class Given:
    """Where the file goes and who receives it; `passport_here`: named as still in the office."""

    shelf: str
    receiver: str
    passport_here: bool = False


@dataclass(frozen=True, slots=True)
class Unfiled:
    """A file that was not given to the archive yet."""

    application: str
    case_code: str
    ended: Words
    ended_at: datetime
    passport: str
    """Where its passport still lies; empty once it was given back."""
    letter_missing: bool
    """It was rejected, and its letter of rejection was not printed yet."""


def may_give(procedure: Procedure) -> frozenset[str]:
    """Return the roles that give a finished file to the archive: those of the last step."""
    stage = procedure.sop.stage(procedure.sop.doing("archive"))
    return frozenset(stage.roles) if stage else frozenset()


def unfiled(session: Session, procedure: Procedure, office: int, page: int = 1) -> Paged[Unfiled]:
    """Return a page of the ended cases whose file waits for the archive, the oldest first."""
    found = paged(session, _waiting(office).order_by(Application.ended_at, Application.id), page)
    rows = tuple(_row(session, procedure, case) for case in found.rows)
    return Paged(rows, found.page, found.pages, found.count)


def is_unfiled(session: Session, case: Application) -> bool:
    """Say whether the file of a case that ended otherwise still waits for the archive."""
    query = _waiting(case.office).where(Application.id == case.id)
    return session.scalar(query) is not None


def receivers(session: Session, office: int, giver: str) -> Sequence[Officer]:
    """Return who may receive a file from `giver`: the archivists, by name."""
    query = select(Officer).where(Officer.office == office, Officer.active.is_(True))
    return [
        one
        for one in session.scalars(query.order_by(Officer.name, Officer.id))
        if ARCHIVIST & set(one.roles.split()) and one.id != giver
    ]


def prepare(
    session: Session,
    procedure: Procedure,
    office: int,
    application: str,
    given: Given,
    at: datetime,
    officer: Actor,
) -> str:
    """Build the package in a thread before `give`; return its reference, empty if none is due."""
    row = must_find(session, office, procedure, application)
    if not is_unfiled(session, row):
        return ""
    return reference(build(session, procedure, row, {"shelf": given.shelf.strip()}, at, officer))


def give(tx: Tx, procedure: Procedure, application: str, given: Given, package: str) -> str:
    """Give the file of an ended case to the archive with the package built before; return its id.

    Raises NotAllowed, BadInput naming the fields, Conflict `not_ended` | `never_received` |
    `already_filed` | `letter_not_printed` | `passport_here`.
    """
    must_have_role(tx, may_give(procedure))
    row = must_find(tx.session, tx.office, procedure, application)
    _must_wait(tx, row)
    _must_be_given(tx, given)
    if _lacks_letter(tx.session, row):
        raise Conflict(
            "letter_not_printed",
            "The letter of rejection is part of the file: print it on the page of the case first.",
            id="Surat penolakan termasuk isi berkas: cetak dahulu di halaman permohonan.",
        )
    place = _passport(tx.session, row)
    if place and not given.passport_here:
        raise _passport_here(place)
    values = {"shelf": given.shelf.strip(), "receiver": given.receiver, PACKAGE: package}
    lay_down(tx, procedure, row, values)
    laid = package_row(tx.session, tx.office, row.id)
    assert laid is not None  # noqa: S101 — laid down above
    if place:
        write_move(tx, laid, PASSPORT_HERE, place=place)
    tx.emit(ApplicationArchived(row.id, laid.id), subject=row.id)
    return laid.id


def _waiting(office: int) -> Select[Application]:
    return (
        select(Application)
        .outerjoin(
            ArchivePackage,
            and_(
                ArchivePackage.office == Application.office,
                ArchivePackage.application == Application.id,
            ),
        )
        .where(
            Application.office == office,
            Application.state.in_(OTHERWISE),
            Application.received_at.is_not(None),
            ArchivePackage.id.is_(None),
        )
    )


def _row(session: Session, procedure: Procedure, case: Application) -> Unfiled:
    state = procedure.sop.state(case.state)
    return Unfiled(
        application=case.id,
        case_code=case.case_code,
        ended=state.name if state else Words(id=case.state, en=case.state),
        ended_at=case.ended_at or case.opened_at,
        passport=_passport(session, case),
        letter_missing=_lacks_letter(session, case),
    )


def _passport(session: Session, case: Application) -> str:
    """Return where the passport of a case still lies in the office, or an empty text."""
    held = custody.holder(session, case.office, case.id)
    return held.location if held is not None and not held.released else ""


def _lacks_letter(session: Session, case: Application) -> bool:
    return case.state == "REJECTED" and bool(letters_sent.owed(session, case))


def _must_wait(tx: Tx, row: Application) -> None:
    filed = package_row(tx.session, tx.office, row.id)
    if filed is not None:
        who = by_whom(tx, filed.given_by)
        raise Conflict(
            "already_filed",
            f"This file was given to the archive already{who.en}.",
            id=f"Berkas ini sudah diserahkan ke arsip{who.id}.",
        )
    if row.state not in OTHERWISE:
        raise Conflict(
            "not_ended",
            "This case goes on: its last step gives the file to the archive.",
            id="Permohonan masih berjalan: langkah terakhir menyerahkan berkasnya ke arsip.",
        )
    if row.received_at is None:
        raise Conflict(
            "never_received",
            "This application was never received: there is no file of it.",
            id="Permohonan ini belum pernah diterima: tidak ada berkasnya.",
        )


def _must_be_given(tx: Tx, given: Given) -> None:
    faults = []
    if not given.shelf.strip():
        faults.append(FieldFault(field="shelf", code="missing", message="wajib diisi / required"))
    known = {one.login for one in receivers(tx.session, tx.office, tx.actor.id)}
    if given.receiver not in known:
        words = "pilih arsiparis, bukan penyerahnya / choose an archivist other than the giver"
        faults.append(FieldFault(field="receiver", code="wrong", message=words))
    if faults:
        raise BadInput(
            "filing_wrong",
            "Say where the file goes and which archivist receives it.",
            id="Sebutkan tempat simpan dan arsiparis yang menerima.",
            fields=faults,
        )


def _passport_here(place: str) -> Conflict:
    return Conflict(
        "passport_here",
        f"The passport still lies in the office ({place}): give it back first, or name it as "
        "still here.",
        id=f"Paspornya masih di kantor ({place}): kembalikan dahulu, atau nyatakan masih di sini.",
    )
