"""`loket`, with a writer that commits every command by itself: the peer of the group commit."""

from __future__ import annotations

from hub.command import main
from hub.house import House
from hub.writer import Writer


def alone(house: House) -> Writer:
    """Return a writer whose batches hold one command."""
    return Writer(house.database, house.office_no, house.clock, batch_limit=1)


if __name__ == "__main__":
    House.writer = alone  # type: ignore[method-assign,assignment]  # the one difference
    main()
