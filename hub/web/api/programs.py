"""Addresses for the office's own programs: a kiosk's or counter's token does not open them."""

from __future__ import annotations

ONLY_PROGRAMS: dict[int, tuple[str, ...]] = {403: ("station_kind",)}
