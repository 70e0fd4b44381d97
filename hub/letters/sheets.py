"""What each template reads: every date, amount and length already in words, nothing evaluated."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from hub.letters.official import BillingSlip, CustodyReceipt, Listing, OfficialLetter, Paper
from hub.letters.official_sheets import official_sheet
from hub.letters.papers import (
    ApplicationReceipt,
    ArchiveLabel,
    CollectionSlip,
    EndorsementText,
    Letterhead,
    MissingList,
    PaymentProof,
    PermitPeriod,
    Route,
    Signer,
    SkimCard,
    SkimLetter,
)
from hub.letters.wording import (
    Stay,
    clock_time,
    indonesian_date,
    local_day,
    rupiah,
    rupiah_in_words,
    short_date,
    staff_number,
    stay,
    total_stay,
)
from hub.wire import Words

Sheet = dict[str, object]
SIGNED = ("LOKET:B:", "LOKET:S:")
"""Codes that the office's public key vouches for: proof of payment, SKIM."""

_SEX = {"M": ("Laki-laki / Male", "L / M"), "F": ("Perempuan / Female", "P / F"), "X": ("X", "X")}
_TURNING = frozenset(
    map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
)


def sheet(head: Letterhead, paper: Paper) -> Sheet:
    """Return everything the template of `paper` reads, cleaned of controls and turning marks."""
    own = _own(paper, head)
    printed = paper.imprint.printed_at
    imprint = {
        "case_code": paper.imprint.case_code,
        "paper_number": paper.imprint.paper_number,
        "printed": f"{short_date(local_day(printed, head.zone))} {clock_time(printed, head.zone)}",
        "short_code": paper.imprint.short_code,
        "payload": paper.imprint.payload,
        "signed": paper.imprint.payload.startswith(SIGNED),
        "copy": paper.imprint.copy,
    }
    whole = {"head": _head(head), "imprint": imprint, **own}
    return {name: _cleaned(value) for name, value in whole.items()}


def _head(head: Letterhead) -> Sheet:
    return {
        "lines": list(head.lines),
        "office": head.office,
        "address": head.address,
        "contact": head.contact,
        "place": head.place,
        "complaints": _both(head.complaints),
        "accent": head.accent,
        "emblem": head.emblem_svg is not None,
        "specimen": head.specimen,
    }


def _own(paper: Paper, head: Letterhead) -> Sheet:  # noqa: C901 — one line a paper
    match paper:
        case ApplicationReceipt():
            return _receipt(paper, head)
        case PaymentProof():
            return _proof(paper)
        case SkimLetter():
            return _letter(paper)
        case SkimCard():
            return _card(paper, head)
        case CollectionSlip():
            return _slip(paper, head)
        case MissingList():
            return _missing(paper, head)
        case EndorsementText():
            return _endorsement(paper, head)
        case ArchiveLabel():
            return _label(paper)
        case CustodyReceipt() | BillingSlip() | OfficialLetter() | Listing():
            return official_sheet(paper, head)


def _receipt(paper: ApplicationReceipt, head: Letterhead) -> Sheet:
    return {
        "applicant": paper.applicant,
        "passport": paper.passport,
        "application": _both(paper.application),
        "on_record": paper.on_record is not None,
        "guarantor": paper.guarantor,
        "received": _moment(paper.received_at, head),
        "notify": paper.notify,
        "promised": indonesian_date(paper.promised_on) if paper.promised_on else None,
        "promise": _both(paper.promise),
        "fee": rupiah(paper.fee_rupiah),
        "documents": [
            {"name": _both(one.name), "ticks": [one.original_seen, one.copy, one.kept]}
            for one in paper.documents
        ],
        "officer": paper.officer,
        "counter": str(paper.counter),
        "page": paper.page,
    }


def _proof(paper: PaymentProof) -> Sheet:
    return {
        "number": paper.number,
        "applicant": paper.applicant,
        "amount": rupiah(paper.amount_rupiah),
        "in_words": _both(rupiah_in_words(paper.amount_rupiah)),
        "purpose": _both(paper.purpose),
        "billing_code": paper.billing_code,
        "ntpn": paper.ntpn,
        "bank": paper.bank,
        "paid": indonesian_date(paper.paid_on),
        "token": paper.token,
        "issued": indonesian_date(paper.issued_on),
        "treasurer": _signer(paper.treasurer),
    }


