"""SOP Penyimpanan Berkas: the paper file on its way through the archive; nothing is ever erased.

RECEIVED → CHECKED → LABELLED → SHELVED ⇄ ON_LOAN;  SHELVED → INACTIVE → PROPOSED
The borrower of an overdue file is reminded; each reminder is kept, the file stays ON_LOAN.
The archivist decides; what follows a proposal stands in `destroying`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from hub.cases import custody
from hub.cases.applications import must_find, must_have_role
from hub.cases.archive.package import package_row
from hub.cases.doers import by_whom
from hub.errors import BadInput, Conflict
from hub.events.correspondence import ArchiveMoved, ArchiveOpened
from hub.models.application import Application, ArchivePackage
from hub.models.correspondence import ArchiveMove
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Tx

ARCHIVIST = frozenset({"archivist"})
MAY_OPEN = frozenset({"archivist", "auditor"})
PAGE = 50
"""Files on a page of the archive."""
REMIND, SEAL = "remind", "seal"
STEPS = {
    "check": ("RECEIVED", "CHECKED"),
    "label": ("CHECKED", "LABELLED"),
    "shelve": ("LABELLED", "SHELVED"),
    "lend": ("SHELVED", "ON_LOAN"),
    REMIND: ("ON_LOAN", "ON_LOAN"),
    "return": ("ON_LOAN", "SHELVED"),
    "retire": ("SHELVED", "INACTIVE"),
    "propose": ("INACTIVE", "PROPOSED"),
}
STATES = {
    "RECEIVED": Words(id="baru diterima", en="just received"),
    "CHECKED": Words(id="sudah diperiksa", en="checked"),
    "LABELLED": Words(id="sudah dilabeli", en="labelled"),
    "SHELVED": Words(id="di rak", en="on the shelf"),
    "ON_LOAN": Words(id="dipinjam", en="on loan"),
    "INACTIVE": Words(id="inaktif", en="inactive"),
    "PROPOSED": Words(id="diusulkan musnah", en="proposed for destruction"),
    "APPROVED": Words(id="disetujui ANRI", en="approved by ANRI"),
    "DESTROYED": Words(id="kertasnya dimusnahkan", en="destroyed on paper"),
}


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of the archive as its page lists it."""

    application: str
    case_code: str
    package: str
    state: str
    shelf: str
    classification: str
    archived_on: date
    retain_until: date | None
    due_on: date | None
    overdue: bool
    borrower: str
    passport: str
    """Where its passport still lies in the office; empty for a file that is whole."""
    reminders: int
    """How often the borrower was reminded of this loan, and when last."""
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filing:
    """A page of the archive's files, and how the whole archive stands by state."""

    rows: tuple[Filed, ...]
    counts: Mapping[str, int]
    overdue: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Act:
    """What the archivist does with a file; `note` names the borrower or the reason."""

    name: str
    place: str = ""
    due_on: str = ""
    note: str = ""


def move(tx: Tx, procedure: Procedure, application: str, act: Act) -> str:
    """Do one act of the archive; return the file's state. Raises BadInput, Conflict, NotAllowed."""
    must_have_role(tx, ARCHIVIST)
    row = must_find(tx.session, tx.office, procedure, application)
    package = must_be_filed(tx.session, row)
    before, after = STEPS[act.name]
    if package.state != before:
        raise _out_of_order(tx, package, before)
    today = procedure.office.today(tx.at)
    if act.name in ("retire", "propose"):
        _must_be_fetched(tx, row)
    due = _judged(act, package, today)
    package.state = after
    if act.place.strip():
        package.shelf = act.place.strip()
    package.due_on = due
    if act.name == "label":
        package.retain_until = kept_until(procedure, package)
    write_move(tx, package, act.name, place=act.place, due_on=due, note=act.note)
    return package.state


def _must_be_fetched(tx: Tx, row: Application) -> None:
    """Refuse to put a file aside whose passport still lies in the office."""
    if custody.is_here(tx.session, tx.office, row.id):
        raise Conflict(
            "passport_here",
            "Its passport still lies in the office: give it back first.",
            id="Paspornya masih di kantor: kembalikan dahulu.",
        )


