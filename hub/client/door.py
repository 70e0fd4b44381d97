"""`HubClient`: every REST route of the hub as a typed method.

Commands take an idempotency key (8 to 80 characters): repeat a command whose answer was lost with
the *same* key.
Every method raises `hub.errors.Refused` (its subclass by status) or `Unreachable`.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from hub import wire
from hub.client.answers import foreign_errors, position, read, refusal_or_fault
from hub.wire.opening import AloneState, CheckIn, OfflineTicket, VoidNumbers
from hub.wire.scans import ReportScan, ScanKnown

T = TypeVar("T")

CONNECT_S = 3.0
ANSWER_S = 15.0
"""A command waits for one batch of the writer; 15 s is a hub in trouble, not a slow one."""
BLOB_S = 60.0
FEED_SILENCE_S = 40.0
"""The hub sends a heartbeat every 15 s; two missed ones and some slack mean the link is dead."""


class HubClient:
    """The link of one station to its hub; one instance a process, close it at the end."""

    def __init__(self, url: str, token: str, *, ca: Path | None = None) -> None:
        verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=ca) if ca else True
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            verify=verify,
            trust_env=False,
        )
        self.last_seq = 0

    @property
    def url(self) -> str:
        """Return the hub's address without a trailing slash."""
        return str(self._http.base_url).rstrip("/")

    def move_to(self, url: str) -> None:
        """Speak to the hub at another address from the next request on."""
        self._http.base_url = httpx.URL(url)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # ── reading ──────────────────────────────────────────────────────────────

    async def office(self) -> wire.OfficeState:
        """Return the office: services, counters, the hub's time."""
        return await self._get("/api/office", wire.OfficeState)

    async def queue(self) -> wire.QueueState:
        """Return the queue as it stands at its `seq`."""
        return await self._get("/api/queue", wire.QueueState)

    async def me(self) -> wire.StationState:
        """Return the station that the token belongs to."""
        return await self._get("/api/stations/me", wire.StationState)

    async def alone(self) -> AloneState:
        """Return what this kiosk must know to give numbers while the hub is away."""
        return await self._get("/api/stations/me/alone", AloneState)

    async def ticket(self, ticket: str) -> wire.Ticket:
        """Return the ticket with the id `ticket`."""
        return await self._get(f"/api/tickets/{quote(ticket)}", wire.Ticket)

    async def why(self, ticket: str) -> wire.Why:
        """Return why a ticket was called when it was, or why it still waits."""
        return await self._get(f"/api/tickets/{quote(ticket)}/why", wire.Why)

    async def jobs(self) -> wire.JobList:
        """Return the unfinished jobs of this agent, and the feed position they were read at."""
        return await self._get("/api/jobs", wire.JobList)

    async def get_blob(self, blob: str) -> bytes:
        """Return the content of an uploaded file."""
        answer = await self._send("GET", f"/api/blobs/{quote(blob)}", timeout_s=BLOB_S)
        return answer.content

    # ── stations and devices ─────────────────────────────────────────────────

    async def report(self, report: wire.StationReport, *, key: str) -> None:
        """Tell the hub what this station is and how its devices are."""
        await self._command("/api/stations/me/report", report, key)

    async def scanned(self, scan: ReportScan, *, key: str) -> ScanKnown:
        """Tell what the counter's scanner read; return what it is to the office."""
        return read(await self._command("/api/scans", scan, key), ScanKnown)

    async def put_blob(self, content: bytes, media_type: str, *, key: str) -> wire.BlobStored:
        """Upload a file; it is durable when this returns."""
        answer = await self._send(
            "POST", "/api/blobs", body=content, media_type=media_type, key=key, timeout_s=BLOB_S
        )
        return read(answer, wire.BlobStored)

    async def lease_job(self, job: str, *, boot: str, key: str) -> wire.Job:
        """Take a job or renew its lease. Raises Conflict `job_taken` or `job_over`."""
        return await self._job(job, "lease", wire.LeaseJob(boot=boot), key)

    async def job_started(self, job: str, body: wire.JobStarted, *, key: str) -> wire.Job:
        """Say that the device begins. Raises Conflict `job_fenced`."""
        return await self._job(job, "started", body, key)

    async def job_progress(self, job: str, body: wire.JobProgress, *, key: str) -> wire.Job:
        """Say how far a job is. Raises Conflict `job_fenced`."""
        return await self._job(job, "progress", body, key)

    async def job_result(self, job: str, body: wire.JobResult, *, key: str) -> wire.Job:
        """Hand in the end of a job. Raises Conflict `job_fenced`."""
        return await self._job(job, "result", body, key)

    async def offer_picture(self, role: str, jpeg: bytes) -> bool:
        """Show the newest picture of a device; return whether anybody watches."""
        path = f"/api/previews/{quote(role)}"
        answer = await self._send("PUT", path, body=jpeg, media_type="image/jpeg")
        return bool(msgspec.json.decode(answer.content, type=dict[str, bool]).get("watched"))

    # ── tickets ──────────────────────────────────────────────────────────────

    async def issue_ticket(self, ask: wire.IssueTicket, *, key: str) -> wire.Ticket:
        """Issue a ticket. Raises Conflict `queue_closed` or `quota_used`, NotFound."""
        return read(await self._command("/api/tickets", ask, key), wire.Ticket)

    async def check_in(self, ask: CheckIn, *, key: str) -> wire.Ticket:
        """Turn a booked time into a ticket. Raises NotFound or Conflict `appointment_…`."""
        return read(await self._command("/api/appointments/check-in", ask, key), wire.Ticket)

    async def take_offline(self, told: OfflineTicket, *, key: str) -> wire.Ticket:
        """Hand in a ticket that this kiosk gave alone. Raises Conflict `number_taken`, BadInput."""
        return read(await self._command("/api/tickets/offline", told, key), wire.Ticket)

    async def void_numbers(self, ask: VoidNumbers, *, key: str) -> None:
        """Account for numbers of this kiosk's series that are no tickets."""
        await self._command("/api/numbers/void", ask, key)

    async def ticket_printed(
        self, ticket: str, printed: wire.TicketPrinted, *, key: str
    ) -> wire.Ticket:
        """Say what became of a ticket's paper."""
        return await self._ticket(ticket, "printed", printed, key)

    async def recall(self, ticket: str, act: wire.TicketAct, *, key: str) -> wire.Ticket:
        """Call a called ticket once more."""
        return await self._ticket(ticket, "recall", act, key)

    async def start(self, ticket: str, act: wire.TicketAct, *, key: str) -> wire.Ticket:
        """Begin the service of a called ticket."""
        return await self._ticket(ticket, "start", act, key)

    async def return_ticket(self, ticket: str, act: wire.TicketAct, *, key: str) -> wire.Ticket:
        """Put an absent ticket back into its lane."""
        return await self._ticket(ticket, "return", act, key)

    async def mark_absent(self, ticket: str, *, key: str) -> wire.Ticket:
        """Mark a called ticket absent."""
        return await self._ticket(ticket, "absent", wire.MarkAbsent(), key)

    async def transfer(self, ticket: str, to: wire.TransferTicket, *, key: str) -> wire.Ticket:
        """Send a ticket to another lane or counter."""
        return await self._ticket(ticket, "transfer", to, key)

    async def finish(self, ticket: str, end: wire.FinishTicket, *, key: str) -> wire.Ticket:
        """End the service of a ticket."""
        return await self._ticket(ticket, "finish", end, key)

    # ── counters ─────────────────────────────────────────────────────────────

    async def open_counter(
        self, counter: int, ask: wire.OpenCounter, *, key: str
    ) -> wire.CounterState:
        """Open a counter."""
        return await self._counter(counter, "open", ask, key)

    async def pause_counter(
        self, counter: int, ask: wire.PauseCounter, *, key: str
    ) -> wire.CounterState:
        """Pause a counter."""
        return await self._counter(counter, "pause", ask, key)

    async def close_counter(self, counter: int, *, key: str) -> wire.CounterState:
        """Close a counter for the day."""
        return await self._counter(counter, "close", wire.CloseCounter(), key)

    async def call_next(
        self, counter: int, ask: wire.CallNext | None = None, *, key: str
    ) -> wire.Ticket | None:
        """Call the next person to `counter`; None when nobody waits."""
        answer = await self._command(
            f"/api/counters/{counter}/call-next", ask or wire.CallNext(), key
        )
        return None if answer.status_code == httpx.codes.NO_CONTENT else read(answer, wire.Ticket)

    # ── applications ─────────────────────────────────────────────────────────

    async def open_draft(self, draft: wire.Preregistration, *, key: str) -> wire.DraftOpened:
        """Open a SKIM application from a kiosk's pre-registration. Raises BadInput."""
        return read(await self._command("/api/applications", draft, key), wire.DraftOpened)

    # ── feed ─────────────────────────────────────────────────────────────────

    @asynccontextmanager
    async def feed_stream(self, after: int) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open the feed behind position `after` as raw bytes; `hub.client.follow` reads it."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        timeout = httpx.Timeout(FEED_SILENCE_S, connect=CONNECT_S)
        with foreign_errors():
            async with self._http.stream(
                "GET", "/api/feed", params={"after": after}, headers=headers, timeout=timeout
            ) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise refusal_or_fault(answer)
                yield answer.aiter_bytes()

    # ── one request ──────────────────────────────────────────────────────────

    async def _get(self, path: str, kind: type[T]) -> T:
        return read(await self._send("GET", path), kind)

    async def _job(self, job: str, verb: str, body: msgspec.Struct, key: str) -> wire.Job:
        return read(await self._command(f"/api/jobs/{quote(job)}/{verb}", body, key), wire.Job)

    async def _ticket(self, ticket: str, verb: str, body: msgspec.Struct, key: str) -> wire.Ticket:
        path = f"/api/tickets/{quote(ticket)}/{verb}"
        return read(await self._command(path, body, key), wire.Ticket)

    async def _counter(
        self, counter: int, verb: str, body: msgspec.Struct, key: str
    ) -> wire.CounterState:
        path = f"/api/counters/{counter}/{verb}"
        return read(await self._command(path, body, key), wire.CounterState)

    async def _command(self, path: str, body: msgspec.Struct, key: str) -> httpx.Response:
        return await self._send("POST", path, body=msgspec.json.encode(body), key=key)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        media_type: str = "application/json",
        key: str = "",
        timeout_s: float = ANSWER_S,
    ) -> httpx.Response:
        headers = {wire.KEY_HEADER: key} if key else {}
        if body is not None:
            headers["Content-Type"] = media_type
        with foreign_errors():
            answer = await self._http.request(
                method,
                path,
                content=body,
                headers=headers,
                timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
            )
        if not answer.is_success:
            raise refusal_or_fault(answer)
        self.last_seq = max(self.last_seq, position(answer))
        return answer
