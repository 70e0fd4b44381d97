"""The letters of a case as its history names them: the number, and whether a print came out."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from hub.cases import letter_book, letters_sent
from hub.models.application import Application
from hub.wire import Words


class Letters:
    """The letters of one case in the agenda."""

    def __init__(self, session: Session, application: Application) -> None:
        found = letter_book.of_case(session, application.office, application.id)
        self._numbers = {one.id: one.number for one in found}
        self._unprinted = letters_sent.unprinted(session, found) if found else {}

    def said(self, kind: str, body: Mapping[str, object]) -> Words | None:
        """Return which letter an event was about, marked if no print of it came out, or None."""
        letter = str(body.get("letter", ""))
        number = self._numbers.get(letter) if kind == "letter.entered" else None
        if number is None:
            return None
        mark = letters_sent.PRINT_WORDS.get(self._unprinted.get(letter, ""))
        if mark is None:
            return Words(id=number, en=number)
        return Words(id=f"{number} ({mark.id})", en=f"{number} ({mark.en})")
