"""The passport's chip read again at the counter: asked for, judged by the hub, kept with its case.

What opens the chip goes to the reader in a sealed file that is forgotten with the job. What it
gives is judged as the kiosk's is; its values stand beside the record as a source of their own, and
where they differ somebody has to say why.
"""

from __future__ import annotations

import msgspec

from hub import jobs
from hub.blobs import StoredFile, register
from hub.cases import documents, persons, search
from hub.cases.applications import CHIP_FILES, ENDED, Examined, examine_passport, must_find
from hub.cases.steps import workable
from hub.clock import Clock
from hub.errors import BadInput, Conflict
from hub.events.applications import ChipReread
from hub.models.application import Application
from hub.procedure import Procedure
from hub.stations import devices_at
from hub.wire import ChipKey, FieldFault, Job, JobResult, PassportInput
from hub.writer import Tx

KIND = "read_passport"
ROW = "chip"
UNREADABLE = "chip_record_wrong"
_KEY_FIELDS = ("passport_number", "birth_date", "passport_expiry")


def key_of(person: persons.Person) -> ChipKey:
    """Return what opens the chip by the values on record. Raises BadInput naming what lacks."""
    values = {name: person.value(name) for name in _KEY_FIELDS}
    return typed_key(values["passport_number"], values["birth_date"], values["passport_expiry"])


def typed_key(number: str, born: str, expires: str) -> ChipKey:
    """Return the key of typed values, days as YYYY-MM-DD. Raises BadInput naming what lacks."""
    days = {"birth_date": born, "passport_expiry": expires}
    lacking = [name for name, day in days.items() if len(day) != len("YYYY-MM-DD")]
    lacking += [] if number.strip() else ["passport_number"]
    if lacking:
        faults = [
            FieldFault(field=f"key-{name}", code="missing", message="wajib diisi / required")
            for name in lacking
        ]
        raise BadInput(
            "chip_key_missing",
            "The chip opens with number, date of birth and date of expiry: fill them in.",
            id="Cip dibuka dengan nomor, tanggal lahir, dan masa berlaku: isi semuanya.",
            fields=faults,
        )
    return ChipKey(
        document_number="".join(number.split()).upper(),
        birth_date=born.replace("-", "")[2:],
        expiry_date=expires.replace("-", "")[2:],
    )


def ask(tx: Tx, procedure: Procedure, application: str, key: StoredFile, *, counter: int) -> Job:
    """Ask the counter's reader for the chip; `key` is the stored `ChipKey`.

    Raises Conflict `chip_running` | `chip_reader_missing`.
    """
    row, stage = workable(tx, procedure, application)
    name = f"{stage.name}.{ROW}"
    running = any(
        job.evidence == name and job.state in jobs.UNFINISHED
        for job in jobs.of_application(tx.connection, tx.office, row.id)
    )
    if running:
        raise Conflict(
            "chip_running",
            "The reader waits for the passport already: lay it down.",
            id="Pembaca sudah menunggu: letakkan paspornya.",
        )
    there = {one.role for one in devices_at(tx.connection, tx.office, counter)}
    if "passport_reader" not in there:
        raise Conflict(
            "chip_reader_missing",
            f"Counter {counter} has no passport reader: choose another counter.",
            id=f"Loket {counter} tidak mempunyai pembaca paspor: pilih loket lain.",
        )
    blob = register(tx, key, "application/octet-stream")
    return jobs.ask(
        tx,
        counter=counter,
        kind="read_passport",
        application=row.id,
        evidence=name,
        blob=blob.id,
    )


def judged(
    procedure: Procedure, job: jobs.JobView, result: JobResult, clock: Clock
) -> tuple[JobResult, Examined | None]:
    """Judge what a reader delivered, in a thread before its result is recorded.

    What cannot be read as a chip's record ends as a failure that says so.
    """
    if job.kind != KIND or result.state != "done":
        return result, None
    try:
        content = procedure.blobs.get(result.blobs[0]) if result.blobs else b""
        said = msgspec.json.decode(content, type=PassportInput)
        found = examine_passport(procedure, msgspec.structs.replace(said, mrz=""), clock.now())
    except (msgspec.DecodeError, BadInput):
        failed = msgspec.structs.replace(result, state="failed", code=UNREADABLE, blobs=[])
        return failed, None
    return result, found


def keep(tx: Tx, procedure: Procedure, job: jobs.JobView, found: Examined) -> None:
    """Store verdict, files and values of a chip with its case, unless that has ended."""
    if job.application is None or found.chip is None:
        return
    row = must_find(tx.session, tx.office, procedure, job.application)
    if row.state in ENDED:
        return
    register(tx, found.chip, CHIP_FILES)
    stage = job.evidence.partition(".")[0]
    documents.keep(tx, row.id, kind="chip", item=job.evidence, blob=found.chip.id, step=stage)
    _note(tx, procedure, row, found)
    tx.emit(ChipReread(row.id, found.facts.chip_verdict), subject=row.id)


def _note(tx: Tx, procedure: Procedure, row: Application, found: Examined) -> None:
    row.chip_access = found.facts.chip_access
    row.chip_verdict = found.facts.chip_verdict
    values = found.facts.values.get("chip", {})
    persons.write(tx, procedure.keyring, row, persons.REREAD, values)
    search.index(tx, procedure.keyring, row)
