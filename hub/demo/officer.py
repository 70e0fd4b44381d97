"""An officer at the browser: signs in, reads pages, presses buttons of their forms.

Everything is found in the served HTML: addresses, hidden tokens, keys, names of fields. To wait
is to follow the page's own stream, as its script does.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urljoin

import httpx

from hub.demo.errors import OfficerFailed
from hub.demo.pages import Field, Form, Page, filled, read_page

_ANSWER_S = 30.0


class Officer:
    """One officer with a browser of their own, which trusts `authority` over TLS; a context."""

    def __init__(self, hub: str, login: str, *, authority: Path | None = None) -> None:
        self.login = login
        trust = ssl.create_default_context(cafile=str(authority)) if authority else True
        self._browser = httpx.Client(
            base_url=hub, follow_redirects=True, timeout=_ANSWER_S, verify=trust
        )

    def __enter__(self) -> Officer:
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()

    def sign_in(self, password: str) -> None:
        """Sign in by the form of /login. Raises OfficerFailed."""
        page = self.open("/login")
        answer = self.send(page, "/login", {"login": self.login, "password": password})
        if answer.url.endswith("/login"):
            raise self._failed(answer, "could not sign in")

    def open(self, path: str) -> Page:
        """Return a page. Raises OfficerFailed."""
        answer = self._page(self._browser.get(path))
        if answer.status >= 400:
            raise self._failed(answer, "cannot open", _place(path))
        return answer

    def fetch(self, path: str) -> tuple[str, bytes]:
        """Return a file's media type and content. Raises OfficerFailed."""
        answer = self._browser.get(path)
        if answer.status_code != httpx.codes.OK:
            raise self._failed(self._page(answer), "cannot fetch", _place(path))
        return answer.headers["content-type"].partition(";")[0], answer.content

    def send(
        self,
        page: Page,
        action: str,
        values: Mapping[str, str] | None = None,
        *,
        press: tuple[str, str] | None = None,
        having: tuple[str, str] | None = None,
    ) -> Page:
        """Fill in the form of `action` and send it; `press` names a button and its value.

        `having` tells forms of one action apart by a hidden field.

        Raises OfficerFailed when there is no such form, field or button, or the hub refuses.
        """
        found = _found(page, action, press, having)
        if found is None:
            raise self._failed(page, "finds no form for", _place(action), *(press or ()))
        form, button = found
        try:
            said = list(filled(form, dict(values or {}), button))
        except KeyError as error:
            raise self._failed(page, "finds no field", str(error), "on", _place(action)) from None
        answer = self._page(self._post(action, form, said))
        if answer.status >= 400:
            raise self._failed(answer, "was refused at", _place(action))
        return answer

    def type(self, page: Page, stage: str, values: Mapping[str, str]) -> Page:
        """Type into a case's form without sending it, as its script keeps it; read it again."""
        here = page.body["data-here"]
        form = next(form for form in page.forms if any(f.name == "revision" for f in form.fields))
        own = {f.name: f.value for f in form.fields if f.name in ("csrf", "revision")}
        answer = self._browser.post(f"{here}/typed", data={**values, **own, "stage": stage})
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise self._failed(self._page(answer), "could not type at", _place(here))
        return self.open(here)

    def until(
        self, page: Page, true: Callable[[Page], bool], what: str, *, limit_s: float = 60.0
    ) -> Page:
        """Follow the page's stream and read it again until `true`. Raises OfficerFailed."""
        until = time.monotonic() + limit_s
        while not true(page):
            left = until - time.monotonic()
            if left <= 0:
                raise self._failed(page, "waited in vain for", what)
            self._await_change(page, left)
            page = self.open(page.body["data-here"])
        return page

    def _await_change(self, page: Page, limit_s: float) -> None:
        stream = f"/stream/{page.body['data-stream']}"
        limits = httpx.Timeout(_ANSWER_S, read=limit_s)
        after = {"after": page.body["data-seq"]}
        until = time.monotonic() + limit_s
        try:
            with self._browser.stream("GET", stream, params=after, timeout=limits) as answer:
                for line in answer.iter_lines():
                    if line in ("event: changed", "event: reset") or time.monotonic() > until:
                        return  # a quiet stream still says that it lives
        except httpx.ReadTimeout:
            return

    def _post(self, action: str, form: Form, said: list[tuple[str, str]]) -> httpx.Response:
        if form.multipart:
            parts = [(name, (None, value.encode())) for name, value in said]
            return self._browser.post(action, files=parts)
        together: dict[str, list[str]] = {}
        for name, value in said:
            together.setdefault(name, []).append(value)
        return self._browser.post(action, data=together)

    def _page(self, answer: httpx.Response) -> Page:
        page = read_page(str(answer.url), answer.status_code, answer.text)
        for form in page.forms:
            form.action = form.action or urljoin(str(answer.url), "")
        return page

    def _failed(self, page: Page, *what: str) -> OfficerFailed:
        words = " · ".join(dict.fromkeys(filter(None, page.alerts)))
        said = f"officer '{self.login}' {' '.join(what)} ({page.status})"
        return OfficerFailed(f"{said}: {words}" if words else said)


def _found(
    page: Page, action: str, press: tuple[str, str] | None, having: tuple[str, str] | None
) -> tuple[Form, Field | None] | None:
    if press is None:
        form = page.form(action, having)
        return (form, None) if form else None
    for form in page.forms:
        for button in form.buttons():
            if (button.name, button.value) == press and (button.action or form.action) == action:
                return form, button
    return None


def _place(path: str) -> str:
    """Return a path without the case's id: it belongs to a person."""
    parts = path.split("/")
    return "/".join("…" if len(part) == 32 else part for part in parts)
