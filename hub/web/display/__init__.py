"""The waiting room's board: what is called now, and how long the lanes take."""

from __future__ import annotations

import asyncio

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from hub.clock import Clock
from hub.database import Database
from hub.office import OfficeConfig
from hub.queue import board
from hub.web.desk import AnyRequest
from hub.web.display.fragments import frame_of, read_board
from hub.web.display.views import DisplayView
from hub.web.display.voice import Voice
from hub.web.rendering import PART_HEADER, page

SPOKEN = ("id", "en")


@get("/display")
async def show_display(
    request: AnyRequest,
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
    lang: NamedDependency[str],
) -> Response[str]:
    """Show the board; it needs no sign-in and names nobody."""

    def read() -> DisplayView:
        with database.reading() as session:
            return read_board(session, office_no, office, clock.now())

    view = await asyncio.to_thread(read)
    live = request.headers.get(PART_HEADER) == "live"
    return page("display.html", frame_of(view, office, lang), view, live=live)


@get("/display/voice/{number:str}/{counter:int}/{spoken:str}")
async def say_call(
    number: FromPath[str],
    counter: FromPath[int],
    spoken: FromPath[str],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
    voice: NamedDependency[Voice],
) -> Response[bytes]:
    """Say a call of today as WAV; nothing else is said, whoever asks."""

    def called() -> bool:
        with database.reading_core() as connection:
            calls = board.last_calls(connection, office_no, office, clock.now())
        return any(one.number == number and one.counter == counter for one in calls)

    if spoken not in SPOKEN or not voice.speaks or not await asyncio.to_thread(called):
        raise NotFoundException
    sound = await voice.clip(number, counter, spoken)
    if not sound:
        raise NotFoundException
    return Response(sound, media_type="audio/wav", headers={"Cache-Control": "max-age=60"})


routes = [show_display, say_call]
