"""What a station's link to the hub can meet beside the hub's own refusals (`hub.errors`).

LoketError
├── Refused …            the hub said no: see hub.errors
└── Fault                nothing was done, or its outcome can be asked for with the same key
    └── Unreachable      no usable answer: wait and repeat with the same key
"""

from __future__ import annotations

from hub.errors import Fault


class Unreachable(Fault):
    """The hub gave no usable answer; `code` is `refused`, `timeout`, `broken`, or `failed`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
