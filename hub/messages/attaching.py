"""Which adapter an office sends by: the one that `[messages] adapter` in office.toml names.

An adapter of another kind (a gateway for short messages) is attached by the entry-point group
`loket.messengers`: a function that takes the office's rules and returns a `Sender`.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import cast

from hub.errors import NotFound
from hub.messages.port import Factory, Sender
from hub.office import OfficeConfig
from hub.office.message_rules import SENDERS, SMTP


def attached(office: OfficeConfig) -> Sender | None:
    """Return what office.toml names; None: this office sends nothing. Raises NotFound."""
    name = office.messages.adapter
    if not name:
        return None
    if name == SMTP:
        from hub.messages.smtp import connect  # loads a mail client, which most hubs do without

        return connect(office)
    found = next(iter(entry_points(group=SENDERS, name=name)), None)
    if found is None:
        text = f"office.toml names the adapter {name} for [messages], which is not installed."
        indonesian = f"office.toml menyebut adaptor {name} untuk [messages], yang tidak terpasang."
        raise NotFound("messenger_missing", text, id=indonesian)
    return cast("Factory", found.load())(office)
