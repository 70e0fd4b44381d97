"""A damaged office: each damage is named, and what to do about it, in both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.check_advice import advice
from hub.errors import Busy
from hub.house import open_house
from hub.settings import settings_for


@pytest.mark.parametrize(
    ("finding", "todo"),
    [
        ("file 0beb cannot be read: it is not there", "folder `blobs`"),
        ("documents name the file 0beb, which is not recorded", "folder `blobs`"),
        ("event 9 is missing", "stop the hub"),
        ("the chain ends at event 8, the head says 9", "stop the hub"),
        ("case 3bcf: its data key does not open with this master key", "--key-file"),
        ("case 3bcf: stands at 'zz', which the procedure does not have", "sop.toml"),
        ("case 3bcf: step 1 lacks receipt", "open that step again"),
        ("case 3bcf: archived, but its passport is still in the office", "Find that passport"),
        ("card of officer 3bcf is not the certificate that was bound", "Bind that officer's card"),
        ("register numbers of 2026 have a gap", "compare with the last copy"),
    ],
)
def test_a_finding_says_what_to_do(finding: str, todo: str) -> None:
    [said] = advice([finding, finding])

    assert todo in said.en
    assert said.id not in ("", said.en)


def test_a_database_file_that_was_cut_is_named_with_the_way_back(
    empty_house: Path, tmp_path: Path, clock
) -> None:
    folder = tmp_path / "hub"
    shutil.copytree(empty_house, folder)
    shutil.copy(empty_house.with_name("hub.key"), tmp_path / "hub.key")
    whole = (folder / "loket.db").read_bytes()
    (folder / "loket.db").write_bytes(b"x" * 100 + whole[100:])

    with pytest.raises(Busy) as refused:
        open_house(settings_for(folder), clock)

    assert refused.value.code == "database_damaged"
    assert "loket hub restore" in refused.value.id
    assert (folder / "loket.db").read_bytes()[100:] == whole[100:]
