"""A service's quota a day: how many persons have a number of it, whoever gave the number.

The hub's own series and the series that kiosks gave without the hub count together. A ticket that
was replaced by a kiosk's own number does not count: its person is counted by the other one.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, select

from hub import tickets
from hub.database import table_of
from hub.errors import Conflict
from hub.models.opening import NumberVoid
from hub.models.queue import NumberSeries
from hub.office import OfficeConfig, ServiceConfig
from hub.opening.again import again_words
from hub.statements import Statement
from hub.wire import FieldFault

REPLACED = "replaced"
"""The outcome of a ticket whose person holds a kiosk's own number instead."""

# statements are built once: building one costs more than running it
_T, _SERIES = tickets.COLUMNS, table_of(NumberSeries).c
_OF_DAY = (_SERIES.office == bindparam("of_office"), _SERIES.day == bindparam("of_day"))
_SERIES_OF_DAY = Statement(select(_SERIES.prefix, _SERIES.last, _SERIES.station).where(*_OF_DAY))
_KIOSKS = Statement(select(_SERIES.prefix).where(*_OF_DAY, _SERIES.station != ""))
_OF_PREFIX = (
    _T.office == bindparam("of_office"),
    _T.day == bindparam("of_day"),
    _T.prefix == bindparam("of_prefix"),
)
_TICKETS = Statement(select(func.count()).where(*_OF_PREFIX))
_V = table_of(NumberVoid).c
_VOIDS_OF = Statement(
    select(func.count()).where(
        _V.office == bindparam("of_office"),
        _V.day == bindparam("of_day"),
        _V.prefix == bindparam("of_prefix"),
    )
)
_REPLACED = Statement(select(func.count()).where(*_OF_PREFIX, _T.outcome == REPLACED))


def require_quota(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    service: ServiceConfig,
    serial: int,
    at: datetime,
) -> None:
    """Refuse `serial` of the hub's own series if it is over the quota. Raises `quota_used`."""
    if service.quota is None:
        return
    day = office.today(at)
    kiosks = [row.prefix for row in _KIOSKS.rows(connection, _asked(office_no, day))]
    used = serial + _without_hub(connection, office_no, day, service, kiosks)
    # voids are counted last: the hub's own series has some only after a copy was brought back
    if used > service.quota and used - _void(connection, office_no, day, service) > service.quota:
        raise _used_up(office, service, at)


def numbers_left(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> dict[str, int | None]:
    """Return, by service, how many numbers of today's quota are left; None without a quota."""
    spare = _spare(connection, office_no, office, at)
    return {
        one.code: max(0, spare[one.code]) if one.code in spare else None for one in office.services
    }


def passed(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> dict[str, int]:
    """Return by how many numbers today's quota of a service was passed, as kiosks alone may."""
    spare = _spare(connection, office_no, office, at)
    return {code: -left for code, left in spare.items() if left < 0}


def _spare(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> dict[str, int]:
    """Return what is left of each quota, below 0 where it was passed."""
    day = office.today(at)
    rows = _SERIES_OF_DAY.rows(connection, _asked(office_no, day))
    given = {row.prefix: row.last for row in rows}
    kiosks = [row.prefix for row in rows if row.station]
    left: dict[str, int] = {}
    for one in office.services:
        if one.quota is not None:
            used = given.get(one.prefix, 0)
            used += _without_hub(connection, office_no, day, one, kiosks)
            used -= _void(connection, office_no, day, one)
            left[one.code] = one.quota - used
    return left


def _asked(office_no: int, day: date) -> dict[str, object]:
    return {"of_office": office_no, "of_day": day}


def _without_hub(
    connection: Connection, office_no: int, day: date, service: ServiceConfig, kiosks: list[str]
) -> int:
    """Return how many persons have a kiosk's number and none of the hub's."""
    mine = [prefix for prefix in kiosks if prefix[:-1] == service.prefix]
    if not mine:
        return 0
    asked = _asked(office_no, day)
    own = sum(_TICKETS.scalar(connection, {**asked, "of_prefix": prefix}) for prefix in mine)
    replaced = _REPLACED.scalar(connection, {**asked, "of_prefix": service.prefix})
    return int(own - replaced)


def _void(connection: Connection, office_no: int, day: date, service: ServiceConfig) -> int:
    """Return how many numbers of the hub's own series nobody is known to have."""
    asked = {**_asked(office_no, day), "of_prefix": service.prefix}
    return int(_VOIDS_OF.scalar(connection, asked))


def _used_up(office: OfficeConfig, service: ServiceConfig, at: datetime) -> Conflict:
    again = again_words(office, service.code, at, tomorrow=True)
    return Conflict(
        "quota_used",
        f"Today's {service.quota} numbers for {service.name.en} are used up.{again.en}",
        id=f"{service.quota} nomor {service.name.id} hari ini sudah habis.{again.id}",
        fields=[FieldFault(field="service", code="quota_used")],
    )
