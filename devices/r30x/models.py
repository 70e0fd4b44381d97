"""Members of the sensor family that the simulator can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Model:
    """A member of the family; `informed` modules answer PRODUCT_INFO and have a ring light."""

    name: str
    width_px: int
    height_px: int
    template_bytes: int
    capacity: int
    system_id: int
    informed: bool


MODELS: Final = {
    "r307": Model("R307", 256, 288, 512, 1000, 0x0009, informed=False),
    "as608": Model("AS608", 256, 288, 768, 300, 0x0009, informed=False),
    "r503": Model("R503", 192, 192, 1536, 200, 0x0000, informed=True),
}


def model_of(name: str, template_bytes: int | None) -> Model:
    """Return the model called `name`. Raises ValueError listing the known ones."""
    if name not in MODELS:
        message = f"no model '{name}'; known: {', '.join(sorted(MODELS))}"
        raise ValueError(message)
    model = MODELS[name]
    return replace(model, template_bytes=template_bytes) if template_bytes else model
