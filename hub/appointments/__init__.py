"""Booked times: booked, given back, offered from what is free, loaded from a list."""

from hub.appointments.booking import (
    ForCase,
    arrive,
    book,
    cancel,
    find,
    give_back,
    of_cases,
    of_day,
    release,
    require_booked,
    standing,
    state_of,
)
from hub.appointments.broken import BrokenTime, broken_times, why_broken
from hub.appointments.places import (
    DayPlaces,
    Place,
    day_to_show,
    days_ahead,
    next_with_places,
    places_on,
    spans,
)

__all__ = [
    "BrokenTime",
    "DayPlaces",
    "ForCase",
    "Place",
    "arrive",
    "book",
    "broken_times",
    "cancel",
    "day_to_show",
    "days_ahead",
    "find",
    "give_back",
    "next_with_places",
    "of_cases",
    "of_day",
    "places_on",
    "release",
    "require_booked",
    "spans",
    "standing",
    "state_of",
    "why_broken",
]
