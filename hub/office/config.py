"""The frozen values that an office file becomes, and the questions asked of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from hub.office.case_rules import (
    SKIM_NUMBER,
    BiometricRules,
    Checklist,
    PaperRules,
    Relaxation,
    StayRules,
)
from hub.office.cekal_rules import CekalRules, CekalService
from hub.office.hours import (
    Calendar,
    Holiday,
    Hours,
    LocalSpan,
    Workday,
    closed_at,
    days_from,
    hours_for,
    joined,
    last_shortened,
)
from hub.office.message_rules import MessageRules
from hub.office.queue_rules import (
    DEFAULT_SEGMENTS,
    Code,
    Minutes,
    NeedConfig,
    ProfileConfig,
    QueueRules,
    SegmentConfig,
)
from hub.rulefile import Rule
from hub.wire import Words

Form = Literal["none", "passport", "case"]
Capacity = Literal["DEFINITIF", "A.N.", "PLH.", "PLT."]
Custody = Literal["office", "visit"]
DeviceRole = Literal[
    "fingerprint", "camera", "scanner", "document_printer", "passport_reader", "ticket_printer"
]
Opens = Literal["", "skim"]


class OfficeIdentity(Rule, frozen=True, kw_only=True):
    """Who the office is, and how it presents itself."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{2,6}$")]
    unit: str
    name: Words
    ministry: Words
    directorate: Words
    area: Words
    city: str
    timezone: str
    languages: tuple[str, ...]
    complaints: str
    fee_notice: Words
    specimen: bool
    custody: Custody
    promised_working_days: Annotated[int, msgspec.Meta(ge=1, le=250)]
    qualifications: Literal["warned", "enforced"] = "warned"
    """Whether an officer who lacks a qualification of the sheet is warned, or needs leave."""
    keys_national: bool = True
    """Whether the office also keys each case into the national application."""
    public_url: str | None = None


class Letterhead(Rule, frozen=True, kw_only=True):
    """What stands at the head of every paper."""

    lines: tuple[str, ...]
    address: str
    contact: str = ""
    accent: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#17365d"
    """The colour of titles and rules on every paper."""


class LaneConfig(Rule, frozen=True, kw_only=True):
    """A line in which people wait; `weight` scales its waiting time in the call score.

    A counter calls its tickets only while its own `devices` of these roles work.
    """

    code: Code
    name: Words
    max_wait_min: Minutes
    weight: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 1.0
    devices: tuple[DeviceRole, ...] = ()


class ServiceConfig(Rule, frozen=True, kw_only=True):
    """A service that the kiosk offers; `minutes` is the usual time at the counter.

    `opens` names the procedure of which its ticket opens a case; `segments` are the classes that
    may take it (empty: all).
    """

    code: Code
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{1,2}$")]
    lane: str
    name: Words
    about: Words
    icon: str
    hours: str
    form: Form
    opens: Opens = ""
    segments: tuple[str, ...] = ()
    minutes: Minutes = 10
    quota: Annotated[int, msgspec.Meta(ge=1)] | None = None
    booked_per_quarter: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """How many times may be booked in one quarter of an hour; None: nobody counts, 0: none."""
    requirements: tuple[Words, ...] = ()


class CounterConfig(Rule, frozen=True, kw_only=True):
    """A counter: the lanes it may serve, its devices, the needs it answers, who works there.

    `languages` empty: all of the office. `profile` is the work profile it opens with.
    """

    number: Annotated[int, msgspec.Meta(ge=1, le=99)]
    lanes: tuple[str, ...]
    devices: tuple[DeviceRole, ...] = ()
    needs: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    profile: str = ""
    prints_at: Annotated[int, msgspec.Meta(ge=1, le=99)] | None = None
    """The counter whose ticket printer prints what is issued here; None: this one's own."""


class RoleConfig(Rule, frozen=True, kw_only=True):
    """A role an officer may hold, and the unit of the SOP sheet it belongs to."""

    code: Code
    unit: str
    name: Words


class SegregationRule(Rule, frozen=True, kw_only=True):
    """Pairs of acts that need two persons on the same case of the procedure `sop`."""

    code: Code
    sop: str = SKIM_NUMBER
    pairs: tuple[tuple[str, str], ...]
    relaxable: bool
    rule: Words


class Tariff(Rule, frozen=True, kw_only=True):
    """A fee in whole rupiah from `valid_from` on."""

    code: str
    amount: Annotated[int, msgspec.Meta(gt=0)]
    valid_from: date
    confirmed: bool
    name: Words
    source: str = ""
    confirmed_by: str = ""


class TreasuryRules(Rule, frozen=True, kw_only=True):
    """How money is handled: the tariff of a SKIM, the life of a billing code, what 11 requires."""

    tariff: str = "SKIM"
    billing_days: Annotated[int, msgspec.Meta(ge=1, le=31)] = 7
    handover_needs_verified: bool = True


