r"""Readers and cards that come and go, as pcscd tells of them (PC/SC part 5, SCardGetStatusChange).

One blocking call waits for a card on the wanted readers and, by the name `\\?PnP?\Notification`,
for any reader: nothing is asked again and again. The high word of its state is their number.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Final

from smartcard import scard

from devices.errors import DeviceError
from devices.pcsc.wire import SUCCESS, error_for

PNP: Final = "\\\\?PnP?\\Notification"
_COUNT_SHIFT: Final = 16
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0
_CANCEL_STEP_S: Final = 0.05
_NO_READERS: Final = scard.SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFF
_CHANGED: Final = scard.SCARD_STATE_CHANGED
_OF_PROGRAMS: Final = (
    scard.SCARD_STATE_EXCLUSIVE | scard.SCARD_STATE_INUSE | scard.SCARD_STATE_UNPOWERED
)


class ReaderEvents:
    """Calls `happened` whenever a reader comes or goes, or a card on one that `wanted` names."""

    def __init__(self, wanted: str, happened: Callable[[], None]) -> None:
        self._wanted = wanted.casefold()
        self._happened = happened
        self._ended = threading.Event()
        self._stirred = threading.Event()
        self._context: int | None = None
        self._thread = threading.Thread(target=self._run, name="pcsc events", daemon=True)
        self._thread.start()

    def look_again(self) -> None:
        """Try at once to reach a pcscd that was not there; for any thread."""
        self._stirred.set()

    def close(self) -> None:
        """End the wait; safe to call twice."""
        self._ended.set()
        self._stirred.set()
        # a cancel that comes just before the call is lost: say it until it was heard
        while self._thread.is_alive():
            if self._context is not None:
                scard.SCardCancel(self._context)
            self._thread.join(_CANCEL_STEP_S)

    def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._ended.is_set():
            with contextlib.suppress(DeviceError):
                self._follow()
                pause_s = _FIRST_PAUSE_S
            # only without pcscd, and whoever watches its socket's folder ends it
            self._stirred.wait(pause_s)
            self._stirred.clear()
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _follow(self) -> None:
        """Listen until pcscd ends or `close`. Raises DeviceError when there is no pcscd."""
        code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        _check(code)
        self._context = context
        self._happened()
        try:
            self._listen(context)
        finally:
            self._context = None
            scard.SCardReleaseContext(context)
            if not self._ended.is_set():
                self._happened()

    def _listen(self, context: int) -> None:
        known = self._now(context)
        while not self._ended.is_set():
            code, _ = _waited(context, list(known.items()), scard.INFINITE)
            if self._ended.is_set():
                return
            _check(code)
            found = self._now(context)
            if _presence(found) != _presence(known):
                self._happened()
            known = found

    def _now(self, context: int) -> dict[str, int]:
        """Return the states to wait from: every wanted reader, and how many readers there are."""
        code, names = scard.SCardListReaders(context, [])
        if code & 0xFFFFFFFF == _NO_READERS:
            code, names = SUCCESS, []
        _check(code)
        states = {PNP: len(names) << _COUNT_SHIFT}
        wanted = [name for name in names if self._wanted in name.casefold()]
        if wanted:
            unaware = [(name, scard.SCARD_STATE_UNAWARE) for name in wanted]
            code, told = _waited(context, unaware, 0)
            _check(code)
            states |= {name: state & ~_CHANGED for name, state in told}
        return states


def _presence(states: dict[str, int]) -> dict[str, int]:
    """Return the states without what programs do to a card; pcscd counts in the high word."""
    return {name: state & ~_OF_PROGRAMS for name, state in states.items()}


def _waited(
    context: int, states: list[tuple[str, int]], limit_ms: int
) -> tuple[int, list[tuple[str, int]]]:
    code, told = scard.SCardGetStatusChange(context, limit_ms, states)
    return code, [(str(name), int(state)) for name, state, *_ in told]


def _check(code: int) -> None:
    if code != SUCCESS:
        raise error_for(code, "wait for readers and cards")
