"""Which events change which page, so that a page fetches itself only when it must."""

from __future__ import annotations

from hub.wire import Event

_BOARD = (
    "ticket.issued",
    "ticket.called",
    "ticket.started",
    "ticket.absent",
    "ticket.returned",
    "ticket.transferred",
    "ticket.finished",
    "ticket.parked",
    "ticket.resumed",
    "ticket.undone",
    "ticket.served",
    "ticket.released",
    "ticket.ended",
    "ticket.given_back",
    "counter.",
    "clock.moved",
)
_OFFICE = (
    "ticket.", "counter.", "devices.", "station.", "job.", "clock.", "day.", "roster.",
    "numbers.", "tickets.", "appointment.",
)  # fmt: skip
_EVERYWHERE = "office."
"""A stop or a message: every page has its banner."""
_WORK = (
    "application.", "step.", "gate.", "evidence.", "payment.", "number.", "blank.", "custody.",
)  # fmt: skip
_PASSPORTS = ("custody.", "application.")
"""What moves a passport, and the end of a case: it is due back then."""
_WASDAKIM = ("cekal.", "step.", "gate.", "application.", "ticket.called", "ticket.finished")
_MONEY = ("billing.", "payment.", "proof.", "number.", "step.", "application.")
_ROOMS = {"wasdakim": _WASDAKIM, "custody": _PASSPORTS, "money": _MONEY}
"""Pages of all cases, or of one: `custody`, `custody/CASE`."""
_SILENT = ("cekal.looked",)
"""A look changes nothing; told on, every look would draw the page of everybody who looks."""


def concerns(view: str, event: Event) -> bool:
    """Return whether `event` changes the page that follows `view` (the path after /stream/)."""
    name, _, which = view.partition("/")
    if event.kind.startswith(_EVERYWHERE):
        return True
    if name in _ROOMS:
        mine = not which or which in (event.subject, event.body.get("application"))
        # another version answers now: an entry that holds a case may hold no more
        mine = mine or (event.kind == "cekal.progressed" and bool(event.body.get("ended")))
        return mine and event.kind.startswith(_ROOMS[name]) and event.kind not in _SILENT
    if name == "display":
        return event.kind.startswith(_BOARD)
    if name == "supervisor":
        return event.kind.startswith(_OFFICE) and event.kind != "job.progress"
    if name == "cases":
        return event.kind.startswith(_WORK)
    if name == "biometrics" and event.kind.startswith("devices."):
        return True
    if name in ("case", "biometrics", "identity"):
        return _concerns_case(which, event)
    return name == "counter" and _concerns_counter(which, event)


def _concerns_case(case: str, event: Event) -> bool:
    if event.kind.startswith("cekal."):
        return event.kind not in _SILENT and case == event.subject
    return case in (event.subject, event.body.get("application")) or _of_a_device(event)


def reaches_by_scan(view: str, event: Event) -> bool:
    """Return whether `event` is a scan that the page asks about: another counter's is not shown.

    A case's page does not name its counter; it asks, and the hub answers the officer's own.
    """
    name = view.partition("/")[0]
    if event.kind != "code.scanned":
        return False
    return (
        name in ("case", "cases", "biometrics", "identity", "custody", "money")
        or view == f"counter/{event.body.get('counter')}"
    )


def _of_a_device(event: Event) -> bool:
    # job.progress names its counter, not the case it works for
    return event.kind == "job.progress"


def _concerns_counter(number: str, event: Event) -> bool:
    if event.kind.startswith(("job.", "devices.")):
        return str(event.body.get("counter")) == number
    return event.kind.startswith(("ticket.", "counter.", "station.", "clock.", *_WORK))
