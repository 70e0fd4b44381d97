"""Scans of a counter's barcode or MRZ reader."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency

from hub.cases import scans
from hub.procedure import Procedure
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.station_kinds import ONLY_AGENTS
from hub.wire.scans import ReportScan, ScanKnown


@post(
    "/scans",
    status_code=200,
    opt=described(ScanKnown, ReportScan, kinds=ONLY_AGENTS),
)
async def report_scan(
    commanding: NamedDependency[Commanding], procedure: NamedDependency[Procedure]
) -> Response[bytes]:
    """Say what a scan at the caller's counter is; its pages learn of it by the feed."""
    said = commanding.read(ReportScan)
    return answer(await commanding.run(lambda tx: scans.report(tx, procedure, said), ScanKnown))


routes = [report_scan]
