"""One IPP request and its answer, over pyipp, for callers that are not asynchronous.

pyipp builds the requests and carries them; answers are read by `wire`, because pyipp's parser
takes lengths as signed numbers and runs in circles on a negative one.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping
from types import SimpleNamespace

import aiohttp
from pyipp import (
    IPP,
    IPPConnectionError,
    IPPConnectionUpgradeRequired,
    IPPError,
    IPPResponseError,
)
from pyipp.enums import IppOperation

from devices.errors import (
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
)
from devices.ipp import wire
from devices.ipp.shown import show_answer, show_request
from devices.trace import note

_MARGIN_S = 5.0


class AnswerLost(DeviceGone):
    """The request may have arrived, but the connection broke before its answer came."""


class IppExchange:
    """Requests to one printer from any thread; pyipp lives in a private event loop."""

    def __init__(self, url: str, address: str) -> None:
        self._url = url
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="ipp")
        self._thread.start()

    def ask(
        self,
        operation: wire.Operation,
        attributes: Mapping[str, object],
        *,
        limit_s: float,
        job_attributes: Mapping[str, object] | None = None,
        document: bytes = b"",
    ) -> wire.Message:
        """Send one request; return the answer whatever its status.

        Raises DeviceGone before anything was sent; AnswerLost, DeviceSilent or DeviceProtocolError
        when it may have arrived; DeviceRefused (reason http_…) when the web server said no.
        """
        message: dict[str, object] = {"operation-attributes-tag": dict(attributes)}
        if job_attributes:
            message["job-attributes-tag"] = dict(job_attributes)
        if document:
            message["data"] = document
        work = asyncio.run_coroutine_threadsafe(
            self._carried(operation, message, limit_s), self._loop
        )
        try:
            return wire.decode(work.result(limit_s + _MARGIN_S))
        except DeviceError as error:
            error.address = self._address
            raise

    def close(self) -> None:
        """Stop the event loop; safe to call twice."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _carried(
        self, operation: wire.Operation, message: dict[str, object], limit_s: float
    ) -> bytes:
        try:
            async with asyncio.timeout(limit_s), self._session() as session:
                client = IPP(self._url, request_timeout=int(limit_s) + 1, session=session)
                answer: bytes = await client.raw(IppOperation(operation), message)
        except (IPPError, aiohttp.ClientError, OSError, ValueError) as error:
            raise _as_device_error(error) from error
        note("<", answer, show_answer)
        return answer

    def _session(self) -> aiohttp.ClientSession:
        """Return a connection to the printer whose requests are traced as they leave."""
        leaving = aiohttp.TraceConfig()
        leaving.on_request_chunk_sent.append(_note_request)
        return aiohttp.ClientSession(trace_configs=[leaving])


async def _note_request(
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    sent: aiohttp.TraceRequestChunkSentParams,
) -> None:
    note(">", sent.chunk, show_request)


def _as_device_error(error: Exception) -> DeviceError:
    cause = error.__cause__ if isinstance(error, IPPConnectionError) else error
    if isinstance(cause, TimeoutError):
        return DeviceSilent("the printer does not answer")
    if isinstance(cause, (aiohttp.ClientConnectorError, socket.gaierror)):
        return DeviceGone("the printer cannot be reached")
    if isinstance(error, IPPConnectionUpgradeRequired):
        return DeviceRefused("the printer wants encryption: use ipps://", reason="upgrade")
    if isinstance(error, IPPResponseError):
        status = error.args[1]["status-code"]
        return DeviceRefused(
            f"the printer's web server answers HTTP {status}", reason=f"http_{status}"
        )
    if isinstance(cause, (aiohttp.ClientResponseError, ValueError)):
        return DeviceProtocolError("the printer's answer is no HTTP")
    return AnswerLost("the connection to the printer broke")
