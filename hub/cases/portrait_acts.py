"""What an officer does with the portrait: take it, accept a poor one, begin anew."""

from __future__ import annotations

import msgspec

from hub import jobs
from hub.cases import evidence, portraits
from hub.cases.portraits import KEY, SAID, Portrait, Said
from hub.cases.steps import workable
from hub.errors import BadInput, Conflict
from hub.events.applications import EvidenceSupplied
from hub.models.application import Application
from hub.procedure import Procedure
from hub.wire import FieldFault, Job
from hub.writer import Tx


def take(tx: Tx, procedure: Procedure, application: str, *, counter: int, shots: int) -> Job:
    """Ask the counter's camera for the portrait, the best of `shots`.

    Raises Conflict `photo_running` | `photo_tries_used`.
    """
    row, stage, now = _at(tx, procedure, application)
    if now.state == "running":
        raise Conflict(
            "photo_running",
            "The camera is at work already.",
            id="Kamera sedang bekerja.",
        )
    if not now.tries_left:
        raise Conflict(
            "photo_tries_used",
            "All shots are used: accept the photo with a reason, or begin anew with a reason.",
            id="Semua percobaan foto terpakai: terima dengan alasan, atau mulai dari awal.",
        )
    day = procedure.office.today(tx.at)
    background = procedure.office.biometrics.background_on(day)
    return jobs.ask(
        tx,
        counter=counter,
        kind="take_photo",
        application=row.id,
        evidence=f"{stage}.{KEY}",
        options={"background": background, "shots": str(shots)},
    )


def accept(tx: Tx, procedure: Procedure, application: str, *, reason: str) -> str:
    """Use a portrait with faults, with a reason, once its shots are used.

    Raises Conflict `photo_not_poor` | `photo_tries_left`, BadInput naming the reason.
    """
    row, stage, now = _at(tx, procedure, application)
    if now.state != "poor" or now.job is None:
        raise Conflict(
            "photo_not_poor",
            "There is no photo with faults to accept.",
            id="Tidak ada foto bercacat yang perlu diterima.",
        )
    if now.tries_left:
        raise Conflict(
            "photo_tries_left",
            f"Take it again first: {now.tries_left} more before a poor one can be accepted.",
            id=f"Foto ulang dahulu: {now.tries_left} kali lagi sebelum foto bercacat diterima.",
        )
    said = Said(how="accepted", reason=_given(reason), job=now.shown)
    return _say(tx, procedure, row, stage, said)


def begin_anew(tx: Tx, procedure: Procedure, application: str, *, reason: str) -> str:
    """Let the shots count anew; the pictures stay stored. Raises BadInput."""
    row, stage, _ = _at(tx, procedure, application)
    return _say(tx, procedure, row, stage, Said(how="again", reason=_given(reason)))


def _at(tx: Tx, procedure: Procedure, application: str) -> tuple[Application, str, Portrait]:
    row, stage = workable(tx, procedure, application)
    if not any(rule.key == KEY and rule.kind == "photo" for rule in stage.evidence):
        raise Conflict(
            "photo_not_asked",
            "The case's present step asks for no photo.",
            id="Langkah permohonan saat ini tidak meminta foto.",
        )
    return row, stage.name, portraits.of_case(tx.session, procedure, row, stage.name)


def _say(tx: Tx, procedure: Procedure, row: Application, stage: str, said: Said) -> str:
    text = msgspec.json.encode(said).decode()
    evidence.state(tx, procedure, row, stage, SAID, text, job=said.job or None)
    tx.emit(EvidenceSupplied(row.id, stage, SAID), subject=row.id)
    return SAID


def _given(reason: str) -> str:
    if not reason.strip():
        message = "tulis alasannya / say why"
        fault = FieldFault(field="photo-reason", code="missing", message=message)
        raise BadInput("photo_reason", "Say why.", id="Tulis alasannya.", fields=[fault])
    return reason.strip()[:300]
