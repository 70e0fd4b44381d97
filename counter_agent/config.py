"""The agent's settings, from its configuration file and the command line.

counter = 3
hub = "https://192.168.1.10:8443"     # left out: found on the network
ca = "/etc/loket/ca.pem"
token_file = "/etc/loket/counter-3.token"
state = "/var/lib/loket/counter-3"
interfaces = ["192.168.1.20"]

[devices]
fingerprint = "r30x:/dev/serial/by-id/usb-…"
document_printer = "ipp://printer.local/ipp/print"
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from counter_agent.errors import WrongSettings
from devices.address import parse_address
from devices.errors import AddressError

ABILITY_OF_ROLE: Mapping[str, tuple[str, ...]] = {
    "fingerprint": ("capture",),
    "camera": ("photo",),
    "scanner": ("scan",),
    "ticket_printer": ("print_ticket", "last_process_id"),
    "document_printer": ("print_pdf", "find_job"),
    "passport_reader": ("present", "read_passport"),
    "card_reader": ("present", "confirm"),
    "barcode_reader": ("read_scan",),
}
"""The roles that a counter's devices play, and what a device must be able to do for each."""


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    counter: int | None = None
    hub: str | None = None
    ca: str | None = None
    token: str | None = None
    token_file: str | None = None
    state: str | None = None
    interfaces: list[str] | None = None
    devices: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Settings:
    """What one agent needs to know; `hub` None means: find it on the network."""

    counter: int
    token: str = field(repr=False)
    state: Path
    hub: str | None = None
    ca: Path | None = None
    interfaces: tuple[str, ...] | None = None
    devices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line said; None where it said nothing."""

    counter: int | None = None
    hub: str | None = None
    ca: Path | None = None
    token_file: Path | None = None
    state: Path | None = None
    config: Path | None = None
    interfaces: tuple[str, ...] | None = None
    devices: tuple[str, ...] = ()


def settings_from(asked: Asked) -> Settings:
    """Join command line and configuration file; the command line wins. Raises WrongSettings."""
    file = _read_file(asked.config) if asked.config else _File()
    counter = asked.counter if asked.counter is not None else file.counter
    if counter is None or counter < 1:
        raise WrongSettings(
            en="which counter? Give --counter N (1 or more), or counter = N in the file",
            id="loket berapa? Beri --counter N (1 atau lebih), atau counter = N dalam berkas",
        )
    state = asked.state or _path(file.state) or _default_state(counter)
    devices = {**file.devices, **dict(_pair(text) for text in asked.devices)}
    _check_devices(devices)
    hub, ca = asked.hub or file.hub, asked.ca or _path(file.ca)
    _check_hub(hub, ca)
    interfaces = asked.interfaces or (tuple(file.interfaces) if file.interfaces else None)
    return Settings(
        counter=counter,
        token=_token(asked, file, state),
        state=state,
        hub=hub,
        ca=ca,
        interfaces=interfaces,
        devices=devices,
    )


def _read_file(path: Path) -> _File:
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except OSError as error:
        raise WrongSettings(
            en=f"{path} cannot be read: {error.strerror}",
            id=f"{path} tidak dapat dibaca: {error.strerror}",
        ) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise WrongSettings(
            en=f"{path} has a mistake: {error}", id=f"{path} mengandung kesalahan: {error}"
        ) from error


def _token(asked: Asked, file: _File, state: Path) -> str:
    if file.token and not asked.token_file:
        return file.token
    path = asked.token_file or _path(file.token_file) or state / "token"
    try:
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        command = "'loket hub token --data DIR --counter N'"
        raise WrongSettings(
            en=f"no token in {path}: create one at the hub with {command}, then --token-file",
            id=f"tidak ada token di {path}: buat di hub dengan {command}, beri --token-file",
        ) from error
    if not token:
        raise WrongSettings(
            en=f"the token file {path} is empty: put the token in",
            id=f"berkas token {path} kosong: isikan tokennya",
        )
    return token


def _check_hub(hub: str | None, ca: Path | None) -> None:
    parts = urlsplit(hub or "https://found")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongSettings(
            en=f"'{hub}' is no address of a hub: write https://HOST:PORT",
            id=f"'{hub}' bukan alamat hub: tulis https://HOST:PORT",
        )
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise WrongSettings(
            en=f"'{hub}' has no TLS: the token would be readable on the network; use https",
            id=f"'{hub}' tanpa TLS: token dapat dibaca di jaringan; pakai https",
        )
    try:
        ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise WrongSettings(
            en=f"{ca} is no certificate of an authority: give the hub's DIR/tls/ca.pem",
            id=f"{ca} bukan sertifikat otoritas: beri DIR/tls/ca.pem milik hub",
        ) from error


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pair(text: str) -> tuple[str, str]:
    role, equals, address = text.partition("=")
    if not equals or not address:
        example = "fingerprint=r30x:/dev/ttyUSB0"
        raise WrongSettings(
            en=f"--device {text}: write ROLE=ADDRESS, e.g. {example}",
            id=f"--device {text}: tulis ROLE=ADDRESS, misalnya {example}",
        )
    return role.strip(), address.strip()


def _check_devices(devices: Mapping[str, str]) -> None:
    for role, address in devices.items():
        if role not in ABILITY_OF_ROLE:
            known = ", ".join(ABILITY_OF_ROLE)
            raise WrongSettings(
                en=f"'{role}' is no role of a counter's device; known: {known}",
                id=f"'{role}' bukan peran perangkat loket; yang ada: {known}",
            )
        try:
            parse_address(address)
        except AddressError as error:
            raise WrongSettings(
                en=f"device {role}: {error.detail}", id=f"perangkat {role}: alamat salah"
            ) from error


def _default_state(counter: int) -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "loket" / f"agent-{counter}"


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None
