"""A hub that keeps the contract of jobs on a real socket, and the agent as a real process."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import uvicorn

from bench.hall import lasting_port
from devices.registry import start_simulator
from hub import wire

TOKEN = "token-of-counter-3"
UNFINISHED = ("queued", "leased", "started")
WORDS = wire.Words(id="Kantor", en="Office")


def wait_until(condition: Callable[[], object], what: str, limit_s: float = 60) -> object:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.02)  # until the condition above
    message = f"waited {limit_s} s for: {what}"
    raise AssertionError(message)


class JobHub:
    """Leases, fences and keeps jobs as hub/jobs.py does, in memory."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.jobs: dict[str, wire.Job] = {}
        self.boots: dict[str, str] = {}
        self.results: dict[str, wire.JobResult] = {}
        self.blobs: dict[str, tuple[str, bytes]] = {}
        self.reports: list[wire.StationReport] = []
        self.progress: list[wire.JobProgress] = []
        self.events: list[wire.Event] = []
        self.keys: dict[str, bytes] = {}
        self.counter = 3
        self.clock_ahead = timedelta(0)
        self.refuse_results = False
        self.revoked = False
        self.port = lasting_port()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self.port))
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_level="critical",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}
        )
        self._thread.start()

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(60)
            self._server = None
        self._listener.close()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    def ask(
        self,
        kind: wire.JobKind,
        options: dict[str, str] | None = None,
        *,
        blob: bytes | None = None,
        deadline_s: float = 120,
    ) -> str:
        with self.lock:
            job = uuid.uuid4().hex
            blob_id = None
            if blob is not None:
                blob_id = uuid.uuid4().hex
                self.blobs[blob_id] = ("application/octet-stream", blob)
            self.jobs[job] = wire.Job(
                id=job,
                counter=self.counter,
                kind=kind,
                state="queued",
                options=options or {},
                deadline=self.now() + timedelta(seconds=deadline_s),
                fence=0,
                blob=blob_id,
            )
            self.emit("job.queued", job)
            return job

    def emit(self, kind: str, job: str) -> None:
        seq = len(self.events) + 1
        self.events.append(
            wire.Event(
                seq=seq,
                at=self.now(),
                kind=kind,
                v=1,
                audience="station",
                subject=job,
                body={"job": job, "counter": self.counter},
            )
        )

    def wait_state(self, job: str, *states: str, limit_s: float = 60) -> wire.Job:
        def reached() -> wire.Job | None:
            with self.lock:
                return self.jobs[job] if self.jobs[job].state in states else None

        return wait_until(reached, f"job {states}, is {self.jobs[job].state}", limit_s)

    def ended(self, job: str, limit_s: float = 60) -> wire.JobResult:
        self.wait_state(job, "done", "failed", "unknown", limit_s=limit_s)
        return self.results[job]

    def file_of(self, job: str) -> bytes:
        [blob] = self.results[job].blobs
        return self.blobs[blob][1]

    def lamp(self, role: str) -> wire.DeviceReport | None:
        with self.lock:
            for device in self.reports[-1].devices if self.reports else []:
                if device.role == role:
                    return device
        return None

    def wait_lamp(
        self, role: str, lamp: str, code: str = "", limit_s: float = 60
    ) -> wire.DeviceReport:
        def seen() -> wire.DeviceReport | None:
            device = self.lamp(role)
            fits = device and device.lamp == lamp and code in ("", device.code)
            return device if fits else None

        return wait_until(seen, f"{role} {lamp}", limit_s)

    # ── HTTP ──

    async def _app(self, scope: dict, receive: Callable, send: Callable) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        if self.revoked or headers.get("authorization") != f"Bearer {TOKEN}":
            await _answer(send, *_problem(401, "token_unknown"))
        elif scope["path"] == "/api/feed":
            await self._feed(send, int(headers["last-event-id"]))
        else:
            with self.lock:
                answer = self._route(scope["method"], scope["path"], headers, body)
            await _answer(send, *answer)

    async def _feed(self, send: Callable, after: int) -> None:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        server = self._server
        while server and not server.should_exit and not self.revoked:
            for event in self.events[after:]:
                after = event.seq
                data = msgspec.json.encode(event).decode()
                chunk = f"id: {event.seq}\nevent: {event.kind}\ndata: {data}\n\n".encode()
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(0.05)  # until there is an event, or the hub goes
        await send({"type": "http.response.body", "body": b""})

    def _route(self, method: str, path: str, headers: dict, body: bytes) -> tuple:
        if method == "POST":
            key = headers["idempotency-key"]
            if self.keys.setdefault(key, path.encode() + body) != path.encode() + body:
                return _problem(422, "key_reused")
        if method == "GET":
            return self._reading(path)
        return self._command(path, headers["content-type"], body)

    def _reading(self, path: str) -> tuple:
        seq = len(self.events)
        match path.removeprefix("/api/").split("/"):
            case ["stations", "me"]:
                return _json(
                    wire.StationState(name="c3", kind="agent", counter=self.counter, seq=seq)
                )
            case ["office"]:
                return _json(self._office())
            case ["jobs"]:
                jobs = [job for job in self.jobs.values() if job.state in UNFINISHED]
                return _json(wire.JobList(seq=seq, jobs=jobs))
            case ["blobs", blob]:
                return 200, *self.blobs[blob]
        return _problem(404, "route_unknown")

    def _command(self, path: str, media_type: str, body: bytes) -> tuple:
        match path.removeprefix("/api/").split("/"):
            case ["stations", "me", "report"]:
                self.reports.append(msgspec.json.decode(body, type=wire.StationReport))
                return 204, "application/json", b""
            case ["blobs"]:
                blob = uuid.uuid4().hex
                self.blobs[blob] = (media_type, body)
                return _json(wire.BlobStored(id=blob, sha256="0" * 64, size=len(body)), 201)
            case ["jobs", job, verb]:
                return self._job(self.jobs[job], verb, body)
        return _problem(404, "route_unknown")

    def _office(self) -> wire.OfficeState:
        now = self.now()
        return wire.OfficeState(
            seq=0,
            name=WORDS,
            parent=WORDS,
            timezone="Asia/Jakarta",
            today=now.date(),
            now=now,
            languages=["id"],
            complaints="",
            fee_notice=WORDS,
            services=[],
            counters=[3],
        )

    def _job(self, job: wire.Job, verb: str, body: bytes) -> tuple:
        if verb == "lease":
            return self._lease(job, msgspec.json.decode(body, type=wire.LeaseJob))
        kinds = {"started": wire.JobStarted, "progress": wire.JobProgress, "result": wire.JobResult}
        said = msgspec.json.decode(body, type=kinds[verb])
        if (said.boot, said.fence) != (self.boots.get(job.id), job.fence):
            return _problem(409, "job_fenced")
        if job.state not in ("leased", "started"):
            return _problem(409, "job_over")
        if verb == "result":
            if self.refuse_results:
                return 503, "text/plain", b"down"
            self.results[job.id] = said
            return self._move(job, state=said.state)
        if verb == "progress":
            self.progress.append(said)
            return _json(job)
        return self._move(job, state="started")

    def _lease(self, job: wire.Job, ask: wire.LeaseJob) -> tuple:
        if job.state not in UNFINISHED:
            return _problem(409, "job_over")
        if self.boots.get(job.id) == ask.boot:
            return _json(job)
        if job.state != "queued" and self.reports[-1].boot != ask.boot:
            return _problem(409, "job_taken")
        self.boots[job.id] = ask.boot
        state = "started" if job.state == "started" else "leased"
        return self._move(job, state=state, fence=job.fence + 1)

    def _move(self, job: wire.Job, **changes: object) -> tuple:
        moved = self.jobs[job.id] = msgspec.structs.replace(job, **changes)
        self.emit(f"job.{moved.state}", job.id)
        return _json(moved)


