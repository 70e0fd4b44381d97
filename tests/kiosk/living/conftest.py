"""The kiosk's program beside a real hub, each a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "journeys"))

from programs import crew, living, template

__all__ = ["crew", "living", "template"]
