"""The rooms behind the counters: treasury, passports, signing, letters, blanks, archive."""

from __future__ import annotations

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from hub.errors import NotAllowed
from hub.web.desk import DESK, Desk
from hub.web.rendering import page
from hub.web.room_list import ROOMS
from hub.web.rooms import (
    appointment_pages,
    archive_pages,
    blanks_pages,
    custody_pages,
    identity_pages,
    letters_pages,
    money_pages,
    nonconformity_pages,
    signing_pages,
    times_pages,
    treasury_pages,
    values_pages,
)


@get("/rooms")
async def show_rooms(desk: NamedDependency[Desk]) -> Response[str]:
    """Show the rooms that the officer's roles open. Raises NotAllowed `role_missing`."""
    rooms = tuple(room for room in ROOMS if room.admits(desk.officer.roles))
    if not rooms:
        text = "Your role has no part in these rooms."
        raise NotAllowed("role_missing", text, id="Peran Anda tidak bertugas di ruang-ruang ini.")
    seq, at, _ = await desk.read(lambda _session, at: at)
    frame = desk.frame(
        seq, at, title=desk.speech.say("rooms"), section="rooms", here="/rooms", stream=""
    )
    return page("rooms.html", frame, rooms)


routes: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            show_rooms,
            *treasury_pages.routes,
            *money_pages.routes,
            *custody_pages.routes,
            *signing_pages.routes,
            *archive_pages.routes,
            *identity_pages.routes,
            *letters_pages.routes,
            *appointment_pages.routes,
            *nonconformity_pages.routes,
            *blanks_pages.routes,
            *times_pages.routes,
            *values_pages.routes,
        ],
        dependencies=DESK,
    ),
]
