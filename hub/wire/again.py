"""When numbers are given again, in few words: what stands beside a closed service."""

from __future__ import annotations

from datetime import datetime

from hub.wire.answers import Words

_DAYS_ID = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK = 7


def closed_until(because: Words, opening: datetime | None, now: datetime) -> Words:
    """Return why it is closed and when it opens again, both local; the reason alone if unknown.

    `Sedang istirahat, buka lagi 13.00`; another day is named, one after a week with its date.
    """
    if opening is None:
        return because
    days = (opening.date() - now.date()).days
    date = f" {opening:%d-%m}" if days >= _WEEK else ""
    day = opening.weekday()
    day_id, day_en = (f"{_DAYS_ID[day]}{date} ", f"{_DAYS_EN[day]}{date} ") if days else ("", "")
    return Words(
        id=f"{because.id}, buka lagi {day_id}{opening:%H.%M}",
        en=f"{because.en}, opens {day_en}{opening:%H:%M}",
    )
