"""An office file whose queue rules contradict themselves is refused with line and rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.office import SAMPLE_OFFICE, OfficeFileError, load_office

SAMPLE = SAMPLE_OFFICE.read_text(encoding="utf-8")
FAULTS = [
    ('needs = ["step_free"]', 'needs = ["stairs"]', "there is no need stairs"),
    ('bonus_min = 15\nlimited = true', "bonus_min = 15\nlimited = 3", "Expected `bool`"),
    ('code = "general"\nname = { id = "Umum"', 'code = "usual"\nname = { id = "Umum"',
     "there must be a segment general"),
    ('rule = [{ lane = "stay_permit" }]', 'rule = [{ lane = "stay" }]', "there is no lane stay"),
    ('rule = [{ lane = "stay_permit" }]', "rule = []", "a profile needs a rule"),
    ('code = "stay_permits_first"', 'code = "collection_first"', "stands twice"),
    ('devices = ["fingerprint", "camera"] #', 'devices = ["ticket_printer"] #',
     "no counter that serves biometrics has ticket_printer"),
    ("priority_ratio = 2 ", "priority_ratio = 0 ", "Expected `int` >= 1"),
    ("ageing_per_min = 1.0", "ageing_per_min = 0", "> 0.0"),
    ("undo_within_s = 60", "undo_in_s = 60", "unknown field `undo_in_s`"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "now", "rule"), FAULTS, ids=[rule for _, _, rule in FAULTS])
def test_a_broken_queue_rule_is_refused_with_its_line(
    tmp_path: Path, was: str, now: str, rule: str
) -> None:
    assert SAMPLE.count(was) == 1
    file = tmp_path / "office.toml"
    file.write_text(SAMPLE.replace(was, now), encoding="utf-8")

    with pytest.raises(OfficeFileError) as refused:
        load_office(file)

    assert rule in refused.value.rule
    assert refused.value.line > 1


def test_a_language_that_no_counter_of_a_lane_speaks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    three = 'number = 3\nlanes = ["citizen_passport", "stay_permit", "information"]'
    file.write_text(SAMPLE.replace(three, f'{three}\nlanguages = ["id"]'), encoding="utf-8")

    with pytest.raises(OfficeFileError) as refused:
        load_office(file)

    assert refused.value.rule == "no counter that serves citizen_passport speaks en"
