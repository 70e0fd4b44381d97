"""The ledger of numbered blanks, and the register of the year.

A blank that is spoiled or void is destroyed by two persons: one proposes, the other is witness and
confirms. The serial stays in the ledger for ever; so does a void register number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.cases import blanks
from hub.cases.applications import must_have_role
from hub.cases.archive.paged import Paged, paged
from hub.errors import BadInput, Conflict, NotAllowed
from hub.events.correspondence import BlanksDestroyed
from hub.models.application import Application, Blank, RegisterNumber
from hub.wire import FieldFault
from hub.writer import Tx

MAY_KEEP = frozenset({"issuing_officer", "supervisor"})
DESTROYABLE = ("spoiled", "void")
MOST_AT_ONCE = 500
REGISTER_PAGE = 50
_RANGE = re.compile(r"([A-Z]*)(\d{1,40})-([A-Z]*)(\d{1,40})")
_RANGE_ID = "rentang seperti CTH001-CTH050: awalan sama, paling banyak 500"
_RANGE_EN = "a range such as CTH001-CTH050: one prefix, at most 500"


@dataclass(frozen=True, slots=True)
class Stock:
    """How many blanks are in each state, and those that need somebody."""

    counts: dict[str, int]
    lowest: tuple[str, ...]
    written_off: tuple[Blank, ...]
    proposed: tuple[Blank, ...]


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A line of the register of the year; void numbers stand in it for ever."""

    number: RegisterNumber
    case_code: str


def serials_of(text: str) -> tuple[str, ...]:
    """Return the serials that a person wrote: one a line, or a range such as CTH001-CTH050.

    Raises BadInput `serials_wrong`.
    """
    found: list[str] = []
    for piece in re.split(r"[\s,;]+", text.upper().strip()):
        match = _RANGE.fullmatch(piece)
        if match is None:
            found += [piece] if piece else []
            continue
        prefix, first, again, last = match.groups()
        count = int(last) - int(first) + 1
        if again not in ("", prefix) or not 1 <= count <= MOST_AT_ONCE:
            raise _wrong(_RANGE_ID, _RANGE_EN)
        found += [f"{prefix}{n:0{len(first)}d}" for n in range(int(first), int(last) + 1)]
    if not found or len(found) > MOST_AT_ONCE or len(set(found)) != len(found):
        raise _wrong("masing-masing sekali, paling banyak 500", "each once, at most 500")
    if any(len(serial) > 40 for serial in found):
        raise _wrong("paling panjang 40 huruf", "at most 40 characters")
    return tuple(found)


def receive(tx: Tx, serials: Sequence[str]) -> int:
    """Take blanks into stock. Raises Conflict `blank_known`, NotAllowed `role_missing`."""
    must_have_role(tx, MAY_KEEP)
    return blanks.receive(tx, serials)


def spoil(tx: Tx, serial: str, reason: str) -> str:
    """Write a blank off. Raises BadInput, NotFound, Conflict `blank_not_in_stock`, NotAllowed."""
    must_have_role(tx, MAY_KEEP)
    if not reason.strip():
        fault = FieldFault(field="reason", code="missing", message="wajib diisi / required")
        text = "A blank is written off with its reason."
        raise BadInput("reason_missing", text, id="Sebutkan alasannya.", fields=[fault])
    return blanks.spoil(tx, serial, reason.strip())


def propose(tx: Tx, serials: Sequence[str]) -> int:
    """Propose written-off blanks for destruction. Raises BadInput, Conflict, NotAllowed."""
    must_have_role(tx, MAY_KEEP)
    rows = _rows(tx, serials)
    if any(row.state not in DESTROYABLE or row.destroy_by for row in rows):
        text = "Only spoiled or void blanks that nobody proposed yet are destroyed."
        indonesian = "Hanya blangko rusak atau batal yang belum diusulkan yang dimusnahkan."
        raise Conflict("blank_not_written_off", text, id=indonesian)
    for row in rows:
        row.destroy_by, row.destroy_by_name, row.destroy_at = tx.actor.id, tx.actor.name, tx.at
    tx.session.flush()
    tx.emit(BlanksDestroyed(len(rows), done=False), subject="blanks")
    return len(rows)


