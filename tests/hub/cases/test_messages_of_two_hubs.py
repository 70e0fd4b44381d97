"""Two hubs on one PostgreSQL send what waits: each message once, whoever takes it."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest
from sqlalchemy import select

from hub.cases import applications
from hub.house import open_house
from hub.messages import outbox
from hub.messages.port import Message
from hub.messages.wording import Written
from hub.models.messages import MessageRow
from hub.web.courier import Courier

MESSAGES = 12


class Server:
    """A server that takes nothing before both hubs are at it."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._both = threading.Barrier(2, timeout=60)
        self._met = threading.Event()

    def send(self, message: Message) -> None:
        if not self._met.is_set():
            self._both.wait()
            self._met.set()
        self.taken.append(message.reference)


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_two_hubs_at_once_send_each_message_once(desk, house) -> None:
    case = desk.open()
    values = {"email": "anna@example.org"}
    desk.do("loket", lambda tx: applications.confirm_draft(tx, desk.procedure, case, values))
    for n in range(MESSAGES):
        written = Written(f"Permohonan {n}", "Silakan datang.")
        desk.do("loket", lambda tx, n=n, w=written: outbox.ask(tx, case, f"released:{n}", w))
    desk.clock.pass_(seconds=1)
    other, server = open_house(house.settings, desk.clock), Server()

    async def both() -> None:
        writers = [one.writer() for one in (house, other)]
        for writer in writers:
            writer.start()
        try:
            hubs = zip((house, other), writers, strict=True)
            await asyncio.gather(*(Courier(one, w, server).send_due() for one, w in hubs))
        finally:
            for writer in writers:
                await writer.stop()

    asyncio.run(both())
    other.database.close()

    with desk.database.reading() as session:
        rows = session.execute(select(MessageRow.id, MessageRow.state, MessageRow.tries)).all()
    assert Counter(server.taken) == Counter(dict.fromkeys((row.id for row in rows), 1))
    assert {(row.state, row.tries) for row in rows} == {("sent", 1)}
    assert len(rows) == MESSAGES
