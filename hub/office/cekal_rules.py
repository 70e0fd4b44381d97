"""The rules of SOP Cekal as an office file writes them: kinds, rights, re-checks, warnings."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.office.queue_rules import Code
from hub.rulefile import Rule

Kind = Literal["cegah", "tangkal"]
Roles = tuple[Code, ...]
Days = Annotated[int, msgspec.Meta(ge=1, le=366)]


class CekalRules(Rule, frozen=True, kw_only=True):
    """Which entries hold a case, who may do what, and when a case is checked again.

    `enter` and `verify` are two rights: what one person put into the list counts once another has
    verified it. `confirm` may give a first or second verdict, `decide` settles two that disagree.
    """

    shown: tuple[Kind, ...] = ("cegah", "tangkal")
    holds: tuple[Kind, ...] = ("cegah",)
    source: Annotated[str, msgspec.Meta(max_length=40)] = "list"
    answers_within_s: Annotated[int, msgspec.Meta(ge=1, le=120)] = 10
    national_check_days: Days = 30
    recheck_before: tuple[str, ...] = ("6", "9", "11")
    warn_days: Days = 30
    nearest: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    enter: Roles = ("watchlist_entry",)
    verify: Roles = ("watchlist_verifier",)
    examine: Roles = ("watchlist_examiner",)
    confirm: Roles = ("watchlist_examiner", "watchlist_head")
    propose: Roles = ("watchlist_head",)
    decide: Roles = ("legaliser",)
    confirmed: bool = False
    confirmed_by: str = ""

    @property
    def sees(self) -> frozenset[str]:
        """Return the roles that see how a case stands with the list."""
        return frozenset((*self.examine, *self.confirm, *self.propose, *self.decide))

    @property
    def browses(self) -> frozenset[str]:
        """Return the roles that may open the list itself."""
        return self.sees | {*self.enter, *self.verify}
