"""An officer's card is asked to sign at a counter's reader: which readers there are, the job.

The job names challenge, act and the certificate that is bound to the officer; its file is the PIN,
sealed for the agent that runs now (devices.piv.pin), and is forgotten with the job's end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from hub import jobs, stations
from hub.blobs import StoredFile, register
from hub.errors import Conflict
from hub.wire import Job
from hub.writer import Tx

KIND: Final = "confirm_by_card"
ROLE: Final = "card_reader"


def readers(connection: Connection, office_no: int) -> Mapping[int, str]:
    """Return the counters with a card reader that works, with what seals a PIN for it."""
    found = {
        station.counter: device.pin_key
        for station in stations.known(connection, office_no)
        for device in station.devices
        if device.role == ROLE and device.lamp != "down" and device.pin_key
    }
    return {counter: key for counter, key in found.items() if counter is not None}


def ask(
    tx: Tx, *, counter: int, challenge: bytes, purpose: str, certificate: str, pin: StoredFile
) -> Job:
    """Ask the card in a counter's reader to sign; `certificate` is the fingerprint it must have.

    Raises Conflict `card_running`.
    """
    if any(job.kind == KIND for job in jobs.unfinished(tx.connection, tx.office, counter)):
        raise Conflict(
            "card_running",
            "The reader is signing for somebody: wait a moment and try again.",
            id="Pembaca sedang menandatangani: tunggu sebentar lalu ulangi.",
        )
    blob = register(tx, pin, "application/octet-stream")
    return jobs.ask(
        tx,
        counter=counter,
        kind=KIND,
        options={
            "challenge": challenge.hex(),
            "purpose": purpose,
            "certificate": certificate,
        },
        blob=blob.id,
    )
