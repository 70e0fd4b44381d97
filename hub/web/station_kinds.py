"""Which kinds of stations may use an address of the interface, and how another is refused.

A kiosk stands in the public hall: who takes its token out of it must not run a counter. Each
handler names its kinds; the request is refused before its key and its body are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.errors import NotAllowed
from hub.wire import Words
from hub.writer import Actor

if TYPE_CHECKING:
    from litestar.handlers import BaseRouteHandler

OPT: Final = "station_kinds"
"""The name among a handler's options."""

EVERYBODY: Final = frozenset({"kiosk", "agent", "program"})
COUNTERS: Final = frozenset({"agent", "program"})
KIOSKS: Final = frozenset({"kiosk", "program"})
ONLY_KIOSKS: Final = frozenset({"kiosk"})
ONLY_AGENTS: Final = frozenset({"agent"})
ONLY_PROGRAMS: Final = frozenset({"program"})

_WHOSE = {
    "kiosk": Words(id="kios", en="a kiosk"),
    "agent": Words(id="loket", en="a counter"),
    "program": Words(id="program", en="a program"),
}
_OPTIONS = {"kiosk": "--kiosk NAME", "agent": "--counter N", "program": "--program NAME"}


def kinds_of(handler: BaseRouteHandler) -> frozenset[str]:
    """Return the kinds of stations that may use an address."""
    kinds: frozenset[str] = handler.opt.get(OPT, EVERYBODY)
    return kinds


def require_kind(station: Actor, kinds: frozenset[str]) -> None:
    """Refuse a station of another kind. Raises NotAllowed `station_kind`."""
    if station.roles <= kinds:
        return
    own, options = _WHOSE[min(station.roles)], " / ".join(_OPTIONS[kind] for kind in sorted(kinds))
    raise NotAllowed(
        "station_kind",
        f"The token of {own.en} may not do this, only that of {whose(kinds)}: "
        f"loket hub token {options}.",
        id=f"Token {own.id} tidak boleh melakukan ini, hanya token "
        f"{' atau '.join(_WHOSE[kind].id for kind in sorted(kinds))}: loket hub token {options}.",
    )


def whose(kinds: frozenset[str]) -> str:
    """Return the kinds in English words: "a counter or a program"."""
    return " or ".join(_WHOSE[kind].en for kind in sorted(kinds))
