"""Tables. Importing this package knows every table of the hub."""

from hub.models import application, officer, queue, schema, station

__all__ = ["application", "officer", "queue", "schema", "station"]
