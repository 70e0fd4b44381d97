"""Confirmations of the office's values as events; bodies hold references only."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class _Public(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "public"
    """Also a kiosk reads the office anew: its papers may be specimens no longer, or again."""
    v: ClassVar[int] = 1


class ValueConfirmed(_Public, frozen=True):
    """An officer confirmed a value of the office's rules as it stands."""

    kind: ClassVar[str] = "value.confirmed"
    value: str
    confirmation: str


class ConfirmationWithdrawn(_Public, frozen=True):
    """A confirmation holds no longer: papers are specimens until the value is confirmed anew."""

    kind: ClassVar[str] = "value.withdrawn"
    value: str
    confirmation: str
