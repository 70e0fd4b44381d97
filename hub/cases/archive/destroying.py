"""The end of a paper file: proposed, approved by ANRI, destroyed before two persons, with minutes.

PROPOSED → APPROVED (letter number and date of ANRI) → DONE (who destroyed) → DESTROYED (a witness)
         → DECLINED: its files are inactive again

Only paper is destroyed. The case's record, its history and its signed package are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hub.cases.applications import must_find, must_have_role
from hub.cases.archive.keeping import ARCHIVIST, must_be_filed, write_move
from hub.cases.archive.paged import Paged, paged
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.correspondence import DestructionMoved
from hub.letters.wording import indonesian_date
from hub.models.application import Application, ArchivePackage
from hub.models.correspondence import Destruction
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx

MAY_RECORD = frozenset({"archivist", "administration"})
MAY_WITNESS = frozenset({"archivist", "administration", "supervisor", "auditor"})
PROPOSED, APPROVED, DECLINED, DONE, DESTROYED = (
    "PROPOSED", "APPROVED", "DECLINED", "DONE", "DESTROYED",
)  # fmt: skip
OPEN = (PROPOSED, APPROVED, DONE)


def propose(tx: Tx, procedure: Procedure, applications: Sequence[str]) -> str:
    """Put proposed files on a list for ANRI; return its id. Raises BadInput, Conflict."""
    must_have_role(tx, ARCHIVIST)
    if not applications:
        raise _fault("case", "nothing_chosen", "pilih berkas / choose files")
    taken = {code for one in lists(tx.session, tx.office) for code in _codes(one)}
    codes = []
    for application in applications:
        row = must_find(tx.session, tx.office, procedure, application)
        package = must_be_filed(tx.session, row)
        if package.state != PROPOSED or row.case_code in taken:
            raise Conflict(
                "not_proposed",
                f"{row.case_code} is not proposed for destruction, or is on a list already.",
                id=f"{row.case_code} belum diusulkan musnah, atau sudah ada di daftar lain.",
            )
        codes.append(row.case_code)
    year = procedure.office.today(tx.at).year
    query = select(func.count()).where(
        Destruction.office == tx.office, Destruction.number.endswith(f"/{year}")
    )
    made = Destruction(
        office=tx.office,
        id=new_id(),
        number=f"UM-{(tx.session.scalar(query) or 0) + 1:04d}/{year}",
        files=" ".join(codes),
        state=PROPOSED,
        proposed_by=tx.actor.id,
        proposed_by_name=tx.actor.name,
        proposed_at=tx.at,
    )
    tx.session.add(made)
    _tell(tx, made)
    return made.id


def answer(
    tx: Tx, procedure: Procedure, destruction: str, number: str, dated: str, *, granted: bool
) -> str:
    """Record ANRI's answer with its letter's number and date; return the list's state."""
    must_have_role(tx, MAY_RECORD)
    row = _must_be(tx, destruction, PROPOSED)
    day = _letter_day(procedure, number, dated, tx)
    row.state = APPROVED if granted else DECLINED
    row.anri_number, row.anri_date = number.strip()[:80], day
    row.answered_by, row.answered_by_name, row.answered_at = tx.actor.id, tx.actor.name, tx.at
    note = f"ANRI {row.anri_number}"
    _move_files(tx, procedure, row, "APPROVED" if granted else "INACTIVE", note)
    _tell(tx, row)
    return row.state


def record(tx: Tx, destruction: str, how: str) -> str:
    """Record that the paper was destroyed, and how; the first of two signs. Raises BadInput."""
    must_have_role(tx, MAY_RECORD)
    row = _must_be(tx, destruction, APPROVED)
    if not how.strip():
        raise _fault("how", "missing", "cara pemusnahan wajib diisi / say how it was destroyed")
    row.state, row.how = DONE, how.strip()[:200]
    row.done_by, row.done_by_name, row.done_at = tx.actor.id, tx.actor.name, tx.at
    _tell(tx, row)
    return row.state


