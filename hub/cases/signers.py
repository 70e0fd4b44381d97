"""Who signs a case: the official for whom its paper was printed. Nobody types what is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hub.office import OfficeConfig, Signer
from hub.procedure import Procedure

NIP = "signer_nip"
_PARTS = {"signer_name": "name", NIP: "nip", "signer_capacity": "capacity"}


def signer_of(office: OfficeConfig, nip: str, day: date) -> Signer | None:
    """Return the official with this staff number who may sign on `day`, or None."""
    return next((s for s in office.signers_on(day) if s.nip == nip), None)


def printed_signer(procedure: Procedure, values: Mapping[str, str], day: date) -> Signer | None:
    """Return for whom the paper was printed: the one named there, else the first."""
    named = signer_of(procedure.office, values.get(NIP, ""), day)
    in_force = procedure.office.signers_on(day)
    return named or (in_force[0] if in_force else None)


def describes(check: str) -> bool:
    """Say whether a row with this check holds a part of who signs."""
    return check in _PARTS


def part_of(signer: Signer, check: str) -> str:
    """Return the part of `signer` that a row with this check holds. Raises KeyError."""
    return str(getattr(signer, _PARTS[check]))
