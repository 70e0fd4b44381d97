"""Slows down guessing at the sign-in form: by network address, and by logins that do not exist.

A login that exists is locked in its own record (hub.officers); one that does not exist answers
the same way from here, so that nobody learns which logins there are.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import ClassVar

from hub.errors import Refused
from hub.officers import LOCKED_FOR, MOST_FAILURES

MOST_FROM_ADDRESS = 20
MOST_REMEMBERED = 2000
AT_ONCE = 2
"""Comparing one password takes 64 MiB for a moment (Argon2id)."""


class TooManyAttempts(Refused):
    """Too many wrong sign-ins came from one place; try again later."""

    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too many attempts"


class Gate:
    """Remembers wrong sign-ins of the last minutes; `hashing` admits two comparisons at once."""

    def __init__(self) -> None:
        self.hashing = asyncio.Semaphore(AT_ONCE)
        self._failures: dict[str, deque[datetime]] = {}

    def admit(self, address: str, at: datetime) -> None:
        """Let an attempt from `address` pass. Raises TooManyAttempts `too_many_attempts`."""
        if len(self._recent(_from(address), at)) >= MOST_FROM_ADDRESS:
            raise TooManyAttempts(
                "too_many_attempts",
                "Too many wrong sign-ins from this computer. Try again in five minutes.",
                id="Terlalu banyak percobaan masuk dari komputer ini. Coba lagi dalam lima menit.",
            )

    def is_locked(self, login: str, at: datetime) -> bool:
        """Return whether a login that does not exist answers as if it were locked."""
        return len(self._recent(_to(login), at)) >= MOST_FAILURES

    def note_failure(self, address: str, login: str, at: datetime) -> None:
        """Count a wrong sign-in; `login` only where it does not exist, else empty."""
        self._note(_from(address), at)
        if login:
            self._note(_to(login), at)

    def _note(self, name: str, at: datetime) -> None:
        recent = self._recent(name, at)
        recent.append(at)
        self._failures.pop(name, None)  # the newest stand last
        self._failures[name] = recent
        while len(self._failures) > MOST_REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def _recent(self, name: str, at: datetime) -> deque[datetime]:
        recent = self._failures.get(name)
        if recent is None:
            return deque()
        while recent and at - recent[0] >= LOCKED_FOR:
            recent.popleft()
        return recent


def _from(address: str) -> str:
    return f"address {address}"


def _to(login: str) -> str:
    return f"login {login}"