def _letter(paper: SkimLetter) -> Sheet:
    stays = [stay(period.start, period.end) for period in paper.periods]
    permit_until = f",{_until(paper.permit_expiry)}" if paper.permit_expiry else ""
    return {
        "number": paper.number,
        "route": paper.route,
        "purpose": _both(paper.purpose),
        "full_name": paper.full_name,
        "native_name": paper.native_name,
        "sex": _SEX[paper.sex][0],
        "birth": f"{paper.birth_place}, {paper.birth_date}",
        "nationality": paper.nationality,
        "passport": f"{paper.passport_number}, berlaku{_until(paper.passport_expiry)}",
        "permit": paper.permit + permit_until,
        "address": paper.address,
        "periods": [
            [period.permit, period.number, *map(short_date, (period.start, period.end)), one.short]
            for period, one in zip(paper.periods, stays, strict=True)
        ],
        "total": _total(paper.periods, paper.route).short,
        "issued": indonesian_date(paper.issued_on),
        "signer": _signer(paper.signer),
    }


def _card(paper: SkimCard, head: Letterhead) -> Sheet:
    first, last = paper.periods[0].start, paper.periods[-1].end
    total = _total(paper.periods, paper.route).short
    return {
        "number": paper.number,
        "blank_serial": paper.blank_serial,
        "full_name": [paper.full_name, *paper.shorter_names],
        "sex": _SEX[paper.sex][1],
        "birth_place": paper.birth_place,
        "birth_date": paper.birth_date,
        "nationality": paper.nationality,
        "passport": paper.passport_number,
        "permit": paper.permit,
        "stay": f"{short_date(first)} – {short_date(last)} ({total})",
        "purpose": _both(paper.purpose),
        "issued": f"{head.place}, {short_date(paper.issued_on)}",
        "signer": _signer(paper.signer),
    }


def _slip(paper: CollectionSlip, head: Letterhead) -> Sheet:
    return {
        "number": paper.number,
        "applicant": paper.applicant,
        "passport": paper.passport,
        "payment_proof": paper.payment_proof,
        "collected_by": _both(paper.collected_by),
        "checked_by": _both(paper.checked_by),
        "items": [{"name": _both(item.name), "number": item.number} for item in paper.items],
        "handed": _moment(paper.handed_at, head),
        "receiver": paper.receiver,
        "officer": _signer(paper.officer),
        "contents": _both(paper.contents),
        "classification": paper.classification,
        "shelf": paper.shelf or None,
        "on_record": paper.on_record is not None,
        "file_giver": _signer(paper.file_giver),
        "archivist": _signer(paper.archivist),
    }


def _missing(paper: MissingList, head: Letterhead) -> Sheet:
    return {
        "queue_number": paper.queue_number,
        "applicant": paper.applicant,
        "service": _both(paper.service),
        "checked": f"{_moment(paper.checked_at, head)}, Loket {paper.counter}",
        "back_before": paper.back_before,
        "missing": [
            {
                "what": _both(one.what),
                "where": _both(one.where),
                "hint": _both(one.hint) if one.hint else None,
            }
            for one in paper.missing
        ],
        "complete": [_both(one) for one in paper.complete],
        "checklist": _both(paper.checklist),
        "officer": paper.officer,
        "counter": str(paper.counter),
    }


def _endorsement(paper: EndorsementText, head: Letterhead) -> Sheet:
    return {
        "number": paper.number,
        "full_name": paper.full_name,
        "passport": paper.passport_number,
        "purpose": _both(paper.purpose),
        "issued": f"{head.place}, {indonesian_date(paper.issued_on)}",
        "signer": _signer(paper.signer),
    }


def _label(paper: ArchiveLabel) -> Sheet:
    return {
        "number": paper.number,
        "applicant": paper.applicant,
        "classification": paper.classification,
        "contents": _both(paper.contents),
        "shelf": paper.shelf,
        "archived": indonesian_date(paper.archived_on),
    }


def _total(periods: tuple[PermitPeriod, ...], route: Route) -> Stay:
    """Return the stay that counts: one span without a break, or the sum of the periods."""
    if route == "5Y_CONSEC":
        return stay(periods[0].start, periods[-1].end)
    return total_stay(stay(period.start, period.end) for period in periods)


def _until(day: date) -> str:
    return f" s.d. {indonesian_date(day)}"


def _moment(at: datetime, head: Letterhead) -> str:
    return f"{indonesian_date(local_day(at, head.zone))}, {clock_time(at, head.zone)}"


def _both(words: Words) -> dict[str, str]:
    return {"id": words.id, "en": words.en}


def _signer(signer: Signer | None) -> Sheet | None:
    if signer is None:
        return None
    return {
        "name": signer.name,
        "nip": staff_number(signer.nip),
        "capacity": _both(signer.capacity),
        "behalf": _both(signer.behalf) if signer.behalf else None,
    }


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return _one_line(value)
    if isinstance(value, dict):
        return {name: _cleaned(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    return value


def _one_line(text: str) -> str:
    """Return `text` composed and in one line: an RLO in a name once turned the whole line round."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    kept = (c for c in spaced if unicodedata.category(c) != "Cc" and c not in _TURNING)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