class Deadlines(Rule, frozen=True, kw_only=True):
    """After how many days a case that waits for the applicant may be ended, and reminders."""

    pay_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 60
    collect_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 180
    remind_working_days: Annotated[int, msgspec.Meta(ge=1, le=250)] = 10
    confirmed: bool = False
    confirmed_by: str = ""


class SignatureRules(Rule, frozen=True, kw_only=True):
    """How step 9 signs: `wet` on paper, or `pades` besides it, with the office's PKCS#12 key."""

    mode: Literal["wet", "pades"] = "wet"
    key_file: str = ""
    passphrase_file: str = ""


class RegisterRule(Rule, frozen=True, kw_only=True):
    """How a register number is written: `{unit}`, `{seq}` and `{year}` are filled in."""

    format: str
    classification: str
    confirmed: bool
    confirmed_by: str = ""


class Signer(Rule, frozen=True, kw_only=True):
    """An official who may legalise; a delegate names the letter that appointed them."""

    name: str
    nip: Annotated[str, msgspec.Meta(pattern=r"^\d{18}$")]
    title: Words
    capacity: Capacity
    valid_from: date
    valid_to: date | None = None
    letter: str = ""

    def in_force(self, day: date) -> bool:
        """Say whether this official may sign on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Retention(Rule, frozen=True, kw_only=True, rename={"classification": "class"}):
    """How long a finished file is kept; 0 years is: permanently, until decided."""

    classification: str
    years: Annotated[int, msgspec.Meta(ge=0, le=200)]
    confirmed: bool
    note: Words
    confirmed_by: str = ""


Uses = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class DeviceCare(Rule, frozen=True, kw_only=True):
    """After how many of each a device asks for its care; 0 is never."""

    fingers: Uses = 0
    fingers_failed: Uses = 0
    scans: Uses = 0
    photos: Uses = 0
    tickets: Uses = 0
    cuts: Uses = 0
    documents: Uses = 0
    chips: Uses = 0


class OfficeConfig(Rule, frozen=True, kw_only=True, cache_hash=True):
    """An office as its file describes it."""

    office: OfficeIdentity
    letterhead: Letterhead
    lane_list: tuple[LaneConfig, ...] = msgspec.field(name="lane")
    service_list: tuple[ServiceConfig, ...] = msgspec.field(name="service")
    counter_list: tuple[CounterConfig, ...] = msgspec.field(name="counter")
    queue: QueueRules
    segments: tuple[SegmentConfig, ...] = msgspec.field(name="segment", default=DEFAULT_SEGMENTS)
    needs: tuple[NeedConfig, ...] = msgspec.field(name="need", default=())
    profiles: tuple[ProfileConfig, ...] = msgspec.field(name="profile", default=())
    hours: tuple[Hours, ...]
    holidays: tuple[Holiday, ...] = msgspec.field(name="holiday", default=())
    workdays: tuple[Workday, ...] = msgspec.field(name="workday", default=())
    calendar: Calendar = Calendar()
    roles: tuple[RoleConfig, ...] = msgspec.field(name="role")
    segregation: tuple[SegregationRule, ...]
    checklists: tuple[Checklist, ...] = msgspec.field(name="checklist")
    stay: StayRules = StayRules()
    biometrics: BiometricRules = BiometricRules()
    relaxations: tuple[Relaxation, ...] = msgspec.field(name="relaxation", default=())
    tariffs: tuple[Tariff, ...] = msgspec.field(name="tariff")
    treasury: TreasuryRules = TreasuryRules()
    signature: SignatureRules = SignatureRules()
    messages: MessageRules = MessageRules()
    papers: PaperRules = PaperRules()
    deadlines: Deadlines = Deadlines()
    register: RegisterRule
    signers: tuple[Signer, ...] = msgspec.field(name="signer")
    retention: Retention
    device_care: DeviceCare = DeviceCare()
    cekal: CekalRules = CekalRules()
    cekal_service: CekalService = CekalService()

    @property
    def zone(self) -> ZoneInfo:
        """Return the office's time zone."""
        return ZoneInfo(self.office.timezone)

    @property
    def services(self) -> tuple[ServiceConfig, ...]:
        """Return the services in the order of the file, which is the kiosk's order."""
        return self.service_list

    @property
    def lanes(self) -> tuple[LaneConfig, ...]:
        """Return the lanes in the order of the file."""
        return self.lane_list

    @property
    def counters(self) -> tuple[CounterConfig, ...]:
        """Return the counters in the order of the file."""
        return self.counter_list

    def service(self, code: str) -> ServiceConfig | None:
        """Return the service `code`, or None."""
        return next((s for s in self.service_list if s.code == code), None)

    def lane(self, code: str) -> LaneConfig | None:
        """Return the lane `code`, or None."""
        return next((lane for lane in self.lane_list if lane.code == code), None)

    def lane_devices(self, code: str) -> tuple[DeviceRole, ...]:
        """Return the roles of devices that a ticket of the lane `code` takes."""
        lane = self.lane(code)
        return lane.devices if lane else ()

    def counter(self, number: int) -> CounterConfig | None:
        """Return the counter `number`, or None."""
        return next((c for c in self.counter_list if c.number == number), None)

    def segment(self, code: str) -> SegmentConfig | None:
        """Return the class `code`, or None."""
        return next((s for s in self.segments if s.code == code), None)

    def need(self, code: str) -> NeedConfig | None:
        """Return the need `code`, or None."""
        return next((n for n in self.needs if n.code == code), None)

    def profile(self, code: str) -> ProfileConfig | None:
        """Return the work profile `code`, or None."""
        return next((p for p in self.profiles if p.code == code), None)

    def role(self, code: str) -> RoleConfig | None:
        """Return the role `code`, or None."""
        return next((r for r in self.roles if r.code == code), None)

    def today(self, at: datetime) -> date:
        """Return the office's calendar day at `at`."""
        return at.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        """Say whether the office has hours on `day` and no holiday."""
        names = {one.name for one in self.hours}
        found = (hours_for(self.hours, name, day) for name in names)
        return self.holiday(day) is None and any(one.on(day) for one in found if one)

    def working_day_after(self, day: date, days: int) -> date:
        """Return the date `days` working days after `day`."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def working_days(self, first: date, last: date) -> int:
        """Return how many working days lie after `first`, up to and with `last`."""
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def open_at(self, service: str, at: datetime) -> bool:
        """Say whether `service` gives numbers at `at` (hours and holidays; quota is not judged)."""
        return self.closed_because(service, at) is None

    def closed_because(self, service: str, at: datetime) -> Words | None:
        """Return why `service` gives no numbers at `at`, or None when it does."""
        local = at.astimezone(self.zone)
        if holiday := self.holiday(local.date()):
            return holiday
        return closed_at(self.spans(service, local.date()), local.time())

    def next_opening(self, service: str, at: datetime) -> datetime | None:
        """Return when `service` gives numbers again after `at`, None if not within weeks."""
        for day in days_from(self.today(at)):
            spans = () if self.holiday(day) else self.spans(service, day)
            starts = (datetime.combine(day, start, self.zone) for start, _ in spans)
            if found := next((start for start in starts if start > at), None):
                return found
        return None

    def holiday(self, day: date) -> Words | None:
        """Return the name of the holiday that closes the office on `day`, None if none does."""
        if any(one.date == day for one in self.workdays):
            return None
        own = next((one.name for one in self.holidays if one.date == day), None)
        return own or self.calendar.holiday(day)

    def spans(self, service: str, day: date) -> tuple[LocalSpan, ...]:
        """Return when `service` gives numbers on `day`'s weekday, local time."""
        known = self.service(service)
        name = known.hours if known else ""
        hours = hours_for(self.hours, name, day)
        stop = self.queue.numbers_stop_before_close_min
        return last_shortened(hours.on(day), stop) if hours else ()

    def lane_spans(self, lane: str, day: date) -> tuple[LocalSpan, ...]:
        """Return when `lane` is served on `day`: while one of its services is, never on a holiday.

        A lane without services of its own is served while any service of the office is.
        """
        if self.holiday(day):
            return ()
        own = [one for one in self.service_list if one.lane == lane] or self.service_list
        found = (hours_for(self.hours, name, day) for name in {one.hours for one in own})
        return joined(span for hours in found if hours for span in hours.on(day))

    def checklist_on(self, sop: str, day: date) -> Checklist:
        """Return the list of papers of a procedure in force on `day`, else its earliest."""
        own = sorted((c for c in self.checklists if c.sop == sop), key=lambda c: c.valid_from)
        in_force = [c for c in own if c.valid_from <= day]
        return in_force[-1] if in_force else own[0]

    def checklist(self, sop: str, version: str) -> Checklist | None:
        """Return the list of papers that a case was received with, or None."""
        return next((c for c in self.checklists if (c.sop, c.version) == (sop, version)), None)

    def tariff(self, code: str, day: date) -> Tariff | None:
        """Return the fee `code` in force on `day`, or None."""
        fit = [t for t in self.tariffs if t.code == code and t.valid_from <= day]
        return max(fit, key=lambda t: t.valid_from, default=None)

    def signers_on(self, day: date) -> tuple[Signer, ...]:
        """Return the officials who may legalise on `day`."""
        return tuple(s for s in self.signers if s.in_force(day))
