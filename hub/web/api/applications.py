"""Pre-registration from the kiosk."""

from __future__ import annotations

import asyncio

from litestar import Response, post
from litestar.di import NamedDependency

from hub.cases import applications
from hub.clock import Clock
from hub.procedure import Procedure
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.station_kinds import KIOSKS
from hub.wire import DraftOpened, Preregistration


@post(
    "/applications",
    status_code=201,
    opt=described(DraftOpened, Preregistration, refuses={422: ("passport_wrong",)}, kinds=KIOSKS),
)
async def open_draft(
    commanding: NamedDependency[Commanding],
    procedure: NamedDependency[Procedure],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """Open a draft case from a kiosk; the hub judges the chip's evidence itself."""
    draft = commanding.read(Preregistration)
    examined = await asyncio.to_thread(
        applications.examine_passport, procedure, draft.passport, clock.now()
    )
    done = await commanding.run(
        lambda tx: applications.open_draft(tx, procedure, draft, examined), DraftOpened
    )
    return answer(done, status=201)


routes = [open_draft]
