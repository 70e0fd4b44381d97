"""At the counter without a kiosk: serve somebody at once, or issue a ticket for somebody else."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub.blobs import Blobs
from hub.database import Database
from hub.letters.press import Press
from hub.office import OfficeConfig
from hub.queue import desk_tickets
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.desk_printing import DeskPrinting
from hub.web.station_kinds import COUNTERS
from hub.wire import Ticket
from hub.wire.queue import DeskTicket, DeskTicketGiven, ServeDirectly
from hub.writer import Tx


@post(
    "/counters/{counter:int}/serve",
    status_code=200,
    opt=described(
        Ticket,
        ServeDirectly,
        refuses={
            404: ("counter_unknown",),
            409: (
                "counter_closed",
                "counter_paused",
                "counter_busy",
                "queue_closed",
                "queue_stopped",
                "quota_used",
            ),
            422: ("reason_missing", "ticket_request", "visit_unknown"),
        },
        kinds=COUNTERS,
    ),
)
async def serve(
    counter: FromPath[int],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Serve somebody without a ticket; the person gets a number, the supervisor sees the reason."""
    ask = commanding.read(ServeDirectly)

    def command(tx: Tx) -> Ticket:
        return desk_tickets.serve(tx, office, ask, counter=counter)

    return answer(await commanding.run(command, Ticket))


@post(
    "/counters/{counter:int}/tickets",
    status_code=201,
    opt=described(
        DeskTicketGiven,
        DeskTicket,
        refuses={
            404: ("counter_unknown",),
            409: ("queue_closed", "quota_used"),
            422: ("ticket_request", "visit_unknown", "reason_missing", "group_unknown"),
        },
        kinds=COUNTERS,
    ),
)
async def issue_at_desk(
    counter: FromPath[int],
    commanding: NamedDependency[Commanding],
    database: NamedDependency[Database],
    office: NamedDependency[OfficeConfig],
    office_no: NamedDependency[int],
    press: NamedDependency[Press],
    blobs: NamedDependency[Blobs],
) -> Response[bytes]:
    """Issue a ticket for somebody else; printed at the counter, else to be written down."""
    ask = commanding.read(DeskTicket)
    desk = DeskPrinting(commanding.writer, database, office, office_no, press, blobs)
    done = await desk.issue(
        ask,
        counter=counter,
        actor=commanding.station,
        key=commanding.key,
        request=commanding.request,
    )
    return answer(done, status=201)


routes = [serve, issue_at_desk]
