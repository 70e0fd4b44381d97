"""What the simulated printer says of itself and of its jobs (RFC 8011 §5.3, §5.4)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from devices.ipp.wire import (
    Attribute,
    Group,
    JobState,
    Message,
    Operation,
    Tag,
    Value,
    attribute,
)

PDF_FORMATS = ("application/pdf", "application/octet-stream")
RASTER_FORMATS = ("image/urf", "image/pwg-raster")
DONE = (JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED)

_A4 = "iso_a4_210x297mm"
_GROUPS_OF_ALL = ("all", "printer-description", "job-template", "job-description")
_NO_VALUE = 0x13
_BEGIN, _MEMBER, _END = 0x34, 0x4A, 0x37


@dataclass(slots=True)
class SimulatedJob:
    """A job in the simulated printer."""

    number: int
    name: str
    user: str
    document: bytes
    left_s: float
    created_s: int
    started_s: int = 0
    ended_s: int = 0
    state: JobState = JobState.PENDING
    reasons: str = "none"
    cancelled: threading.Event = field(default_factory=threading.Event)


def selected(group: Group, request: Message, default: tuple[str, ...]) -> Group:
    """Keep what the request asks for by `requested-attributes`, else what `default` names."""
    wanted = request.group(Tag.OPERATION).texts("requested-attributes") or default
    if set(wanted) & set(_GROUPS_OF_ALL):
        return group
    return Group(group.tag, tuple(entry for entry in group.attributes if entry.name in wanted))


def describe_printer(
    uri: str, formats: tuple[str, ...], state: int, reason: str, up_s: int, waiting: int
) -> Group:
    """Return the printer's attributes."""
    return Group(
        Tag.PRINTER,
        (
            *_names(uri),
            attribute("printer-state", Tag.ENUM, state),
            attribute("printer-state-reasons", Tag.KEYWORD, reason),
            attribute("printer-is-accepting-jobs", Tag.BOOLEAN, True),
            attribute("printer-up-time", Tag.INTEGER, up_s),
            attribute("queued-job-count", Tag.INTEGER, waiting),
            *_abilities(),
            attribute("document-format-default", Tag.MIME, formats[0]),
            attribute("document-format-supported", Tag.MIME, *formats),
            attribute("media-default", Tag.KEYWORD, _A4),
            attribute("media-ready", Tag.KEYWORD, _A4),
            attribute("media-supported", Tag.KEYWORD, _A4, "iso_a5_148x210mm"),
            _media_col_default(),
        ),
    )


def describe_job(job: SimulatedJob, printer_uri: str, up_s: int) -> Group:
    """Return the attributes of one job."""
    printed = int(job.state == JobState.COMPLETED)
    return Group(
        Tag.JOB,
        (
            attribute("job-id", Tag.INTEGER, job.number),
            attribute("job-uri", Tag.URI, f"{printer_uri}/{job.number}"),
            attribute("job-printer-uri", Tag.URI, printer_uri),
            attribute("job-name", Tag.NAME, job.name),
            attribute("job-originating-user-name", Tag.NAME, job.user),
            attribute("job-state", Tag.ENUM, int(job.state)),
            attribute("job-state-reasons", Tag.KEYWORD, job.reasons),
            attribute("job-printer-up-time", Tag.INTEGER, up_s),
            attribute("time-at-creation", Tag.INTEGER, job.created_s),
            _moment("time-at-processing", job.started_s),
            _moment("time-at-completed", job.ended_s),
            attribute("job-impressions-completed", Tag.INTEGER, printed),
        ),
    )


def _moment(name: str, up_s: int) -> Attribute:
    """Return the printer's up-time at a moment, "no value" while it has not come."""
    return Attribute(name, (Value(Tag.INTEGER, up_s) if up_s else Value(_NO_VALUE, b""),))


def _names(uri: str) -> tuple[Attribute, ...]:
    return (
        attribute("printer-uri-supported", Tag.URI, uri),
        attribute("uri-security-supported", Tag.KEYWORD, "none"),
        attribute("uri-authentication-supported", Tag.KEYWORD, "none"),
        attribute("printer-name", Tag.NAME, "Loket simulator"),
        attribute("printer-info", Tag.TEXT, "Loket simulator"),
        attribute("printer-location", Tag.TEXT, ""),
        attribute("printer-more-info", Tag.URI, uri.replace("ipp:", "http:")),
        attribute("printer-make-and-model", Tag.TEXT, "Loket IPP simulator"),
        attribute("printer-serial-number", Tag.TEXT, f"SIM-{uri.split('/')[2]}"),
        attribute("printer-firmware-string-version", Tag.TEXT, "1"),
    )


def _abilities() -> tuple[Attribute, ...]:
    return (
        attribute("ipp-versions-supported", Tag.KEYWORD, "1.1", "2.0"),
        attribute("operations-supported", Tag.ENUM, *map(int, Operation)),
        attribute("charset-configured", Tag.CHARSET, "utf-8"),
        attribute("charset-supported", Tag.CHARSET, "utf-8"),
        attribute("natural-language-configured", Tag.LANGUAGE, "en"),
        attribute("generated-natural-language-supported", Tag.LANGUAGE, "en"),
        attribute("pdl-override-supported", Tag.KEYWORD, "not-attempted"),
        attribute("compression-supported", Tag.KEYWORD, "none"),
    )


def _media_col_default() -> Attribute:
    """Return A4 as a collection: {media-size={x-dimension=21000 y-dimension=29700}}, 0.01 mm."""
    return Attribute(
        "media-col-default",
        (
            Value(_BEGIN, b""),
            Value(_MEMBER, "media-size"),
            Value(_BEGIN, b""),
            Value(_MEMBER, "x-dimension"),
            Value(Tag.INTEGER, 21000),
            Value(_MEMBER, "y-dimension"),
            Value(Tag.INTEGER, 29700),
            Value(_END, b""),
            Value(_END, b""),
        ),
    )
