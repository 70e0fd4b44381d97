"""A form's files are read in memory: a scan or a list in clear never lies on the disk."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import httpx
import pytest
from litestar import Litestar, Request, Response, post

from hub.errors import Refused
from hub.web.forms import FORM_LIMIT, read_form

SCAN = bytes(range(256)) * (3 << 12)  # 3 MiB: the framework's own reader keeps 1 MiB in memory


@post("/", request_max_body_size=FORM_LIMIT)
async def told(request: Request) -> Response[str]:
    try:
        form = await read_form(request, "token")
    except Refused as refused:
        return Response(refused.code, status_code=refused.status)
    file = form.files.get("scan")
    said = [form.text("name"), ",".join(form.every("ticked"))]
    said += [file.name, file.media, str(file.content == SCAN)] if file else ["-"]
    return Response("|".join(said))


@post("/vouched")
async def vouched(request: Request) -> Response[bytes]:
    form = await read_form(request, "token")
    return Response(form.raw + b" " + repr(sorted(form.typed())).encode())


@pytest.fixture(autouse=True)
def _no_place_for_temporary_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))


def send(path: str = "/", **what: object) -> httpx.Response:
    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(app=Litestar([told, vouched]))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.post(path, **what)  # type: ignore[arg-type]

    return asyncio.run(main())


def test_a_large_file_is_whole_and_needs_no_disk() -> None:
    data = {"csrf": "token", "name": "José", "ticked": ["a", "b"]}

    said = send(data=data, files={"scan": ("hasil.png", SCAN, "image/png")})

    assert said.text == "José|a,b|hasil.png|image/png|True"


def test_neither_what_is_shown_again_nor_what_a_key_vouches_for_holds_a_secret() -> None:
    secrets = {"password": "kata-sandi", "initials": "kata-sandi", "card_pin": "82460913"}

    said = send("/vouched", data={"csrf": "token", "note": "x", **secrets})

    assert said.text == '[{"note": ["x"]}, {}] [\'note\']'


def test_a_form_without_files_and_one_where_none_was_chosen() -> None:
    plain = send(data={"csrf": "token", "name": "Ana"})
    none = send(data={"csrf": "token", "name": "Ana"}, files={"scan": ("", b"", "image/png")})

    assert [plain.text, none.text] == ["Ana||-", "Ana||-"]


@pytest.mark.parametrize(
    "content", [b"", b"no part", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf']
)
def test_a_broken_form_is_said_in_words(content: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    said = send(content=content, headers=headers)

    assert said.status_code in (403, 422)
    assert said.text in ("form_unreadable", "csrf_wrong")
