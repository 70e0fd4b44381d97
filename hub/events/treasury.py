"""What happens to money, as events; bodies hold references and amounts, never codes."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class _Staff(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


class BillingEntered(_Staff, frozen=True):
    """A billing code of SIMPONI was entered; `again`: it replaces an earlier one."""

    kind: ClassVar[str] = "billing.entered"
    application: str
    billing: str
    again: bool


class PaymentVerified(_Staff, frozen=True):
    """A payment is certain: found in a `statement`, or confirmed with its `slip`."""

    kind: ClassVar[str] = "payment.verified"
    application: str
    payment: str
    how: str


class PaymentReversed(_Staff, frozen=True):
    """A counter-entry took a payment back; the case waits for its payment again."""

    kind: ClassVar[str] = "payment.reversed"
    application: str
    payment: str
    amount: int


class StatementImported(_Staff, frozen=True):
    """A bank statement was taken in: how many lines, how many vouch for a payment."""

    kind: ClassVar[str] = "statement.imported"
    statement: str
    lines: int
    matched: int


class TreasuryDayClosed(_Staff, frozen=True):
    """The treasurer closed a day; its list is locked."""

    kind: ClassVar[str] = "treasury.closed"
    day: str
    total: int


class ProofReportedLost(_Staff, frozen=True):
    """An applicant lost the payment proof; a second officer must grant a new one."""

    kind: ClassVar[str] = "proof.lost"
    application: str
    payment: str


class ProofReplaced(_Staff, frozen=True):
    """The code of a lost proof is dead, a new one stands in its place."""

    kind: ClassVar[str] = "proof.replaced"
    application: str
    payment: str
