"""The REST interface of kiosks, agents and programs."""

from hub.web.api import (
    applications,
    appointments,
    blobs,
    counters,
    desk,
    jobs,
    office,
    opening,
    scans,
    ticket_acts,
    tickets,
)
from hub.web.api.schema import schema_route

commands_and_readings = [
    *office.routes,
    *tickets.routes,
    *ticket_acts.routes,
    *counters.routes,
    *desk.routes,
    *appointments.routes,
    *opening.routes,
    *applications.routes,
    *blobs.routes,
    *jobs.routes,
    *scans.routes,
]
routes = [*commands_and_readings, schema_route(commands_and_readings)]

__all__ = ["commands_and_readings", "routes"]
