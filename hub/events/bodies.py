"""Everything that happens, as frozen structs with their audience, and the seal over each.

Bodies hold references only: no name, document number or biometric. Audiences: `public` (everybody,
the waiting room too), `station` (the agent of the counter in the body, and staff), `staff`
(officers' pages and programs), `audit` (nobody on the feed).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import ClassVar, NamedTuple, Protocol

import msgspec

from hub.models.schema import to_micros

SEAL_OF_NOTHING = "0" * 64


class EventBody(Protocol):
    """A kind of event: class-level `kind`, `audience`, `v`, and its references as fields."""

    @property
    def kind(self) -> str:
        """Return the event's kind, `subject.verb`."""
        ...

    @property
    def audience(self) -> str:
        """Return who may see it."""
        ...

    @property
    def v(self) -> int:
        """Return the version of its body."""
        ...


class _V1(msgspec.Struct, frozen=True):
    v: ClassVar[int] = 1


class TicketIssued(_V1, frozen=True):
    """Somebody has a number."""

    kind: ClassVar[str] = "ticket.issued"
    audience: ClassVar[str] = "public"
    number: str
    lane: str
    service: str
    segment: str


class TicketCalled(_V1, frozen=True):
    """A number is called to a counter; `recall` is true from the second time on."""

    kind: ClassVar[str] = "ticket.called"
    audience: ClassVar[str] = "public"
    number: str
    lane: str
    counter: int
    times: int
    recall: bool
    out_of_order: bool = False


class TicketStarted(_V1, frozen=True):
    """The person has arrived at the counter."""

    kind: ClassVar[str] = "ticket.started"
    audience: ClassVar[str] = "public"
    number: str
    counter: int


class TicketAbsent(_V1, frozen=True):
    """A called person did not come."""

    kind: ClassVar[str] = "ticket.absent"
    audience: ClassVar[str] = "public"
    number: str
    counter: int


class TicketReturned(_V1, frozen=True):
    """An absent person came back and waits again."""

    kind: ClassVar[str] = "ticket.returned"
    audience: ClassVar[str] = "public"
    number: str
    lane: str


class TicketTransferred(_V1, frozen=True):
    """A ticket waits in another lane or for a named counter, number and arrival kept."""

    kind: ClassVar[str] = "ticket.transferred"
    audience: ClassVar[str] = "public"
    number: str
    lane: str
    from_lane: str
    counter: int | None


class TicketFinished(_V1, frozen=True):
    """The service of a ticket ended."""

    kind: ClassVar[str] = "ticket.finished"
    audience: ClassVar[str] = "public"
    number: str
    counter: int
    outcome: str


class TicketPaper(_V1, frozen=True):
    """What became of a ticket's paper."""

    kind: ClassVar[str] = "ticket.printed"
    audience: ClassVar[str] = "staff"
    number: str
    state: str
    code: str
    copy: bool


class CounterOpened(_V1, frozen=True):
    """A counter takes people."""

    kind: ClassVar[str] = "counter.opened"
    audience: ClassVar[str] = "public"
    counter: int
    lanes: tuple[str, ...]


class CounterPaused(_V1, frozen=True):
    """A counter pauses."""

    kind: ClassVar[str] = "counter.paused"
    audience: ClassVar[str] = "public"
    counter: int


class CounterClosed(_V1, frozen=True):
    """A counter is closed."""

    kind: ClassVar[str] = "counter.closed"
    audience: ClassVar[str] = "public"
    counter: int


class JobChanged(_V1, frozen=True):
    """A device job moved: queued, leased, started, done, failed, unknown or expired."""

    audience: ClassVar[str] = "station"
    job: str
    counter: int
    job_kind: str
    state: str
    application: str | None = None
    code: str = ""

    @property
    def kind(self) -> str:
        """Return job.<state>."""
        return f"job.{self.state}"


class JobProgressed(_V1, frozen=True):
    """How far a running job is, in the device's own unit."""

    kind: ClassVar[str] = "job.progress"
    audience: ClassVar[str] = "station"
    job: str
    counter: int
    done: int
    total: int


class DevicesChanged(_V1, frozen=True):
    """A station reported another state of its devices."""

    kind: ClassVar[str] = "devices.changed"
    audience: ClassVar[str] = "staff"
    station: str
    counter: int | None


class DeviceAccepted(_V1, frozen=True):
    """A person took another device at a known address for the right one."""

    kind: ClassVar[str] = "device.accepted"
    audience: ClassVar[str] = "station"
    counter: int
    role: str


