"""What a printer's attributes mean: its health, what a person has to do, how a job stands.

Keywords are those of RFC 8011 §5.3.7, §5.3.8 and §5.4.12; a printer adds `-error`, `-warning` or
`-report` to a state reason, and only an error (or none of the three) stops it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devices.capabilities import Health, Lamp, PrintResult, PrintState
from devices.errors import CoverOpen, DeviceError, DeviceRefused, Jammed, NeedsPerson, OutOfPaper
from devices.ipp.wire import Group, JobState, Message, Status

PDF = "application/pdf"

_WARNS = ("-warning", "-report")
_STOPPED = 5
_PROCESSING = 4


@dataclass(frozen=True, slots=True)
class _Trouble:
    code: str
    words: str
    person: type[NeedsPerson] | None = None
    stops: bool = True


_TROUBLES: Mapping[str, _Trouble] = {
    "media-jam": _Trouble("jammed", "paper is jammed", Jammed),
    "cover-open": _Trouble("cover_open", "a cover is open", CoverOpen),
    "door-open": _Trouble("cover_open", "a door is open", CoverOpen),
    "interlock-open": _Trouble("cover_open", "a cover is not closed", CoverOpen),
    "input-tray-missing": _Trouble("tray_missing", "the paper tray is missing", OutOfPaper),
    "media-empty": _Trouble("paper_end", "there is no paper", OutOfPaper),
    "media-needed": _Trouble("paper_end", "the paper asked for is missing", OutOfPaper),
    "toner-empty": _Trouble("toner_empty", "the toner is empty"),
    "marker-supply-empty": _Trouble("toner_empty", "ink or toner is empty"),
    "marker-waste-full": _Trouble("waste_full", "the waste box is full"),
    "output-area-full": _Trouble("output_full", "the output tray is full"),
    "paused": _Trouble("paused", "the printer is paused"),
    "shutdown": _Trouble("shut_down", "the printer is shutting down"),
    "media-low": _Trouble("paper_near_end", "there is little paper left", stops=False),
    "toner-low": _Trouble("toner_low", "the toner is low", stops=False),
    "marker-supply-low": _Trouble("toner_low", "ink or toner is low", stops=False),
    "marker-waste-almost-full": _Trouble("waste_near_full", "the waste box fills", stops=False),
}


def health(printer: Group) -> Health:
    """Return the printer's health: what stops it first, then what will soon."""
    troubles = _troubles(printer)
    for trouble, stops in troubles:
        if stops:
            return Health(Lamp.DOWN, trouble.code, trouble.words)
    if printer.number("printer-state") == _STOPPED:
        return Health(Lamp.DOWN, "stopped", "the printer has stopped")
    if not takes_pdf(printer):
        return Health(Lamp.WARNING, "no_pdf", "the printer takes no PDF: print through CUPS")
    if troubles:
        return Health(Lamp.WARNING, troubles[0][0].code, troubles[0][0].words)
    if printer.number("printer-state") == _PROCESSING:
        return Health(Lamp.BUSY, "printing")
    return Health(Lamp.READY)


def refusal(printer: Group, media: str) -> DeviceError | None:
    """Return why this printer cannot print a PDF on `media` now, None if it can."""
    if not takes_pdf(printer):
        text = (
            "the printer takes no PDF itself: set up a CUPS queue for it and use that queue's "
            "address, ipp://HOST:631/printers/NAME"
        )
        return DeviceRefused(text, reason="no_pdf")
    for trouble, stops in _troubles(printer):
        if stops and trouble.person is not None:
            return trouble.person(trouble.words)
    for listed in ("media-ready", "media-supported"):
        known = printer.texts(listed)
        if known and media not in known:
            return DeviceRefused(f"the printer has no {media} paper", reason="media")
    return None


def takes_pdf(printer: Group) -> bool:
    """Return whether the printer lists PDF among its document formats."""
    return PDF in printer.texts("document-format-supported")


def job_result(job: Group) -> PrintResult:
    """Return how far a job is: SENT while it waits or prints."""
    reasons = [reason for reason in job.texts("job-state-reasons") if reason != "none"]
    code = reasons[0].replace("-", "_") if reasons else ""
    state = job.number("job-state")
    if state == JobState.COMPLETED:
        return PrintResult(PrintState.PRINTED)
    if state in (JobState.CANCELED, JobState.ABORTED):
        word = "canceled" if state == JobState.CANCELED else "aborted"
        return PrintResult(PrintState.FAILED, code or word, f"the printer has {word} the job")
    return PrintResult(PrintState.SENT, code, "the printer has not finished the job")


def succeeded(answer: Message) -> bool:
    """Return whether the status is one of success (RFC 8011 §B.1.2: 0x0000-0x00FF)."""
    return answer.code < 0x0100


def is_busy(answer: Message) -> bool:
    """Return whether the printer asks to be asked again later."""
    return answer.code in (Status.BUSY, Status.TEMPORARY_ERROR)


def _troubles(printer: Group) -> list[tuple[_Trouble, bool]]:
    found: list[tuple[_Trouble, bool]] = []
    for reason in printer.texts("printer-state-reasons"):
        warns = reason.endswith(_WARNS)
        trouble = _TROUBLES.get(
            reason.removesuffix("-error").removesuffix("-warning").removesuffix("-report")
        )
        if trouble is not None:
            found.append((trouble, trouble.stops and not warns))
    return found
