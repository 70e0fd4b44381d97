"""The waiting room's board: what is called now, and how long the lanes take."""

from __future__ import annotations

import asyncio

from litestar import Response, get
from litestar.di import NamedDependency

from hub.clock import Clock
from hub.database import Database
from hub.office import OfficeConfig
from hub.web.desk import AnyRequest
from hub.web.display.fragments import frame_of, read_board
from hub.web.display.views import DisplayView
from hub.web.rendering import PART_HEADER, page


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


routes = [show_display]
