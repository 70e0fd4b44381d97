"""Values that no public source gives: to be confirmed until a named officer has done so.

Tariff, register format, validity and checklist are confirmed in one of two ways that add up and
never contradict each other: the office's file says `confirmed = true` with `confirmed_by`, or an
officer confirmed on the page exactly what the file says now (`hub.confirming`). `confirmed = false`
in the file says only that the file does not vouch. While a value in use is not confirmed every
paper is a specimen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

import msgspec

from hub.office.case_rules import Checklist, StayRules
from hub.office.cekal_rules import CekalRules
from hub.office.config import Deadlines, OfficeConfig, RegisterRule, Retention, Tariff
from hub.office.faults import Fault
from hub.rulefile import Place
from hub.wire import Words

Confirmable = Tariff | Checklist | RegisterRule | Retention | StayRules | Deadlines | CekalRules
When = Literal["now", "later", "past"]
Content = tuple[str, str]
"""A value's key and the digest of what it says."""
T = TypeVar("T", Tariff, Checklist)

_WHO = Words(
    id='Tulis siapa yang mengonfirmasi: confirmed_by = "Nama, NIP, tanggal".',
    en='Write who confirmed it: confirmed_by = "Name, staff number, date".',
)
_SAYS_WHO = frozenset({"confirmed", "confirmed_by"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the office's file that somebody must confirm; of a day on which it is seen."""

    key: str
    name: str
    place: Place
    rule: Confirmable
    when: When
    """Whether it holds on the day, from a later day on, or only for cases received before."""
    content: str
    """SHA-256 of what it says, without who confirmed it."""

    @property
    def known_as(self) -> Content:
        """Return what a confirmation on the page is of."""
        return (self.key, self.content)


def values(office: OfficeConfig, day: date) -> tuple[Value, ...]:
    """Return every value that must be confirmed, as it stands on `day`, in the file's order."""
    return tuple(
        Value(key, name, place, rule, when, content_of(rule))
        for place, key, name, rule, when in _stated(office, day)
    )


def unconfirmed(
    office: OfficeConfig,
    day: date,
    on_page: Collection[Content] = (),
    also: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the names of the values in use on `day` that neither file nor page confirms.

    `on_page` is what officers confirmed there; `also` are keys of others that a paper rests on.
    """
    return tuple(
        value.name
        for value in values(office, day)
        if (value.when == "now" or value.key in also)
        and not value.rule.confirmed
        and value.known_as not in on_page
    )


def is_specimen(
    office: OfficeConfig,
    day: date,
    on_page: Collection[Content] = (),
    also: Collection[str] = (),
) -> bool:
    """Say whether its papers are specimens: it says so itself, or a value is not confirmed."""
    return office.office.specimen or bool(unconfirmed(office, day, on_page, also))


def confirmation_faults(office: OfficeConfig) -> Iterator[Fault]:
    """Return every value that is said to be confirmed by nobody."""
    for value in values(office, date.max):
        if value.rule.confirmed and not value.rule.confirmed_by.strip():
            says = f"{value.name} is confirmed, but nobody is named who did"
            yield Fault("confirmed-by", says, _WHO, (*value.place, "confirmed"))


def content_of(rule: Confirmable) -> str:
    """Return the digest of all that a value says; who confirmed it in the file is no part."""
    said = {
        name: what for name, what in msgspec.structs.asdict(rule).items() if name not in _SAYS_WHO
    }
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def checklist_key(sop: str, version: str) -> str:
    """Return the key of a checklist, by which a case names the one it was received with."""
    return f"checklist {sop} {version}"


def _stated(office: OfficeConfig, day: date) -> Iterator[tuple[Place, str, str, Confirmable, When]]:
    for index, tariff in enumerate(office.tariffs):
        key = f"tariff {tariff.code} {tariff.valid_from}"
        when = _when(tariff, [one for one in office.tariffs if one.code == tariff.code], day)
        yield ("tariff", index), key, f"tariff {tariff.code}", tariff, when
    for index, listed in enumerate(office.checklists):
        key = checklist_key(listed.sop, listed.version)
        when = _when(listed, [one for one in office.checklists if one.sop == listed.sop], day)
        yield ("checklist", index), key, f"checklist {listed.version}", listed, when
    yield ("register",), "register", "register", office.register, "now"
    yield ("retention",), "retention", "retention", office.retention, "now"
    yield ("stay",), "stay", "stay", office.stay, "now"
    yield ("deadlines",), "deadlines", "deadlines", office.deadlines, "now"
    yield ("cekal",), "cekal", "cekal", office.cekal, "now"


def _when(one: T, same: list[T], day: date) -> When:
    """Return when `one` of several with a first day holds; before the first day the first does."""
    begun = [other.valid_from for other in same if other.valid_from <= day]
    in_force = max(begun, default=min(other.valid_from for other in same))
    if one.valid_from == in_force:
        return "now"
    return "later" if one.valid_from > in_force else "past"
