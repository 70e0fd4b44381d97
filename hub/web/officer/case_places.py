"""Where on the page of a case the keyboard goes on after an act: the addresses of its places."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from litestar.response import Redirect

from hub.web.forms import Form

PRESENT = "now"
"""The head of what the case stands at: a step, a branch, its end."""
PLACES: Mapping[str, str] = {
    "begin": "clock",
    "pause": "clock",
    "doubt": "next-doubt",
    "stay": "field-stay-kind",
    "strike-stay": "field-stay-kind",
}
"""Where the keyboard goes on after an act that leaves the case at its step."""


def back(application: str, place: str = PRESENT) -> Redirect:
    """Send the browser to the case, to the place where the officer goes on."""
    return Redirect(f"/case/{application}#{place}", status_code=303)


def row_place(form: Form) -> str:
    """Return the place of the row whose button was pressed."""
    key = form.text("evidence")
    return f"row-{quote(key)}" if key else PRESENT


def paper_place(kind: str) -> str:
    """Return the place of a paper in the list of papers."""
    return f"print-{quote(kind)}"


def place_after(act: str, form: Form) -> str:
    """Return where an act leaves off that has a form of its own."""
    return row_place(form) if act in ("supply", "still-hold") else PLACES.get(act, PRESENT)
