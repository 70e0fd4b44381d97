"""Who may open Wasdakim's pages, and who has which right on the list."""

from __future__ import annotations

from hub.errors import NotAllowed
from hub.web.desk import Desk

LACKS = {
    "enter": ("This needs the right of input.", "Diperlukan hak input daftar."),
    "verify": ("This needs the right of verification.", "Diperlukan hak verifikasi daftar."),
}


def must_see(desk: Desk) -> None:
    """Refuse everybody but Wasdakim and who decides. Raises NotAllowed `role_missing`."""
    if not desk.officer.roles & desk.office.cekal.sees:
        text = "This page is for Wasdakim."
        raise NotAllowed("role_missing", text, id="Halaman ini untuk Wasdakim.")


def must_browse(desk: Desk) -> None:
    """Refuse who has no right on the list. Raises NotAllowed `role_missing`."""
    if not desk.officer.roles & desk.office.cekal.browses:
        text = "The list is for Wasdakim and those with a right on it."
        indonesian = "Daftar ini untuk Wasdakim dan pemegang hak daftar."
        raise NotAllowed("role_missing", text, id=indonesian)


def must_have(desk: Desk, right: str) -> None:
    """Refuse who lacks the right of input (`enter`) or verification (`verify`)."""
    rules = desk.office.cekal
    those = rules.enter if right == "enter" else rules.verify
    if not desk.officer.roles & set(those):
        text, indonesian = LACKS[right]
        raise NotAllowed("role_missing", text, id=indonesian)


def may_judge(desk: Desk, place: int) -> bool:
    """Say whether the officer may give the verdict of this place: 3 decides, the others confirm."""
    rules = desk.office.cekal
    return bool(desk.officer.roles & set(rules.decide if place == 3 else rules.confirm))
