"""Real programs on loopback: people on their way through the office."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

from programs import (
    crew,
    living,
    pytest_collection_modifyitems,
    template,
    template_on_postgresql,
)

__all__ = [
    "crew",
    "living",
    "pytest_collection_modifyitems",
    "template",
    "template_on_postgresql",
]
