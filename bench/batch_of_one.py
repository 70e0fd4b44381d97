"""The serving hub with a writer that commits every command by itself: the peer of group commit."""

from __future__ import annotations

import sys

from hub import serve
from hub.house import House
from hub.writer import Writer


def alone(house: House) -> Writer:
    """Return a writer whose batches hold one command."""
    return Writer(house.database, house.office_no, house.clock, batch_limit=1)


if __name__ == "__main__":
    House.writer = alone  # type: ignore[method-assign,assignment]  # the one difference
    serve.main(sys.argv[1])
