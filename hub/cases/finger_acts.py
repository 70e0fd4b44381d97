"""What an officer does with a finger: take it, except it, accept a poor image, begin it anew."""

from __future__ import annotations

import msgspec

from hub import jobs
from hub.cases import evidence, fingers
from hub.cases.fingers import EXCEPTIONS, NAMES, TOGETHER, Finger, Said
from hub.cases.steps import workable
from hub.errors import BadInput, Conflict
from hub.events.applications import EvidenceSupplied
from hub.models.application import Application
from hub.procedure import Procedure
from hub.stations import devices_at
from hub.wire import DeviceReport, FieldFault, Job
from hub.writer import Tx

KEY = "finger"
LONGEST_REASON = 300


def take(tx: Tx, procedure: Procedure, application: str, number: int, *, counter: int) -> Job:
    """Ask the counter's reader for a finger, or for several at once (13, 14, 15).

    Raises Conflict `finger_running` | `finger_tries_used` | `finger_not_taken`, BadInput.
    """
    row, stage = _at(tx, procedure, application)
    asked = _of(tx, procedure, row, stage, number)
    _must_be_able(_reader(tx, counter), number, counter)
    if any(one.state == "running" for one in asked):
        raise Conflict(
            "finger_running",
            "The reader is waiting for this finger already: put it on the glass.",
            id="Alat sudah menunggu jari ini: letakkan di kaca.",
        )
    open_ones = [one for one in asked if one.state != "exception"]
    if not any(one.tries_left for one in open_ones):
        raise Conflict(
            "finger_tries_used",
            "All tries are used: accept the best image with a reason, make an exception, or begin "
            "the finger anew.",
            id="Semua percobaan terpakai: terima gambar terbaik dengan alasan, catat "
            "pengecualian, atau mulai jari ini dari awal.",
        )
    rules = procedure.office.biometrics
    return jobs.ask(
        tx,
        counter=counter,
        kind="capture_finger",
        application=row.id,
        evidence=f"{stage}.{KEY}.{number}",
        options={"finger": str(number), "least_quality": str(rules.least_quality)},
    )


def except_finger(
    tx: Tx, procedure: Procedure, application: str, number: int, *, kind: str, reason: str
) -> str:
    """Say why there is no image of a finger. Raises BadInput naming the field."""
    row, stage = _at(tx, procedure, application)
    known = next((one for one in EXCEPTIONS if one.value == kind), None)
    if known is None:
        raise _wrong("exception", "pilih sebabnya / choose the cause")
    if known.needs_reason and not reason.strip():
        raise _wrong("reason", "tulis alasannya / say why")
    _of(tx, procedure, row, stage, number)
    why = reason.strip()[:LONGEST_REASON]
    said = Said(how="exception", exception=known.value, code=known.code, reason=why)
    return _say(tx, procedure, row, stage, number, said)


def accept(tx: Tx, procedure: Procedure, application: str, number: int, *, reason: str) -> str:
    """Accept the best image below the limit with a reason, once all tries are used.

    Raises Conflict `finger_tries_left` | `finger_no_image`, BadInput.
    """
    row, stage = _at(tx, procedure, application)
    [finger] = _of(tx, procedure, row, stage, number)
    if not finger.blob or finger.state == "exception":
        raise Conflict(
            "finger_no_image",
            "There is no image of this finger to accept: take it, or make an exception.",
            id="Belum ada gambar jari ini: ambil dahulu, atau catat pengecualian.",
        )
    if finger.tries_left and finger.state == "poor":
        raise Conflict(
            "finger_tries_left",
            f"Try again first: {finger.tries_left} more before a poor image can be accepted.",
            id=f"Ulangi dahulu: {finger.tries_left} kali lagi sebelum gambar lemah diterima.",
        )
    if not reason.strip():
        raise _wrong("reason", "tulis alasannya / say why")
    said = Said(how="accepted", reason=reason.strip()[:LONGEST_REASON], job=finger.best)
    return _say(tx, procedure, row, stage, number, said, blob=finger.blob, job=finger.best)


def begin_anew(tx: Tx, procedure: Procedure, application: str, number: int, *, reason: str) -> str:
    """Forget exception and images of a finger for this case's evidence; its tries count anew.

    The images stay stored. Raises BadInput.
    """
    row, stage = _at(tx, procedure, application)
    _of(tx, procedure, row, stage, number)
    if not reason.strip():
        raise _wrong("reason", "tulis alasannya / say why")
    said = Said(how="again", reason=reason.strip()[:LONGEST_REASON])
    return _say(tx, procedure, row, stage, number, said)


def _at(tx: Tx, procedure: Procedure, application: str) -> tuple[Application, str]:
    row, stage = workable(tx, procedure, application)
    if not any(rule.key == KEY and rule.kind == "finger" for rule in stage.evidence):
        raise Conflict(
            "fingers_not_asked",
            "The case's present step asks for no fingers.",
            id="Langkah permohonan saat ini tidak meminta sidik jari.",
        )
    return row, stage.name


def _of(
    tx: Tx, procedure: Procedure, row: Application, stage: str, number: int
) -> tuple[Finger, ...]:
    """Return the fingers that `number` stands for. Raises BadInput `finger_unknown`."""
    if number not in NAMES:
        raise BadInput(
            "finger_unknown",
            "Fingers have the numbers 1 to 10.",
            id="Jari bernomor 1 sampai 10.",
            fields=[FieldFault(field="finger", code="unknown")],
        )
    numbers = TOGETHER.get(number, (number,))
    known = fingers.of_case(tx.session, procedure, row, stage, KEY)
    return tuple(one for one in known if one.number in numbers)


def _reader(tx: Tx, counter: int) -> DeviceReport:
    for device in devices_at(tx.connection, tx.office, counter):
        if device.role == "fingerprint":
            return device
    raise Conflict(
        "finger_reader_missing",
        f"Counter {counter} has no fingerprint reader: choose another counter.",
        id=f"Loket {counter} tidak mempunyai alat sidik jari: pilih loket lain.",
    )


def _must_be_able(reader: DeviceReport, number: int, counter: int) -> None:
    can = reader.fingers
    if can is None:  # it has not been open yet: the request waits for it
        return
    together = TOGETHER.get(number)
    known = set(can.positions)
    able = can.slaps and set(together) <= known if together else number in known
    if not able:
        raise Conflict(
            "finger_not_taken",
            f"The reader at counter {counter} does not take this finger.",
            id=f"Alat di loket {counter} tidak dapat mengambil jari ini.",
        )


def _say(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    stage: str,
    number: int,
    said: Said,
    *,
    blob: str | None = None,
    job: str | None = None,
) -> str:
    key = f"{KEY}.{number}"
    text = msgspec.json.encode(said).decode()
    evidence.state(tx, procedure, row, stage, key, text, blob=blob, job=job)
    tx.emit(EvidenceSupplied(row.id, stage, key), subject=row.id)
    return key


def _wrong(field: str, message: str) -> BadInput:
    fault = FieldFault(field=field, code="missing", message=message)
    return BadInput(
        "finger_wrong", "This is not complete.", id="Ini belum lengkap.", fields=[fault]
    )
