import re
from pathlib import Path

from devices import registry
from devices.limits import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "drivers.md"


def test_the_page_shows_the_table_that_the_drivers_use() -> None:
    row = r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$"
    rows = re.findall(row, PAGE.read_text(), re.MULTILINE)

    shown = {name: tuple(float(number) for number in numbers) for name, *numbers in rows}

    assert shown == {
        name: (row.open_s, row.status_s, row.operation_s, row.silence_s)
        for name, row in TABLE.items()
    }
    assert set(registry.driver_names()) <= set(TABLE)


def test_the_pages_conformance_test_is_the_examples_own() -> None:
    [shown] = re.findall(r"   ```python\n(.*?)   ```", PAGE.read_text(), re.DOTALL)
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    example = (PAGE.parent / "example_driver" / "tests" / "test_lamp.py").read_text()

    assert any("conformance.run" in line for line in lines)
    assert [line for line in lines if line not in example] == []
