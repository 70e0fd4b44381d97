"""The application is built without a deprecation warning (warnings are errors here)."""

from __future__ import annotations

import warnings
from pathlib import Path

from litestar.exceptions import LitestarDeprecationWarning

from hub.announce import Neighbours
from hub.clock import SystemClock
from hub.comparing import Afis
from hub.feed import Feed
from hub.house import open_house
from hub.letters.press import Press
from hub.settings import THE_OFFICE, settings_for
from hub.web.app import Serving, create_app
from hub.web.importer import Importer
from hub.web.screener import Screener


def test_every_parameter_of_every_handler_is_marked(folder: Path) -> None:
    house = open_house(settings_for(folder), SystemClock())
    writer = house.writer()
    serving = Serving(
        house=house,
        writer=writer,
        feed=Feed(house.database, THE_OFFICE),
        press=Press(),
        neighbours=Neighbours(house.clock, ("127.0.0.1",)),
        announcer=None,
        screener=Screener(house, writer),
        importer=Importer(house, writer),
        matcher=Afis(),
    )

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", LitestarDeprecationWarning)
        app = create_app(serving)
    house.database.close()

    assert app.routes
    assert [str(one.message) for one in said] == []
