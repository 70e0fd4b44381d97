"""Who signs a case: the official for whom its paper was printed. Nobody types what is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from hub.cases import blanks
from hub.models.application import Application
from hub.office import OfficeConfig, Signer
from hub.procedure import Procedure

NIP = "signer_nip"
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


def describes(check: str) -> bool:
    """Say whether a row with this check holds a part of who signs."""
    return check in _PARTS


def part_of(signer: Signer, check: str) -> str:
    """Return the part of `signer` that a row with this check holds. Raises KeyError."""
    return str(getattr(signer, _PARTS[check]))
