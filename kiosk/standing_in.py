"""Standing in for the hub: what was last seen of it, and the numbers that the kiosk gives alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from hub.client import HubClient
from hub.errors import Fault, Refused
from hub.wire import DeviceReport, OfficeState
from kiosk.alone import Known, office_alone, office_day, office_time, why_none
from kiosk.doubtful import Doubtful
from kiosk.handover import hand_over
from kiosk.outbox import Outbox, OutboxFull, Wanted
from kiosk.own_numbers import OwnNumbers

log = logging.getLogger(__name__)

STORE_EVERY_S = 30.0
LOOK_EVERY_S = 600.0
"""How often the hub is asked for what working alone needs: a new day, changed hours."""


class StandIn:
    """One kiosk's own numbers and its last look at the hub, both on disk."""

    def __init__(self, hub: HubClient, outbox: Outbox, *, now: Callable[[], float]) -> None:
        self._hub = hub
        self._now = now
        self._own = OwnNumbers(outbox)
        self._doubtful = Doubtful(outbox)
        self._known = self._own.known()
        self._looked_at = self._stored_at = float("-inf")

    def acknowledged(self) -> list[str]:
        """Return the own numbers which a look at the hub that begins now will have counted."""
        return self._own.acknowledged_uncounted()

    async def see(self, office: OfficeState, counted: Sequence[str] = ()) -> None:
        """Remember how the office is, and now and then what working alone needs.

        `counted` are the own numbers that were acknowledged before `office` was asked for.
        """
        known = self._known
        if known is not None:
            self._remember(Known(office, known.alone, self._now(), self._hub.url), counted)
        new_day = known is None or known.alone.day != office.today
        if new_day or self._now() - self._looked_at >= LOOK_EVERY_S:
            await self._look(office)

    def office(self) -> OfficeState | None:
        """Return the office as it goes on without the hub; None if that cannot be known."""
        known = self._known
        at = office_time(known, self._now()) if known else None
        if known is None or at is None:
            return None
        return office_alone(known, at, self._own.uncounted(office_day(known, at)))

    def why_none(self, service: str) -> str:
        """Return the code why `service` gives no number now, empty if it does or nobody knows."""
        known = self._known
        at = office_time(known, self._now()) if known else None
        if known is None or at is None:
            return ""
        return why_none(known, service, at, self._own.uncounted(office_day(known, at)))

    def give(self, wanted: Wanted) -> Wanted | None:
        """Give an own number for a stored request; None when none can be given."""
        if self._known is None:
            return None
        try:
            given = self._own.give(wanted, self._known, now=self._now())
        except OutboxFull:
            log.error("no own number can be stored: is the disk full?")  # noqa: TRY400
            return None
        if given is not None and given.issued is not None:
            log.warning("request %s: %s without the hub", wanted.key, given.issued.number)
        return given

    def show(self, ticket: str) -> None:
        """Note that a person may have seen the number of `ticket`."""
        self._own.show(ticket)

    def prints(self, key: str) -> None:
        """Note that the number which the request `key` got is about to be on paper."""
        self._own.show_of(key)

    def void_unseen(self) -> None:
        """Declare void what a stop interrupted before anybody saw it."""
        if count := self._own.void_unseen():
            log.warning("%d own numbers were never shown: void", count)

    async def hand_over(self) -> None:
        """Tell the hub of every own number it does not have. Raises Unreachable, Busy, Fault."""
        await hand_over(self._hub, self._own, self.settle)

    def ticket_of(self, ticket: str) -> str | None:
        """Return the hub's id of a ticket, None while the hub does not have it."""
        return self._own.ticket_of(ticket)

    def lamp(self) -> list[DeviceReport]:
        """Return what staff should know of own numbers, and of answers that were lost today."""
        lamps = (self._own.lamp(), self._doubtful.lamp(self._day()))
        return [lamp for lamp in lamps if lamp is not None]

    def doubt(self, key: str) -> None:
        """Note that the request `key` may have reached the hub, and may not."""
        self._doubtful.note(key, self._day())

    def settle(self, key: str) -> None:
        """Note that what became of the request `key` is known now, if it was in doubt."""
        self._doubtful.settle(key)

    def _day(self) -> str:
        known = self._known
        at = office_time(known, self._now()) if known else None
        return office_day(known, at).isoformat() if known and at else ""

    async def _look(self, office: OfficeState) -> None:
        try:
            alone = await self._hub.alone()
        except (Fault, Refused) as error:
            log.debug("nothing learned for working alone: %s", type(error).__name__)
            return
        self._looked_at = self._now()
        self._remember(Known(office, alone, self._now(), self._hub.url))

    def _remember(self, known: Known, counted: Sequence[str] = ()) -> None:
        # written durably now and then: the queue's own changes need no write each
        learned = self._known is None or self._known.alone is not known.alone
        self._known = known
        if not (learned or counted) and self._now() - self._stored_at < STORE_EVERY_S:
            return
        self._stored_at = self._now()
        try:
            self._own.remember(known, counted)
        except OutboxFull:
            log.error("the last look at the hub is not stored: is the disk full?")  # noqa: TRY400
