"""Why a chip was judged as it was: the findings of that day, and of today's certificates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from devices.capabilities import Finding, Verdict
from hub.cases.chip_words import CHECKS, VERDICT_WORDS, reason_words
from hub.cases.passports import kept_chip, replay
from hub.errors import NotFound
from hub.web.desk import Desk
from hub.web.officer import case_acts
from hub.web.rendering import page
from hub.wire import Words

_KINDS = {Verdict.VALID: "ok", Verdict.ALTERED: "bad", Verdict.CLONE_SUSPECTED: "bad"}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding in words; `kind` colours it."""

    check: Words
    verdict: Words
    reason: Words
    kind: str


@dataclass(frozen=True, slots=True)
class ChipPage:
    """Both judgements of a case's chip."""

    case: str
    case_code: str
    judged_at: datetime
    files: tuple[str, ...]
    then: tuple[FindingRow, ...]
    now: tuple[FindingRow, ...]


@get("/case/{application:str}/chip")
async def show_chip(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show why the chip was judged so, and judge it again. Raises NotFound, NotAllowed."""
    view = await case_acts.look(desk, application)
    found = next((one for one in view.documents if one.kind == "chip"), None)
    if found is None:
        raise NotFound(
            "chip_unread", "No chip was read for this case.", id="Cip berkas ini tidak dibaca."
        )
    content = await asyncio.to_thread(desk.procedure.blobs.get, found.blob)
    kept = kept_chip(content)
    again = await asyncio.to_thread(_again, desk, content)
    shown = ChipPage(
        case=view.id,
        case_code=view.head.case_code,
        judged_at=kept.judged_at,
        files=tuple(sorted(kept.files)),
        then=_rows(kept.findings),
        now=_rows((one.check, str(one.verdict), one.reason) for one in again),
    )
    seq, at, _ = await desk.read(lambda _session, _at: None)
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("chip_reasons"),
        section="case",
        here=f"/case/{view.id}/chip",
        stream="",
    )
    return page("chip.html", frame, shown, live=False)


def _again(desk: Desk, content: bytes) -> tuple[Finding, ...]:
    return replay(content, desk.procedure.trust, at=desk.clock.now())


def _rows(findings: Iterable[tuple[str, str, str]]) -> tuple[FindingRow, ...]:
    return tuple(
        FindingRow(
            CHECKS.get(check, Words(id=check, en=check)),
            VERDICT_WORDS[Verdict(verdict)],
            reason_words(reason),
            _KINDS.get(Verdict(verdict), "warn"),
        )
        for check, verdict, reason in findings
    )
