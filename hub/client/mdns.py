"""DNS-SD on the office's network: names, interfaces, and an announcement that outlives outages.

RFC 6763 (service types, TXT records) over RFC 6762 (multicast DNS). What is found here is a hint:
a station's or hub's identity is its key, never its address.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import ifaddr
from zeroconf import Error, InterfaceChoice, IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

log = logging.getLogger(__name__)

HUB_TYPE = "_loket-hub._tcp.local."
COUNTER_TYPE = "_loket-counter._tcp.local."
INTERFACES_VARIABLE = "LOKET_MDNS_INTERFACES"

LOOK_AGAIN_S = 10.0
"""How often addresses are compared: DHCP and cables come and go."""
GOODBYE_S = 1.0

_NO_LABEL = re.compile(r"[^a-z0-9]+")
_TXT_VALUE_BYTES = 200
"""RFC 6763 §6.1: 255 bytes for key, `=` and value together."""


def chosen_interfaces(interfaces: Sequence[str] | None = None) -> list[str]:
    """Return the interface addresses to speak on, from the environment if None; empty means all."""
    if interfaces is not None:
        return list(interfaces)
    text = os.environ.get(INTERFACES_VARIABLE, "")
    return [part.strip() for part in text.split(",") if part.strip()]


def open_network(interfaces: Sequence[str]) -> AsyncZeroconf:
    """Join multicast DNS on `interfaces` (all if empty). Raises OSError without a network."""
    # zeroconf leaves a socket open when it fails half-way: look before
    absent = set(interfaces) - _all_addresses()
    if absent:
        message = f"this machine has no address {', '.join(sorted(absent))}"
        raise OSError(message)
    return AsyncZeroconf(
        interfaces=list(interfaces) or InterfaceChoice.All, ip_version=IPVersion.V4Only
    )


def own_addresses(interfaces: Sequence[str]) -> list[str]:
    """Return the IPv4 addresses under which this machine is reached, loopback only if asked for."""
    if interfaces:
        return sorted(interfaces)
    return sorted(ip for ip in _all_addresses() if not ipaddress.ip_address(ip).is_loopback)


def txt_of(info: ServiceInfo) -> dict[str, str]:
    """Return the TXT record as text; what is no UTF-8 is left out."""
    out: dict[str, str] = {}
    for key, value in info.properties.items():
        with suppress(UnicodeDecodeError):
            out[key.decode("ascii").lower()] = (value or b"").decode("utf-8")
    return out


@dataclass(slots=True)
class Announcement:
    """One service on the network, kept there while the network comes and goes."""

    service_type: str
    name: str
    port: int
    txt: Mapping[str, str]
    interfaces: Sequence[str] = ()
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to announce in the background; never waits for the network."""
        self._task = asyncio.create_task(self._keep(), name=f"announce {self.service_type}")

    async def stop(self) -> None:
        """Say goodbye and stop; safe to call twice."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep(self) -> None:
        said = ""
        while True:
            try:
                await self._announce_until_moved()
                said = ""
            except (OSError, Error) as error:
                text = f"{type(error).__name__}: {error}"
                log.log(
                    logging.DEBUG if text == said else logging.WARNING,
                    "cannot announce %s on the network yet: %s",
                    self.service_type,
                    text,
                )
                said = text
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _announce_until_moved(self) -> None:
        addresses = own_addresses(self.interfaces)
        if not addresses:
            message = "this machine has no address"
            raise OSError(message)
        network = open_network(self.interfaces)
        try:
            info = self._info(addresses)
            await (await network.async_register_service(info, allow_name_change=True))
            log.info("announced as %s at %s", info.name, ", ".join(addresses))
            while own_addresses(self.interfaces) == addresses:
                await asyncio.sleep(LOOK_AGAIN_S)
        finally:
            with suppress(TimeoutError, OSError, Error):
                async with asyncio.timeout(GOODBYE_S):
                    await network.async_close()

    def _info(self, addresses: Sequence[str]) -> ServiceInfo:
        # several of our programs on one machine have one host name each: their addresses may differ
        host = _NO_LABEL.sub("-", f"{os.uname().nodename.split('.')[0]}-{self.name}".lower())
        return ServiceInfo(
            self.service_type,
            f"{self.name}.{self.service_type}",
            parsed_addresses=list(addresses),
            port=self.port,
            properties={key: _fitting(value) for key, value in self.txt.items()},
            server=f"{host[:60]}.local.",
        )


def _all_addresses() -> set[str]:
    return {
        str(address.ip)
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if address.is_IPv4
    }


def _fitting(value: str) -> bytes:
    return value.encode()[:_TXT_VALUE_BYTES]
