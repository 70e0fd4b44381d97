"""The only door to the hub for kiosk and agent: `HubClient`, `discover()`, `follow()`.

    async with HubClient(url, token) as hub:
        office = await hub.office()
        async for item in follow(hub, office.seq):
            ...  # Event, or Reset: take a snapshot again

Importing this loads neither the database nor the web framework.
"""

from hub.client.door import HubClient
from hub.client.errors import Unreachable
from hub.client.feed import Reset, follow
from hub.client.finding import HubFound, discover

__all__ = ["HubClient", "HubFound", "Reset", "Unreachable", "discover", "follow"]
