"""Versions of the list: put in by one person, in force once another one has verified them.

The entries lie sealed in the folder already (hub.cekal.listing): a version is switched on, or
refused, by one small command.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.applications import must_have_role
from hub.cases.doers import by_whom
from hub.cases.screening.threshold import threshold
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.cekal import CekalVersionEntered, CekalVersionJudged
from hub.keys import Keyring
from hub.matching.port import called
from hub.models.cekal import CekalVersion
from hub.office import OfficeConfig
from hub.wire import FieldFault
from hub.writer import Tx

ENTERED, IN_FORCE, REFUSED = "entered", "verified", "refused"
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class ListInForce:
    """The list that counts at an instant: its versions, oldest first, and what stands for them.

    `token` stands for the office's threshold too; None: the learned one.
    """

    versions: tuple[str, ...]
    token: str
    threshold: float | None = None

    @property
    def name(self) -> str:
        """Return the newest version, which names the list."""
        return self.versions[-1]


def in_force(session: Session, office: int, at: datetime) -> ListInForce | None:
    """Return the list of verified versions at an instant: a full one and its updates, or None."""
    rows = session.execute(
        select(CekalVersion.version, CekalVersion.kind)
        .where(
            CekalVersion.office == office,
            CekalVersion.state == IN_FORCE,
            CekalVersion.effective <= at,
        )
        .order_by(CekalVersion.effective, CekalVersion.entered_at, CekalVersion.version)
    ).all()
    full = max((n for n, row in enumerate(rows) if row.kind == "full"), default=None)
    if full is None:
        return None
    names = tuple(row.version for row in rows[full:])
    own = threshold(session, office)
    parts = (*names, f"threshold {own.score:.6f}") if own else names
    token = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return ListInForce(names, token, own.score if own else None)


def asked(session: Session, rules: OfficeConfig, office: int, at: datetime) -> ListInForce | None:
    """Return the list that cases are asked of: the office's own, or that of an attached service.

    A service keeps its versions to itself: what it said counts for the office's day.
    """
    service = called(rules)
    if not service:
        return in_force(session, office, at)
    name = f"{service} {rules.today(at).isoformat()}"
    return ListInForce((name[:LONGEST_NAME],), hashlib.sha256(name.encode()).hexdigest())


def every(session: Session, office: int) -> list[CekalVersion]:
    """Return all versions, newest first."""
    query = select(CekalVersion).where(CekalVersion.office == office)
    return list(session.scalars(query.order_by(CekalVersion.entered_at.desc())))


def must_be_free(session: Session, office: int, version: str) -> None:
    """Raise Conflict `list_known` or BadInput `version_wrong` for a name that cannot be taken."""
    if not version or len(version) > LONGEST_NAME:
        fault = FieldFault(field="version", code="wrong", message=f"1-{LONGEST_NAME}")
        text = f"A version's name has 1 to {LONGEST_NAME} characters."
        indonesian = f"Nama versi 1 sampai {LONGEST_NAME} karakter."
        raise BadInput("version_wrong", text, id=indonesian, fields=[fault])
    if session.get(CekalVersion, (office, version)) is not None:
        text = "A list of this version is known already."
        raise Conflict("list_known", text, id="Daftar versi ini sudah ada.")


def enter(
    tx: Tx,
    office: OfficeConfig,
    *,
    version: str,
    kind: str,
    entries: int,
    withdrawn: int,
    effective: datetime,
    by: str = "",
) -> str:
    """Put a stored version before the verifier; return its name. Raises Conflict, NotAllowed.

    An officer needs the right of input; the administrator of the hub's machine has it too.
    """
    if tx.actor.kind == "officer":
        must_have_role(tx, frozenset(office.cekal.enter))
    must_be_free(tx.session, tx.office, version)
    tx.session.add(
        CekalVersion(
            office=tx.office,
            version=version,
            kind=kind,
            state=ENTERED,
            entries=entries,
            withdrawn=withdrawn,
            effective=effective,
            entered_by=tx.actor.reference,
            entered_by_name=by or tx.actor.name,
            entered_at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(CekalVersionEntered(version, entries, withdrawn), subject=version)
    return version


def judge(
    tx: Tx, office: OfficeConfig, keyring: Keyring, version: str, *, good: bool, reason: str = ""
) -> str:
    """Verify a version, which puts it in force from its time on, or refuse it with a reason.

    Raises NotAllowed `role_missing` | `segregation`, Conflict `list_judged`, NotFound, BadInput.
    """
    must_have_role(tx, frozenset(office.cekal.verify))
    row = tx.session.get(CekalVersion, (tx.office, version))
    if row is None:
        raise NotFound("list_missing", "There is no such version.", id="Versi itu tidak ada.")
    if row.state != ENTERED:
        who = by_whom(tx, row.judged_by)
        raise Conflict(
            "list_judged",
            f"This version was judged already{who.en}; nothing changed.",
            id=f"Versi ini sudah diputuskan{who.id}; tidak ada perubahan.",
        )
    if row.entered_by == tx.actor.reference:
        text = "Who put a version in may not verify it."
        indonesian = "Yang memasukkan versi tidak boleh memverifikasinya."
        raise NotAllowed("segregation", text, id=indonesian)
    if not good and not reason.strip():
        fault = FieldFault(field="reason", code="missing", message="wajib diisi / required")
        text = "Give a reason."
        raise BadInput("reason_missing", text, id="Berikan alasan.", fields=[fault])
    row.state = IN_FORCE if good else REFUSED
    row.judged_by, row.judged_by_name, row.judged_at = tx.actor.reference, tx.actor.name, tx.at
    if reason.strip():
        row.sealed_reason = keyring.wrap(reason.strip().encode(), _place(tx.office, version))
    tx.session.flush()
    tx.emit(CekalVersionJudged(version, row.state), subject=version)
    return version


def reason_of(keyring: Keyring, row: CekalVersion) -> str:
    """Return why a version was refused, or what its verifier noted."""
    if row.sealed_reason is None:
        return ""
    return keyring.unwrap(row.sealed_reason, _place(row.office, row.version)).decode()


def _place(office: int, version: str) -> str:
    return f"{office}/cekal/version/{version}"
