"""Booked times: booked, given back, turned into tickets, loaded from a list."""

from hub.appointments.booking import (
    book,
    cancel,
    check_in,
    of_day,
)

__all__ = [
    "book",
    "cancel",
    "check_in",
    "of_day",
]
