"""The banner on every officer's page while the queue is stopped or a message is shown."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency

from hub.web.desk import Desk
from hub.web.rendering import page


@get("/banner")
async def show_banner(desk: NamedDependency[Desk]) -> Response[str]:
    """Answer with the banner alone: pages fetch it when a stop or a message changes."""
    seq, at, _ = await desk.read(lambda _session, at: at)
    frame = desk.frame(seq, at, title="", section="", here="/banner", stream="")
    return page("banner.html", frame, None)


routes = [show_banner]