def _json(value: object, status: int = 200) -> tuple:
    return status, "application/json", msgspec.json.encode(value)


def _problem(status: int, code: str) -> tuple:
    body = wire.Problem(title=code, status=status, code=code, detail=code, detail_id=code)
    return status, wire.MEDIA_PROBLEM, msgspec.json.encode(body)


async def _answer(send: Callable, status: int, media: str, body: bytes) -> None:
    headers = [(b"content-type", media.encode())] if body else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class AgentProcess:
    """`loket agent` as its own process."""

    def __init__(self, folder: Path, arguments: list[str], environment: dict[str, str]) -> None:
        self.log = folder / f"agent-{uuid.uuid4().hex[:6]}.log"
        program = "from counter_agent.command import app; app(prog_name='loket agent')"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            )

    def said(self, text: str) -> bool:
        return text in self.log.read_text()

    def wait_ready(self) -> None:
        wait_until(lambda: self.said("ready counter 3") or self.process.poll() is not None, "ready")
        assert self.said("ready counter 3"), self.log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def end(self) -> None:
        """Ask it to end; what it was doing lasts longer than the limit."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def hub() -> Iterator[JobHub]:
    hub = JobHub()
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def simulate(tmp_path):
    """Start a simulator in this process: it outlives a killed agent."""
    with ExitStack() as stack:

        def start(name: str, **options: str):
            simulator = start_simulator(name, options, out=tmp_path / f"out-{name}")
            stack.callback(simulator.stop)
            return simulator

        yield start


@pytest.fixture
def start_agent(tmp_path, hub):
    token = tmp_path / "token"
    token.write_text(TOKEN)
    started: list[AgentProcess] = []

    def start(
        devices: dict[str, str] | None = None,
        *,
        hub_url: str | None = None,
        ready: bool = True,
        extra: tuple[str, ...] = (),
    ) -> AgentProcess:
        arguments = ["--counter", "3", "--token-file", str(token)]
        arguments += ["--state", str(tmp_path / "state"), "--interface", "127.0.0.1"]
        arguments += ["--hub", hub.url if hub_url is None else hub_url] if hub_url != "" else []
        arguments += extra
        for role, address in (devices or {}).items():
            arguments += ["--device", f"{role}={address}"]
        agent = AgentProcess(tmp_path, arguments, {})
        started.append(agent)
        if ready:
            agent.wait_ready()
        return agent

    yield start
    for agent in started:
        agent.stop()
        log = agent.log.read_text()
        assert not re.search(r"Traceback", log), log


@pytest.fixture
def wait():
    return wait_until


class Tap:
    """A TCP wire to a printer that swallows its answers once a ticket's bytes are passing."""

    def __init__(self, address: str) -> None:
        host, port = address.rpartition("//")[2].split(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"escpos:socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self.swallow_after: int | None = None
        self._passed = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                self._passed = 0
                for source, sink, answers in ((near, far, False), (far, near, True)):
                    arguments = (source, sink, answers)
                    threading.Thread(target=self._pass, args=arguments, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while octets := source.recv(4096):
                if not answers:
                    self._passed += len(octets)
                limit = self.swallow_after
                if not (answers and limit is not None and self._passed > limit):
                    sink.sendall(octets)
        for end in (source, sink):  # closing alone would not wake the other direction
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def tapped(simulate):
    printer = simulate("escpos")
    tap = Tap(printer.address)
    yield printer, tap
    tap.close()