class KioskDeviceAccepted(_V1, frozen=True):
    """A supervisor took another device at a known address of a kiosk for the right one."""

    kind: ClassVar[str] = "kiosk.device_accepted"
    audience: ClassVar[str] = "public"  # a kiosk has no counter whose events it would be told
    station: str
    role: str


class PreviewAsked(_V1, frozen=True):
    """The officer of a counter wants to see what one of its devices sees."""

    kind: ClassVar[str] = "preview.asked"
    audience: ClassVar[str] = "station"
    counter: int
    role: str


class CodeScanned(_V1, frozen=True):
    """A counter's scanner read a code; what it means and its case, never its text."""

    kind: ClassVar[str] = "code.scanned"
    audience: ClassVar[str] = "staff"
    counter: int
    meaning: str
    application: str


class StationAdded(_V1, frozen=True):
    """A station was given a token."""

    kind: ClassVar[str] = "station.added"
    audience: ClassVar[str] = "staff"
    station: str
    station_kind: str


class StationRevoked(_V1, frozen=True):
    """A station's token ended."""

    kind: ClassVar[str] = "station.revoked"
    audience: ClassVar[str] = "staff"
    station: str


class OfficerAdded(_V1, frozen=True):
    """An officer was entered."""

    kind: ClassVar[str] = "officer.added"
    audience: ClassVar[str] = "audit"
    officer: str


class OfficerAccessChanged(_V1, frozen=True):
    """An officer may no longer sign in, or may again."""

    kind: ClassVar[str] = "officer.access_changed"
    audience: ClassVar[str] = "audit"
    officer: str
    active: bool


class OfficerPasswordChanged(_V1, frozen=True):
    """An officer has a new password."""

    kind: ClassVar[str] = "officer.password_changed"
    audience: ClassVar[str] = "audit"
    officer: str


class OfficerRolesChanged(_V1, frozen=True):
    """An officer has other roles."""

    kind: ClassVar[str] = "officer.roles_changed"
    audience: ClassVar[str] = "audit"
    officer: str
    roles: tuple[str, ...]


class OfficerSignedIn(_V1, frozen=True):
    """An officer signed in."""

    kind: ClassVar[str] = "officer.signed_in"
    audience: ClassVar[str] = "audit"
    officer: str


class OfficerSignedOut(_V1, frozen=True):
    """An officer signed out."""

    kind: ClassVar[str] = "officer.signed_out"
    audience: ClassVar[str] = "audit"
    officer: str


class OfficerLockedOut(_V1, frozen=True):
    """Too many wrong passwords."""

    kind: ClassVar[str] = "officer.locked_out"
    audience: ClassVar[str] = "audit"
    officer: str


class OfficerCardBound(_V1, frozen=True):
    """A card's certificate was bound to an officer, instead of an earlier one."""

    kind: ClassVar[str] = "officer.card_bound"
    audience: ClassVar[str] = "audit"
    officer: str


class OfficerCardRemoved(_V1, frozen=True):
    """An officer's card confirms nothing any more."""

    kind: ClassVar[str] = "officer.card_removed"
    audience: ClassVar[str] = "audit"
    officer: str


class OfficeOpened(_V1, frozen=True):
    """The office's records begin."""

    kind: ClassVar[str] = "office.opened"
    audience: ClassVar[str] = "audit"
    code: str


class ClockMoved(_V1, frozen=True):
    """A practice office's clock was set forward, in seconds ahead of the machine's."""

    kind: ClassVar[str] = "clock.moved"
    audience: ClassVar[str] = "public"
    ahead_s: int


class Emitted(NamedTuple):
    """An event before it has its number and seal."""

    kind: str
    v: int
    audience: str
    station: str
    actor: str
    subject: str
    body: str


class Sealed(NamedTuple):
    """An event as it stands in the table."""

    office: int
    seq: int
    at: datetime
    kind: str
    v: int
    audience: str
    station: str
    actor: str
    subject: str
    body: str
    seal: str


def encode_body(event: EventBody) -> str:
    """Return the body as compact JSON, fields in their declared order."""
    return msgspec.json.encode(event).decode()


def seal_event(previous: str, office: int, seq: int, at: datetime, event: Emitted) -> Sealed:
    """Number the event and chain it to the `previous` seal: SHA-256 over all its columns."""
    columns = (
        previous, office, seq, to_micros(at), event.kind, event.v, event.audience,
        event.station, event.actor, event.subject, event.body,
    )  # fmt: skip
    digest = hashlib.sha256(msgspec.json.encode(columns)).hexdigest()
    return Sealed(
        office, seq, at, event.kind, event.v, event.audience,
        event.station, event.actor, event.subject, event.body, digest,
    )  # fmt: skip
