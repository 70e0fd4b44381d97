"""For what a person applies, and on what ground: settled at the counter while the file is received.

Purpose and basis decide which papers are asked for, which fields concern the case, and what the
letter says. The kiosk does not ask for them: a draft starts with the commonest. A paper that was
printed for others than the case has now says what is no longer so: it is printed again.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.cases import evidence
from hub.cases.purposes import LABELS, must_be_answers
from hub.errors import Conflict
from hub.events.applications import DraftConfirmed
from hub.models.application import Application
from hub.sop import Gate, Sop, Step
from hub.writer import Tx

SEEN = "seen"
ROWS = (*LABELS, SEEN)
"""The names in a form; `seen` is what its page showed, as `PURPOSE.BASIS`."""
PRINTED_FOR = "applies"
"""The option of a print job that remembers what its paper was printed for, as `PURPOSE.BASIS`."""


def printed_for(row: Application) -> dict[str, str]:
    """Return the option that a print of this case carries."""
    return {PRINTED_FOR: f"{row.purpose}.{row.basis}"}


def is_outdated(row: Application, options: str) -> bool:
    """Say whether a print with these options (JSON) was for another purpose or basis than now."""
    known = msgspec.json.decode(options, type=dict[str, str]).get(PRINTED_FOR)
    return known is not None and known != printed_for(row)[PRINTED_FOR]


def differing(form: Mapping[str, str]) -> dict[str, str]:
    """Return what a form says of purpose and basis, if it differs from what its page showed."""
    seen = _seen(form)
    if all(form.get(name, "") in ("", seen[name]) for name in LABELS):
        return {}
    return {name: form[name] for name in ROWS if name in form}


def settle(tx: Tx, sop: Sop, row: Application, stage: Step | Gate, form: Mapping[str, str]) -> None:
    """Keep purpose and basis as `form` says them, where it differs from what its page showed.

    Only where the checklist is asked for: a file that was received under one list is judged by
    another only after that step was opened again. Raises BadInput, Conflict.
    """
    chosen = differing(form)
    if not chosen:
        return
    if not any(rule.kind == "checklist" for rule in stage.evidence):
        raise Conflict(
            "form_gone",
            "The file was received with these; open that step again to change them.",
            id="Berkas sudah diterima dengan ini; buka kembali langkahnya untuk mengubah.",
        )
    must_be_answers(sop, chosen)
    seen, now = _seen(form), {"purpose": row.purpose, "basis": row.basis}
    wanted = {n: t for n, t in chosen.items() if n != SEEN and t not in (seen[n], now[n])}
    if any(seen[name] != now[name] for name in wanted):
        raise Conflict(
            "value_changed",
            "Somebody else changed purpose or basis meanwhile: look at them again.",
            id="Tujuan atau dasar diubah petugas lain: periksa lagi.",
        )
    if not wanted:
        return
    row.purpose, row.basis = wanted.get("purpose", row.purpose), wanted.get("basis", row.basis)
    row.revision += 1
    for rule in stage.evidence:
        if rule.kind == "print":  # one that was printed stands in its job, and is judged by it
            evidence.withdraw(tx, row, stage.name, rule.key)
    tx.session.flush()
    tx.emit(DraftConfirmed(row.id, tuple(wanted)), subject=row.id)


def _seen(form: Mapping[str, str]) -> dict[str, str]:
    purpose, _, basis = form.get(SEEN, "").partition(".")
    return {"purpose": purpose, "basis": basis}
