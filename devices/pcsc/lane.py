"""One thread on which blocking PC/SC calls run, so that a caller never waits longer than its limit.

A thread cannot stop a blocked C call: a lane whose call overran is given up, its late result is
dropped, and it cleans up after itself when the call returns at last.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from devices.errors import DeviceSilent

T = TypeVar("T")


class _Call(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:  # noqa: BLE001 -- handed to the caller's thread
            self._error = error
        self._done.set()

    def wait(self, limit_s: float) -> T | None:
        if not self._done.wait(limit_s):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._result[0]


class Lane:
    """A daemon thread that runs one call after the other."""

    def __init__(self, name: str, clean_up: Callable[[], None]) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._clean_up = clean_up
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self.open = True

    def call(self, work: Callable[[], T], *, limit_s: float, what: str) -> T:
        """Run `work` and return its result. Raises DeviceSilent after `limit_s` and closes."""
        pending = _Call(work)
        self._calls.put(pending.run)
        try:
            return pending.wait(limit_s)  # type: ignore[return-value]  # T may itself be None
        except TimeoutError as error:
            self.close()
            message = f"{what}: no answer within {limit_s:g} s"
            raise DeviceSilent(message) from error

    def close(self, *, wait_s: float = 0) -> None:
        """Take no more calls; clean up as soon as the running one is over. Safe to call twice."""
        if self.open:
            self.open = False
            self._calls.put(None)
        if wait_s:
            self._thread.join(wait_s)

    def _run(self) -> None:
        while (work := self._calls.get()) is not None:
            work()
        self._clean_up()
