"""Sends what waits in the outbox, for ever; a message that fails stalls nothing but itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from hub.cases import notifying, persons, telling
from hub.cases.applications import must_find
from hub.errors import LoketError
from hub.events import Sealed
from hub.house import SYSTEM, House
from hub.messages import outbox
from hub.messages.attaching import attached
from hub.messages.outbox import FAILED, SENT, UNKNOWN, WAITING, Begun
from hub.messages.port import Later, Message, Never, Sender, Unsure
from hub.writer import Tx, Writer

log = logging.getLogger(__name__)

LOOKED_AGAIN_AFTER_S: Final = 15.0
"""A time of trying again comes without anything happening."""
WAKES: Final = ("step.", "case.appointment", "message.moved", "clock.moved")


class Courier:
    """Sends the messages of one office, one at a time."""

    def __init__(self, house: House, writer: Writer, sender: Sender | None = None) -> None:
        self._house = house
        self._writer = writer
        self._sender = sender
        self._woken = asyncio.Event()

    def heard(self, sealed: list[Sealed]) -> None:
        """Look again after what may have asked for a message."""
        if any(event.kind.startswith(WAKES) for event in sealed):
            self._woken.set()

    async def run(self) -> None:
        """Send what is due for ever; returns at once in an office that sends nothing."""
        self._sender = self._sender or attached(self._house.procedure.office)
        while self._sender is not None:
            self._woken.clear()
            try:
                await self.send_due()
            except (LoketError, SQLAlchemyError, OSError) as error:
                log.warning("messages could not be sent yet: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOKED_AGAIN_AFTER_S):
                    await self._woken.wait()

    async def send_due(self) -> None:
        """Send what is due now; what a hub left behind when it ended is marked as uncertain."""
        await self._writer.run(outbox.give_up_lost, actor=SYSTEM, name="messages left behind")
        for message in await asyncio.to_thread(self._due):
            begun = await self._begin(message)
            if begun is not None:
                await self._send(begun)

    async def _begin(self, message: str) -> Begun | None:
        procedure = self._house.procedure

        def begin(tx: Tx) -> Begun | None:
            return outbox.begin(
                tx, message, lambda case, event: telling.is_true(tx, procedure, case, event)
            )

        return (await self._writer.run(begin, actor=SYSTEM, name="begin message")).value

    async def _send(self, begun: Begun) -> None:
        state, error = await asyncio.to_thread(self._tried, begun)

        def settle(tx: Tx) -> None:
            outbox.settle(tx, begun.id, state, error)
            if state == SENT:
                notifying.note_message(tx, self._house.procedure, begun.application)

        await self._writer.run(settle, actor=SYSTEM, name="settle message")
        log.info("message %s: %s %s", begun.id, state, error)

    def _tried(self, begun: Begun) -> tuple[str, str]:
        """Return what came of one try, and the code of what went wrong."""
        to, sender = self._address(begun.application), self._sender
        if not to or sender is None:
            return FAILED, "no_address"
        at = self._house.clock.now()
        try:
            sender.send(Message(begun.id, to, begun.subject, begun.text, at))
        except Later as error:
            return WAITING, str(error)
        except Never as error:
            return FAILED, str(error)
        except Unsure as error:
            return UNKNOWN, str(error)
        except Exception as error:  # noqa: BLE001 — an adapter's bug must not end the courier
            log.error("the adapter failed on message %s: %s", begun.id, type(error).__name__)  # noqa: TRY400
            return UNKNOWN, "adapter"
        return SENT, ""

    def _address(self, application: str) -> str:
        house = self._house
        with house.database.reading() as session:
            case = must_find(session, house.office_no, house.procedure, application)
            return persons.read(session, house.procedure.keyring, case).value("email")

    def _due(self) -> Sequence[str]:
        house = self._house
        with house.database.reading() as session:
            return outbox.due(session, house.office_no, house.clock.now())
