"""Sixteen counters call at two hubs: nobody is called twice, nobody is forgotten."""

from __future__ import annotations

from pathlib import Path

from bench.cluster import Cluster
from bench.hall import open_hall
from bench.postgres import call_at_two_hubs

WAITING = 120


def test_everybody_is_called_once(cluster: Cluster, tmp_path: Path) -> None:
    settings = open_hall(tmp_path / "hub", cluster.create("sixteen_counters"))

    crowd, _took_s, found = call_at_two_hubs(settings, WAITING)

    assert len(crowd.called) == WAITING
    assert (found.called_twice, found.never_called, found.lost, found.broken) == (0, 0, 0, [])
