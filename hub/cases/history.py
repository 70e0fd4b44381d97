"""What happened to a case, in words, from its sealed events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import inviting, persons
from hub.cases.doubts import DIFFERS
from hub.cases.history_letters import Letters
from hub.cases.history_numbers import Numbers
from hub.cases.history_remarks import remarks_of
from hub.cases.undone import Undone, reopenings
from hub.cases.views import HistoryLine
from hub.models.application import Application, StepRecord
from hub.models.queue import EventRow
from hub.models.station import Station
from hub.procedure import Procedure
from hub.sop import Gate, Sop, Step
from hub.wire import Words

_WORDS = {
    "application.opened": Words(id="Draf dibuka", en="Draft opened"),
    "application.confirmed": Words(id="Data dikonfirmasi petugas", en="Data confirmed"),
    "application.diverted": Words(id="Dialihkan", en="Diverted"),
    "application.resumed": Words(id="Dilanjutkan kembali", en="Resumed"),
    "application.rejected": Words(id="Ditolak", en="Rejected"),
    "application.withdrawn": Words(id="Dicabut", en="Withdrawn"),
    "application.archived": Words(id="Diarsipkan", en="Archived"),
    "payment.recorded": Words(id="Pembayaran dicatat", en="Payment recorded"),
    "billing.entered": Words(id="Kode billing dimasukkan", en="Billing code entered"),
    "payment.verified": Words(id="Pembayaran diverifikasi", en="Payment verified"),
    "payment.reversed": Words(id="Pembayaran ditarik (pembukuan lawan)", en="Payment taken back"),
    "proof.lost": Words(id="Bukti bayar dilaporkan hilang", en="Payment proof reported lost"),
    "proof.replaced": Words(id="Bukti bayar baru diberikan", en="New payment proof given"),
    "case.appointment": Words(id="Janji kedatangan", en="Appointment"),
    "letter.entered": Words(id="Surat dicatat di agenda", en="Letter entered in the agenda"),
    "applicant.contacted": Words(id="Pemohon dihubungi", en="Applicant contacted"),
    "application.lapsed": Words(id="Berakhir karena batas waktu", en="Ended by its deadline"),
    "case.legalised": Words(id="Disahkan", en="Legalised"),
    "case.unlegalised": Words(id="Pengesahan dibatalkan", en="Legalisation voided"),
    "archive.moved": Words(id="Berkas di arsip", en="File in the archive"),
    "number.voided": Words(
        id="Nomor register dan blangko dibatalkan", en="Register number and blank voided"
    ),
    "number.given": Words(id="Nomor register diberikan", en="Register number given"),
    "blank.used": Words(id="Blangko dipakai", en="Blank used"),
    "chip.reread": Words(id="Cip paspor dibaca ulang", en="Passport chip read again"),
    "custody.moved": Words(id="Paspor berpindah tangan", en="Passport changed hands"),
    "step.reopened": Words(id="Langkah dibuka kembali", en="Step opened again"),
    "scans.still_hold": Words(
        id="Pindaian lama dinyatakan masih berlaku", en="Old scans said to hold still"
    ),
    "doubt.answered": Words(id="Peringatan dijawab", en="Warning answered"),
    "file.returned": Words(id="Berkas dikembalikan", en="File returned"),
    "branch.moved": Words(id="Ketidaksesuaian berlanjut", en="Nonconformity goes on"),
    "correction.stated": Words(id="Koreksi data dinyatakan", en="Correction stated"),
    "correction.settled": Words(
        id="Koreksi data diputus orang kedua", en="Correction settled by a second person"
    ),
    "rule.overridden": Words(id="Supervisor memberi izin", en="Supervisor gave leave"),
    "rule.relaxed": Words(
        id="Pemisahan tugas dilonggarkan dengan surat",
        en="Segregation of duties relaxed by letter",
    ),
}
_BRANCHES = ("application.diverted", "application.resumed")


def history(
    session: Session,
    procedure: Procedure,
    application: Application,
    names: Mapping[str, str],
    *,
    sees_cekal: bool,
) -> tuple[HistoryLine, ...]:
    """Return the case's history, oldest first; SOP Cekal only for those who may know."""
    query = (
        select(EventRow)
        .where(
            EventRow.office == application.office,
            EventRow.subject == application.id,
            EventRow.audience != "audit",
        )
        .order_by(EventRow.seq)
    )
    who = {**names, **_stations(session, application.office)}
    records = _records(session, application)
    completions = _completions(session, application, records)
    earlier = Counter[str]()
    key = persons.data_key(procedure.keyring, application)
    written = remarks_of(session, procedure, application)
    numbers, letters = Numbers(session, application), Letters(session, application)
    lines = []
    hidden = False
    for event in session.scalars(query):
        body = msgspec.json.decode(event.body, type=dict[str, object])
        if event.kind in _BRANCHES and not sees_cekal:
            hidden = body.get("to") == "cekal" or (hidden and event.kind == "application.resumed")
            if hidden:
                continue
        said = numbers.said(event.kind, body) or letters.said(event.kind, body)
        said = said or _whom(event.kind, body, who)
        what = _what(procedure, event.kind, body, said)
        if what is not None:
            step = str(body.get("step", body.get("gate", "")))
            remark = written.get((event.kind, event.at), "")
            record = records.get(step) if event.kind in _DONE else None
            if record is not None:
                remark = _remark(key, application, record)
            by = who.get(event.actor, "")
            kept = _kept(procedure, completions.get((step, event.at)))
            if event.kind == _COMPLETED:
                total = int(str(body.get("touch_s", 0)))
                kept = _joined(kept, _took(total, earlier[step]))
                earlier[step] = total
            lines.append(HistoryLine(at=event.at, what=what, by=by, remark=remark, kept=kept))
    return tuple(lines)


