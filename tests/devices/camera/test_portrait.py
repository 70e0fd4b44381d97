"""Portrait quality: each fault is found on a picture that has it, and only on that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from devices.address import parse_address
from devices.camera import sitter
from devices.camera.driver import connect
from devices.camera.portrait import PortraitMeter
from devices.camera.quality import Background, Fault, Measured, Rules, faults
from devices.camera.simulator import start
from devices.errors import DeviceProtocolError

_METER = PortraitMeter()


def _faults_of(picture: Image.Image, rules: Rules | None = None) -> tuple[Fault, ...]:
    return faults(_METER.measure(sitter.jpeg(picture)), rules or Rules())


def _sized(factor: float, right_px: int = 0, down_px: int = 0) -> Image.Image:
    person = sitter.portrait().resize((round(900 * factor), round(1200 * factor)))
    scene = Image.new("RGB", sitter.SIZE, "white")
    left, top = (900 - person.width) // 2 + right_px, (1200 - person.height) // 2 + down_px
    scene.paste(person, (left, top))
    return scene


def _before(wall: Image.Image) -> Image.Image:
    """Put the sitter before another wall."""
    person = sitter.portrait()
    white = person.convert("L").point(lambda grey: 255 * (grey > 245))
    return Image.composite(wall, person, white)


def _uneven() -> Image.Image:
    """A wall lit from one side."""
    return Image.linear_gradient("L").rotate(90).resize(sitter.SIZE).convert("RGB")


def _two() -> Image.Image:
    scene = Image.new("RGB", (1200, 1200), "white")
    for left in (0, 600):
        scene.paste(sitter.portrait().resize((600, 800)), (left, 300))
    return scene


def _shelf() -> Image.Image:
    scene = sitter.portrait()
    ImageDraw.Draw(scene).rectangle((0, 150, 120, 400), fill=(90, 60, 30))
    return scene


def _bright(factor: float) -> Image.Image:
    return ImageEnhance.Brightness(sitter.portrait()).enhance(factor)


def test_a_good_portrait_has_no_fault_whatever_its_noise() -> None:
    for frame in sitter.frames(4):
        measured = _METER.measure(frame)

        assert faults(measured, Rules()) == ()
        assert measured.faces == 1
        assert measured.background is Background.WHITE


@pytest.mark.parametrize(
    ("picture", "fault"),
    [
        (lambda: Image.new("RGB", sitter.SIZE, "white"), Fault.NO_FACE),
        (_two, Fault.SEVERAL_FACES),
        (lambda: _sized(0.5), Fault.TOO_FAR),
        (lambda: _sized(1.7, 0, -100), Fault.TOO_NEAR),
        (lambda: _sized(1, 150), Fault.OFF_CENTRE),
        (lambda: sitter.portrait().rotate(12, fillcolor="white"), Fault.TILTED),
        (lambda: sitter.portrait().filter(ImageFilter.GaussianBlur(4)), Fault.BLURRED),
        (lambda: _bright(0.3), Fault.TOO_DARK),
        (lambda: _bright(1.7), Fault.TOO_BRIGHT),
        (_shelf, Fault.BACKGROUND_NOT_PLAIN),
        (lambda: _before(Image.new("RGB", sitter.SIZE, (120, 150, 220))), Fault.BACKGROUND_COLOUR),
        (lambda: _before(_uneven()), Fault.BACKGROUND_NOT_PLAIN),
    ],
)
def test_a_fault_is_found(picture: Callable[[], Image.Image], fault: Fault) -> None:
    assert fault in _faults_of(picture())


def test_dim_light_alone_is_no_blur() -> None:
    assert Fault.BLURRED not in _faults_of(_bright(0.5))


def test_the_red_wall_is_right_where_the_rule_says_red() -> None:
    red = _before(Image.new("RGB", sitter.SIZE, (200, 30, 35)))

    assert _faults_of(red, Rules(background=Background.RED)) == ()
    assert _faults_of(red) == (Fault.BACKGROUND_COLOUR,)


def test_covered_eyes_are_told() -> None:
    covered = sitter.portrait()
    ImageDraw.Draw(covered).rectangle((290, 505, 610, 585), fill=(201, 152, 118))

    assert set(_faults_of(covered)) & {Fault.EYES_NOT_SEEN, Fault.NO_FACE}


def test_one_face_more_or_less_is_the_only_fault_named() -> None:
    assert faults(Measured(faces=0), Rules()) == (Fault.NO_FACE,)
    assert faults(Measured(faces=3), Rules()) == (Fault.SEVERAL_FACES,)


def test_what_is_no_picture_is_a_protocol_error() -> None:
    with pytest.raises(DeviceProtocolError):
        _METER.measure(b"no jpeg")


def test_the_camera_measures_its_portrait_in_its_own_process() -> None:
    simulator = start({})
    camera = connect(parse_address(simulator.address))

    portrait = camera.portrait()

    assert portrait.faults == ()
    assert portrait.photo.height_px == 1200
    assert 0.3 < portrait.measured.face_share < 0.6
    camera.close()
    simulator.stop()
