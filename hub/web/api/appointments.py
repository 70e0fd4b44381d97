"""Booked times: one by one, from a CSV list, given back, and turned into tickets at the kiosk."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.di import NamedDependency

from hub import appointments, queue
from hub.appointments.lists import import_csv
from hub.clock import Clock
from hub.database import Database
from hub.office import OfficeConfig
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer, ticket_answer
from hub.web.station_kinds import KIOSKS, ONLY_PROGRAMS
from hub.wire import Ticket
from hub.wire.opening import (
    AppointmentList,
    AppointmentState,
    BookAppointment,
    CancelAppointment,
    CheckIn,
    ImportDone,
    ImportTable,
)
from hub.writer import Actor, Tx

_UNKNOWN: dict[int, tuple[str, ...]] = {404: ("appointment_unknown",)}


@post(
    "/appointments",
    status_code=201,
    opt=described(
        AppointmentState,
        BookAppointment,
        kinds=ONLY_PROGRAMS,
        refuses={422: ("appointment_invalid",)},
    ),
)
async def book(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Book a time; the answer has the code that the person shows at the kiosk."""
    ask = commanding.read(BookAppointment)

    def command(tx: Tx) -> AppointmentState:
        return appointments.book(tx, commanding.office, ask)

    return answer(await commanding.run(command, AppointmentState), status=201)


@post(
    "/appointments/import",
    status_code=200,
    opt=described(ImportDone, ImportTable, kinds=ONLY_PROGRAMS),
)
async def import_list(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Book the rows of a CSV list; wrong rows are named by line, a dry run books nothing."""
    ask = commanding.read(ImportTable)

    def command(tx: Tx) -> ImportDone:
        return import_csv(
            tx, commanding.office, ask.csv, dry_run=ask.dry_run, all_or_none=ask.all_or_none
        )

    return answer(await commanding.run(command, ImportDone))


@post(
    "/appointments/check-in",
    status_code=201,
    opt=described(
        Ticket,
        CheckIn,
        refuses=_UNKNOWN
        | {
            409: (
                "appointment_used",
                "appointment_cancelled",
                "appointment_other_day",
                "queue_closed",
                "queue_stopped",
            ),
            422: ("ticket_request",),
        },
        kinds=KIOSKS,
    ),
)
async def check_in(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Give a number to somebody with a booked time, by the code they have."""
    ask = commanding.read(CheckIn)

    def command(tx: Tx) -> Ticket:
        return queue.check_in(tx, commanding.office, code=ask.code, language=ask.language)

    return ticket_answer(await commanding.run(command, Ticket), commanding.tracking)


@post(
    "/appointments/cancel",
    status_code=200,
    opt=described(
        AppointmentState,
        CancelAppointment,
        kinds=ONLY_PROGRAMS,
        refuses=_UNKNOWN | {409: ("appointment_used", "appointment_cancelled")},
    ),
)
async def cancel(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Give a booked time back."""
    ask = commanding.read(CancelAppointment)
    done = await commanding.run(lambda tx: appointments.cancel(tx, code=ask.code), AppointmentState)
    return answer(done)


@get("/appointments", opt=described(AppointmentList, kinds=ONLY_PROGRAMS))
async def today(
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
) -> AppointmentList:
    """Return today's booked times."""
    del station
    day = office.today(clock.now())

    def read() -> AppointmentList:
        with database.reading_core() as connection:
            found = appointments.of_day(connection, office_no, day)
        return AppointmentList(day=day, appointments=found)

    return await asyncio.to_thread(read)


routes = [book, import_list, check_in, cancel, today]
