"""Letters, contacts, signatures and the archive as events; bodies hold references only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class _Staff:
    __slots__ = ()
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class LetterEntered(_Staff):
    """A letter stands in the agenda: `out` or `in`, with its place in the year."""

    kind: ClassVar[str] = "letter.entered"
    letter: str
    direction: str
    year: int
    agenda: int


@dataclass(frozen=True, slots=True)
class ApplicantContacted(_Staff):
    """Somebody tried to reach the applicant."""

    kind: ClassVar[str] = "applicant.contacted"
    application: str
    channel: str
    outcome: str


@dataclass(frozen=True, slots=True)
class MessageMoved(_Staff):
    """A message to the applicant is being sent, was sent, waits again, failed or was put aside."""

    kind: ClassVar[str] = "message.moved"
    application: str
    message: str
    state: str


@dataclass(frozen=True, slots=True)
class ApplicationLapsed(_Staff):
    """A deadline ended the case: EXPIRED_UNPAID or UNCOLLECTED."""

    kind: ClassVar[str] = "application.lapsed"
    application: str
    state: str


@dataclass(frozen=True, slots=True)
class CaseLegalised(_Staff):
    """The case was legalised: by the signer's own login, with a wet signature, electronically."""

    kind: ClassVar[str] = "case.legalised"
    application: str
    mode: str


@dataclass(frozen=True, slots=True)
class LegalisationVoided(_Staff):
    """A legalisation is void: its paper is printed and signed anew."""

    kind: ClassVar[str] = "case.unlegalised"
    application: str


@dataclass(frozen=True, slots=True)
class ArchiveMoved(_Staff):
    """Something happened to an archived file."""

    kind: ClassVar[str] = "archive.moved"
    application: str
    package: str
    act: str


@dataclass(frozen=True, slots=True)
class ArchiveOpened:
    """Somebody took a package out of the archive, with a reason; only the audit shows it."""

    kind: ClassVar[str] = "archive.opened"
    audience: ClassVar[str] = "audit"
    v: ClassVar[int] = 1
    application: str
    package: str


@dataclass(frozen=True, slots=True)
class DestructionMoved(_Staff):
    """A list of files to be destroyed came to its next state."""

    kind: ClassVar[str] = "archive.destruction"
    destruction: str
    state: str
    files: int


@dataclass(frozen=True, slots=True)
class FilesTransferred(_Staff):
    """A transfer list was signed by the giver, or by the receiver."""

    kind: ClassVar[str] = "archive.transferred"
    transfer: str
    files: int
    received: bool


@dataclass(frozen=True, slots=True)
class BlanksDestroyed(_Staff):
    """Spoiled or void blanks: their destruction was proposed, or done before a witness."""

    kind: ClassVar[str] = "blanks.destroyed"
    count: int
    done: bool
