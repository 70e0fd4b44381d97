"""Letters, contacts, signatures and the archive as events; bodies hold references only."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class _Staff(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


class LetterEntered(_Staff, frozen=True):
    """A letter stands in the agenda: `out` or `in`, with its place in the year."""

    kind: ClassVar[str] = "letter.entered"
    letter: str
    direction: str
    year: int
    agenda: int


class ApplicantContacted(_Staff, frozen=True):
    """Somebody tried to reach the applicant."""

    kind: ClassVar[str] = "applicant.contacted"
    application: str
    channel: str
    outcome: str


class MessageMoved(_Staff, frozen=True):
    """A message to the applicant is being sent, was sent, waits again, failed or was put aside."""

    kind: ClassVar[str] = "message.moved"
    application: str
    message: str
    state: str


class ApplicationLapsed(_Staff, frozen=True):
    """A deadline ended the case: EXPIRED_UNPAID or UNCOLLECTED."""

    kind: ClassVar[str] = "application.lapsed"
    application: str
    state: str


class CaseLegalised(_Staff, frozen=True):
    """The case was legalised: by the signer's own login, with a wet signature, electronically."""

    kind: ClassVar[str] = "case.legalised"
    application: str
    mode: str


class LegalisationVoided(_Staff, frozen=True):
    """A legalisation is void: its paper is printed and signed anew."""

    kind: ClassVar[str] = "case.unlegalised"
    application: str


class ArchiveMoved(_Staff, frozen=True):
    """Something happened to an archived file."""

    kind: ClassVar[str] = "archive.moved"
    application: str
    package: str
    act: str


class ArchiveOpened(msgspec.Struct, frozen=True):
    """Somebody took a package out of the archive, with a reason; only the audit shows it."""

    kind: ClassVar[str] = "archive.opened"
    audience: ClassVar[str] = "audit"
    v: ClassVar[int] = 1
    application: str
    package: str


class DestructionMoved(_Staff, frozen=True):
    """A list of files to be destroyed came to its next state."""

    kind: ClassVar[str] = "archive.destruction"
    destruction: str
    state: str
    files: int


class FilesTransferred(_Staff, frozen=True):
    """A transfer list was signed by the giver, or by the receiver."""

    kind: ClassVar[str] = "archive.transferred"
    transfer: str
    files: int
    received: bool


class TransferTakenBack(_Staff, frozen=True):
    """Its giver took back a transfer list that nobody had received."""

    kind: ClassVar[str] = "archive.transfer_taken_back"
    transfer: str
    files: int


class BlanksDestroyed(_Staff, frozen=True):
    """Spoiled or void blanks: their destruction was proposed, or done before a witness."""

    kind: ClassVar[str] = "blanks.destroyed"
    count: int
    done: bool
