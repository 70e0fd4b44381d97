"""The only door to the hub for kiosk and agent: `HubClient`, `discover()`, `follow()`.

    async with HubClient(url, token) as hub:
        office = await hub.office()
        async for item in follow(hub, office.seq):
            ...  # Event, or Reset: take a snapshot again

Importing this loads neither the database nor the web framework, and the HTTP client only when a
name is used: the hub itself announces with `hub.client.mdns` and needs none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.client.door import HubClient
    from hub.client.errors import Unreachable
    from hub.client.feed import Reset, follow
    from hub.client.finding import HubFound, discover

__all__ = ["HubClient", "HubFound", "Reset", "Unreachable", "discover", "follow"]
_WHERE = {
    "HubClient": "door",
    "Unreachable": "errors",
    "Reset": "feed",
    "follow": "feed",
    "HubFound": "finding",
    "discover": "finding",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
