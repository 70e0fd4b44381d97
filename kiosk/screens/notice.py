"""The data protection notice (UU 27/2022): what, why, how long, which rights."""

from __future__ import annotations

from kiosk.screens.page import Page


class NoticePage(Page):
    """A notice to acknowledge, no consent: the office works under law (UU 27/2022 art. 20)."""
