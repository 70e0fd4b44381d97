"""Serves style sheets, scripts, fonts and icons; each address carries a hash of its content."""

from __future__ import annotations

from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from hub.web.rendering import WEB

routes = [
    create_static_files_router(
        path="/static",
        directories=[WEB / "static"],
        cache_control=CacheControlHeader(max_age=31_536_000, immutable=True, public=True),
        include_in_schema=False,
    )
]
