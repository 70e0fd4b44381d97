"""Money of a case: billing code, payment, proof, bank statements, the treasurer's day.

Only the treasurer records money; corrections are counter-entries, nothing is erased.
"""

from hub.cases.payments.recording import (
    BILLING_CODE,
    NTPN,
    PaymentFacts,
    billing_used,
    facts,
    is_proof,
    ntpn_used,
    of_case,
    proof_payload,
    record,
)

__all__ = [
    "BILLING_CODE",
    "NTPN",
    "PaymentFacts",
    "billing_used",
    "facts",
    "is_proof",
    "ntpn_used",
    "of_case",
    "proof_payload",
    "record",
]
