"""What a program must know of an address beyond its path: body, answer, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from hub.web.station_kinds import EVERYBODY, OPT

KEY = "described"
Refusals = Mapping[int, tuple[str, ...]]
"""The codes that an address may answer, by HTTP status."""

FOR_ALL: Refusals = {401: ("token_unknown",), 500: ("hub_failed",), 503: ("database_away",)}
FOR_SOME: Refusals = {403: ("station_kind",)}
FOR_COMMANDS: Refusals = {
    409: ("constraint",),
    413: ("body_too_large",),
    415: ("media_type",),
    422: ("key_missing", "key_reused"),
    503: ("storage_failed", "outcome_unknown"),
}
FOR_JSON: Refusals = {422: ("json_malformed", "body_invalid")}
FOR_PATHS: Refusals = {404: ("path_unknown",)}


@dataclass(frozen=True, slots=True)
class Described:
    """An address as the OpenAPI document shows it; `files` are media types in place of JSON.

    `kinds` are the kinds of stations that may use it.
    """

    answer: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None
    refuses: Refusals
    may_be_empty: bool = False
    takes_files: tuple[str, ...] = ()
    gives_file: bool = False
    kinds: frozenset[str] = EVERYBODY

    def refusals(self, *, command: bool, path_parameters: bool) -> dict[int, tuple[str, ...]]:
        """Return every code that may be answered here, its own and those of its kind."""
        kinds = [FOR_ALL]
        kinds += [FOR_SOME] if self.kinds != EVERYBODY else []
        kinds += [FOR_COMMANDS] if command else []
        kinds += [FOR_JSON] if self.body is not None else []
        kinds += [FOR_PATHS] if path_parameters else []
        statuses = sorted({status for kind in (*kinds, self.refuses) for status in kind})
        return {
            status: tuple(code for kind in (*kinds, self.refuses) for code in kind.get(status, ()))
            for status in statuses
        }


def described(
    answer: type[msgspec.Struct] | None,
    body: type[msgspec.Struct] | None = None,
    *,
    refuses: Refusals | None = None,
    may_be_empty: bool = False,
    takes_files: tuple[str, ...] = (),
    gives_file: bool = False,
    kinds: frozenset[str] = EVERYBODY,
) -> dict[str, object]:
    """Return a handler's `opt`: what the OpenAPI document says of it, and who may use it."""
    told = Described(answer, body, refuses or {}, may_be_empty, takes_files, gives_file, kinds)
    return {KEY: told, OPT: kinds}
