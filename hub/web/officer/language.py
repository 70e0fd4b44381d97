"""Switches the language of the pages; the choice stays in a cookie of this browser."""

from __future__ import annotations

from litestar import get
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from hub.web.words import language

LANGUAGE_COOKIE = "loket_lang"
A_YEAR_S = 31_536_000


@get("/language/{code:str}")
async def choose_language(code: FromPath[str], to: FromQuery[str] = "/") -> Redirect:
    """Remember the language and go back to the page `to`."""
    inside = to if to.startswith("/") and to[1:2] not in ("/", "\\") else "/"
    answer = Redirect(inside, status_code=303)
    answer.set_cookie(
        Cookie(
            key=LANGUAGE_COOKIE,
            value=language(code),
            path="/",
            max_age=A_YEAR_S,
            httponly=True,
            samesite="lax",
        )
    )
    return answer
