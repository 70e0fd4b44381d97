"""Official letters, lists and slips as the texts their templates set."""

from __future__ import annotations

from hub.letters.official import (
    BillingSlip,
    CustodyReceipt,
    Fact,
    LetterAppointment,
    Listing,
    Official,
    OfficialLetter,
)
from hub.letters.papers import Letterhead, Signer
from hub.letters.wording import (
    clock_time,
    indonesian_date,
    local_day,
    rupiah,
    rupiah_in_words,
    staff_number,
)
from hub.wire import Words

Sheet = dict[str, object]
GROUP = 3


def official_sheet(paper: Official, head: Letterhead) -> Sheet:
    """Return the values of an official paper by its type."""
    match paper:
        case CustodyReceipt():
            return _custody(paper, head)
        case BillingSlip():
            return _billing(paper)
        case OfficialLetter():
            return _letter(paper)
        case Listing():
            return _listing(paper)


def _custody(paper: CustodyReceipt, head: Letterhead) -> Sheet:
    at = paper.taken_at
    return {
        "number": paper.number,
        "applicant": paper.applicant,
        "passport": paper.passport,
        "passport_expiry": paper.passport_expiry,
        "place": paper.place,
        "taken": f"{indonesian_date(local_day(at, head.zone))}, {clock_time(at, head.zone)}",
        "returned_when": _both(paper.returned_when),
        "officer": paper.officer,
        "counter": str(paper.counter),
        "on_record": paper.on_record is not None,
    }


def _billing(paper: BillingSlip) -> Sheet:
    code = paper.billing_code
    groups = [code[place : place + GROUP] for place in range(0, len(code), GROUP)]
    return {
        "applicant": paper.applicant,
        "billing_code": " ".join(groups),
        "amount": rupiah(paper.amount_rupiah),
        "in_words": _both(rupiah_in_words(paper.amount_rupiah)),
        "purpose": _both(paper.purpose),
        "issued": indonesian_date(paper.issued_on),
        "expires": indonesian_date(paper.expires_on),
        "treasurer": _signer(paper.treasurer),
    }


def _letter(paper: OfficialLetter) -> Sheet:
    return {
        "number": paper.number,
        "dated": indonesian_date(paper.dated),
        "attachment": _both(paper.attachment),
        "subject": _both(paper.subject),
        "addressee": list(paper.addressee),
        "opening": [_both(one) for one in paper.opening],
        "facts": [_fact(one) for one in paper.facts],
        "heading": _both(paper.heading),
        "points": [_both(one) for one in paper.points],
        "closing": [_both(one) for one in paper.closing],
        "signer": _signer(paper.signer),
        "copies": list(paper.copies),
        "public": paper.public,
        "appointment": _appointment(paper.appointment) if paper.appointment else None,
    }


def _appointment(one: LetterAppointment) -> Sheet:
    return {
        "code": f"{one.code[:4]} {one.code[4:]}",
        "day": _both(one.day),
        "time": one.time,
        "service": _both(one.service),
    }


def _listing(paper: Listing) -> Sheet:
    return {
        "title": _both(paper.title),
        "number": paper.number,
        "facts": [_fact(one) for one in paper.facts],
        "columns": [
            {"head": _both(one.head), "share": one.share, "figures": one.figures}
            for one in paper.columns
        ],
        "rows": [list(row) for row in paper.rows],
        "totals": [_fact(one) for one in paper.totals],
        "note": _both(paper.note) if paper.note else None,
        "signatures": [
            {"role": _both(one.role), "name": one.name, "detail": one.detail}
            for one in paper.signatures
        ],
        "nothing": _both(paper.nothing),
    }


def _fact(fact: Fact) -> Sheet:
    return {"label": _both(fact.label), "value": fact.value}


def _both(words: Words) -> dict[str, str]:
    return {"id": words.id, "en": words.en}


def _signer(signer: Signer) -> Sheet:
    return {
        "name": signer.name,
        "nip": staff_number(signer.nip),
        "capacity": _both(signer.capacity),
        "behalf": _both(signer.behalf) if signer.behalf else None,
    }
