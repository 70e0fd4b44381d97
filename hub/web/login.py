"""The sign-in page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from litestar import Response

from hub.errors import Refused
from hub.web.rendering import Frame, page
from hub.web.words import Speech, language


@dataclass(frozen=True, slots=True)
class LoginPage:
    """What the sign-in form shows; the password is never shown again."""

    csrf: str
    to: str
    login: str
    refused: Refused | None


def login_page(
    office_name: str,
    lang: str = "id",
    login: str = "",
    refused: Refused | None = None,
    csrf: str = "",
    to: str = "",
) -> Response[str]:
    """Answer with the sign-in form; `to` is the path to go to afterwards."""
    speech = Speech(language(lang), ZoneInfo("UTC"))
    frame = Frame(
        title=speech.say("sign_in"),
        office=office_name,
        place=speech.say("officers_pages"),
        section="login",
        here="/login",
        stream="",
        seq=0,
        now=datetime.fromtimestamp(0, UTC),
        speech=speech,
    )
    return page("login.html", frame, LoginPage(csrf, to, login, refused))
