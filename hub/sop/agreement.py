"""Where an office file and a procedure file name each other: roles, lanes, fee, papers, duties.

Each file may be sound by itself and still name what the other does not have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hub.office import OfficeConfig
from hub.office.faults import Fault
from hub.rulefile import Place
from hub.sop.rules import numbered, one_of, unknown
from hub.sop.sheet import Sop
from hub.wire import Words

BESIDE = ("correction_confirm", "archive_receive")
"""Acts of segregation that are no step of any procedure."""


def not_in_office(sop: Sop, office: OfficeConfig) -> Iterator[Fault]:
    """Return what the procedure names that the office does not have; places in its file."""
    roles = [role.code for role in office.roles]
    for table, index, stage in numbered(sop):
        place: Place = (table, index)
        yield from _unknown_roles(stage.roles, roles, (*place, "roles"))
        if stage.lane is not None and office.lane(stage.lane) is None:
            lanes = [lane.code for lane in office.lanes]
            yield unknown("office-lane", "lane", stage.lane, lanes, (*place, "lane"))
    for index, related in enumerate(sop.sheet.related):
        place = ("sheet", "related", index)
        yield from _unknown_roles(related.roles, roles, (*place, "roles"))
        yield from _unknown_roles(related.rejects, roles, (*place, "rejects"))
        for move in related.moves:
            yield from _unknown_roles(move.roles, roles, (*place, "moves"))
    fees = sorted({tariff.code for tariff in office.tariffs})
    if sop.sheet.tariff and sop.sheet.tariff not in fees:
        yield unknown("office-tariff", "tariff", sop.sheet.tariff, fees, ("sheet", "tariff"))


def not_in_procedure(office: OfficeConfig, sop: Sop) -> Iterator[Fault]:
    """Return what the office names that its procedure does not have; places in its file."""
    if not any(listed.sop == sop.number for listed in office.checklists):
        says = f"there is no checklist of the procedure {sop.number}"
        todo = Words(
            id=f'Tambahkan [[checklist]] dengan sop = "{sop.number}".',
            en=f'Add a [[checklist]] with sop = "{sop.number}".',
        )
        yield Fault("checklist-missing", says, todo, ("checklist", 0))
    purposes = [one.value for one in sop.purposes]
    bases = [one.value for one in sop.bases]
    for index, listed in enumerate(office.checklists):
        if listed.sop != sop.number:
            continue
        for number, item in enumerate(listed.item):
            place: Place = ("checklist", index, "item", number)
            for name in (one for one in item.purposes if one not in purposes):
                yield unknown("item-purpose", "purpose", name, purposes, (*place, "purposes"))
            for name in (one for one in item.bases if one not in bases):
                yield unknown("item-basis", "basis", name, bases, (*place, "bases"))
    yield from _acts(office, sop)


def _acts(office: OfficeConfig, sop: Sop) -> Iterator[Fault]:
    """A rule about a step that does not exist would bind nobody."""
    stages = [stage.name for stage in sop.stages]
    acts = [*stages, *(one.act for one in sop.sheet.related if one.act), *BESIDE]
    for index, rule in enumerate(office.segregation):
        named = sorted({act for pair in rule.pairs for act in pair})
        if rule.sop == sop.number:
            for name in (one for one in named if one not in acts):
                place: Place = ("segregation", index, "pairs")
                yield unknown("segregation-act", "step", name, acts, place)
        for pair in rule.pairs:
            if pair[0] == pair[1]:
                says = f"the rule {rule.code} names {pair[0]} twice in one pair"
                todo = one_of(one for one in acts if one != pair[0])
                yield Fault("segregation-pair", says, todo, ("segregation", index, "pairs"))
    if sop.screens:
        for name in (one for one in office.cekal.recheck_before if one not in stages):
            yield unknown("cekal-recheck", "step", name, stages, ("cekal", "recheck_before"))


def _unknown_roles(named: Collection[str], known: Collection[str], place: Place) -> Iterator[Fault]:
    for name in named:
        if name not in known:
            yield unknown("office-role", "role", name, known, place)
