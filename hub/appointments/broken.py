"""Booked times that the office cannot keep: a holiday, other hours or a stop came after them.

Nobody is told by this: each is found here until it is booked anew, called off, or its day is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from hub import opening
from hub.appointments.booking import BOOKED, state_of
from hub.database import table_of
from hub.models.opening import Appointment
from hub.office import OfficeConfig
from hub.opening.doors import DAY_OVER, STOPPED, Now
from hub.wire import Words
from hub.wire.opening import AppointmentState

_A = table_of(Appointment).c


@dataclass(frozen=True, slots=True)
class BrokenTime:
    """A booked time that stands, why the office does not serve then, and its case if it has one."""

    booked: AppointmentState
    why: Words
    application: str | None


def why_broken(
    office: OfficeConfig, now: Now, booked: AppointmentState, at: datetime
) -> Words | None:
    """Return why the office does not serve at a booked time of today or later, None if it does.

    While a stop lasts, nobody who has not come yet can come today.
    """
    day, today = office.today(booked.at), office.today(at)
    if day < today:
        return None
    if now.stopped and day == today:
        return STOPPED
    if now.closed_day is not None and day <= now.closed_day and booked.at > at:
        return DAY_OVER
    return office.closed_because(booked.service, booked.at)


def broken_times(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> tuple[BrokenTime, ...]:
    """Return every booked time from today on that the office cannot keep, the nearest first."""
    today, now = office.today(at), opening.now_of(connection, office_no)
    query = select(*_A).where(_A.office == office_no, _A.state == BOOKED, _A.day >= today)
    lines = connection.execute(query.order_by(_A.at, _A.code)).all()
    judged = ((line, state_of(line)) for line in lines)
    found = ((line, booked, why_broken(office, now, booked, at)) for line, booked in judged)
    return tuple(
        BrokenTime(booked, why, line.application) for line, booked, why in found if why is not None
    )
