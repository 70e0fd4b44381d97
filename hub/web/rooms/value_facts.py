"""What each value that must be confirmed says, in the words of the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hub.office import OfficeConfig
from hub.office.case_rules import Checklist, StayRules
from hub.office.cekal_rules import CekalRules
from hub.office.config import Deadlines, RegisterRule, Retention, Tariff
from hub.office.confirmations import Value
from hub.web.words import Speech

Row = tuple[str, str]
"""The key of a label, and what stands beside it."""


def title_of(value: Value, speech: Speech) -> str:
    """Return the name of a value: what it is, and which one."""
    rule = value.rule
    if isinstance(rule, Tariff):
        return f"{speech.say('value_tariff')} {rule.code}"
    if isinstance(rule, Checklist):
        return f"{speech.say('value_checklist')} {rule.version}"
    return speech.say(f"value_{value.key}")


def facts_of(value: Value, office: OfficeConfig, speech: Speech, today: date) -> tuple[Row, ...]:
    """Return what a value says, line by line."""
    rule = value.rule
    if isinstance(rule, Tariff):
        return tuple(_tariff(rule, speech))
    if isinstance(rule, Checklist):
        return tuple(_checklist(rule, speech))
    if isinstance(rule, RegisterRule):
        return tuple(_register(rule, office, today))
    if isinstance(rule, Retention):
        return tuple(_retention(rule, speech))
    if isinstance(rule, StayRules):
        return tuple(_stay(rule, speech))
    if isinstance(rule, Deadlines):
        return tuple(_deadlines(rule, speech))
    return tuple(_cekal(rule, office, speech))


def papers_of(value: Value, speech: Speech) -> tuple[str, ...]:
    """Return the papers of a checklist, each with what is asked for of it; of others nothing."""
    if not isinstance(value.rule, Checklist):
        return ()
    parts = {"original": "paper_original", "copy": "paper_copied", "scan": "paper_scanned"}
    said = []
    for item in value.rule.item:
        asked = [speech.say(key) for name, key in parts.items() if getattr(item, name)]
        if not item.mandatory:
            asked.append(speech.say("paper_not_mandatory"))
        if only := [*item.purposes, *item.bases]:
            asked.append(speech.say("paper_only_for", what=", ".join(only)))
        said.append(f"{speech.pick(item.name)} ({', '.join(asked)})")
    return tuple(said)


def _tariff(rule: Tariff, speech: Speech) -> Iterator[Row]:
    yield "value_amount", speech.rupiah(rule.amount)
    yield "value_for", speech.pick(rule.name)
    yield "value_since", speech.day(rule.valid_from)
    yield from _basis(rule.source)


def _checklist(rule: Checklist, speech: Speech) -> Iterator[Row]:
    yield "value_sop", rule.sop
    yield "value_since", speech.day(rule.valid_from)
    yield from _basis(rule.source)


def _register(rule: RegisterRule, office: OfficeConfig, today: date) -> Iterator[Row]:
    first = rule.format.format(unit=office.office.unit, seq=1, year=today.year)
    yield "value_first_number", first
    yield "value_class", rule.classification


def _retention(rule: Retention, speech: Speech) -> Iterator[Row]:
    yield "value_class", rule.classification
    kept = speech.say("n_years", count=rule.years) if rule.years else speech.say("kept_for_ever")
    yield "value_kept", kept
    yield "value_note", speech.pick(rule.note)


def _stay(rule: StayRules, speech: Speech) -> Iterator[Row]:
    yield "value_passport_margin", speech.say("n_months", count=rule.passport_months)
    yield "value_itap_margin", speech.say("n_months", count=rule.itap_months)
    yield "value_itas_margin", speech.say("n_months", count=rule.itas_months)
    yield from _basis(rule.source)


def _deadlines(rule: Deadlines, speech: Speech) -> Iterator[Row]:
    yield "value_pay", speech.say("n_calendar_days", count=rule.pay_days)
    yield "value_collect", speech.say("n_calendar_days", count=rule.collect_days)
    yield "value_remind", speech.say("n_working_days", count=rule.remind_working_days)


def _cekal(rule: CekalRules, office: OfficeConfig, speech: Speech) -> Iterator[Row]:
    yield "value_cekal_shown", ", ".join(rule.shown)
    yield "value_cekal_holds", ", ".join(rule.holds)
    yield "value_cekal_again", ", ".join(rule.recheck_before)
    yield "value_cekal_national", speech.say("n_calendar_days", count=rule.national_check_days)
    yield "value_cekal_warns", speech.say("n_calendar_days", count=rule.warn_days)
    for name in ("enter", "verify", "examine", "confirm", "propose", "decide"):
        held = (office.role(code) for code in getattr(rule, name))
        yield f"value_cekal_{name}", ", ".join(speech.pick(one.name) for one in held if one)


def _basis(source: str) -> Iterator[Row]:
    if source:
        yield "value_basis", source
