"""What the biometrics station shows: ten fingers, the portrait, the devices of the counter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from hub import stations
from hub.cases import case_view, fingers, portraits
from hub.cases.chip_face import face_of
from hub.cases.fingers import EXCEPTIONS, NAMES, TOGETHER, ExceptionKind, Finger
from hub.cases.portraits import Portrait
from hub.cases.views import CaseView, EvidenceRow
from hub.errors import NotFound, Refused
from hub.models.application import Application
from hub.web.desk import Desk
from hub.web.forms import Form, fresh_key
from hub.web.officer.case_page import JobLamp
from hub.web.officer.case_reading import counters_by_agent
from hub.web.officer.lamps import device_notice, job_lamp
from hub.web.officer.views import Notice
from hub.wire import DeviceReport, Words

HANDS = ((10, 9, 8, 7, 6), (1, 2, 3, 4, 5))
"""The fingers as one sees two hands lying on the table, backs up."""
ROLES = ("fingerprint", "camera")


@dataclass(frozen=True, slots=True)
class BiometricsPage:
    """The page of the biometrics station for one officer and one case."""

    case: CaseView
    fingers: tuple[Finger, ...]
    chosen: Finger
    lamp: JobLamp | None
    together: tuple[tuple[int, Words], ...]
    portrait: Portrait
    portrait_lamp: JobLamp | None
    background: str
    devices: Mapping[str, DeviceReport]
    notices: tuple[Notice, ...]
    counter: int | None
    desks: tuple[int, ...]
    most_tries: int
    least_quality: int
    key: str
    chip_face: bool = False
    """The passport's chip gave a portrait to look at beside the one that is taken."""
    exceptions: tuple[ExceptionKind, ...] = EXCEPTIONS
    refused: Refused | None = None
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Return whether this officer may take something now."""
        current = self.case.current
        return current is not None and current.allowed and self.case.diversion is None

    @property
    def signature(self) -> EvidenceRow | None:
        """Return the row of the applicant's signature, if the step has one."""
        rows = self.case.current.evidence if self.case.current else ()
        return next((row for row in rows if row.kind == "signature"), None)

    @property
    def hands(self) -> tuple[tuple[Finger, ...], ...]:
        """Return both hands, left first, each from its outer side as it lies on the table."""
        by_number = {one.number: one for one in self.fingers}
        return tuple(tuple(by_number[number] for number in hand) for hand in HANDS)

    @property
    def wanted(self) -> int:
        """Return how many fingers the office asks for."""
        return sum(one.required for one in self.fingers)

    @property
    def settled(self) -> int:
        """Return how many of them have an image or an exception."""
        return sum(one.required and one.settled for one in self.fingers)

    @property
    def just_taken(self) -> Finger | None:
        """Return the finger whose picture came last, where the page went on to another one."""
        if self.chosen.blob or self.chosen.state == "exception":
            return None
        pictures = [one for one in self.fingers if one.blob and one.job and one.job.ended_at]
        return max(pictures, key=_ended, default=None)

    @property
    def takes_chosen(self) -> bool:
        """Return whether the counter's reader can take the chosen finger."""
        can = self._can()
        return can is None or self.chosen.number in can

    @property
    def previews(self) -> bool:
        """Return whether the counter's camera shows what it sees."""
        camera = self.devices.get("camera")
        return camera is not None and camera.preview and camera.lamp != "down"

    @property
    def following(self) -> int:
        """Return the next finger that is still to be taken, else the chosen one."""
        return next_finger(self.fingers, after=self.chosen.number)

    def _can(self) -> list[int] | None:
        reader = self.devices.get("fingerprint")
        return reader.fingers.positions if reader and reader.fingers else None


def read_biometrics(
    session: Session,
    desk: Desk,
    application: str,
    at: datetime,
    *,
    chosen: int | None = None,
    refused: Refused | None = None,
    form: Form | None = None,
) -> BiometricsPage:
    """Return the page. Raises NotFound when the case's step asks for no fingers."""
    case = case_view(session, desk.office_no, desk.procedure, application, desk.officer.actor, at)
    stage = _stage(case)
    row = session.get_one(Application, (desk.office_no, case.id))
    ten = fingers.of_case(session, desk.procedure, row, stage, "finger")
    portrait = portraits.of_case(session, desk.procedure, row, stage)
    desks = counters_by_agent(session, desk, at)
    counter = (form.number("counter") if form else None) or desk.officer.counter
    devices = _devices(session, desk, counter or (desks[0] if desks else None))
    number = chosen if chosen in fingers.ALL else next_finger(ten)
    shown = next(one for one in ten if one.number == number)
    rules = desk.office.biometrics
    notices = (device_notice(device, desk.speech) for device in devices.values())
    return BiometricsPage(
        case=case,
        fingers=ten,
        chosen=shown,
        lamp=job_lamp(shown.job, desk.speech) if shown.job else None,
        together=_together(devices.get("fingerprint")),
        portrait=portrait,
        portrait_lamp=job_lamp(portrait.job, desk.speech) if portrait.job else None,
        background=rules.background_on(desk.office.today(at)),
        devices=devices,
        notices=tuple(notice for notice in notices if notice is not None),
        counter=desk.officer.counter,
        desks=desks,
        most_tries=rules.tries,
        least_quality=rules.least_quality,
        key=fresh_key(),
        chip_face=face_of(desk.procedure.blobs, case.documents) is not None,
        refused=refused,
        typed=form.typed() if form else {},
    )


def _ended(finger: Finger) -> float:
    ended = finger.job.ended_at if finger.job else None
    return ended.timestamp() if ended else 0.0


def next_finger(ten: tuple[Finger, ...], after: int = 0) -> int:
    """Return the running finger, else the next unsettled required one, else the last chosen."""
    running = next((one.number for one in ten if one.state == "running"), None)
    if running is not None and not after:
        return running
    left = [one.number for one in ten if one.required and not one.settled and one.number != after]
    behind = [number for number in left if number > after]
    wanted = [one.number for one in ten if one.required]
    return (behind or left or [after or (wanted or [1])[0]])[0]


def _stage(case: CaseView) -> str:
    current = case.current
    if current is None or not any(row.kind == "finger" for row in current.evidence):
        raise NotFound(
            "fingers_not_asked",
            "The case's present step asks for no fingers.",
            id="Langkah permohonan saat ini tidak meminta sidik jari.",
        )
    return current.key


def _devices(session: Session, desk: Desk, counter: int | None) -> dict[str, DeviceReport]:
    if counter is None:
        return {}
    known = stations.devices_at(session.connection(), desk.office_no, counter)
    return {device.role: device for device in known if device.role in ROLES}


def _together(reader: DeviceReport | None) -> tuple[tuple[int, Words], ...]:
    """Return the groups of fingers that the reader takes at once."""
    can = reader.fingers if reader else None
    if can is None or not can.slaps:
        return ()
    known = set(can.positions)
    return tuple((one, NAMES[one]) for one, parts in TOGETHER.items() if known >= set(parts))
