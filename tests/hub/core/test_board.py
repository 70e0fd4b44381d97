"""The waiting room's board is drawn once for all its screens, and again if that failed."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from hub.feed import Feed, Frame
from hub.house import SYSTEM, House
from hub.queue import counters
from hub.web.stream import Boards
from hub.writer import Writer


def test_a_board_that_could_not_be_drawn_is_drawn_for_who_asks_again(house: House, run) -> None:
    office = house.procedure.office
    boards = Boards(house.database, house.office_no, office, house.clock)

    def rename(before: str, after: str) -> None:
        with house.database.writing.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")

    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        start = feed.tail
        writer.listen(feed.publish)
        await writer.run(lambda tx: counters.open_counter(tx, office, counter=1), actor=SYSTEM)
        frames: list[Frame] = feed.recent(start, feed.tail)
        rename("counters", "counters_away")

        with pytest.raises(DBAPIError):
            await boards.draw(frames, "id")
        rename("counters_away", "counters")
        first, second = await asyncio.gather(*(boards.draw(frames, "id") for _ in range(2)))

        assert first.startswith(f"id: {feed.tail}\nevent: fragment\n".encode())
        assert second == first

    run(body)
