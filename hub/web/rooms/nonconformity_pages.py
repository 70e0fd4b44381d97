"""The room of nonconformities: a paged work list with age, deadline and who must act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.orm import Session

from hub.cases.open_nonconformities import NonconformityList, Who, open_nonconformities
from hub.web.desk import Desk
from hub.web.room_list import NONCONFORMITY
from hub.web.rooms.room import must_look, show
from hub.wire import Words

_WHO: dict[str, Who] = {"": "", "me": "me", "applicant": "applicant"}


@dataclass(frozen=True, slots=True)
class NonconformityPage:
    """A page of the list, whom it was asked for, and how roles are called."""

    list: NonconformityList
    who: Who
    roles: dict[str, Words]


@get("/nonconformity")
async def show_nonconformities(
    desk: NamedDependency[Desk], who: FromQuery[str] = "", page: FromQuery[int] = 1
) -> Response[str]:
    """Show the open nonconformities, the nearest deadline first. Raises NotAllowed."""
    must_look(desk, NONCONFORMITY)
    asked = _WHO.get(who, "")

    def read(session: Session, at: datetime) -> NonconformityPage:
        found = open_nonconformities(
            session,
            desk.office_no,
            desk.procedure,
            desk.officer.actor,
            at,
            who=asked,
            page=page,
        )
        return NonconformityPage(found, asked, {one.code: one.name for one in desk.office.roles})

    here = f"{NONCONFORMITY.path}?who={asked}&page={page}"
    return await show(desk, NONCONFORMITY, "nonconformity.html", read, here=here)


routes = [show_nonconformities]
