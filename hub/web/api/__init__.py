"""The REST interface of kiosks, agents and programs."""

from hub.web.api import applications, blobs, counters, jobs, office, tickets

routes = [
    *office.routes,
    *tickets.routes,
    *counters.routes,
    *applications.routes,
    *blobs.routes,
    *jobs.routes,
]

__all__ = ["routes"]