def _out_of_order(tx: Tx, package: ArchivePackage, before: str) -> Conflict:
    """Return the refusal of an act that another act is to precede, or preceded already."""
    led_here = [act for act, (_, after) in STEPS.items() if after == package.state]
    query = (
        select(ArchiveMove.by)
        .where(
            ArchiveMove.office == tx.office,
            ArchiveMove.package == package.id,
            ArchiveMove.act.in_(led_here),
        )
        .order_by(ArchiveMove.at.desc(), ArchiveMove.id)
        .limit(1)
    )
    who = by_whom(tx, tx.session.scalar(query) or "")
    now, needed = STATES[package.state], STATES[before]
    return Conflict(
        "archive_order",
        f"This file is {now.en}{f' (done{who.en})' if who.en else ''}; "
        f"for this it must be {needed.en}.",
        id=f"Berkas ini {now.id}{f' (dicatat{who.id})' if who.id else ''}; "
        f"untuk ini harus {needed.id}.",
    )


def kept_until(procedure: Procedure, package: ArchivePackage) -> date | None:
    """Return the last day of a file's retention by the office's rules; None: kept for good."""
    years = procedure.office.retention.years
    return _years_later(procedure.office.today(package.at), years) if years else None


def open_package(tx: Tx, procedure: Procedure, application: str, reason: str) -> str:
    """Log that an officer takes the package out, and why; return the package's id."""
    must_have_role(tx, MAY_OPEN)
    row = must_find(tx.session, tx.office, procedure, application)
    package = must_be_filed(tx.session, row)
    if not reason.strip():
        raise _missing("reason")
    write_move(tx, package, "open", note=reason)
    tx.emit(ArchiveOpened(row.id, package.id), subject=row.id)
    return package.id


def opened_by(session: Session, office: int, application: str, officer: str) -> datetime | None:
    """Return when this officer last gave a reason to take the package out, or None."""
    query = (
        select(func.max(ArchiveMove.at))
        .join(
            ArchivePackage,
            (ArchivePackage.office == ArchiveMove.office)
            & (ArchivePackage.id == ArchiveMove.package),
        )
        .where(
            ArchiveMove.office == office,
            ArchivePackage.application == application,
            ArchiveMove.act == "open",
            ArchiveMove.by == officer,
        )
    )
    return session.scalar(query)


