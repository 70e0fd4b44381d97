"""Open a device by its address; drivers are found by entry point and imported on use."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol, cast, runtime_checkable

from devices.address import Address, parse_address
from devices.capabilities import Device, Health, Identity
from devices.errors import AddressError

DRIVERS = "loket.devices"
SIMULATORS = "loket.simulators"
LIBRARIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "r30x": ("pyserial",),
        "escpos": ("python-escpos", "pyserial"),
        "barcode": ("pyserial", "zxing-cpp"),
        "camera": ("opencv-python-headless",),
        "sane": ("python-sane",),
        "ipp": ("pyipp",),
        "pcsc": ("pyscard",),
        "piv": ("pyscard",),
        "emrtd": ("pyscard", "cryptography"),
    }
)
"""The foreign packages that speak a driver's wire: their version is half of the driver's."""


class Connect(Protocol):
    """A driver's entry point: open the device at `address` and read its identity."""

    def __call__(self, address: Address) -> Device:
        """Open the device. Raises DeviceError."""
        ...


class Simulator(Protocol):
    """A running simulator: the other end of a real wire."""

    @property
    def address(self) -> str:
        """Return the production address under which the driver reaches it."""
        ...

    def fault(self, name: str) -> None:
        """Switch a fault on (`""` clears all). Raises ValueError listing the known names."""
        ...

    def stop(self) -> None:
        """Take it off the wire; safe to call twice."""
        ...


@runtime_checkable
class Tellable(Protocol):
    """A simulator that obeys more lines of the terminal than faults."""

    def tell(self, verb: str, text: str) -> bool:
        """Obey `verb text`; False if it knows no such verb. Raises ValueError."""
        ...


@runtime_checkable
class Explained(Protocol):
    """A simulator that only opens to whoever knows something."""

    def explain(self) -> str:
        """Return what a person at a terminal needs to use it."""
        ...


class StartSimulator(Protocol):
    """A simulator's entry point."""

    def __call__(self, options: Mapping[str, str], *, out: Path | None = None) -> Simulator:
        """Start the simulator; what it prints or produces is left in `out`."""
        ...


class SimulatedDevice(Protocol):
    """A device with its simulator attached, as `…:sim://` opens it."""

    simulator: Simulator


def driver_names() -> list[str]:
    """Return the names of all installed drivers."""
    return sorted(entry.name for entry in entry_points(group=DRIVERS))


def driver_version(name: str) -> str:
    """Return the driver's package and the library below it, e.g. `loket 0.1.0, pyserial 3.5`."""
    packages = [
        f"{entry.dist.name} {entry.dist.version}"
        for entry in entry_points(group=DRIVERS, name=name)
        if entry.dist is not None
    ]
    for library in LIBRARIES.get(name, ()):
        with contextlib.suppress(PackageNotFoundError):
            packages.append(f"{library} {version(library)}")
    return ", ".join(packages)


def simulator_names() -> list[str]:
    """Return the names of all installed simulators."""
    return sorted(entry.name for entry in entry_points(group=SIMULATORS))


def open_device(text: str) -> Device:
    """Open the device at the address `text`. Raises AddressError, DeviceUnavailable."""
    address = parse_address(text)
    if address.simulated:
        return _open_simulated(address)
    connect = cast("Connect", _load(DRIVERS, address.driver, text))
    return connect(address)


def start_simulator(
    driver: str, options: Mapping[str, str] | None = None, *, out: Path | None = None
) -> Simulator:
    """Start the simulator of `driver` on its wire. Raises AddressError if there is none."""
    start = cast("StartSimulator", _load(SIMULATORS, driver, driver))
    return start(options or {}, out=out)


def _open_simulated(address: Address) -> Device:
    try:
        simulator = start_simulator(address.driver, address.options)
    except ValueError as error:
        raise AddressError(str(error), address=str(address)) from error
    try:
        device = open_device(simulator.address)
    except BaseException:
        simulator.stop()
        raise
    return _Attached(device, simulator)


class _Attached:
    """A device whose simulator ends with it; every other call goes to the device."""

    def __init__(self, device: Device, simulator: Simulator) -> None:
        self._device = device
        self.simulator = simulator
        # not by __getattr__: from Python 3.12 on, isinstance with a capability does not ask it
        for name in dir(device):
            if not name.startswith("_") and not hasattr(type(self), name):
                setattr(self, name, getattr(device, name))

    def identity(self) -> Identity:
        """Return the device's identity."""
        return self._device.identity()

    def health(self) -> Health:
        """Return the device's health."""
        return self._device.health()

    def close(self) -> None:
        """Close the device, then stop its simulator."""
        self._device.close()
        self.simulator.stop()


def require_driver(address: Address) -> None:
    """Look whether there is a driver, or the simulator asked for. Raises AddressError."""
    _found(SIMULATORS if address.simulated else DRIVERS, address.driver, str(address))


def _load(group: str, name: str, text: str) -> object:
    return _found(group, name, text).load()


def _found(group: str, name: str, text: str) -> EntryPoint:
    found: list[EntryPoint] = list(entry_points(group=group, name=name))
    if not found:
        what = "driver" if group == DRIVERS else "simulator"
        known = ", ".join(sorted(entry.name for entry in entry_points(group=group)))
        message = (
            f"tidak ada {what} '{name}' / no {what} '{name}' is installed; ada / known: {known}"
        )
        raise AddressError(message, address=text)
    return found[0]
