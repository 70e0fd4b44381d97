"""Announce this agent on the office's network, for the supervisor's page."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from hub.client.mdns import COUNTER_TYPE, Announcement, chosen_interfaces

NO_PORT = 9
"""An agent listens nowhere; a service record needs a port, so it names the discard port."""


def announcement(
    counter: int,
    *,
    roles: Sequence[str],
    fingerprint: str,
    interfaces: Sequence[str] | None = None,
) -> Announcement:
    """Return the announcement of counter `counter` with devices of `roles`; start and stop it."""
    txt = {
        "station": f"counter-{counter}",
        "version": version("loket"),
        "capabilities": ",".join(sorted(roles)),
        "fingerprint": fingerprint,
    }
    name = f"Loket counter {counter}"
    return Announcement(COUNTER_TYPE, name, NO_PORT, txt, chosen_interfaces(interfaces))
