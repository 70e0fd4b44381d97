"""The camera driver against its simulator: real HTTP, real OpenCV in a child process."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from devices import errors
from devices.address import parse_address
from devices.camera.capture_options import CaptureOptions
from devices.camera.controls import (
    FIFTY_HZ,
    POWER_LINE_FREQUENCY,
    against_flicker,
    encode_control,
)
from devices.camera.driver import OpenCvCamera, connect
from devices.camera.simulator import CameraSimulator, start
from devices.capabilities import Camera, Lamp, Photo
from devices.registry import open_device

_QUICK = CaptureOptions(open_s=30, silence_s=5)


@pytest.fixture
def simulator() -> Iterator[CameraSimulator]:
    simulator = start({"port": "0"})
    yield simulator
    simulator.stop()


@pytest.fixture
def camera(simulator: CameraSimulator) -> Iterator[OpenCvCamera]:
    camera = connect(parse_address(simulator.address), options=_QUICK)
    yield camera
    camera.close()


def test_a_photo_is_the_whole_picture_as_jpeg(camera: OpenCvCamera) -> None:
    photo = camera.photo()

    picture = Image.open(io.BytesIO(photo.jpeg))
    assert isinstance(camera, Camera)
    assert (picture.format, picture.size) == ("JPEG", (900, 1200))
    assert (photo.width_px, photo.height_px) == (900, 1200)
    assert min(picture.crop((0, 0, 40, 40)).tobytes()) > 235


def test_two_photos_are_two_moments(camera: OpenCvCamera) -> None:
    first, second = (Image.open(io.BytesIO(camera.photo().jpeg)) for _ in range(2))

    assert ImageChops.difference(first, second).getbbox() is not None


def test_the_preview_is_small_and_at_most_fifteen_a_second(camera: OpenCvCamera) -> None:
    started = time.monotonic()

    frames = list(itertools.islice(camera.preview(), 16))

    assert time.monotonic() - started > 0.95
    assert {max(Image.open(io.BytesIO(frame)).size) for frame in frames} == {640}
    assert len(set(frames)) > 1


def test_the_preview_ends_when_the_camera_is_closed(camera: OpenCvCamera) -> None:
    preview = camera.preview()
    next(preview)

    camera.close()

    assert list(preview) == []


@pytest.mark.parametrize("fault", ["black", "frozen"])
def test_a_picture_that_shows_nothing_live_is_refused_with_its_reason(
    simulator: CameraSimulator, camera: OpenCvCamera, fault: str
) -> None:
    simulator.fault(fault)

    refused = _refusal(camera)

    assert refused.reason == fault
    assert camera.health().code == f"picture_{fault}"
    simulator.fault("")
    assert _first_photo(camera).width_px == 900
    assert camera.health().lamp is Lamp.READY


def _refusal(camera: OpenCvCamera) -> errors.DeviceRefused:
    """Take photos until the fault has reached the newest frame."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            camera.photo()
        except errors.DeviceRefused as refused:
            return refused
    raise AssertionError("never refused")


def _first_photo(camera: OpenCvCamera) -> Photo:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            return camera.photo()
        except errors.DeviceRefused:
            continue
    raise AssertionError("always refused")


def test_a_frozen_camera_is_found_out_by_the_first_photo(simulator: CameraSimulator) -> None:
    simulator.fault("frozen")
    camera = connect(parse_address(simulator.address), options=_QUICK)

    with pytest.raises(errors.DeviceRefused) as refused:
        camera.photo()

    assert refused.value.reason == "frozen"
    camera.close()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("silent", errors.DeviceSilent),
        ("unplugged", errors.DeviceGone),
        ("garbage", errors.DeviceError),
    ],
)
def test_a_camera_lost_in_mid_stream_is_told_in_time_and_comes_back(
    simulator: CameraSimulator,
    camera: OpenCvCamera,
    fault: str,
    expected: type[errors.DeviceError],
) -> None:
    camera.photo()
    simulator.fault(fault)
    started = time.monotonic()

    with pytest.raises(expected) as told:
        list(camera.preview())
    took_s = time.monotonic() - started
    simulator.fault("")

    assert took_s < 60
    assert told.value.address == simulator.address
    assert camera.photo().width_px == 900


def test_a_camera_that_sends_no_video_is_a_protocol_error(simulator: CameraSimulator) -> None:
    simulator.fault("garbage")
    camera = OpenCvCamera(parse_address(simulator.address), CaptureOptions(open_s=2, silence_s=2))

    with pytest.raises(errors.DeviceProtocolError):
        camera.photo()
    camera.close()


