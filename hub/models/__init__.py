"""Tables. Importing this package knows every table of the hub."""

from hub.models import application, officer, opening, queue, schema, station

__all__ = ["application", "officer", "opening", "queue", "schema", "station"]
