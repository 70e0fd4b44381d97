"""What a handler needs of a connection, whatever route and user type the framework gives it."""

from __future__ import annotations

from typing import Any, TypeAlias

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State

AnyRequest: TypeAlias = Request[object, object, State]
# Any: the first parameter is the route handler's own type, invariant and of no use here
AnyConnection: TypeAlias = ASGIConnection[Any, object, object, State]
