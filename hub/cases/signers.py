"""Who signs a case: the official for whom its paper was printed. Nobody types what is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from hub.cases import blanks
from hub.models.application import Application
from hub.office import OfficeConfig, Signer
from hub.procedure import Procedure
from hub.wire import Words

NIP = "signer_nip"
IN_OFFICE, ON_BEHALF = "DEFINITIF", "A.N."
_ACTING = {
    "PLH.": Words(id="Plh.", en="Acting (by day)"),
    "PLT.": Words(id="Plt.", en="Acting"),
}
_HEAD = Words(id="Kepala Kantor", en="Head of office")
_PARTS = {"signer_name": "name", NIP: "nip", "signer_capacity": "capacity"}


def signer_of(office: OfficeConfig, nip: str, day: date) -> Signer | None:
    """Return the official with this staff number who may sign on `day`, or None."""
    return next((s for s in office.signers_on(day) if s.nip == nip), None)


def printed_signer(
    session: Session, procedure: Procedure, case: Application, said: Mapping[str, str]
) -> Signer | None:
    """Return for whom the paper was printed: the one named there, else the first; None: unprinted.

    `said` is what the issuing step says. The day is that of the register number, so a paper stays
    that of its official after a letter of appointment ran out.
    """
    number = blanks.number_of(session, case.office, case.id)
    if number is None:
        return None
    return signer_named(procedure.office, said, procedure.office.today(number.given_at))


def signer_named(office: OfficeConfig, said: Mapping[str, str], day: date) -> Signer | None:
    """Return whom the issuing step names, or the first official who may sign on `day`."""
    named = signer_of(office, said.get(NIP, ""), day)
    in_force = office.signers_on(day)
    return named or (in_force[0] if in_force else None)


def capacity_said(signer: Signer) -> Words:
    """Return the title under which an official signs, as a letter says it: "Plh. Kepala Kantor"."""
    prefix = _ACTING.get(signer.capacity)
    title = signer.title
    if prefix is None or title.id.lower().startswith(prefix.id.lower()):
        return title
    return Words(id=f"{prefix.id} {title.id}", en=f"{prefix.en} {title.en}")


def behalf_said(office: OfficeConfig, signer: Signer) -> Words | None:
    """Return in whose name a delegate signs (a.n.), over the delegate's own title; else None."""
    if signer.capacity != ON_BEHALF:
        return None
    head = next((one.title for one in office.signers if one.capacity == IN_OFFICE), _HEAD)
    return Words(id=f"a.n. {head.id}", en=f"on behalf of: {head.en}")


def describes(check: str) -> bool:
    """Say whether a row with this check holds a part of who signs."""
    return check in _PARTS


def part_of(signer: Signer, check: str) -> str:
    """Return the part of `signer` that a row with this check holds. Raises KeyError."""
    return str(getattr(signer, _PARTS[check]))
