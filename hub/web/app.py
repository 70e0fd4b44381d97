"""The hub as a web application: parts by name, routes, and its life from start to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litestar import Litestar, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.response import Redirect
from litestar.response.file import ASGIFileResponse
from litestar.types import ASGIApp, ControllerRouterHandler

from hub.announce import Announcer, Neighbours
from hub.cases import may_see_cases
from hub.comparing import FingerMatcher
from hub.errors import Refused
from hub.feed import Feed
from hub.house import House
from hub.letters.press import Press
from hub.officers import MAY_SUPERVISE, SignedIn
from hub.procedure import Procedure
from hub.tickets.tracking import Tracking
from hub.web import (
    api,
    assets,
    auth,
    display,
    officer,
    rooms,
    sop,
    stream,
    supervisor,
    wasdakim,
)
from hub.web.closing_time import end_days
from hub.web.commanding import JSON, provide_commanding, provide_station
from hub.web.connection import AnyRequest
from hub.web.courier import Courier
from hub.web.display.voice import Voice
from hub.web.forecaster import Forecasts
from hub.web.gate import Gate
from hub.web.housekeeping import expire_jobs, forget_old, forget_readers
from hub.web.importer import Importer
from hub.web.previews import Previews, offer_picture
from hub.web.problems import answer_failure, answer_http, answer_refused
from hub.web.scanned_codes import ScannedCodes
from hub.web.screener import Screener
from hub.web.short_way import ShortWay
from hub.web.tokens import Tokens
from hub.writer import Writer

if TYPE_CHECKING:
    from hub.elsewhere import Elsewhere

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Serving:
    """The living parts of a serving hub, beside its house."""

    house: House
    writer: Writer
    feed: Feed
    press: Press
    neighbours: Neighbours
    announcer: Announcer | None
    screener: Screener
    importer: Importer
    matcher: FingerMatcher
    elsewhere: Elsewhere | None = None
    """Brings what other hubs on the same database commit."""


def create_app(serving: Serving) -> Litestar:
    """Return the application; its lifespan starts and stops the serving parts."""
    house = serving.house
    tokens = Tokens(house.database, house.office_no)
    office_no, office = house.office_no, house.procedure.office
    boards = stream.Boards(house.database, office_no, office, house.clock)
    streams = stream.Streams(
        serving.feed, tokens, house.database, office_no, house.clock, boards, office
    )
    courier = Courier(serving.house, serving.writer)
    _let_hear(serving, tokens, streams, courier)
    return Litestar(
        route_handlers=_routes(streams),
        dependencies=_parts(serving, tokens),
        lifespan=[_living(serving, courier)],
        exception_handlers={
            Refused: answer_refused,
            HTTPException: answer_http,
            Exception: answer_failure,
        },
        openapi_config=None,  # hub.web.api.schema writes the document
        response_headers=SAFE,
        state=State(
            {
                "tokens": tokens,
                "writer": serving.writer,
                "feed": streams.programs,
                "office": office,
                "tracking": Tracking(house.procedure.keyring, office.office.public_url),
            }
        ),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )


def short_way(app: Litestar) -> ShortWay:
    """Return the application with the short way of its two busiest commands before it."""
    parts = app.state
    return ShortWay(
        app,
        tokens=parts.tokens,
        writer=parts.writer,
        office=parts.office,
        tracking=parts.tracking,
        feed=parts.feed,
        safe=SAFE,
    )


@get("/")
async def front(
    officer: NamedDependency[SignedIn], procedure: NamedDependency[Procedure]
) -> Redirect:
    """Send an officer where their work is: to a page that their roles may use."""
    return Redirect(first_page(officer, procedure))


def first_page(officer: SignedIn, procedure: Procedure) -> str:
    """Return where an officer begins: their counter, the office, the cases, else the procedure."""
    if officer.counter is not None:
        return f"/counter/{officer.counter}"
    if officer.roles & MAY_SUPERVISE:
        return "/supervisor"
    rules = procedure.office.cekal
    if officer.roles & {*rules.confirm, *rules.propose}:
        return "/wasdakim"
    if officer.roles & {*rules.enter, *rules.verify}:
        return "/wasdakim/list"
    if may_see_cases(procedure, officer.roles):
        return "/cases"
    return "/sop"


async def require_json(request: AnyRequest) -> None:
    """Refuse a mutation that is not JSON: other types can be sent by foreign pages."""
    if _CONTROL.search(request.url.path):
        raise NotFoundException
    if request.method in ("GET", "HEAD") or request.url.path == "/api/blobs":
        return
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise HTTPException(status_code=415)


async def protect_file(answer: ASGIApp) -> ASGIApp:
    """Add the safe headers to a static file, which the framework answers past `SAFE`."""
    if isinstance(answer, ASGIFileResponse):
        answer.headers.update(SAFE)
    return answer


def _let_hear(serving: Serving, tokens: Tokens, streams: stream.Streams, courier: Courier) -> None:
    hearers = (tokens.heard, streams.heard, serving.screener.heard, courier.heard)
    if serving.elsewhere is None:
        for hear in (serving.feed.publish, *hearers):
            serving.writer.listen(hear)
    else:
        for hear in hearers:
            serving.elsewhere.listen(hear)
        serving.writer.listen(serving.elsewhere.committed_here)


def _routes(streams: stream.Streams) -> list[ControllerRouterHandler]:
    station_api = Router(
        "/api",
        route_handlers=list(api.routes),
        before_request=require_json,
        response_headers={"Cache-Control": "no-store"},
    )
    pages = Router(
        "/",
        route_handlers=[
            front,
            *auth.routes,
            *officer.routes,
            *display.routes,
            *supervisor.routes,
            *rooms.routes,
            *wasdakim.routes,
            *sop.routes,
            *assets.routes,
        ],
        before_request=auth.require_own_origin,
        after_request=protect_file,
    )
    return [station_api, pages, offer_picture, *stream.routes(streams)]


def _parts(serving: Serving, tokens: Tokens) -> dict[str, Provide]:
    house = serving.house
    procedure = house.procedure
    fixed: dict[str, object] = {
        "database": house.database,
        "writer": serving.writer,
        "feed": serving.feed,
        "office": procedure.office,
        "office_no": house.office_no,
        "sop": procedure.sop,
        "procedure": procedure,
        "keyring": procedure.keyring,
        "blobs": procedure.blobs,
        "press": serving.press,
        "screener": serving.screener,
        "importer": serving.importer,
        "matcher": serving.matcher,
        "house": house,
        "clock": house.clock,
        "neighbours": serving.neighbours,
        "tokens": tokens,
        "gate": Gate(),
        "voice": Voice(),
        "previews": Previews(),
        "codes": ScannedCodes(),
    }
    asked = {
        "station": Provide(provide_station),
        "commanding": Provide(provide_commanding),
        "officer": Provide(auth.provide_officer),
        "lang": Provide(auth.provide_lang),
    }
    return {
        name: Provide(_constant(part), sync_to_thread=False) for name, part in fixed.items()
    } | asked


def _constant(part: object) -> Callable[[], object]:
    return lambda: part


def _living(
    serving: Serving, courier: Courier
) -> Callable[[Litestar], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def living(_app: Litestar) -> AsyncGenerator[None, None]:
        serving.writer.start()
        if serving.elsewhere is not None:
            serving.elsewhere.start()
        else:  # another hub's open pages are none of ours to forget
            await forget_readers(serving.writer)
        await serving.neighbours.start()
        if serving.announcer is not None:
            await serving.announcer.start()
        expiring = asyncio.create_task(expire_jobs(serving.writer))
        forgetting = asyncio.create_task(forget_old(serving.house, serving.writer))
        rules = serving.house.procedure.office
        ending = asyncio.create_task(end_days(serving.writer, rules, serving.house.clock))
        forecasting = asyncio.create_task(Forecasts(serving.house, serving.writer).run())
        screening = asyncio.create_task(serving.screener.run())
        carrying = asyncio.create_task(courier.run())
        try:
            yield
        finally:
            working = (expiring, forgetting, ending, forecasting, screening, carrying)
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await serving.importer.stop()
            await serving.matcher.close()
            if serving.announcer is not None:
                await serving.announcer.stop()
            await serving.neighbours.stop()
            if serving.elsewhere is not None:
                await serving.elsewhere.stop()
            serving.feed.close()
            await serving.writer.stop()
            await serving.press.close()
            serving.house.database.close()

    return living
