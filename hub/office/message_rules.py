"""How an office sends its applicants messages: by e-mail, by an attached adapter, or never."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Annotated, Literal

import msgspec

from hub.office.faults import Fault
from hub.rulefile import Rule
from hub.wire import Words

SMTP = "smtp"
SENDERS = "loket.messengers"
"""The entry points by which an adapter of another kind is attached."""


class MessageRules(Rule, frozen=True, kw_only=True):
    """The `[messages]` of an office file; `adapter` empty sends nothing.

    `smtp` talks to the office's mail server: `starttls` (port 587), `tls` (465), or `none` for a
    server on the same machine. The password stands in a file that only the hub can read; `ca_file`
    holds the authority of a server whose certificate this machine does not trust by itself.
    """

    adapter: str = ""
    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""
    user: str = ""
    password_file: str = ""
    ca_file: str = ""
    timeout_s: Annotated[int, msgspec.Meta(ge=1, le=60)] = 20


def message_faults(rules: MessageRules) -> Iterator[Fault]:
    """Yield what mail cannot be sent with."""
    if rules.adapter not in ("", SMTP) and not entry_points(group=SENDERS, name=rules.adapter):
        todo = Words(
            id='Tulis "smtp", "" (tidak mengirim), atau pasang paket adaptor itu di mesin ini.',
            en='Write "smtp", "" (nothing is sent), or install that adapter\'s package here.',
        )
        says = f"the adapter {rules.adapter} is not installed"
        yield Fault("messages-adapter", says, todo, ("messages", "adapter"))
    if rules.adapter != SMTP:
        return
    for key in ("host", "sender"):
        if not getattr(rules, key):
            todo = Words(
                id="Tulis server surel dan alamat pengirim kantor.",
                en="Write the office's mail server and its address as sender.",
            )
            says = f"smtp needs {key}"
            yield Fault(f"messages-{key}", says, todo, ("messages", "adapter"))
    if rules.user and not rules.password_file:
        todo = Words(
            id="Tulis berkas yang memuat kata sandi.", en="Name the file that holds the password."
        )
        says = "a user needs password_file"
        yield Fault("messages-password", says, todo, ("messages", "user"))
    if rules.user and rules.security == "none":
        todo = Words(id="Pakai starttls atau tls.", en="Use starttls or tls.")
        says = "a password never goes out in clear"
        yield Fault("messages-security", says, todo, ("messages", "security"))
