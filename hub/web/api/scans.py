"""Scans of a counter's barcode or MRZ reader."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency

from hub.cases import scans
from hub.cases.payments.recording import BILLING_CODE
from hub.clock import Clock
from hub.procedure import Procedure
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.scanned_codes import ScannedCodes
from hub.web.station_kinds import ONLY_AGENTS
from hub.wire.scans import ReportScan, ScanKnown


@post(
    "/scans",
    status_code=200,
    opt=described(ScanKnown, ReportScan, kinds=ONLY_AGENTS),
)
async def report_scan(
    commanding: NamedDependency[Commanding],
    procedure: NamedDependency[Procedure],
    codes: NamedDependency[ScannedCodes],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """Say what a scan at the caller's counter is; its pages learn of it by the feed."""
    said = commanding.read(ReportScan)
    text, counter = said.text.strip(), commanding.station.counter
    if counter is not None and BILLING_CODE.fullmatch(text):
        codes.hold(counter, text, clock.now())  # before the pages hear of it
    return answer(await commanding.run(lambda tx: scans.report(tx, procedure, said), ScanKnown))


routes = [report_scan]
