"""What messages say, in both languages: the case code, never a name, number or reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.letters.wording import clock_time, dated_weekday
from hub.office import OfficeConfig
from hub.wire import Words

BOOKED, CALLED_OFF, NEEDED, RELEASED = "booked", "called_off", "needed", "released"


@dataclass(frozen=True, slots=True)
class Written:
    """A message ready to be kept."""

    subject: str
    text: str


_SUBJECT = Words(id="Permohonan", en="Application")
_NEEDED = Words(
    id="Permohonan Anda memerlukan kedatangan Anda di kantor kami. Kami akan menghubungi Anda, "
    "atau silakan datang pada jam layanan dengan tanda terima permohonan.",
    en="Your application needs you to come to our office. We will contact you, or please come "
    "during service hours with your application receipt.",
)
_CALLED_OFF = Words(
    id="Janji kedatangan Anda dibatalkan. Kami akan menghubungi Anda untuk waktu lain.",
    en="Your appointment was called off. We will contact you about another time.",
)
_INSTEAD = Words(
    id="Janji ini menggantikan janji Anda sebelumnya.",
    en="This appointment takes the place of your earlier one.",
)
_CLOSING = Words(
    id="Pesan ini dikirim otomatis; jangan dibalas. Tidak ada biaya selain PNBP resmi.",
    en="This message was sent automatically; do not answer it. Nothing is to be paid but the "
    "official fee.",
)


def needed(office: OfficeConfig, case_code: str) -> Written:
    """Return what asks the applicant to come."""
    return _written(office, case_code, _NEEDED)


def called_off(office: OfficeConfig, case_code: str) -> Written:
    """Return what says that the booked time no longer stands."""
    return _written(office, case_code, _CALLED_OFF)


def released(office: OfficeConfig, case_code: str, at: datetime) -> Written:
    """Return what says that nobody need come at a booked time: the case went on or ended."""
    day, time = dated_weekday(office.today(at)), clock_time(at, office.office.timezone)
    return _written(
        office,
        case_code,
        Words(
            id=f"Janji Anda pada {day.id}, pukul {time}, tidak berlaku lagi: Anda tidak perlu "
            "datang untuk janji itu.",
            en=f"Your appointment on {day.en}, {time}, no longer stands: you need not come for it.",
        ),
    )


def booked(
    office: OfficeConfig,
    case_code: str,
    at: datetime,
    service: Words,
    code: str,
    *,
    instead: bool = False,
) -> Written:
    """Return what tells the booked time and its code for the kiosk; `instead` of an earlier one."""
    day, time = dated_weekday(office.today(at)), clock_time(at, office.office.timezone)
    said = f"{code[:4]} {code[4:]}"
    before = Words(id=f"\n{_INSTEAD.id}", en=f"\n{_INSTEAD.en}") if instead else Words(id="", en="")
    return _written(
        office,
        case_code,
        Words(
            id=f"Silakan datang: {day.id}, pukul {time}, untuk {service.id}.\n"
            f"Kode janji untuk kios: {said}{before.id}",
            en=f"Please come: {day.en}, {time}, for {service.en}.\n"
            f"Appointment code for the kiosk: {said}{before.en}",
        ),
    )


def _written(office: OfficeConfig, case_code: str, said: Words) -> Written:
    name, address = office.office.name, office.letterhead.address
    parts = (
        f"{said.id}\n\n{_CLOSING.id}",
        "--",
        f"{said.en}\n\n{_CLOSING.en}",
        f"{name.id} / {name.en}\n{address}",
    )
    return Written(
        subject=f"{_SUBJECT.id} / {_SUBJECT.en} {case_code}",
        text="\n\n".join((f"{_SUBJECT.id} / {_SUBJECT.en}: {case_code}", *parts)) + "\n",
    )
