"""Every refusal of the hub, split by what the caller does next.

LoketError
├── Refused            the command is not possible as it stands; `status` and `code` say why
│   ├── NotAllowed     401/403: sign in, or ask somebody who may
│   ├── NotFound       404: look again
│   ├── Conflict       409: the world moved on; look at it and decide anew
│   ├── BadInput       422: correct the named fields
│   └── Busy           503: try again in a moment
└── Fault              our own failure; the caller may repeat with the same key
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from hub.wire import FieldFault, Problem


class LoketError(Exception):
    """Base of the hub's errors."""


class Refused(LoketError):
    """A refusal in words: stable `code`, Indonesian and English text, faulty fields."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Refused"

    def __init__(
        self,
        code: str,
        en: str,
        *,
        id: str = "",  # noqa: A002 — the language
        fields: Sequence[FieldFault] = (),
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.en = en
        self.id = id or en
        self.fields = tuple(fields)

    def problem(self) -> Problem:
        """Return the refusal as RFC 9457 problem details."""
        return Problem(
            title=self.title,
            status=self.status,
            code=self.code,
            detail=self.en,
            detail_id=self.id,
            fields=list(self.fields),
        )


class NotAllowed(Refused):
    """The caller may not do this."""

    status = 403
    title = "Not allowed"


class NotAuthenticated(NotAllowed):
    """The caller is nobody we know."""

    status = 401
    title = "Not signed in"


class NotFound(Refused):
    """There is no such thing in this office."""

    status = 404
    title = "Not found"


class Conflict(Refused):
    """The world moved on since the caller looked."""

    status = 409
    title = "Not possible now"


class BadInput(Refused):
    """A field is wrong; `fields` names each."""

    status = 422
    title = "Wrong input"


class Busy(Refused):
    """The hub cannot take this now; try again in a moment."""

    status = 503
    title = "Try again in a moment"


class Fault(LoketError):
    """A failure of ours: nothing was done, or its outcome can be asked for with the same key."""
