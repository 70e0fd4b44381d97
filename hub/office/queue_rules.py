"""The rules of the queue as an office file writes them: classes, needs, work profiles, limits."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.rulefile import Rule
from hub.wire import Words

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=600)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=3600)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=600)]

GENERAL = "general"
PRIORITY = "priority"


class GroupConfig(Rule, frozen=True, kw_only=True):
    """A vulnerable group for which staff put a person into a limited class; kept, never public."""

    code: Code
    name: Words


DEFAULT_GROUPS = (
    GroupConfig(code="elderly", name=Words(id="Lansia, di atas 60 tahun", en="Elderly, over 60")),
    GroupConfig(code="under_five", name=Words(id="Membawa balita", en="With a child under 5")),
    GroupConfig(code="pregnant", name=Words(id="Hamil atau menyusui", en="Pregnant or nursing")),
    GroupConfig(code="disability", name=Words(id="Penyandang disabilitas", en="A disability")),
    GroupConfig(code="sick", name=Words(id="Sakit", en="Sick")),
)


class SegmentConfig(Rule, frozen=True, kw_only=True):
    """A class of tickets: its head start in minutes, and whether the ratio limits it.

    `ask` is how the kiosk offers it, without proof, and `about` says to whom (left out: only staff
    give it). An officer confirms it or takes it back with a reason. Staff who give a limited class
    name one of its `group`s; without any in the file, those of the law.
    """

    code: Code
    name: Words
    ask: Words | None = None
    about: Words = Words(id="", en="")
    bonus_min: Whole = 0
    limited: bool = False
    group_list: tuple[GroupConfig, ...] = msgspec.field(name="group", default=())

    @property
    def groups(self) -> tuple[GroupConfig, ...]:
        """Return for whom staff give this class, empty if it puts nobody first."""
        return (self.group_list or DEFAULT_GROUPS) if self.limited else ()

    def group(self, code: str) -> GroupConfig | None:
        """Return the vulnerable group `code` of this class, or None."""
        return next((one for one in self.groups if one.code == code), None)


class NeedConfig(Rule, frozen=True, kw_only=True):
    """What staff do for a person; `at_counter`: only counters that have it call such a ticket.

    `alerts` asks for a guide at the call; `ask` is how the kiosk offers it (left out: only staff
    set it). The other fields replace those of `[queue]` where they give more time.
    """

    code: Code
    name: Words
    ask: Words | None = None
    at_counter: bool = True
    alerts: bool = False
    absent_after_s: Seconds = 0
    recall_limit: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    return_within_min: Minutes | None = None


class ProfileRule(Rule, frozen=True, kw_only=True):
    """Which tickets go first: all that is named must fit; `over_min` is a waiting time."""

    lane: str = ""
    segment: str = ""
    language: str = ""
    need: str = ""
    over_min: Whole = 0


class ProfileConfig(Rule, frozen=True, kw_only=True):
    """A work profile: its first fitting rule goes before the later ones and before the score."""

    code: Code
    name: Words
    rules: tuple[ProfileRule, ...] = msgspec.field(name="rule")


class QueueRules(Rule, frozen=True, kw_only=True):
    """How the queue calls, recalls, gives way, lets people return, and ends the day."""

    recall_limit: Annotated[int, msgspec.Meta(ge=1, le=9)]
    absent_after_s: Seconds = 0
    return_after: Annotated[int, msgspec.Meta(ge=0, le=50)]
    return_within_min: Minutes
    returns_allowed: Annotated[int, msgspec.Meta(ge=0, le=9)] = 1
    priority_ratio: Annotated[int, msgspec.Meta(ge=1, le=50)]
    ageing_per_min: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    appointment_grace_min: Whole = 10
    undo_within_s: Seconds = 60
    numbers_stop_before_close_min: Whole = 0
    ends_waiting_after_close_min: Whole | None = None


DEFAULT_SEGMENTS = (
    SegmentConfig(code=GENERAL, name=Words(id="Umum", en="General")),
    SegmentConfig(
        code=PRIORITY,
        name=Words(id="Prioritas", en="Priority"),
        ask=Words(id="Saya perlu didahulukan", en="I need to go first"),
        about=Words(
            id="Lansia, hamil atau menyusui, penyandang disabilitas, membawa balita",
            en="Elderly, pregnant or breastfeeding, with a disability, with a small child",
        ),
        bonus_min=15,
        limited=True,
    ),
)