def test_a_silent_camera_is_given_up_at_the_limit(simulator: CameraSimulator) -> None:
    simulator.fault("silent")
    started = time.monotonic()

    with pytest.raises(errors.DeviceSilent):
        connect(parse_address(simulator.address), options=CaptureOptions(open_s=1.5, silence_s=1))

    assert time.monotonic() - started < 60


def test_a_slow_camera_still_gives_its_photo(simulator: CameraSimulator) -> None:
    simulator.fault("slow")
    camera = connect(parse_address(simulator.address))

    assert camera.photo().height_px == 1200
    camera.close()


def test_a_camera_that_is_not_there_is_gone() -> None:
    with pytest.raises(errors.DeviceGone):
        connect(parse_address("camera:/dev/v4l/by-id/usb-None-video-index0"))


def test_a_stream_that_does_not_exist_is_told(simulator: CameraSimulator) -> None:
    address = parse_address(simulator.address.replace("cam.mjpg", "other.mjpg"))

    with pytest.raises(errors.DeviceProtocolError):
        connect(address, options=_QUICK)


def test_an_upright_camera_is_turned(simulator: CameraSimulator) -> None:
    camera = connect(parse_address(simulator.address + "?rotate=90"))

    assert (camera.photo().width_px, camera.photo().height_px) == (1200, 900)
    camera.close()


@pytest.mark.parametrize("option", ["rotate=45", "width=wide", "zoom=2"])
def test_a_wrong_option_is_an_address_error(option: str) -> None:
    with pytest.raises(errors.AddressError):
        connect(parse_address(f"camera:/dev/video0?{option}"))


def test_the_identity_comes_from_the_stable_name() -> None:
    address = parse_address("camera:/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920_A1B2-video-index0")

    identity = OpenCvCamera(address, CaptureOptions()).identity()

    assert (identity.model, identity.serial) == ("046d_HD_Pro_Webcam_C920", "A1B2")


def test_a_network_camera_keeps_its_password_to_itself() -> None:
    address = parse_address("camera:http://user:secret@10.0.0.4/cam.mjpg")

    assert OpenCvCamera(address, CaptureOptions()).identity().model == "MJPEG 10.0.0.4:80"


def test_an_idle_camera_is_let_go_and_opened_again(simulator: CameraSimulator) -> None:
    options = CaptureOptions(open_s=30, silence_s=10, idle_s=0.2)
    camera = connect(parse_address(simulator.address), options=options)
    camera.photo()
    ends = time.monotonic() + 60
    while simulator.viewers and time.monotonic() < ends:
        time.sleep(0.05)  # until the condition above

    assert simulator.viewers == 0
    assert camera.health().lamp is Lamp.READY
    assert camera.photo().width_px == 900
    camera.close()


def test_a_preview_wakes_a_camera_that_was_let_go(simulator: CameraSimulator) -> None:
    options = CaptureOptions(open_s=30, silence_s=10, idle_s=0.2)
    camera = connect(parse_address(simulator.address), options=options)
    camera.photo()
    ends = time.monotonic() + 60
    while simulator.viewers and time.monotonic() < ends:
        time.sleep(0.05)  # until the condition above
    asleep = simulator.viewers == 0
    picture = next(camera.preview())
    camera.close()

    assert asleep
    assert picture.startswith(b"\xff\xd8\xff")


def test_it_opens_twice_and_leaves_no_descriptor(simulator: CameraSimulator) -> None:
    def cycle() -> None:
        camera = connect(parse_address(simulator.address))
        camera.photo()
        camera.close()
        camera.close()

    cycle()
    simulator.fault("unplugged")  # ends the simulator's own streams, which are ours to count
    before = len(list(Path("/proc/self/fd").iterdir()))
    simulator.fault("")
    for _ in range(3):
        cycle()
    simulator.fault("unplugged")

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_station_itself_never_loads_opencv(simulator: CameraSimulator) -> None:
    program = (
        "import sys; from devices.registry import open_device; "
        f"camera = open_device({simulator.address!r}); camera.photo(); camera.close(); "
        "sys.exit('cv2' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_registry_opens_it_with_its_simulator() -> None:
    camera = open_device("camera:sim://booth")

    assert isinstance(camera, Camera)
    assert camera.photo().width_px == 900
    camera.close()


def test_the_simulator_names_its_faults_and_options(simulator: CameraSimulator) -> None:
    with pytest.raises(ValueError, match="frozen"):
        simulator.fault("dusty")
    with pytest.raises(ValueError, match="fps"):
        start({"colour": "sepia"})


def test_a_control_is_the_kernels_struct_and_no_camera_refuses_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()

    assert encode_control(POWER_LINE_FREQUENCY, FIFTY_HZ).hex() == "1809980001000000"
    assert not against_flicker(str(tmp_path / "video0"))
    assert not against_flicker(str(tmp_path / "nothing"))
