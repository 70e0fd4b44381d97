"""The live picture of a device for the officer of its counter, as a stream that ends with them."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from hub.errors import Conflict, NotFound
from hub.events import PreviewAsked
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, read_form
from hub.web.previews import BOUNDARY, ROLES, Previews
from hub.writer import Tx


@post("/preview/{role:str}", request_max_body_size=FORM_LIMIT, status_code=200)
async def watch_device(
    role: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
    previews: NamedDependency[Previews],
) -> Response[bytes] | Stream:
    """Show what a device of the officer's own counter sees now. Raises NotFound, Conflict."""
    await read_form(request, desk.officer.csrf)
    counter = desk.officer.counter
    if role not in ROLES:
        raise NotFound("device_unknown", "There is no such device.", id="Tidak ada perangkat itu.")
    if counter is None:
        raise Conflict(
            "counter_missing",
            "You do not sit at a counter: only its own officer sees a device's picture.",
            id="Anda belum duduk di loket: gambar hanya untuk petugas loket itu.",
        )
    watch = previews.begin(counter, role)

    def tell(tx: Tx) -> None:
        tx.emit(PreviewAsked(counter, role), subject=role)

    await desk.writer.run(tell, actor=desk.officer.actor, name="preview")
    return Stream(
        previews.pictures(counter, role, watch),
        media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        status_code=200,
    )


@post("/preview/{role:str}/stop", request_max_body_size=FORM_LIMIT, status_code=204)
async def stop_watching(
    role: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
    previews: NamedDependency[Previews],
) -> None:
    """End the picture at once: a browser may keep a stream that its page has left."""
    await read_form(request, desk.officer.csrf)
    if desk.officer.counter is not None:
        previews.end(desk.officer.counter, role)


routes = [watch_device, stop_watching]
