"""The supervisor's pages: the office now and what may be done to it, roster, bookings, days."""

from __future__ import annotations

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from hub.announce import Neighbours
from hub.officers import MAY_SUPERVISE
from hub.web import banner
from hub.web.desk import DESK, AnyRequest, Desk
from hub.web.forms import read_form, whole_number
from hub.web.reprint import settle
from hub.web.supervisor import acts, appointment_pages, country_pages, day_pages, roster_pages
from hub.web.supervisor.showing import must_act, must_supervise, show_office

__all__ = ["MAY_SUPERVISE", "routes"]


@get("/supervisor")
async def show_supervisor(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], act: FromQuery[str] = ""
) -> Response[str]:
    """Show the whole office to its supervisor; `?act=` is the event of what was just done there.

    Raises NotAllowed `role_missing`.
    """
    must_supervise(desk)
    return await show_office(desk, neighbours, act=whole_number(act) or 0)


@post("/supervisor/paper")
async def settle_paper(desk: NamedDependency[Desk], request: AnyRequest) -> Redirect:
    """Record whether the paper of an uncertain print came out."""
    must_act(desk)
    form = await read_form(request, desk.officer.csrf)
    came = form.text("came") == "yes"
    await desk.command(lambda tx: settle(tx, job=form.text("job"), came=came), form, "settle paper")
    return Redirect("/supervisor", status_code=303)


routes: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            show_supervisor,
            settle_paper,
            *acts.routes,
            *roster_pages.routes,
            *appointment_pages.routes,
            *day_pages.routes,
            *country_pages.routes,
            *banner.routes,
        ],
        dependencies=DESK,
    ),
]