def confirm_destroyed(tx: Tx, serials: Sequence[str]) -> int:
    """Confirm as witness that proposed blanks were destroyed. Raises NotAllowed `segregation`."""
    must_have_role(tx, MAY_KEEP)
    rows = _rows(tx, serials)
    if any(row.state not in DESTROYABLE or not row.destroy_by for row in rows):
        text = "Their destruction was not proposed."
        raise Conflict("not_proposed", text, id="Pemusnahannya belum diusulkan.")
    if any(row.destroy_by == tx.actor.id for row in rows):
        raise NotAllowed(
            "segregation",
            "Blanks are destroyed by two persons: another one confirms.",
            id="Blangko dimusnahkan oleh dua orang: orang lain yang memastikan.",
        )
    for row in rows:
        row.state = "destroyed"
        row.witness, row.witness_name, row.destroyed_at = tx.actor.id, tx.actor.name, tx.at
    tx.session.flush()
    tx.emit(BlanksDestroyed(len(rows), done=True), subject="blanks")
    return len(rows)


def stock(session: Session, office: int) -> Stock:
    """Return the state of the stock."""
    counted = session.execute(
        select(Blank.state, func.count()).where(Blank.office == office).group_by(Blank.state)
    )
    written_off = session.scalars(
        select(Blank)
        .where(Blank.office == office, Blank.state.in_(DESTROYABLE))
        .order_by(Blank.serial)
    ).all()
    return Stock(
        counts={state: count for state, count in counted},
        lowest=blanks.in_stock(session, office)[:3],
        written_off=tuple(row for row in written_off if not row.destroy_by),
        proposed=tuple(row for row in written_off if row.destroy_by),
    )


def destroyed_on(session: Session, office: int, first: datetime, last: datetime) -> list[Blank]:
    """Return the blanks destroyed from `first` up to before `last`, by serial."""
    query = select(Blank).where(
        Blank.office == office, Blank.destroyed_at >= first, Blank.destroyed_at < last
    )
    return list(session.scalars(query.order_by(Blank.serial)))


def register(session: Session, office: int, year: int, page: int = 1) -> Paged[RegisterLine]:
    """Return a page of a year's register, newest first, void numbers included."""
    query = (
        select(RegisterNumber)
        .where(RegisterNumber.office == office, RegisterNumber.year == year)
        .order_by(RegisterNumber.seq.desc())
    )
    found = paged(session, query, page, REGISTER_PAGE)
    cases = select(Application.id, Application.case_code).where(
        Application.office == office, Application.id.in_([row.application for row in found.rows])
    )
    codes = {case: code for case, code in session.execute(cases)}
    lines = tuple(RegisterLine(row, codes[row.application]) for row in found.rows)
    return Paged(lines, found.page, found.pages, found.count)


def years(session: Session, office: int) -> tuple[int, ...]:
    """Return every year in which a register number was given, newest first."""
    query = select(RegisterNumber.year).where(RegisterNumber.office == office).distinct()
    return tuple(session.scalars(query.order_by(RegisterNumber.year.desc())))


def _rows(tx: Tx, serials: Sequence[str]) -> list[Blank]:
    rows = [blanks.find(tx.session, tx.office, serial) for serial in serials]
    found = [row for row in rows if row is not None]
    if not serials or len(found) != len(serials):
        text = "Choose blanks of the ledger."
        raise BadInput("nothing_chosen", text, id="Pilih blangko yang tercatat.")
    return found


def _wrong(indonesian: str, english: str) -> BadInput:
    message = f"{indonesian} / {english}"
    fault = FieldFault(field="serials", code="wrong", message=message)
    text = "The serial numbers cannot be read."
    return BadInput("serials_wrong", text, id="Nomor seri tidak terbaca.", fields=[fault])
