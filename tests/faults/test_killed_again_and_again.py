"""kill -9 several times while kiosks issue and officers call (`python -m bench kill`: twenty)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.hall import open_hall
from bench.kill import kill_under_load

KILLS = 3


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_was_acknowledged_is_there_once(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    on_postgresql = database == "postgresql"
    url = request.getfixturevalue("cluster").create("killed") if on_postgresql else None

    crowd, returns, found = kill_under_load(open_hall(tmp_path / "hub", url), KILLS)

    assert len(returns) == KILLS
    assert len(crowd.issued) > 100
    assert len(crowd.called) > KILLS
    assert (found.lost, found.numbers_twice, found.called_twice, found.broken) == (0, 0, 0, [])
