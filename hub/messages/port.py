"""The port through which a message leaves: what goes out, and how it can fail.

`smtp` is built in; others are attached (`hub.messages.attaching`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.office import OfficeConfig


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `reference` is the same whenever it is sent, so that a copy is known as one."""

    reference: str
    to: str
    subject: str
    text: str
    at: datetime


class Later(Exception):
    """Nothing was handed over: try again later. The text is a short code, never an address."""


class Never(Exception):
    """The other side refused it for good. The text is a short code, never an address."""


class Unsure(Exception):
    """It was handed over, but nobody said that it was taken: only a person can know."""


class Sender(Protocol):
    """Whoever can send a message."""

    def send(self, message: Message) -> None:
        """Send it; called in a thread, with a limit in time. Raises Later, Never, Unsure."""


class Factory(Protocol):
    """Makes an attached sender from the office's rules."""

    def __call__(self, office: OfficeConfig) -> Sender:
        """Return the sender."""
