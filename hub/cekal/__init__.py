"""The list of exit and entry bans: the office's own copy, and checks of cases against it."""

from hub.cekal.check import Candidate, Screening, last_check, record, screen, settle
from hub.cekal.entries import Entry, list_in_force, load_list, name_form

__all__ = [
    "Candidate",
    "Entry",
    "Screening",
    "last_check",
    "list_in_force",
    "load_list",
    "name_form",
    "record",
    "screen",
    "settle",
]
