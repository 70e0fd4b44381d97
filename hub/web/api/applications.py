"""Pre-registration from the kiosk."""

from __future__ import annotations

import asyncio

from litestar import Response, post

from hub import applications
from hub.procedure import Procedure
from hub.web.commanding import Commanding, answer
from hub.wire import DraftOpened, Preregistration


@post("/applications", status_code=201)
async def open_draft(
    data: Preregistration, commanding: Commanding, procedure: Procedure
) -> Response[bytes]:
    """Open a draft case from a kiosk; the hub judges the chip's evidence itself."""
    chip = await asyncio.to_thread(applications.store_chip, procedure, data.passport)
    done = await commanding.run(
        lambda tx: applications.open_draft(tx, procedure, data, chip), DraftOpened
    )
    return answer(done, status=201)


routes = [open_draft]
