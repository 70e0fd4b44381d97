"""Reads the forms of the pages: what was typed, the anti-forgery token, the idempotency key."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import uuid
from dataclasses import dataclass, field

from litestar import Request
from litestar.datastructures import FormMultiDict, State
from multipart import MultipartError, MultipartParser

from hub.cases.drafts import SECRETS
from hub.errors import BadInput, NotAllowed

UNTOLD = frozenset({"csrf", "key", *SECRETS})
"""Fields that are never shown again, and not vouched for: a digest of six digits hides nothing."""
FORM_LIMIT = 31 * 1024 * 1024
"""Largest form: one uploaded paper of 30 MiB (hub.blobs) and its fields."""
MOST_PARTS = 1000
LONGEST_NUMBER = 18
"""Figures of a whole number that a field holds."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file sent with a form."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was sent; `raw` is what the idempotency key vouches for."""

    values: dict[str, list[str]]
    raw: bytes
    key: str
    files: dict[str, Attached] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the last value of a field, stripped; empty when absent."""
        given = self.values.get(name)
        return given[-1].strip() if given else ""

    def every(self, name: str) -> list[str]:
        """Return all values of a field."""
        return self.values.get(name, [])

    def number(self, name: str) -> int | None:
        """Return a field as a whole number, or None when it is none."""
        return whole_number(self.text(name))

    def typed(self) -> dict[str, str]:
        """Return what a person typed, to show it again."""
        return {name: self.text(name) for name in self.values if name not in UNTOLD}


def whole_number(text: str) -> int | None:
    """Return what a person or an address wrote as a whole number, or None when it is none."""
    whole = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if whole else None


def fresh_key() -> str:
    """Return an idempotency key for one rendered form."""
    return uuid.uuid4().hex


async def read_form(request: Request[object, object, State], csrf: str) -> Form:
    """Read a form. Raises NotAllowed when its anti-forgery token is not this session's."""
    kind, options = request.content_type
    if kind == "multipart/form-data":
        values, files = _parts(await request.body(), options.get("boundary", ""))
    else:
        values, files = _fields(await request.form()), {}
    key = (values.get("key") or [""])[-1] or fresh_key()
    form = Form(values, _canonical(values, files), key, files)
    if not hmac.compare_digest(form.text("csrf").encode(), csrf.encode()):
        raise NotAllowed(
            "csrf_wrong",
            "This form belongs to another session. Reload the page and send it again.",
            id="Formulir ini dari sesi lain. Muat ulang halaman lalu kirim lagi.",
        )
    return form


def _fields(sent: FormMultiDict) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        values.setdefault(name, []).append(str(value))
    return values


def _parts(body: bytes, boundary: str) -> tuple[dict[str, list[str]], dict[str, Attached]]:
    """Read a form with files in memory: the framework's own reader would put large ones on disk,
    in clear. Raises BadInput `form_unreadable`."""
    values: dict[str, list[str]] = {}
    files: dict[str, Attached] = {}
    try:
        parser = MultipartParser(
            io.BytesIO(body),
            boundary,
            part_limit=MOST_PARTS,
            spool_limit=len(body) + 1,
            memory_limit=len(body) + 1,
        )
        for part in parser:
            if part.filename:
                files[part.name] = Attached(part.filename, part.content_type, part.raw)
            else:
                values.setdefault(part.name, []).append(part.value)
    except (MultipartError, ValueError) as error:
        text = "This form cannot be read. Reload the page and send it again."
        indonesian = "Formulir tidak terbaca. Muat ulang halaman lalu kirim lagi."
        raise BadInput("form_unreadable", text, id=indonesian) from error
    return values, files


def _canonical(values: dict[str, list[str]], files: dict[str, Attached]) -> bytes:
    # not the body itself: a multipart boundary differs each time the same form is sent
    said = {name: value for name, value in values.items() if name not in UNTOLD}
    held = {name: hashlib.sha256(file.content).hexdigest() for name, file in files.items()}
    return json.dumps([said, held], sort_keys=True).encode()
