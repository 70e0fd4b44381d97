"""What an office file's queue rules must not contradict: each fault with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from hub.office.config import CounterConfig, OfficeConfig
from hub.office.queue_rules import GENERAL

Fault = tuple[str, tuple[str | int, ...]]


def queue_faults(office: OfficeConfig) -> Iterator[Fault]:
    """Return every broken rule of classes, needs, profiles and counters as (rule, place)."""
    yield from _twice("segment", [one.code for one in office.segments])
    yield from _twice("need", [one.code for one in office.needs])
    yield from _twice("profile", [one.code for one in office.profiles])
    if office.segment(GENERAL) is None:
        yield f"there must be a segment {GENERAL}", ("segment", 0, "code")
    for index, one in enumerate(office.segments):
        codes = [group.code for group in one.group_list]
        if len(set(codes)) < len(codes):
            yield f"segment {one.code} names a group twice", ("segment", index, "group")
        if codes and not one.limited:
            rule = f"segment {one.code} has groups and is not limited"
            yield rule, ("segment", index, "group")
    if all(one.limited for one in office.segments):
        yield "one segment must not be limited: the ratio gives way to it", ("segment",)
    for index, counter in enumerate(office.counters):
        yield from _counter_faults(office, index, counter)
    yield from _profile_faults(office)
    yield from _nobody_serves(office)


def _twice(table: str, codes: list[str]) -> Iterator[Fault]:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield f"{table} code {code} stands twice", (table, index, "code")


def _counter_faults(office: OfficeConfig, index: int, counter: CounterConfig) -> Iterator[Fault]:
    for need in counter.needs:
        if office.need(need) is None:
            yield f"there is no need {need}", ("counter", index, "needs")
    for language in counter.languages:
        if language not in office.office.languages:
            yield f"the office has no language {language}", ("counter", index, "languages")
    if counter.profile and office.profile(counter.profile) is None:
        yield f"there is no profile {counter.profile}", ("counter", index, "profile")


def _profile_faults(office: OfficeConfig) -> Iterator[Fault]:
    for index, profile in enumerate(office.profiles):
        place = ("profile", index, "rule")
        if not profile.rules:
            yield "a profile needs a rule", place
        for rule in profile.rules:
            if rule.lane and office.lane(rule.lane) is None:
                yield f"there is no lane {rule.lane}", place
            if rule.segment and office.segment(rule.segment) is None:
                yield f"there is no segment {rule.segment}", place
            if rule.need and office.need(rule.need) is None:
                yield f"there is no need {rule.need}", place
            if rule.language and rule.language not in office.office.languages:
                yield f"the office has no language {rule.language}", place


def _nobody_serves(office: OfficeConfig) -> Iterator[Fault]:
    """A ticket that no counter of the office could ever call would wait for ever."""
    for index, lane in enumerate(office.lanes):
        serving = [one for one in office.counters if lane.code in one.lanes]
        if not serving:
            continue  # told elsewhere
        able = [one for one in serving if set(lane.devices) <= set(one.devices)]
        if not able:
            wanted = ", ".join(lane.devices)
            yield f"no counter that serves {lane.code} has {wanted}", ("lane", index, "devices")
            continue
        for language in office.office.languages:
            if not any(language in (one.languages or office.office.languages) for one in able):
                rule = f"no counter that serves {lane.code} speaks {language}"
                yield rule, ("lane", index, "code")
        for need in office.needs:
            if need.at_counter and not any(need.code in one.needs for one in able):
                rule = f"no counter that serves {lane.code} has the need {need.code}"
                yield rule, ("lane", index, "code")
