"""ffmpeg serves MJPEG over HTTP; the driver must take it as it comes."""

from __future__ import annotations

import io
import itertools
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bench.hall import lasting_port
from devices import errors
from devices.address import parse_address
from devices.camera.driver import connect

_CLIENT_WAIT_S = 60


@pytest.fixture
def ffmpeg() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = lasting_port()
    url = f"http://127.0.0.1:{port}/cam.mjpg"
    picture = ["-re", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=15", "-q:v", "3"]
    server = subprocess.Popen(
        ["ffmpeg", "-v", "error", *picture, "-f", "mpjpeg", "-listen", "1", url],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_until_it_listens(port)
    yield f"camera:{url}", server
    server.kill()
    server.wait()


@pytest.fixture
def stream(ffmpeg: tuple[str, subprocess.Popen[bytes]]) -> str:
    return ffmpeg[0]


def _wait_until_it_listens(port: int) -> None:
    """Look into the kernel's table: a connection would take ffmpeg's only client."""
    listening = f"0100007F:{port:04X} 00000000:0000 0A"
    ends = time.monotonic() + _CLIENT_WAIT_S
    while listening not in Path("/proc/net/tcp").read_text():
        assert time.monotonic() < ends, "ffmpeg does not listen"
        time.sleep(0.05)  # until the condition above


def test_ffmpeg_pictures_arrive_as_photo_and_preview(stream: str) -> None:
    camera = connect(parse_address(stream))

    photo = camera.photo()
    previews = list(itertools.islice(camera.preview(), 20))
    later = camera.photo()

    assert (photo.width_px, photo.height_px) == (1280, 720)
    assert {Image.open(io.BytesIO(frame)).size for frame in previews} == {(640, 360)}
    assert len(set(previews)) > 10
    assert later.jpeg != photo.jpeg
    camera.close()


def test_the_newest_picture_is_taken_after_a_pause(stream: str) -> None:
    camera = connect(parse_address(stream))
    camera.photo()
    time.sleep(
        3
    )  # time itself is tested: long enough for 45 frames to queue up, were they not drained
    started = time.monotonic()

    camera.photo()

    assert time.monotonic() - started < 20
    camera.close()


def test_a_server_that_ends_is_a_lost_camera(
    ffmpeg: tuple[str, subprocess.Popen[bytes]],
) -> None:
    stream, server = ffmpeg
    camera = connect(parse_address(stream))
    camera.photo()
    server.kill()

    with pytest.raises(errors.DeviceGone):
        list(camera.preview())
    camera.close()
