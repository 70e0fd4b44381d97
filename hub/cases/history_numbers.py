"""What a case used up, as its history names it: register numbers, blanks, payments."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.letters.wording import rupiah
from hub.models.application import Application, Blank, RegisterNumber
from hub.wire import Words

_PAYMENTS = ("payment.recorded", "payment.reversed")


class Numbers:
    """The numbers and blanks of one case, also the void ones."""

    def __init__(self, session: Session, application: Application) -> None:
        blanks = select(Blank).where(
            Blank.office == application.office, Blank.application == application.id
        )
        numbers = select(RegisterNumber).where(
            RegisterNumber.office == application.office,
            RegisterNumber.application == application.id,
        )
        used = list(session.scalars(blanks))
        self._serials = {one.id: one.serial for one in used}
        # a number and its blank are used up in one act, at one instant
        beside = {one.used_at: one.serial for one in used}
        self._numbers = {
            (one.year, one.seq): (one.number, beside.get(one.given_at, ""))
            for one in session.scalars(numbers)
        }

    def said(self, kind: str, body: Mapping[str, object]) -> Words | None:
        """Return which number, blank or amount an event was about, or None."""
        if kind in _PAYMENTS:
            amount = rupiah(abs(int(str(body.get("amount", 0)))))
            return Words(id=amount, en=amount)
        if kind == "blank.used":
            serial = self._serials.get(str(body.get("blank", "")), "")
            return Words(id=serial, en=serial) if serial else None
        if kind not in ("number.given", "number.voided"):
            return None
        place = (int(str(body.get("year", 0))), int(str(body.get("seq", 0))))
        number, serial = self._numbers.get(place, ("", ""))
        if kind == "number.given" or not serial:
            return Words(id=number, en=number) if number else None
        return Words(id=f"{number}, blangko {serial}", en=f"{number}, blank {serial}")
