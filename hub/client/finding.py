"""Find the hub on the office's network."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from zeroconf import Error, ServiceInfo, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from hub.client.mdns import HUB_TYPE, chosen_interfaces, open_network, txt_of

SETTLE_S = 0.4
"""After the first hub, how long others may still answer (RFC 6762 §6: 20-120 ms delay)."""
RESOLVE_MS = 2000


@dataclass(frozen=True, slots=True)
class HubFound:
    """A hub that announces itself; a hint, its certificate is the identity."""

    name: str
    url: str
    version: str
    office: str
    fingerprint: str

    @property
    def trustworthy(self) -> bool:
        """Whether a token may be sent there."""
        return trustworthy(self.url)


def trustworthy(url: str) -> bool:
    """Say whether a token may be sent to `url`: over TLS, or without leaving this machine."""
    parts = urlsplit(url)
    try:
        local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        local = parts.hostname == "localhost"
    return parts.scheme == "https" or local


async def discover(timeout_s: float, *, interfaces: Sequence[str] | None = None) -> list[HubFound]:
    """Return the hubs that answer within `timeout_s`, soon after the first one did.

    Returns an empty list without a network. `interfaces` are addresses of this machine; the
    default is the environment's LOKET_MDNS_INTERFACES, else all.
    """
    try:
        network = open_network(chosen_interfaces(interfaces))
    except OSError:
        await asyncio.sleep(timeout_s)
        return []
    try:
        return await _browse(network, timeout_s)
    finally:
        await network.async_close()


async def _browse(network: AsyncZeroconf, timeout_s: float) -> list[HubFound]:
    found: dict[str, HubFound] = {}
    first = asyncio.Event()
    resolving: set[asyncio.Task[None]] = set()

    async def resolve(name: str) -> None:
        info = AsyncServiceInfo(HUB_TYPE, name)
        if await info.async_request(network.zeroconf, RESOLVE_MS):
            hub = _found(info)
            if hub:
                found[name] = hub
                first.set()

    def changed(
        zeroconf: Zeroconf,  # noqa: ARG001 — zeroconf calls by keyword
        service_type: str,  # noqa: ARG001
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            found.pop(name, None)
        else:
            task = asyncio.ensure_future(resolve(name))
            resolving.add(task)
            task.add_done_callback(resolving.discard)

    browser = AsyncServiceBrowser(network.zeroconf, HUB_TYPE, handlers=[changed])
    try:
        async with asyncio.timeout(timeout_s):
            await first.wait()
        await asyncio.sleep(SETTLE_S)
    except (TimeoutError, Error):
        pass
    finally:
        for task in list(resolving):
            task.cancel()
        await browser.async_cancel()
    return sorted(found.values(), key=lambda hub: hub.url)


def _found(info: ServiceInfo) -> HubFound | None:
    addresses = info.parsed_addresses()
    if not addresses or not info.port:
        return None
    txt = txt_of(info)
    host = addresses[0]
    if ipaddress.ip_address(host).version == 6:
        host = f"[{host}]"
    scheme = txt.get("scheme", "https")
    if scheme not in ("http", "https"):
        return None
    return HubFound(
        name=info.name.removesuffix(f".{HUB_TYPE}"),
        url=f"{scheme}://{host}:{info.port}",
        version=txt.get("version", ""),
        office=txt.get("office", ""),
        fingerprint=txt.get("fingerprint", ""),
    )
