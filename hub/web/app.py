"""The hub as a web application: parts by name, routes, and its life from start to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta

from litestar import Litestar, Router, get
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from hub import jobs
from hub.announce import Announcer, Neighbours
from hub.errors import Refused
from hub.feed import Feed
from hub.house import SYSTEM, House
from hub.letters.press import Press
from hub.officers import SignedIn
from hub.settings import THE_OFFICE
from hub.web import api, assets, auth, display, officer, sop, stream, supervisor
from hub.web.commanding import provide_commanding, provide_station
from hub.web.connection import AnyRequest
from hub.web.problems import answer_failure, answer_http, answer_refused
from hub.web.tokens import Tokens
from hub.writer import Writer

log = logging.getLogger(__name__)

JOBS_EXPIRE_EVERY = timedelta(seconds=5)
LARGEST_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Serving:
    """The living parts of a serving hub, beside its house."""

    house: House
    writer: Writer
    feed: Feed
    press: Press
    neighbours: Neighbours
    announcer: Announcer | None


def create_app(serving: Serving) -> Litestar:
    """Return the application; its lifespan starts and stops the serving parts."""
    house = serving.house
    tokens = Tokens(house.database, THE_OFFICE)
    serving.writer.listen(serving.feed.publish)
    serving.writer.listen(tokens.heard)
    boards = stream.Boards(house.database, house.procedure.office, house.clock)
    streams = stream.Streams(serving.feed, tokens, house.database, THE_OFFICE, house.clock, boards)
    return Litestar(
        route_handlers=_routes(streams),
        dependencies=_parts(serving, tokens),
        lifespan=[_living(serving)],
        exception_handlers={
            Refused: answer_refused,
            HTTPException: answer_http,
            Exception: answer_failure,
        },
        openapi_config=OpenAPIConfig(
            title="Loket hub",
            version="1",
            path="/api/schema",
            description="Commands of kiosks, counter agents and programs. Feed: GET /api/feed.",
        ),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )


@get("/", include_in_schema=False)
async def front(officer: SignedIn) -> Redirect:
    """Send an officer where their work is."""
    if officer.counter is not None:
        return Redirect(f"/counter/{officer.counter}")
    if "supervisor" in officer.roles:
        return Redirect("/supervisor")
    return Redirect("/cases")


async def require_json(request: AnyRequest) -> None:
    """Refuse a mutation that is not JSON: other types can be sent by foreign pages."""
    if request.method in ("GET", "HEAD") or request.url.path == "/api/blobs":
        return
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type != "application/json":
        raise HTTPException(status_code=415, detail="Send application/json.")


def _routes(streams: stream.Streams) -> list[ControllerRouterHandler]:
    station_api = Router(
        "/api",
        route_handlers=list(api.routes),
        before_request=require_json,
        tags=["stations"],
    )
    pages = Router(
        "/",
        route_handlers=[
            front,
            *auth.routes,
            *officer.routes,
            *display.routes,
            *supervisor.routes,
            *sop.routes,
            *assets.routes,
        ],
        include_in_schema=False,
    )
    return [station_api, pages, *stream.routes(streams)]


def _parts(serving: Serving, tokens: Tokens) -> dict[str, Provide]:
    house = serving.house
    procedure = house.procedure
    fixed: dict[str, object] = {
        "database": house.database,
        "writer": serving.writer,
        "feed": serving.feed,
        "office": procedure.office,
        "office_no": THE_OFFICE,
        "sop": procedure.sop,
        "procedure": procedure,
        "keyring": procedure.keyring,
        "blobs": procedure.blobs,
        "press": serving.press,
        "clock": house.clock,
        "neighbours": serving.neighbours,
        "tokens": tokens,
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
    serving: Serving,
) -> Callable[[Litestar], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def living(_app: Litestar) -> AsyncGenerator[None, None]:
        serving.writer.start()
        await serving.neighbours.start()
        if serving.announcer is not None:
            await serving.announcer.start()
        expiring = asyncio.create_task(_expire_jobs(serving.writer))
        try:
            yield
        finally:
            expiring.cancel()
            await asyncio.gather(expiring, return_exceptions=True)
            if serving.announcer is not None:
                await serving.announcer.stop()
            await serving.neighbours.stop()
            serving.feed.close()
            await serving.writer.stop()
            await serving.press.close()
            serving.house.database.close()

    return living


async def _expire_jobs(writer: Writer) -> None:
    while True:
        await asyncio.sleep(JOBS_EXPIRE_EVERY.total_seconds())
        try:
            await writer.run(jobs.expire, actor=SYSTEM, name="expire jobs")
        except Refused as refused:
            log.warning("jobs could not be expired: %s", refused.code)
