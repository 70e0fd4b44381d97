"""Who holds a passport: opened against a receipt, handed over and accepted, closed by signature."""

from hub.cases.custody.handing import (
    accept,
    come_back,
    give_back_after_end,
    hand_over,
    handed_over,
    offer,
    release,
    take_again,
    take_back_offer,
)
from hub.cases.custody.keeping import (
    give_back,
    held,
    holder,
    is_here,
    misses_passport,
    must_be_here,
    places,
    present_stay,
    records,
    take,
    was_returned,
)
from hub.cases.custody.whereabouts import Whereabouts, whereabouts

__all__ = [
    "Whereabouts",
    "accept",
    "come_back",
    "give_back",
    "give_back_after_end",
    "hand_over",
    "handed_over",
    "held",
    "holder",
    "is_here",
    "misses_passport",
    "must_be_here",
    "offer",
    "places",
    "present_stay",
    "records",
    "release",
    "take",
    "take_again",
    "take_back_offer",
    "was_returned",
    "whereabouts",
]
