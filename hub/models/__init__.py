"""Tables. Importing this package knows every table of the hub."""

from hub.models import (
    application,
    cekal,
    correspondence,
    officer,
    opening,
    queue,
    schema,
    station,
    treasury,
)

__all__ = [
    "application",
    "cekal",
    "correspondence",
    "officer",
    "opening",
    "queue",
    "schema",
    "station",
    "treasury",
]
