"""The port through which a message leaves: what goes out, and how it can fail.

An adapter of another kind (a gateway for short messages) is attached by the entry-point group
`loket.messengers`: a function that takes the office's rules and returns a `Sender`; `[messages]
adapter` in office.toml names it. `smtp` is built in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Protocol, cast

from hub.errors import NotFound
from hub.office import OfficeConfig

GROUP = "loket.messengers"
SMTP = "smtp"


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


def attached(office: OfficeConfig) -> Sender | None:
    """Return what office.toml names; None: this office sends nothing. Raises NotFound."""
    name = office.messages.adapter
    if not name:
        return None
    if name == SMTP:
        from hub.messages.smtp import connect  # loads a mail client, which most hubs do without

        return connect(office)
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        text = f"office.toml names the adapter {name} for [messages], which is not installed."
        indonesian = f"office.toml menyebut adaptor {name} untuk [messages], yang tidak terpasang."
        raise NotFound("messenger_missing", text, id=indonesian)
    return cast("Factory", found.load())(office)
