"""What happens to money, as events; bodies hold references and amounts, never codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class _Staff:
    __slots__ = ()
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class BillingEntered(_Staff):
    """A billing code of SIMPONI was entered; `again`: it replaces an earlier one."""

    kind: ClassVar[str] = "billing.entered"
    application: str
    billing: str
    again: bool


@dataclass(frozen=True, slots=True)
class PaymentVerified(_Staff):
    """A payment is certain: found in a `statement`, or confirmed with its `slip`."""

    kind: ClassVar[str] = "payment.verified"
    application: str
    payment: str
    how: str


@dataclass(frozen=True, slots=True)
class PaymentReversed(_Staff):
    """A counter-entry took a payment back; the case waits for its payment again."""

    kind: ClassVar[str] = "payment.reversed"
    application: str
    payment: str
    amount: int


@dataclass(frozen=True, slots=True)
class StatementImported(_Staff):
    """A bank statement was taken in: how many lines, how many vouch for a payment."""

    kind: ClassVar[str] = "statement.imported"
    statement: str
    lines: int
    matched: int


@dataclass(frozen=True, slots=True)
class TreasuryDayClosed(_Staff):
    """The treasurer closed a day; its list is locked."""

    kind: ClassVar[str] = "treasury.closed"
    day: str
    total: int


@dataclass(frozen=True, slots=True)
class ProofReportedLost(_Staff):
    """An applicant lost the payment proof; a second officer must grant a new one."""

    kind: ClassVar[str] = "proof.lost"
    application: str
    payment: str


@dataclass(frozen=True, slots=True)
class ProofReplaced(_Staff):
    """The code of a lost proof is dead, a new one stands in its place."""

    kind: ClassVar[str] = "proof.replaced"
    application: str
    payment: str
