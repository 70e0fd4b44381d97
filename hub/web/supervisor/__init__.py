"""The supervisor's page: lanes, counters, alarms, and the stations found on the network."""

from __future__ import annotations

from litestar import Response, Router, get, post
from litestar.response import Redirect

from hub.announce import Neighbours
from hub.errors import NotAllowed
from hub.web.desk import DESK, AnyRequest, Desk
from hub.web.forms import read_form
from hub.web.officer.reprint import settle
from hub.web.rendering import page
from hub.web.supervisor.reading import read_office

MAY_SUPERVISE = frozenset({"supervisor", "system_admin", "auditor"})


@get("/supervisor")
async def show_supervisor(desk: Desk, neighbours: Neighbours) -> Response[str]:
    """Show the whole office to its supervisor. Raises NotAllowed `role_missing`."""
    _must_supervise(desk)
    heard = neighbours.snapshot()
    seq, at, view = await desk.read(lambda session, at: read_office(session, desk, at, heard))
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("nav_supervisor"),
        section="supervisor",
        here="/supervisor",
        stream="supervisor",
        place=desk.speech.say("queue_supervisor"),
    )
    return page("supervisor.html", frame, view, live=desk.live)


@post("/supervisor/paper")
async def settle_paper(desk: Desk, request: AnyRequest) -> Redirect:
    """Record whether the paper of an uncertain print came out."""
    _must_supervise(desk)
    form = await read_form(request, desk.officer.csrf)
    came = form.text("came") == "yes"
    await desk.command(lambda tx: settle(tx, job=form.text("job"), came=came), form, "settle paper")
    return Redirect("/supervisor", status_code=303)


def _must_supervise(desk: Desk) -> None:
    if not desk.officer.roles & MAY_SUPERVISE:
        raise NotAllowed(
            "role_missing",
            "This page is for the queue's supervisor.",
            id="Halaman ini untuk supervisor antrean.",
        )


routes = [
    Router("/", route_handlers=[show_supervisor, settle_paper], dependencies=DESK),
]
