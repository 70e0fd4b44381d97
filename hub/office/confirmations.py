"""Values that no public source gives: to be confirmed until a named officer has done so.

Tariff, register format, validity and checklist stand in the office's file with `confirmed` and
`confirmed_by`. While one of those in use is not confirmed every paper is a specimen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol, TypeVar

from hub.office.config import OfficeConfig
from hub.office.faults import Fault
from hub.rulefile import Place
from hub.wire import Words

T = TypeVar("T", bound="_Dated")
_WHO = Words(
    id='Tulis siapa yang mengonfirmasi: confirmed_by = "Nama, NIP, tanggal".',
    en='Write who confirmed it: confirmed_by = "Name, staff number, date".',
)


class _Confirmable(Protocol):
    @property
    def confirmed(self) -> bool: ...
    @property
    def confirmed_by(self) -> str: ...


class _Dated(_Confirmable, Protocol):
    @property
    def valid_from(self) -> date: ...


def unconfirmed(office: OfficeConfig) -> tuple[str, ...]:
    """Return the values in use that nobody confirmed yet, by the names of their tables."""
    return tuple(name for _, name, value in _in_use(office) if not value.confirmed)


def is_specimen(office: OfficeConfig) -> bool:
    """Say whether its papers are specimens: it says so itself, or a value is not confirmed."""
    return office.office.specimen or bool(unconfirmed(office))


def confirmation_faults(office: OfficeConfig) -> Iterator[Fault]:
    """Return every value that is said to be confirmed by nobody."""
    for place, name, value in _in_use(office):
        if value.confirmed and not value.confirmed_by.strip():
            says = f"{name} is confirmed, but nobody is named who did"
            yield Fault("confirmed-by", says, _WHO, (*place, "confirmed"))


def _in_use(office: OfficeConfig) -> Iterator[tuple[Place, str, _Confirmable]]:
    """Yield each value with its place; of those with a first day only the newest counts."""
    for index, tariff in _newest([(one.code, one) for one in office.tariffs]):
        yield ("tariff", index), f"tariff {tariff.code}", tariff
    for index, listed in _newest([(one.sop, one) for one in office.checklists]):
        yield ("checklist", index), f"checklist {listed.version}", listed
    yield ("register",), "register", office.register
    yield ("retention",), "retention", office.retention
    yield ("stay",), "stay", office.stay
    yield ("deadlines",), "deadlines", office.deadlines
    yield ("cekal",), "cekal", office.cekal


def _newest(rows: list[tuple[str, T]]) -> Iterator[tuple[int, T]]:
    last = {kind: max(one.valid_from for name, one in rows if name == kind) for kind, _ in rows}
    for index, (kind, one) in enumerate(rows):
        if one.valid_from == last[kind]:
            yield index, one
