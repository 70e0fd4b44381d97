"""Tables. Importing this package knows every table of the hub."""

from hub.models import (
    application,
    casework,
    cekal,
    confirmation,
    correspondence,
    messages,
    officer,
    opening,
    queue,
    schema,
    station,
    treasury,
)

__all__ = [
    "application",
    "casework",
    "cekal",
    "confirmation",
    "correspondence",
    "messages",
    "officer",
    "opening",
    "queue",
    "schema",
    "station",
    "treasury",
]
