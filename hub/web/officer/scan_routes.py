"""What an officer's page shows when the counter's scanner read something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from hub.cases import may_see_cases, scans
from hub.cases.payments.billing import TREASURER
from hub.models.application import Application
from hub.web.desk import Desk
from hub.web.rendering import page
from hub.web.scanned_codes import ScannedCodes
from hub.wire.scans import ScanKnown

_SHOWN = {
    "receipt": ("ok", "barcode"),
    "proof": ("ok", "barcode"),
    "case": ("ok", "barcode"),
    "passport": ("info", "scan-text"),
    "billing": ("info", "barcode"),
    "foreign": ("warn", "triangle-alert"),
    "unreadable": ("warn", "triangle-alert"),
}
_FIELDS = {"receipt": "receipt_code", "proof": "proof_code", "billing": "billing_code"}


@dataclass(frozen=True, slots=True)
class ScanShown:
    """A scan in words, the case it belongs to, and the field that it fills."""

    kind: str
    symbol: str
    what: str
    todo: str
    case: str = ""
    case_code: str = ""
    field: str = ""
    value: str = ""


@get("/scans/{seq:int}")
async def show_scan(
    seq: FromPath[int], desk: NamedDependency[Desk], codes: NamedDependency[ScannedCodes]
) -> Response[str]:
    """Show the scan of event `seq`; empty if another counter read it, or a while ago."""
    position, at, shown = await desk.read(lambda session, at: _read(session, desk, codes, seq, at))
    if shown is None:
        return Response("", status_code=204)
    here = f"/scans/{seq}"
    frame = desk.frame(position, at, title="", section="scan", here=here, stream="")
    return page("scan.html", frame, shown)


def _read(
    session: Session, desk: Desk, codes: ScannedCodes, seq: int, at: datetime
) -> ScanShown | None:
    counter = desk.officer.counter
    known = scans.fresh_at(session, desk.office_no, seq, counter=counter, at=at)
    if known is None:
        return None
    bills = known.meaning == "billing" and TREASURER & desk.officer.roles
    return _shown(session, desk, known, codes.read_at(counter, at) if bills else "")


def _shown(session: Session, desk: Desk, known: ScanKnown, value: str) -> ScanShown:
    say = desk.speech.say
    kind, symbol = _SHOWN[known.meaning]
    case_code = ""
    if known.application and may_see_cases(desk.procedure, desk.officer.roles):
        row = session.get(Application, (desk.office_no, known.application))
        case_code = row.case_code if row else ""
        value = value or scans.secret_of(session, desk.procedure, known)
    return ScanShown(
        kind=kind,
        symbol=symbol,
        what=say(f"scan_{known.meaning}"),
        todo=say(_todo(known, case_code)),
        case=known.application if case_code else "",
        case_code=case_code,
        field=_FIELDS.get(known.meaning, ""),
        value=value,
    )


def _todo(known: ScanKnown, case_code: str) -> str:
    if known.meaning in ("foreign", "unreadable"):
        return f"scan_todo_{known.meaning}"
    if not known.application:
        return "scan_todo_billing" if known.meaning == "billing" else "scan_todo_no_case"
    return "scan_todo_case" if case_code else "scan_todo_not_yours"


routes = [show_scan]
