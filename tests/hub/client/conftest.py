"""A small HTTP server on a real socket that answers as the test tells it."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn


@dataclass
class Seen:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answering:
    status: int = 200
    body: bytes = b"{}"
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    stream: list[bytes] | None = None
    stay_open: bool = False
    never: bool = False


class ScriptedHub:
    """Answers each request with the next of `script`, the last one for ever."""

    def __init__(self) -> None:
        self.script: list[Answering] = [Answering()]
        self.seen: list[Seen] = []
        self.url = ""
        self.closing = threading.Event()

    def answer(self, *script: Answering) -> None:
        self.script = list(script)

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        path, query = scope["path"], scope["query_string"].decode()
        self.seen.append(Seen(scope["method"], path, query, headers, body))
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        while answer.never and not self.closing.is_set():
            await asyncio.sleep(0.05)  # until the test is over
        await self._send(answer, send)

    async def _send(self, answer: Answering, send: Callable) -> None:
        media = "text/event-stream" if answer.stream is not None else answer.media_type
        headers = {"content-type": media, **answer.headers}
        pairs = [(key.encode(), value.encode()) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        for chunk in answer.stream or []:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(0)  # each chunk is a write of its own
        while answer.stay_open and not self.closing.is_set():
            await asyncio.sleep(0.05)  # until the test is over
        body = b"" if answer.stream is not None else answer.body
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def hub() -> Iterator[ScriptedHub]:
    app = ScriptedHub()
    listener = socket.create_server(("127.0.0.1", 0))
    app.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(app, lifespan="off", ws="none", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield app
    app.closing.set()
    server.should_exit = True
    thread.join(60)
    listener.close()
