"""A finger's quality falls with its ridges, and says what to do about it."""

import numpy as np
import pytest

from devices.capabilities import FingerImage
from devices.fingers.quality import quality_of
from devices.r30x.finger_picture import draw_finger

WIDTH, HEIGHT, LIMIT = 256, 288, 55


def image(pixels: bytes) -> FingerImage:
    return FingerImage(WIDTH, HEIGHT, 508, pixels)


@pytest.mark.parametrize("number", range(1, 11))
def test_a_dry_finger_is_told_from_the_same_finger_moistened(number):
    good = quality_of(image(draw_finger(number, WIDTH, HEIGHT)), LIMIT)
    dry = quality_of(image(draw_finger(number, WIDTH, HEIGHT, dry=True)), LIMIT)

    assert good.score >= LIMIT > dry.score
    assert (good.advice, dry.advice) == ("", "dry")


def test_a_fingertip_at_the_edge_is_too_small():
    whole = np.frombuffer(draw_finger(1, WIDTH, HEIGHT), np.uint8).reshape(HEIGHT, WIDTH)
    tip = np.full_like(whole, 250)
    tip[:90, :110] = whole[90:180, 70:180]

    assert quality_of(image(tip.tobytes()), LIMIT).advice == "small"


@pytest.mark.parametrize("pixels", [bytes(WIDTH * HEIGHT), b"\xff" * (WIDTH * HEIGHT)])
def test_bare_glass_has_no_quality(pixels):
    assert quality_of(image(pixels), LIMIT).score == 0


def test_a_picture_smaller_than_a_block_is_no_crash():
    assert quality_of(FingerImage(9, 9, 508, bytes(81)), LIMIT).score == 0
