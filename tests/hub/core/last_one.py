"""What two people want at one moment of which there is one left: a booked place, a day's number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import func, select

from hub import appointments, queue
from hub.errors import Refused
from hub.house import House
from hub.models.opening import Appointment
from hub.models.queue import TicketRow
from hub.office import OfficeConfig
from hub.wire import IssueTicket
from hub.wire.opening import BookAppointment
from hub.writer import Joint, Tx


def office_of(house: House) -> OfficeConfig:
    """The sample office where each service has one number a day and one place a quarter."""
    office = house.procedure.office
    services = (replace(one, quota=1, booked_per_quarter=1) for one in office.services)
    return replace(office, service_list=tuple(services))


def booking(house: House) -> Callable[[Tx], object]:
    office = office_of(house)
    at = datetime(2026, 11, 24, 10, tzinfo=office.zone)
    return lambda tx: appointments.book(tx, office, BookAppointment(service="skim", at=at))


def numbering(house: House) -> Joint:
    return Joint(queue.issue_all, queue.NumberAsked(office_of(house), IssueTicket(service="skim")))


WANTED: Mapping[str, Callable[[House], object]] = {"place": booking, "number": numbering}
REFUSED_AS = [("place", "appointment_invalid"), ("number", "quota_used")]
TABLES = {"place": Appointment, "number": TicketRow}


def given(house: House, what: str) -> int:
    """Return how many places or numbers were given in all."""
    table = TABLES[what]
    with house.database.reading_core() as connection:
        query = select(func.count()).where(table.office == house.office_no)
        return int(connection.execute(query).scalar_one())


def refusals(outcomes: Sequence[object]) -> list[str]:
    """Return the codes of what was refused; anything but a refusal or an answer is raised."""
    wrong = [one for one in outcomes if isinstance(one, BaseException)]
    assert all(isinstance(one, Refused) for one in wrong), wrong
    return [one.code for one in wrong]
