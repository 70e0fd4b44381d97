"""Read an office file and refuse what contradicts itself, naming the line and the rule."""

from __future__ import annotations

import string
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.office.config import OfficeConfig
from hub.office.staff_numbers import is_nip
from hub.rulefile import RuleFile, RuleFileError

SAMPLE_OFFICE = Path(__file__).with_name("office.toml")


class OfficeFileError(RuleFileError):
    """The office file breaks a rule: correct `line` of `file`."""


def load_office(path: Path = SAMPLE_OFFICE) -> OfficeConfig:
    """Return the office described by `path`. Raises OfficeFileError with line and rule."""
    file = RuleFile(path, OfficeFileError)
    office = file.read(OfficeConfig)
    _check_zone(file, office)
    _check_unique(file, office)
    _check_references(file, office)
    _check_hours(file, office)
    _check_register(file, office)
    _check_signers(file, office)
    return office


def _check_zone(file: RuleFile, office: OfficeConfig) -> None:
    try:
        ZoneInfo(office.office.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        file.refuse("timezone must be a name of the tz database", "office", "timezone")
    if "id" not in office.office.languages:
        file.refuse("languages must contain id", "office", "languages")


def _check_unique(file: RuleFile, office: OfficeConfig) -> None:
    file.unique("lane", "code", (x.code for x in office.lanes))
    file.unique("service", "code", (x.code for x in office.services))
    file.unique("service", "prefix", (x.prefix for x in office.services))
    file.unique("counter", "number", (x.number for x in office.counters))
    file.unique("hours", "name", (x.name for x in office.hours))
    file.unique("role", "code", (x.code for x in office.roles))
    file.unique("segregation", "code", (x.code for x in office.segregation))
    file.unique("holiday", "date", (x.date for x in office.holidays))


def _check_references(file: RuleFile, office: OfficeConfig) -> None:
    hours = {h.name for h in office.hours}
    for index, service in enumerate(office.services):
        if office.lane(service.lane) is None:
            file.refuse(f"there is no lane {service.lane}", "service", index, "lane")
        if service.hours not in hours:
            file.refuse(f"there are no hours {service.hours}", "service", index, "hours")
    for index, counter in enumerate(office.counters):
        unknown = [lane for lane in counter.lanes if office.lane(lane) is None]
        if unknown or not counter.lanes:
            rule = f"there is no lane {unknown[0]}" if unknown else "a counter needs a lane"
            file.refuse(rule, "counter", index, "lanes")
    served = {lane for counter in office.counters for lane in counter.lanes}
    for index, lane in enumerate(office.lanes):
        if lane.code not in served:
            file.refuse(f"no counter serves the lane {lane.code}", "lane", index, "code")


def _check_hours(file: RuleFile, office: OfficeConfig) -> None:
    for index, hours in enumerate(office.hours):
        for day in _WEEK:
            spans = getattr(hours, day)
            edges = [edge for span in spans for edge in span]
            if edges != sorted(set(edges)):
                rule = f"the spans of {day} must follow each other and not overlap"
                file.refuse(rule, "hours", index, day)


def _check_register(file: RuleFile, office: OfficeConfig) -> None:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(office.register.format) if name}
        office.register.format.format(unit="X", seq=1, year=2026)
    except (ValueError, KeyError, IndexError):
        names = set()
    if not {"seq", "year"} <= names <= {"unit", "seq", "year"}:
        rule = "format must hold {seq} and {year}, may hold {unit}, and nothing else in braces"
        file.refuse(rule, "register", "format")


def _check_signers(file: RuleFile, office: OfficeConfig) -> None:
    for index, signer in enumerate(office.signers):
        if not is_nip(signer.nip):
            file.refuse(f"{signer.nip} is no staff number (NIP)", "signer", index, "nip")


_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
