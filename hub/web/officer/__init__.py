"""Officers' pages: the counter, the case with its steps, the work list."""

from __future__ import annotations

from litestar import Router
from litestar.types import ControllerRouterHandler

from hub.web.desk import DESK
from hub.web.officer import (
    account_page,
    biometrics_routes,
    case_routes,
    chip_page,
    choosing,
    counter_routes,
    list_routes,
    pages_routes,
    preview_routes,
    scan_routes,
    skills_page,
    transcribe_page,
    typing_routes,
    why_page,
)
from hub.web.officer.language import choose_language

routes: list[ControllerRouterHandler] = [
    choose_language,
    Router(
        "/",
        route_handlers=[
            *account_page.routes,
            *choosing.routes,
            *counter_routes.routes,
            *why_page.routes,
            *typing_routes.routes,
            *transcribe_page.routes,
            *list_routes.routes,
            *skills_page.routes,
            *biometrics_routes.routes,
            *case_routes.routes,
            *chip_page.routes,
            *scan_routes.routes,
            *preview_routes.routes,
            *pages_routes.routes,
        ],
        dependencies=DESK,
    ),
]
