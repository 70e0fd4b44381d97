"""Plain files of a case outlive neither who works with them nor their sudden death."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hub.cases.archive.scratch import scratch_folder, sweep_scratch

WORKING = """
from hub.cases.archive.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "case.json").write_text("{}")
    print(folder, flush=True)
    input()
"""


@pytest.mark.parametrize("by_the_next", [True, False])
def test_what_a_killed_program_left_is_removed_and_what_is_worked_in_stays(
    by_the_next: bool,
) -> None:
    command = [sys.executable, "-c", WORKING]
    with scratch_folder() as mine:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as killed:
            assert killed.stdout is not None
            theirs = mine.parent / killed.stdout.readline().strip()
            sweep_scratch()
            assert (theirs / "case.json").exists()
            killed.kill()
        assert theirs.exists()

        if by_the_next:
            with scratch_folder() as next_one:
                assert next_one not in (mine, theirs)
        else:
            sweep_scratch()

        assert not theirs.exists()
        assert mine.exists()
    assert not mine.exists()