def filed(
    session: Session,
    office: int,
    procedure: Procedure,
    at: datetime,
    page: int = 1,
    *,
    size: int = PAGE,
) -> Filing:
    """Return a page of `size` files: overdue loans, then unfinished ones, the newest first.

    A page that is not there is the nearest one that is.
    """
    today = procedure.office.today(at)
    here = ArchivePackage.office == office
    late = and_(here, ArchivePackage.due_on < today)
    totals = select(ArchivePackage.state, func.count()).where(here).group_by(ArchivePackage.state)
    counts: dict[str, int] = {state: count for state, count in session.execute(totals)}
    pages = max(1, -(-sum(counts.values()) // size))
    page = min(max(1, page), pages)
    query = (
        select(ArchivePackage, Application.case_code)
        .join(
            Application,
            (Application.office == ArchivePackage.office)
            & (Application.id == ArchivePackage.application),
        )
        .where(here)
        .order_by(
            case((ArchivePackage.due_on < today, 0), else_=1),
            case((ArchivePackage.state == "SHELVED", 1), else_=0),
            ArchivePackage.at.desc(),
            ArchivePackage.id,
        )
    )
    found = session.execute(query.offset((page - 1) * size).limit(size)).all()
    loans = _loans(session, office, [package.id for package, _ in found])
    passports = custody.places(session, office, [package.application for package, _ in found])
    rows = tuple(
        _filed(procedure, package, code, loans, today, passports.get(package.application, ""))
        for package, code in found
    )
    overdue = session.scalar(select(func.count()).where(late)) or 0
    return Filing(rows, counts, overdue, page, pages)


def _filed(
    procedure: Procedure,
    package: ArchivePackage,
    code: str,
    loans: Mapping[str, Sequence[ArchiveMove]],
    today: date,
    passport: str,
) -> Filed:
    loan = loans.get(package.id, ()) if package.state == "ON_LOAN" else ()
    reminded = [move.at for move in loan if move.act == REMIND]
    return Filed(
        application=package.application,
        case_code=code,
        package=package.id,
        state=package.state,
        shelf=package.shelf,
        classification=package.retention,
        archived_on=procedure.office.today(package.at),
        retain_until=package.retain_until or kept_until(procedure, package),
        due_on=package.due_on,
        overdue=package.due_on is not None and package.due_on < today,
        borrower=loan[0].note if loan else "",
        passport=passport,
        reminders=len(reminded),
        reminded_at=reminded[-1] if reminded else None,
    )


def _loans(session: Session, office: int, packages: Sequence[str]) -> dict[str, list[ArchiveMove]]:
    """Return the last loan of each package with the reminders of it, oldest first."""
    query = select(ArchiveMove).where(
        ArchiveMove.office == office,
        ArchiveMove.package.in_(packages),
        ArchiveMove.act.in_(("lend", REMIND)),
    )
    found: dict[str, list[ArchiveMove]] = {}
    for move in session.scalars(query.order_by(ArchiveMove.at)):
        found[move.package] = [move] if move.act == "lend" else [*found[move.package], move]
    return found


def must_be_filed(session: Session, row: Application) -> ArchivePackage:
    """Return the package of a case. Raises Conflict `not_archived`."""
    package = package_row(session, row.office, row.id)
    if package is None:
        text = "This case is not in the archive yet."
        raise Conflict("not_archived", text, id="Permohonan ini belum di arsip.")
    return package


def _judged(act: Act, package: ArchivePackage, today: date) -> date | None:
    if act.name == "shelve" and not act.place.strip():
        raise _missing("place")
    if act.name == REMIND:
        return _overdue_since(package, today)
    if act.name in ("lend", "propose") and not act.note.strip():
        raise _missing("note")
    if act.name == "propose" and (package.retain_until is None or package.retain_until > today):
        raise Conflict(
            "retention_runs",
            "Its retention is not over, or was never decided: it is kept.",
            id="Masa simpannya belum habis atau belum ditetapkan: berkas tetap disimpan.",
        )
    if act.name != "lend":
        return None
    try:
        due = date.fromisoformat(act.due_on.strip())
    except ValueError:
        due = today
    if due <= today:
        fault = FieldFault(
            field="due_on", code="wrong", message="hari setelah hari ini / a day after today"
        )
        text = "Say on which day the file comes back."
        raise BadInput("due_wrong", text, id="Sebutkan hari berkas kembali.", fields=[fault])
    return due


def _overdue_since(package: ArchivePackage, today: date) -> date:
    if package.due_on is None or package.due_on >= today:
        raise Conflict(
            "loan_runs",
            "This file is not due back yet.",
            id="Berkas ini belum lewat waktu kembali.",
        )
    return package.due_on


def write_move(
    tx: Tx,
    package: ArchivePackage,
    act: str,
    *,
    place: str = "",
    due_on: date | None = None,
    note: str = "",
) -> None:
    """Keep an act of the archive with its file, and tell of it."""
    tx.session.add(
        ArchiveMove(
            office=tx.office,
            id=new_id(),
            package=package.id,
            act=act,
            place=place.strip(),
            due_on=due_on,
            note=note.strip(),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
    if act != "open":  # only the audit learns who read a package
        event = ArchiveMoved(package.application, package.id, act)
        tx.emit(event, subject=package.application)


def _missing(field: str) -> BadInput:
    fault = FieldFault(field=field, code="missing", message="wajib diisi / required")
    text = "Something is missing; see the named field."
    return BadInput("missing", text, id="Ada yang belum diisi.", fields=[fault])


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
