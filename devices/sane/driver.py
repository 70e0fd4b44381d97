"""DocumentScanner over SANE.

Address: `sane:<device name>[?config=DIR&set.<option>=<value>…]`, e.g. `sane:test:0`,
`sane:airscan:e0:Office`, `sane:epson2:libusb:001:004?set.brightness=10`. `config` is the folder
with SANE's configuration (`SANE_CONFIG_DIR`), `set.…` are the backend's own options as
`scanimage -A` lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.address import Address
from devices.capabilities import (
    Health,
    Identity,
    Lamp,
    Progress,
    ScannedPage,
    no_progress,
)
from devices.errors import AddressError, DeviceSilent, NeedsPerson
from devices.isolation import IsolatedDevice
from devices.limits import TABLE

_TARGET = "devices.sane.scanning:Scanner"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each operation may take; `silence_s` runs anew with every row (lamps warm up)."""

    open_s: float = TABLE["sane"].open_s
    identity_s: float = TABLE["sane"].status_s
    status_s: float = TABLE["sane"].status_s
    silence_s: float = TABLE["sane"].silence_s


def connect(address: Address, *, limits: Limits | None = None) -> SaneScanner:
    """Open the scanner at `address` and read its identity. Raises AddressError, DeviceError."""
    scanner = SaneScanner(address, limits or Limits())
    try:
        scanner.open()
    except BaseException:
        scanner.close()
        raise
    return scanner


class SaneScanner:
    """A scanner that SANE knows, driven in a child process."""

    def __init__(self, address: Address, limits: Limits) -> None:
        self._limits = limits
        self._name = address.where
        self._child = IsolatedDevice(
            _TARGET,
            address.where,
            _settings(address),
            address=str(address),
            open_limit_s=limits.open_s,
            environment=_environment(address),
        )
        self._identity = Identity(model=address.where)
        self._trouble: NeedsPerson | None = None

    @property
    def child_pid(self) -> int | None:
        """Return the process id of the scanner's child, None while there is none."""
        return self._child.child_pid

    def open(self) -> None:
        """Check that the scanner opens and ask SANE what it is. Raises DeviceError."""
        self._child.call_or_end("probe", limit_s=self._limits.status_s)
        try:
            found = self._child.call_or_end("identity", limit_s=self._limits.identity_s)
        except DeviceSilent:  # another scanner's backend hangs while listing
            return
        if isinstance(found, tuple) and any(found):
            self._identity = Identity(model=" ".join(found).strip())

    def identity(self) -> Identity:
        """Return vendor and model, or the SANE name where SANE does not list the scanner."""
        return self._identity

    def health(self) -> Health:
        """Open the scanner for a moment; a jam of the last scan stays, as SANE cannot ask."""
        self._child.call_or_end("probe", limit_s=self._limits.status_s)
        if self._trouble is not None:
            return Health(Lamp.WARNING, self._trouble.code, self._trouble.detail)
        return Health(Lamp.READY)

    def scan(
        self,
        *,
        dpi: int = 300,
        colour: bool = True,
        feeder: bool = False,
        max_pages: int = 1,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[ScannedPage]:
        """Scan up to `max_pages` A4 pages; progress counts rows. Cancelled: the complete pages.

        Raises OutOfPaper (nothing in the feeder), Jammed, CoverOpen, DeviceRefused (no such mode,
        feeder or area), DeviceGone, DeviceSilent.
        """
        pages: list[ScannedPage] = []
        try:
            pages = self._scanned((dpi, colour, feeder, max_pages), progress, cancelled)
        except NeedsPerson as error:
            self._trouble = error
            raise
        except DeviceSilent:
            if not cancelled():
                raise
        self._trouble = None
        return pages

    def _scanned(
        self, arguments: tuple[object, ...], progress: Progress, cancelled: Callable[[], bool]
    ) -> list[ScannedPage]:
        limit_s = self._limits.silence_s
        pages = self._child.call_or_end(
            "scan", *arguments, limit_s=limit_s, progress=progress, cancelled=cancelled
        )
        assert isinstance(pages, list)  # noqa: S101 -- the child's own answer
        return pages

    def close(self) -> None:
        """End the child process; safe to call twice."""
        self._child.end()


def _environment(address: Address) -> dict[str, str]:
    """Return what the child starts with beside our own environment.

    LD_BIND_NOW: backends end their reader thread by asynchronous pthread_cancel. Hit while it looks
    up a symbol for the first time (its last `close`), it dies with the loader's lock, and the next
    import in that process waits for ever; seen once in 500 scans of SANE's test backend.
    """
    folder = address.options.get("config")
    return {"LD_BIND_NOW": "1"} | ({"SANE_CONFIG_DIR": folder} if folder else {})


def _settings(address: Address) -> dict[str, str]:
    settings: dict[str, str] = {}
    for option, value in address.options.items():
        kind, _, name = option.partition(".")
        if kind == "set" and name:
            settings[name] = value
        elif option != "config":
            message = (
                f"'{option}' bukan pilihan alamat pemindai: config atau set.<pilihan>"
                f" / '{option}' is no option of a scanner's address: use config or set.<option>"
            )
            raise AddressError(message, address=str(address))
    return settings
