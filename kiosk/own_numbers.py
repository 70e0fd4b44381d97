"""The kiosk's own series: numbers given while the hub is away, kept until the hub has each one.

A number is taken, its ticket stored and its request marked in one transaction (synchronous=FULL)
before anybody sees it. Its row then goes from *given* (taken) over *shown* (on the screen or on
paper: a person may hold it) to gone, when the hub has acknowledged it. One that was never shown
becomes *void*: the hub is told so too. The hub refusing one for good leaves it *refused*, for
staff. Until the hub's own count of the day has it, it is kept as *uncounted* for the quota.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import msgspec

from hub.wire import DeviceReport, Preregistration, Ticket
from hub.wire.opening import OfflineTicket, VoidNumbers
from kiosk.alone import Known, office_day, office_time, why_none
from kiosk.outbox import Outbox, Wanted

_TABLES = """
CREATE TABLE IF NOT EXISTS own_series (
    day TEXT NOT NULL, service TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (day, service)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS own_number (
    place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    local TEXT NOT NULL UNIQUE, ticket TEXT NOT NULL DEFAULT '', sealed BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS uncounted (
    key TEXT NOT NULL PRIMARY KEY, day TEXT NOT NULL, service TEXT NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (
    one INTEGER PRIMARY KEY CHECK (one = 1), sealed BLOB NOT NULL
) STRICT;
"""
KNOWN_KEY = "known"
REASON = "kios berhenti sebelum nomor tampil / the kiosk stopped before the number was shown"
State = Literal["given", "shown", "void", "sent", "refused"]


@dataclass(frozen=True, slots=True)
class Own:
    """A number of the own series: what the hub is to be told of it, and how far that came."""

    key: str
    day: str
    told: OfflineTicket
    draft: Preregistration | None = None


class OwnNumbers:
    """Own numbers in the outbox's file; all calls are short and made from one thread."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._file = outbox.file
        self._file.executescript(_TABLES)

    # ── what the hub told ────────────────────────────────────────────────────

    def remember(self, known: Known, counted: Sequence[str] = ()) -> None:
        """Store the last look at the hub; the series goes on behind what the hub knows of it.

        `counted` are the numbers that were acknowledged before that look: its quotas count them.
        """
        sealed = self._outbox.seal(KNOWN_KEY, known)
        with self._outbox.together():
            self._file.execute("INSERT OR REPLACE INTO known VALUES (1, ?)", (sealed,))
            for service, last in known.alone.last.items():
                self._file.execute(
                    "INSERT INTO own_series VALUES (?, ?, ?) ON CONFLICT (day, service) "
                    "DO UPDATE SET last = max(last, excluded.last)",
                    (known.alone.day.isoformat(), service, last),
                )
            self._file.executemany("DELETE FROM uncounted WHERE key = ?", [(k,) for k in counted])
            day = (known.alone.day.isoformat(),)
            self._file.execute("DELETE FROM own_series WHERE day < date(?, '-10 days')", day)
            self._file.execute("DELETE FROM uncounted WHERE day < date(?, '-10 days')", day)

    def known(self) -> Known | None:
        """Return the last look at the hub, None before the first."""
        row = self._file.execute("SELECT sealed FROM known").fetchone()
        return self._outbox.open(KNOWN_KEY, row[0], Known) if row else None

    def acknowledged_uncounted(self) -> list[str]:
        """Return the numbers that the hub has, and that the last look's quotas may not count."""
        rows = self._file.execute("SELECT key FROM uncounted WHERE acknowledged = 1").fetchall()
        return [key for (key,) in rows]

    def uncounted(self, day: date) -> dict[str, int]:
        """Return, by service, how many own numbers of `day` the last look's quotas do not count."""
        rows = self._file.execute(
            "SELECT service, count(*) FROM uncounted WHERE day = ? GROUP BY service",
            (day.isoformat(),),
        )
        return dict(rows.fetchall())

    # ── giving ───────────────────────────────────────────────────────────────

    def give(self, wanted: Wanted, known: Known, *, now: float) -> Wanted | None:
        """Take the next own number for a stored request; None when the service gives none now.

        Durable when this returns. Raises OutboxFull.
        """
        at = office_time(known, now)
        service = next((s for s in known.office.services if s.code == wanted.ticket.service), None)
        if at is None or service is None:
            return None
        on = office_day(known, at)
        if why_none(known, service.code, at, self.uncounted(on)):
            return None
        day = on.isoformat()
        with self._outbox.together():
            serial = self._next(day, service.code)
            issued = _ticket(wanted, service.prefix + known.alone.series, service.lane, serial, at)
            given = replace(wanted, issued=issued, own=True, draft=None)
            own = Own(f"{wanted.key}-own", day, _told(wanted, serial, at), wanted.draft)
            self._file.execute(
                "INSERT INTO own_number (key, state, local, sealed) VALUES (?, 'given', ?, ?)",
                (own.key, issued.id, self._outbox.seal(own.key, own)),
            )
            self._file.execute(
                "INSERT INTO uncounted (key, day, service) VALUES (?, ?, ?)",
                (own.key, day, service.code),
            )
            self._outbox.advance(given)
        return given

    def show(self, local: str) -> None:
        """Note that a person may have seen the number of the ticket `local`."""
        self._file.execute(
            "UPDATE own_number SET state = 'shown' WHERE local = ? AND state = 'given'", (local,)
        )

    def show_of(self, key: str) -> None:
        """Note the same of the ticket that the request `key` asked for."""
        self._file.execute(
            "UPDATE own_number SET state = 'shown' WHERE key = ? AND state = 'given'",
            (f"{key}-own",),
        )

    def void_unseen(self) -> int:
        """Declare void what a stop interrupted before it was shown, unless it is shown again.

        Return how many.
        """
        with self._outbox.together():
            done = self._file.execute(
                "UPDATE own_number SET state = 'void' WHERE state = 'given' AND NOT EXISTS "
                "(SELECT 1 FROM request WHERE own_number.key = request.key || '-own')"
            )
            self._file.execute(
                "DELETE FROM uncounted WHERE key IN "
                "(SELECT key FROM own_number WHERE state = 'void')"
            )
        return int(done.rowcount)

    # ── telling the hub ──────────────────────────────────────────────────────

    def unsent(self) -> list[Own]:
        """Return the numbers that people hold and the hub has not acknowledged, in order."""
        return self._in_state("shown")

    def unseen(self) -> list[Own]:
        """Return the void numbers that the hub has not acknowledged, in order."""
        return self._in_state("void")

    def drafted(self, own: Own, application: str) -> Own:
        """Note that the hub opened the draft: its personal data leaves this machine's disk."""
        told = msgspec.structs.replace(own.told, application=application or own.told.application)
        opened = replace(own, told=told, draft=None)
        self._file.execute(
            "UPDATE own_number SET sealed = ? WHERE key = ?",
            (self._outbox.seal(own.key, opened), own.key),
        )
        return opened

    def acknowledged(self, own: Own, ticket: str = "") -> None:
        """Note that the hub has a number; of a `ticket` its paper may still be reported."""
        with self._outbox.together():
            self._file.execute(
                "UPDATE own_number SET state = 'sent', ticket = ?, sealed = x'' WHERE key = ?",
                (ticket, own.key),
            )
            self._file.execute("UPDATE uncounted SET acknowledged = 1 WHERE key = ?", (own.key,))

    def refused(self, own: Own) -> None:
        """Keep a number that the hub refuses for good: staff have to look at it."""
        self._file.execute("UPDATE own_number SET state = 'refused' WHERE key = ?", (own.key,))

    def ticket_of(self, local: str) -> str | None:
        """Return the hub's id of a ticket: `local` itself if it is none of ours, None if unsent."""
        row = self._file.execute(
            "SELECT state, ticket FROM own_number WHERE local = ?", (local,)
        ).fetchone()
        if row is None:
            return local
        return row[1] or None

    def forget_sent(self) -> None:
        """Delete what the hub has, once nothing of it is printed or reported any more."""
        self._file.execute(
            "DELETE FROM own_number WHERE state = 'sent' AND NOT EXISTS "
            "(SELECT 1 FROM request WHERE own_number.key = request.key || '-own') "
            "AND NOT EXISTS (SELECT 1 FROM paper)"
        )

    def lamp(self) -> DeviceReport | None:
        """Return what staff should know: numbers still to be sent, or refused by the hub."""
        counted = dict(
            self._file.execute("SELECT state, count(*) FROM own_number GROUP BY state").fetchall()
        )
        if not counted:
            return None
        code = "numbers_refused" if counted.get("refused") else "numbers_unsent"
        if code == "numbers_unsent" and not counted.get("shown"):
            return None
        return DeviceReport(role="own_numbers", address="kiosk", lamp="warning", code=code)

    def _next(self, day: str, service: str) -> int:
        (serial,) = self._file.execute(
            "INSERT INTO own_series VALUES (?, ?, 1) ON CONFLICT (day, service) "
            "DO UPDATE SET last = last + 1 RETURNING last",
            (day, service),
        ).fetchone()
        return int(serial)

    def _in_state(self, state: State) -> list[Own]:
        rows = self._file.execute(
            "SELECT key, sealed FROM own_number WHERE state = ? ORDER BY place", (state,)
        ).fetchall()
        return [self._outbox.open(key, sealed, Own) for key, sealed in rows]


def void_request(own: Own) -> VoidNumbers:
    """Return what tells the hub that a number is no ticket."""
    return VoidNumbers(
        day=date.fromisoformat(own.day),
        service=own.told.service,
        first=own.told.serial,
        last=own.told.serial,
        kind="void",
        reason=REASON,
    )


def _told(wanted: Wanted, serial: int, at: datetime) -> OfflineTicket:
    ask = wanted.ticket
    return OfflineTicket(
        service=ask.service,
        serial=serial,
        given_at=at,
        segment=ask.segment,
        needs=ask.needs,
        language=ask.language,
        application=wanted.application or ask.application,
        instead_of=wanted.key,
    )


def _ticket(wanted: Wanted, prefix: str, lane: str, serial: int, at: datetime) -> Ticket:
    return Ticket(
        id=secrets.token_hex(16),
        number=f"{prefix}-{serial:03d}",
        service=wanted.ticket.service,
        lane=lane,
        state="waiting",
        segment=wanted.ticket.segment,
        needs=wanted.ticket.needs,
        language=wanted.ticket.language,
        issued_at=at,
        visit="",
    )
