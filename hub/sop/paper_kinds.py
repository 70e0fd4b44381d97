"""The papers that a step may ask for, and the fields of the person that each says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

PaperKind = Literal[
    "",
    "application_receipt",
    "custody_receipt",
    "cover_letter",
    "nonconformity_letter",
    "notify_letter",
    "billing_slip",
    "payment_proof",
    "skim_letter",
    "skim_card",
    "endorsement",
    "collection_slip",
    "rejection_letter",
    "ending_letter",
    "archive_label",
    "case_history",
]
_IDENTITY = ("full_name", "passport_number")
_CARD = (
    *_IDENTITY,
    "birth_place",
    "birth_date",
    "nationality",
    "permit_type",
    "permit_number",
)
SAYS: Mapping[str, tuple[str, ...]] = {
    "application_receipt": ("passport_number",),
    "skim_letter": (*_CARD, "passport_expiry", "permit_expiry", "address"),
    "skim_card": _CARD,
    "endorsement": _IDENTITY,
}
"""Without these the paper is not printed."""