_COMPLETED = "step.completed"
_DONE = (_COMPLETED, "gate.passed")
_REOPENED, _VOUCHED = "step.reopened", "scans.still_hold"
_LEGALISED = {
    "own": Words(id="oleh penanda tangan sendiri", en="by the signer in person"),
    "wet": Words(id="tanda tangan basah, dicatat dengan pindaian", en="ink, recorded by its scan"),
    "electronic": Words(id="tanda tangan elektronik", en="electronic signature"),
}
_CUSTODY = {
    "taken": Words(id="diterima dari pemohon", en="taken in from the applicant"),
    "offered": Words(id="dikirim ke bagian lain", en="sent to another section"),
    "kept": Words(id="batal dikirim", en="kept after all"),
    "accepted": Words(id="diterima bagian lain", en="accepted by another section"),
    "released": Words(id="dipinjamkan kepada pemohon", en="lent to the applicant"),
    "back": Words(id="kembali dari pemohon", en="back from the applicant"),
    "returned": Words(id="dikembalikan kepada pemohon", en="given back to the applicant"),
}
_IN_ARCHIVE = {
    "check": Words(id="kelengkapan diperiksa", en="checked to be complete"),
    "label": Words(id="dilabeli", en="labelled"),
    "shelve": Words(id="disimpan di rak", en="put on its shelf"),
    "lend": Words(id="dipinjamkan", en="lent"),
    "remind": Words(id="peminjam diingatkan", en="borrower reminded"),
    "return": Words(id="kembali ke rak", en="back on its shelf"),
    "retire": Words(id="menjadi inaktif", en="made inactive"),
    "inactive": Words(id="tetap disimpan, ANRI menolak", en="kept, ANRI declined"),
    "propose": Words(id="diusulkan musnah", en="proposed for destruction"),
    "approved": Words(id="pemusnahan disetujui ANRI", en="destruction approved by ANRI"),
    "destroyed": Words(id="kertasnya dimusnahkan", en="destroyed on paper"),
    "passport": Words(id="paspor masih di kantor", en="its passport still in the office"),
    "seal": Words(id="paket disegel ulang", en="package sealed again"),
}
_CORRECTED = Words(id="data dikoreksi", en="data corrected")


def _what(
    procedure: Procedure, kind: str, body: Mapping[str, object], said: Words | None
) -> Words | None:
    name = str(body.get("step", body.get("gate", "")))
    stage = procedure.sop.stage(name)
    if kind in _DONE:
        return _titled(stage) if stage else _no_more(name)
    words = _WORDS.get(kind)
    more = said or _more(procedure.sop, kind, body)
    if kind in (_REOPENED, _VOUCHED) and stage:
        more = _titled(stage)
    if words is None or more is None:
        return words
    return Words(id=f"{words.id}: {more.id}", en=f"{words.en}: {more.en}")


def _more(sop: Sop, kind: str, body: Mapping[str, object]) -> Words | None:
    """Return where the case went, or in which way it was done."""
    if kind == "branch.moved":
        state = str(body.get("state", ""))
        moves = (branch.move(state) for branch in sop.sheet.related)
        return next((move.words for move in moves if move), _CORRECTED)
    if kind == "case.appointment":
        return inviting.told(str(body.get("act", "")), str(body.get("why", "")))
    if kind == "case.legalised":
        return _LEGALISED.get(str(body.get("mode", "")))
    if kind == "archive.moved":
        return _IN_ARCHIVE.get(str(body.get("act", "")))
    if kind == "custody.moved":
        return _CUSTODY.get(str(body.get("act", "")))
    if kind == "rule.relaxed":
        letter = str(body.get("letter", ""))
        return Words(id=letter, en=letter)
    if kind == "doubt.answered":
        field = sop.field(str(body.get("code", "")).removeprefix(DIFFERS))
        return field.label if field else None
    related = sop.related(str(body.get("to", "")))
    return Words(id=related.id.rstrip(";"), en=related.en.rstrip(";")) if related else None


