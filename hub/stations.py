"""Stations: kiosks, counter agents and programs that hold a token, and their devices' state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from hub.access import new_token, token_hash
from hub.errors import BadInput, Conflict, NotAuthenticated, NotFound
from hub.events import (
    DeviceAccepted,
    DevicesChanged,
    KioskDeviceAccepted,
    StationAdded,
    StationRevoked,
)
from hub.models.schema import new_id
from hub.models.station import Station, StationDevice
from hub.office import OfficeConfig
from hub.opening.numbers import give_letter
from hub.wire import DeviceReport, FieldFault, StationReport, StationState
from hub.writer import Actor, Tx

KINDS = ("kiosk", "agent", "program")
_CAN = ("fingers", "preview", "pin_key")
_TOLD = tuple(field for field in DeviceReport.__struct_fields__ if field not in _CAN)


@dataclass(frozen=True, slots=True)
class KnownStation:
    """A station with its devices, as the supervisor sees it."""

    id: str
    name: str
    kind: str
    counter: int | None
    version: str
    seen_at: datetime | None
    devices: tuple[DeviceReport, ...]


def add(tx: Tx, office: OfficeConfig, *, kind: str, name: str, counter: int | None = None) -> str:
    """Admit a station and return its token, which is shown once. Raises BadInput.

    One that is known by this kind, name and counter keeps its id and the letter of its numbers;
    its token of before is dead.
    """
    if kind == "agent" and (counter is None or office.counter(counter) is None):
        known = ", ".join(str(one.number) for one in office.counters)
        raise BadInput(
            "counter_unknown",
            f"There is no counter {counter} in this office; there are {known}.",
            id=f"Tidak ada loket {counter} di kantor ini; yang ada: {known}.",
            fields=[FieldFault(field="counter", code="unknown")],
        )
    token = new_token()
    before = _named(tx, kind, name, counter)
    for one in before:
        revoke(tx, station=one)
    station = before[0] if before else new_id()
    values = {"token_hash": token_hash(token), "revoked_at": None}
    if before:
        _set(tx, station, **values)
    else:
        whose = {"office": tx.office, "id": station, "name": name, "kind": kind}
        tx.connection.execute(
            insert(Station).values(**whose, counter=counter, created_at=tx.at, **values)
        )
    if kind == "kiosk":
        give_letter(tx, station)
    tx.emit(StationAdded(station, kind), subject=station, station=station)
    return token


def revoke(tx: Tx, *, station: str) -> None:
    """End a station's token."""
    _set(tx, station, revoked_at=tx.at)
    tx.emit(StationRevoked(station), subject=station, station=station)


def revoke_named(tx: Tx, *, kind: str, name: str, counter: int | None = None) -> int:
    """End the tokens of a kind and name; return how many. Raises NotFound `station_unknown`."""
    found = _named(tx, kind, name, counter)
    if not found:
        query = select(Station.name).where(Station.office == tx.office, Station.kind == kind)
        there = ", ".join(sorted(set(tx.connection.execute(query).scalars()))) or "–"
        raise NotFound(
            "station_unknown",
            f"No station of that kind has this name; there are: {there}.",
            id=f"Tidak ada stasiun sejenis dengan nama itu; yang ada: {there}.",
        )
    for station in found:
        revoke(tx, station=station)
    return len(found)


def _named(tx: Tx, kind: str, name: str, counter: int | None) -> list[str]:
    """Return the stations of a kind, name and counter, the newest first."""
    query = select(Station.id).where(
        Station.office == tx.office,
        Station.kind == kind,
        Station.name == name,
        Station.counter.is_(None) if counter is None else Station.counter == counter,
    )
    return list(tx.connection.execute(query.order_by(Station.created_at.desc())).scalars())


def _set(tx: Tx, station: str, **values: object) -> None:
    tx.connection.execute(
        update(Station).where(Station.office == tx.office, Station.id == station).values(**values)
    )


