"""A browser without scripts: it keeps cookies, signs in, and follows what it is told to."""

from __future__ import annotations

import re

import httpx
from web_office import PASSWORD

CSRF = re.compile(r'name="csrf" value="([^"]*)"')


def token_in(page: str) -> str:
    """Return the anti-forgery token of the forms of a page."""
    return CSRF.search(page)[1]


class PlainBrowser:
    """One person's browser at one hub."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)

    def token(self, path: str = "/login") -> str:
        """Return the anti-forgery token of a page's forms."""
        return token_in(self.http.get(path).text)

    def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        form = {"login": login, "password": password, "csrf": self.token()} | more
        return self.http.post("/login", data=form)

    def walk(self, answer: httpx.Response) -> httpx.Response:
        """Follow redirections to the page that a person sees."""
        while answer.is_redirect:
            answer = self.http.get(answer.headers["location"])
        return answer
