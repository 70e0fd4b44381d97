"""Wasdakim's pages: the work list, the adjudication of a case, the list and its two rights."""

from __future__ import annotations

from litestar import Router
from litestar.types import ControllerRouterHandler

from hub.web.desk import DESK
from hub.web.wasdakim import case_routes, list_routes

routes: list[ControllerRouterHandler] = [
    Router("/", route_handlers=[*case_routes.routes, *list_routes.routes], dependencies=DESK),
]
