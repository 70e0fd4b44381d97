"""Note or strike one permit of a person's stay; permits that overlap are refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hub.cases import persons, search
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.stays import ENDINGS, KINDS, Stay, read_stays, write_stays, wrong_stays
from hub.errors import BadInput, Conflict
from hub.events.applications import DraftConfirmed
from hub.models.application import Application
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Tx

FIELD = "stays"
MOST = 60
_DAYS = {"start": Words(id="Dari", en="From"), "end": Words(id="Sampai", en="To")}


def add(tx: Tx, procedure: Procedure, application: str, said: Mapping[str, str]) -> str:
    """Note a permit: kind, number, start, end, office, ended_by. Raises BadInput, Conflict."""
    row = _editable(tx, procedure, application)
    stays = _known(tx, procedure, row)
    stay = _read(said)
    if stay in stays:
        return row.id
    _keep(tx, procedure, row, [*stays, stay], field="stay-start")
    return row.id


def strike(tx: Tx, procedure: Procedure, application: str, said: Mapping[str, str]) -> str:
    """Strike the permit that begins on `start` with this kind. Raises Conflict `stay_unknown`."""
    row = _editable(tx, procedure, application)
    stays = _known(tx, procedure, row)
    left = [
        stay
        for stay in stays
        if (stay.start.isoformat(), stay.kind) != (said.get("start"), said.get("kind"))
    ]
    if len(left) == len(stays):
        text = "This permit is not in the history."
        raise Conflict("stay_unknown", text, id="Izin ini tidak ada dalam riwayat.")
    _keep(tx, procedure, row, left, field="stay-start")
    return row.id


def _editable(tx: Tx, procedure: Procedure, application: str) -> Application:
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    stage = procedure.sop.stage(row.position)
    if stage is None or not any(rule.kind in ("fields", "checklist") for rule in stage.evidence):
        raise Conflict(
            "form_gone",
            "The data are keyed already; open that step again to change them.",
            id="Data sudah dimasukkan; buka kembali langkahnya untuk mengubah.",
        )
    must_have_role(tx, frozenset(stage.roles))
    return row


def _known(tx: Tx, procedure: Procedure, row: Application) -> tuple[Stay, ...]:
    return read_stays(persons.read(tx.session, procedure.keyring, row).value(FIELD))


def _keep(tx: Tx, procedure: Procedure, row: Application, stays: list[Stay], *, field: str) -> None:
    wrong = wrong_stays(stays, procedure.office.today(tx.at))
    if wrong is None and len(stays) > MOST:
        raise _wrong(field, "terlalu banyak / too many")
    if wrong is not None:
        raise _wrong(field, f"{wrong.id} / {wrong.en}")
    values = {FIELD: write_stays(stays) if stays else ""}
    saved = persons.write(tx, procedure.keyring, row, persons.OFFICER, values)
    if saved:
        search.index(tx, procedure.keyring, row)
        tx.emit(DraftConfirmed(row.id, saved), subject=row.id)


def _read(said: Mapping[str, str]) -> Stay:
    faults = []
    days: dict[str, date] = {}
    for name, label in _DAYS.items():
        try:
            days[name] = date.fromisoformat(said.get(name, "").strip())
        except ValueError:
            message = (
                f"{label.id}: bukan tanggal (HH-BB-TTTT) / {label.en}: is no date (DD-MM-YYYY)"
            )
            faults.append(FieldFault(field=f"stay-{name}", code="wrong", message=message))
    for name, allowed in (("kind", KINDS), ("ended_by", ENDINGS)):
        if said.get(name, "") not in allowed:
            message = "pilih salah satu / choose one"
            faults.append(FieldFault(field=f"stay-{name}", code="wrong", message=message))
    if faults:
        text = "The permit cannot be read; see the fields."
        raise BadInput("stay_wrong", text, id="Izin tidak terbaca; periksa isian.", fields=faults)
    return Stay(
        start=days["start"],
        end=days["end"],
        kind=said["kind"],
        number="".join(said.get("number", "").split()).upper()[:40],
        office=said.get("office", "").strip()[:80],
        ended_by=said.get("ended_by", ""),
    )


def _wrong(field: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=field, code="wrong", message=message)
    return BadInput("stay_wrong", english, id=indonesian, fields=[fault])