def witness(tx: Tx, procedure: Procedure, destruction: str) -> str:
    """Confirm as the second person that the paper is gone; the record of each case is kept.

    Raises NotAllowed `segregation`, Conflict `destruction_order`.
    """
    must_have_role(tx, MAY_WITNESS)
    row = _must_be(tx, destruction, DONE)
    if row.done_by == tx.actor.id:
        raise NotAllowed(
            "segregation",
            "Who destroys the files and who witnesses it must be two persons.",
            id="Yang memusnahkan dan yang menyaksikan harus dua orang.",
        )
    row.state = DESTROYED
    row.witness, row.witness_name, row.witnessed_at = tx.actor.id, tx.actor.name, tx.at
    _move_files(tx, procedure, row, DESTROYED, row.number)
    _tell(tx, row)
    return row.state


def lists(session: Session, office: int, *, states: Sequence[str] = OPEN) -> list[Destruction]:
    """Return the lists in one of `states`, oldest first."""
    query = select(Destruction).where(
        Destruction.office == office, Destruction.state.in_(tuple(states))
    )
    return list(session.scalars(query.order_by(Destruction.proposed_at)))


def listed(session: Session, office: int, page: int = 1) -> Paged[Destruction]:
    """Return a page of the lists: those that are not over yet, then the newest."""
    query = (
        select(Destruction)
        .where(Destruction.office == office)
        .order_by(
            case((Destruction.state.in_(OPEN), 0), else_=1),
            Destruction.proposed_at.desc(),
            Destruction.id,
        )
    )
    return paged(session, query, page)


def find(session: Session, office: int, destruction: str) -> Destruction:
    """Return a list. Raises NotFound `destruction_unknown`."""
    row = session.get(Destruction, (office, destruction))
    if row is None:
        text = "There is no such list."
        raise NotFound("destruction_unknown", text, id="Daftar itu tidak ada.")
    return row


def files_of(session: Session, row: Destruction) -> tuple[tuple[str, str, str], ...]:
    """Return case code, shelf and retention of every file on a list, for its paper."""
    query = (
        select(Application.case_code, ArchivePackage.shelf, ArchivePackage.retain_until)
        .join(
            ArchivePackage,
            (ArchivePackage.office == Application.office)
            & (ArchivePackage.application == Application.id),
        )
        .where(Application.office == row.office, Application.case_code.in_(_codes(row)))
        .order_by(Application.case_code)
    )
    return tuple(
        (code, shelf, indonesian_date(until) if until else "–")
        for code, shelf, until in session.execute(query)
    )


def _codes(row: Destruction) -> list[str]:
    return row.files.split()


def _must_be(tx: Tx, destruction: str, state: str) -> Destruction:
    row = find(tx.session, tx.office, destruction)
    if row.state != state:
        raise Conflict(
            "destruction_order",
            f"This list is {row.state}; it must be {state} first.",
            id=f"Daftar ini {row.state}; harus {state} lebih dahulu.",
        )
    return row


def _move_files(tx: Tx, procedure: Procedure, row: Destruction, state: str, note: str) -> None:
    for code in _codes(row):
        case = must_find(tx.session, tx.office, procedure, code)
        package: ArchivePackage = must_be_filed(tx.session, case)
        package.state = state
        write_move(tx, package, state.lower(), note=note)


def _tell(tx: Tx, row: Destruction) -> None:
    tx.session.flush()
    tx.emit(DestructionMoved(row.id, row.state, len(_codes(row))), subject=row.id)


def _letter_day(procedure: Procedure, number: str, dated: str, tx: Tx) -> date:
    if not number.strip():
        raise _fault(
            "anri_number", "missing", "nomor surat ANRI wajib diisi / ANRI's letter number"
        )
    try:
        day = date.fromisoformat(dated.strip())
    except ValueError:
        raise _fault("anri_date", "wrong", "bukan tanggal / is no date") from None
    if day > procedure.office.today(tx.at):
        raise _fault("anri_date", "wrong", "ada di masa depan / lies in the future")
    return day


def _fault(field: str, code: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=field, code=code, message=message)
    said = [f"{one[:1].upper()}{one[1:]}." for one in (english, indonesian)]
    return BadInput(f"destruction_{code}", said[0], id=said[1], fields=[fault])
