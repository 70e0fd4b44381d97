"""The rooms behind the counters: which there are, who looks in and who works there."""

from __future__ import annotations

from dataclasses import dataclass

from hub.cases.custody.handing import MAY_HOLD


@dataclass(frozen=True, slots=True)
class Room:
    """A page behind the counters: the roles that look in, and those that work there."""

    code: str
    path: str
    icon: str
    acts: frozenset[str]
    looks: frozenset[str] = frozenset({"supervisor", "auditor"})

    def admits(self, roles: frozenset[str]) -> bool:
        """Say whether officers with `roles` may look in."""
        return bool((self.acts | self.looks) & roles)


TREASURY = Room("treasury", "/treasury", "banknote", frozenset({"treasurer"}))
CUSTODY = Room(
    "custody",
    "/custody",
    "book-user",
    MAY_HOLD,
)
SIGNING = Room("signing", "/signing", "signature", frozenset({"legaliser", "administration"}))
AGENDA = Room("agenda", "/agenda", "file-text", frozenset({"administration"}))
NOTIFY = Room(
    "notify",
    "/notify",
    "phone",
    frozenset({"counter_officer", "administration", "supervisor", "approver"}),
)
NONCONFORMITY = Room(
    "nonconformity",
    "/nonconformity",
    "git-branch",
    frozenset({"approver", "document_examiner", "watchlist_examiner", "legaliser", "supervisor"}),
    frozenset({"administration", "auditor"}),
)
BLANKS = Room("blanks", "/blanks", "id-card", frozenset({"issuing_officer", "supervisor"}))
ARCHIVE = Room("archive", "/archive", "archive", frozenset({"archivist", "administration"}))
MONEY = Room(
    "money",
    "/money",
    "banknote",
    frozenset({"treasurer", "counter_officer", "handover_officer", "supervisor"}),
    frozenset({"auditor"}),
)
"""The money of one case; reached from the treasury and from the case."""

IDENTITY = Room(
    "identity",
    "/identity",
    "fingerprint-pattern",
    frozenset({"handover_officer"}),
    frozenset({"supervisor"}),
)
"""The person who collects one case; reached from the case at hand-over."""

VALUES = Room(
    "values",
    "/values",
    "list-checks",
    frozenset({"legaliser"}),
    frozenset({"supervisor", "auditor", "administration", "treasurer"}),
)
"""What the office's file leaves to be confirmed; it is Kepala Kantor who vouches."""

TIMES = Room("times", "/times", "clock", frozenset({"supervisor"}))

ROOMS = (TREASURY, CUSTODY, SIGNING, AGENDA, NOTIFY, NONCONFORMITY, BLANKS, ARCHIVE, TIMES, VALUES)
