"""A value of the person as an officer reads it: a sex and a choice by name, a state named too."""

from __future__ import annotations

from hub.cases.countries import state_name
from hub.cases.requirements import choices_of
from hub.sop import FieldRule
from hub.wire import Words


def in_words(rule: FieldRule, value: str) -> Words:
    """Return `value` in both languages, with the code behind the name of what it stands for."""
    chosen = next((one.words for one in choices_of(rule) if one.value == value), None)
    if chosen is not None and rule.kind == "sex":
        return Words(id=f"{chosen.id} ({value})", en=f"{chosen.en} ({value})")
    if chosen is not None:
        return chosen
    named = state_name(value) if rule.kind == "country" else None
    if named is not None:
        return Words(id=f"{value} · {named.id}", en=f"{value} · {named.en}")
    return Words(id=value, en=value)