def _whom(kind: str, body: Mapping[str, object], who: Mapping[str, str]) -> Words | None:
    """Return the officer whom a supervisor let work in spite of a rule."""
    name = who.get(str(body.get("officer", ""))) if kind == "rule.overridden" else None
    return Words(id=name, en=name) if name else None


def _no_more(name: str) -> Words:
    """Return how a step or gate is called that the office has taken out of its procedure since."""
    return Words(
        id=f"“{name}”, tidak ada lagi dalam prosedur", en=f"“{name}”, no longer in the procedure"
    )


def _titled(stage: Step | Gate) -> Words:
    number = f"{stage.name} · " if isinstance(stage, Step) else ""
    return Words(id=f"{number}{stage.title.id}", en=f"{number}{stage.title.en}")


def _records(session: Session, application: Application) -> dict[str, StepRecord]:
    rows = session.scalars(
        select(StepRecord).where(
            StepRecord.office == application.office, StepRecord.application == application.id
        )
    )
    return {row.step: row for row in rows}


def _remark(key: bytes, application: Application, record: StepRecord) -> str:
    return persons.open_text(key, application, f"remark/{record.step}", record.sealed_remark)


def _completions(
    session: Session, application: Application, records: Mapping[str, StepRecord]
) -> dict[tuple[str, datetime], Undone]:
    """Return every completion by step and moment, also those that were undone."""
    found = {
        (one.step, one.at): one
        for again in reopenings(session, application.office, application.id)
        for one in again.undone
    }
    for row in records.values():
        if row.completed_at is not None:
            found[row.step, row.completed_at] = Undone(
                row.step,
                row.completed_by,
                row.completed_by_name,
                row.completed_at,
                row.touch_s,
                row.medium,
                row.paper_at,
                row.done_at,
                row.begun_at,
            )
    return found


def _took(total_s: int, earlier_s: int) -> Words | None:
    """Say what a completion took by the clock, and what the step took before it was reopened."""
    now = _minutes(total_s - earlier_s)
    if total_s == earlier_s:
        return None
    if not earlier_s:
        return Words(id=f"waktu kerja {now}", en=f"touch time {now}")
    whole = _minutes(total_s)
    return Words(
        id=f"waktu kerja {now}, dengan yang sebelum dibuka kembali {whole}",
        en=f"touch time {now}, with what was before the reopening {whole}",
    )


def _joined(one: Words | None, other: Words | None) -> Words | None:
    if one is None or other is None:
        return one or other
    return Words(id=f"{one.id}; {other.id}", en=f"{one.en}; {other.en}")


def _minutes(seconds: int) -> str:
    """Return minutes and seconds as `6:00`."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def _kept(procedure: Procedure, record: Undone | None) -> Words | None:
    """Say where a step's paper lies, and that it was entered later; None: there is nothing to say.

    Days and times stand as they are typed: this is read on the page and on the printed history.
    """
    if record is None:
        return None
    said = []
    if record.medium == "paper" or record.paper_at:
        place = f": {record.paper_at}" if record.paper_at else ""
        said.append(Words(id=f"di atas kertas{place}", en=f"on paper{place}"))
    if record.done_at is not None:
        then = _from_to(procedure, record.begun_at, record.done_at)
        said.append(
            Words(
                id=f"dikerjakan {then}, dicatat kemudian dari kertas",
                en=f"done {then}, entered later from paper",
            )
        )
    if not said:
        return None
    return Words(id="; ".join(one.id for one in said), en="; ".join(one.en for one in said))


def _from_to(procedure: Procedure, begun: datetime | None, done: datetime) -> str:
    """Return when something was done, `23-11-2026 09.10`, with its beginning where it is known."""
    zone = procedure.office.zone
    end = done.astimezone(zone)
    if begun is None:
        return f"{end:%d-%m-%Y %H.%M}"
    start = begun.astimezone(zone)
    same_day = start.date() == end.date()
    return (
        f"{start:%d-%m-%Y %H.%M}–{end:%H.%M}"
        if same_day
        else (f"{start:%d-%m-%Y %H.%M} – {end:%d-%m-%Y %H.%M}")
    )


def _stations(session: Session, office: int) -> dict[str, str]:
    rows = session.execute(select(Station.id, Station.name).where(Station.office == office))
    return {f"station:{identity}": name for identity, name in rows}
