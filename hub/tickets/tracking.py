"""Codes by which a person follows their number on a phone: 80 bits, derived, never stored.

A code is the first 80 bits of HMAC-SHA256 over the visit's random id under the office's index key
(`Keyring.blind`), written in base 32: 16 signs without 0, 1, 8 and 9. Who reads the database
cannot know a code; who knows one learns nothing of another. Today's codes are held as digests in
memory, so that a look-up tells nothing by its time.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import date

import msgspec
from sqlalchemy import Connection, select

from hub import tickets
from hub.keys import Keyring
from hub.wire import Ticket

CODE_BYTES = 10
CODE_SIGNS = 16


class Tracking:
    """Says where a visit can be followed, and finds the visit of a code.

    Without a public address nothing is said and nothing is found.
    """

    def __init__(self, keyring: Keyring, public_url: str | None) -> None:
        self._keyring = keyring
        self._base = public_url.rstrip("/") if public_url else ""
        self._day: date | None = None
        self._visits: dict[bytes, str] = {}
        self._known: set[str] = set()

    @property
    def on(self) -> bool:
        """Return whether phones can reach this office."""
        return bool(self._base)

    def code_of(self, visit: str) -> str:
        """Return the code of a visit."""
        return derived_code(self._keyring, "visit code", visit)

    def url_of(self, visit: str) -> str | None:
        """Return the address of a visit's page, None if phones cannot reach this office."""
        return f"{self._base}/t/{self.code_of(visit)}" if self.on and visit else None

    def told(self, ticket: Ticket) -> Ticket:
        """Return the ticket with the address of its visit's page."""
        return msgspec.structs.replace(ticket, tracking_url=self.url_of(ticket.visit))

    def find(self, code: str) -> str | None:
        """Return today's visit with this code, as far as it was learned."""
        return self._visits.get(digest_of(code))

    def learn(self, connection: Connection, office_no: int, today: date) -> None:
        """Take in today's visits; those of another day are forgotten."""
        if self._day != today:
            self._day, self._visits, self._known = today, {}, set()
        query = (
            select(tickets.COLUMNS.visit)
            .distinct()
            .where(tickets.COLUMNS.office == office_no, tickets.COLUMNS.day == today)
        )
        for visit in connection.execute(query).scalars():
            if visit not in self._known:
                self._known.add(visit)
                self._visits[digest_of(self.code_of(visit))] = visit


def derived_code(keyring: Keyring, kind: str, value: str) -> str:
    """Return the code of `value`, a random id: 16 signs that say nothing of it without the key."""
    secret = bytes.fromhex(keyring.blind(kind, value))[:CODE_BYTES]
    return base64.b32encode(secret).decode()


def digest_of(code: str) -> bytes:
    """Return what of a code is kept in memory."""
    return hashlib.sha256(code.encode()).digest()