def by_token(connection: Connection, office_no: int, token: str) -> Actor:
    """Return who holds `token`. Raises NotAuthenticated `token_unknown`."""
    query = select(Station.id, Station.name, Station.kind, Station.counter).where(
        Station.office == office_no,
        Station.token_hash == token_hash(token),
        Station.revoked_at.is_(None),
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotAuthenticated(
            "token_unknown",
            "This token is not known here, or it was revoked. Ask the supervisor for a new one.",
            id="Token tidak dikenal atau sudah dicabut. Minta yang baru kepada supervisor.",
        )
    return Actor("station", row.id, row.name, frozenset({row.kind}), row.counter)


def state_of(actor: Actor, seq: int, series: str | None = None) -> StationState:
    """Return the station that a token belongs to; `series` is the letter of its own numbers."""
    [kind] = actor.roles
    return StationState(
        id=actor.id,
        name=actor.name,
        kind=cast("Literal['kiosk', 'agent', 'program']", kind),
        counter=actor.counter,
        seq=seq,
        series=series,
    )


def report(tx: Tx, *, report: StationReport) -> None:
    """Record a station's version and its devices; an event only where a lamp or device changed."""
    station = tx.actor.id
    before = {row.role: row for row in _devices(tx.connection, tx.office, station)}
    tx.connection.execute(
        update(Station)
        .where(Station.office == tx.office, Station.id == station)
        .values(boot=report.boot, version=report.version, seen_at=tx.at)
    )
    now = {device.role: device for device in report.devices}
    changed = [device for role, device in now.items() if device != before.get(role)]
    gone = [role for role in before if role not in now]
    if not changed and not gone:
        return
    for role in [device.role for device in changed] + gone:
        tx.connection.execute(
            delete(StationDevice).where(
                StationDevice.office == tx.office,
                StationDevice.station == station,
                StationDevice.role == role,
            )
        )
    for device in changed:
        tx.connection.execute(insert(StationDevice).values(_device_row(tx, station, device)))
    tx.emit(DevicesChanged(station, tx.actor.counter), subject=station, station=station)


def known(connection: Connection, office_no: int) -> list[KnownStation]:
    """Return all admitted stations with their devices, by kind and name."""
    query = (
        select(Station.id, Station.name, Station.kind, Station.counter, Station.version,
               Station.seen_at)
        .where(Station.office == office_no, Station.revoked_at.is_(None))
        .order_by(Station.kind, Station.counter, Station.name)
    )  # fmt: skip
    return [
        KnownStation(
            row.id, row.name, row.kind, row.counter, row.version, row.seen_at,
            tuple(_devices(connection, office_no, row.id)),
        )
        for row in connection.execute(query).all()
    ]  # fmt: skip


def accept_device(tx: Tx, *, counter: int, role: str) -> None:
    """Take the device that now stands in for another one for the right one. Raises Conflict."""
    _must_wait(devices_at(tx.connection, tx.office, counter), role)
    tx.emit(DeviceAccepted(counter, role), subject=role)


def accept_device_of(tx: Tx, *, station: str, role: str) -> None:
    """Take a kiosk's or agent's device that stands in for another one as right. Raises Conflict."""
    _must_wait(_devices(tx.connection, tx.office, station), role)
    query = select(Station.counter).where(Station.office == tx.office, Station.id == station)
    counter = tx.connection.execute(query).scalar_one_or_none()
    if counter is None:
        tx.emit(KioskDeviceAccepted(station, role), subject=role)
    else:
        tx.emit(DeviceAccepted(counter, role), subject=role)


def _must_wait(devices: Sequence[DeviceReport], role: str) -> None:
    if not any(one.role == role and one.code == "device_changed" for one in devices):
        raise Conflict(
            "device_not_changed",
            "No other device waits for acceptance there.",
            id="Tidak ada perangkat lain yang menunggu diterima di sana.",
        )


def devices_at(connection: Connection, office_no: int, counter: int) -> list[DeviceReport]:
    """Return the devices that the agents of `counter` reported last."""
    query = select(Station.id).where(
        Station.office == office_no,
        Station.counter == counter,
        Station.kind == "agent",
        Station.revoked_at.is_(None),
    )
    stations = connection.execute(query).scalars().all()
    return [device for one in stations for device in _devices(connection, office_no, one)]


def _devices(connection: Connection, office_no: int, station: str) -> list[DeviceReport]:
    columns = (getattr(StationDevice, field) for field in _TOLD)
    query = (
        select(*columns, StationDevice.abilities)
        .where(StationDevice.office == office_no, StationDevice.station == station)
        .order_by(StationDevice.role)
    )
    return [
        msgspec.convert(msgspec.json.decode(abilities) | dict(zip(_TOLD, told, strict=True)),
                        DeviceReport)
        for *told, abilities in connection.execute(query)
    ]  # fmt: skip


def _device_row(tx: Tx, station: str, device: DeviceReport) -> dict[str, object]:
    values: dict[str, object] = {field: getattr(device, field) for field in _TOLD}
    can = {field: getattr(device, field) for field in _CAN}
    values["abilities"] = msgspec.json.encode(can).decode()
    return values | {"office": tx.office, "station": station, "changed_at": tx.at}
