import time
from collections.abc import Iterator

import pytest
from PIL import Image

from devices.address import parse_address
from devices.capabilities import CaptureResult, Lamp
from devices.errors import AddressError, DeviceGone, DeviceRefused
from devices.r30x import driver, simulator
from devices.r30x.finger_picture import draw_finger
from devices.r30x.sensor import Sensor
from devices.r30x.simulator import R30xSimulator
from devices.r30x.wire import Parameter
from devices.transport import SerialStream


@pytest.fixture
def sensor() -> Iterator[R30xSimulator]:
    running = simulator.start({"pace": "0", "finger": "5"})
    yield running
    running.stop()


@pytest.fixture
def reader(sensor: R30xSimulator) -> Iterator[driver.R30x]:
    opened = driver.connect(parse_address(sensor.address))
    yield opened
    opened.close()


def test_the_image_is_the_finger_on_the_glass_in_four_bits(reader: driver.R30x) -> None:
    seen: list[tuple[int, int]] = []

    capture = reader.capture(wait_s=60, progress=lambda done, total: seen.append((done, total)))

    assert capture.result is CaptureResult.CAPTURED
    image = capture.image
    assert image is not None
    assert (image.width_px, image.height_px, image.native_bits) == (256, 288, 4)
    assert image.pixels == bytes((grey >> 4) * 17 for grey in draw_finger(5, 256, 288))
    assert not image.certified
    assert seen[-1] == (36864, 36864)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_image_becomes_a_png_with_its_resolution(reader: driver.R30x) -> None:
    import io

    image = reader.capture(wait_s=60).image
    assert image is not None

    picture = Image.open(io.BytesIO(image.png()))

    assert picture.size == (256, 288)
    assert round(picture.info["dpi"][0]) == 508


def test_the_template_is_as_long_as_the_firmware_makes_it_and_tagged() -> None:
    for length in (512, 768, 1536):
        sensor = simulator.start({"pace": "0", "template": str(length)})
        reader = driver.connect(parse_address(sensor.address))

        capture = reader.capture(wait_s=60)
        reader.close()
        sensor.stop()

        assert len(capture.template) == length
        assert capture.template_kind == "r30x:ZFM/R30x system 0009"


def test_a_newer_module_tells_its_sizes_itself() -> None:
    sensor = simulator.start({"pace": "0", "model": "r503"})
    reader = driver.connect(parse_address(sensor.address))

    capture = reader.capture(wait_s=60)
    identity = reader.identity()
    reader.close()
    sensor.stop()

    assert identity.model == "R503"
    assert identity.serial == "00000001"
    assert capture.image is not None
    assert (capture.image.width_px, capture.image.height_px) == (192, 192)


def test_nobody_on_the_glass_is_an_ordinary_outcome(
    sensor: R30xSimulator, reader: driver.R30x
) -> None:
    sensor.fault("no_finger")

    capture = reader.capture(wait_s=0.3)

    assert capture.result is CaptureResult.NO_FINGER
    assert capture.image is None


@pytest.mark.parametrize("fault", ["messy", "few_points"])
def test_a_poor_image_is_tried_three_times(
    sensor: R30xSimulator, reader: driver.R30x, fault: str
) -> None:
    sensor.fault(fault)

    capture = reader.capture(wait_s=30)

    assert capture.result == fault
    assert capture.attempts == 3


def test_a_capture_can_be_called_off_while_waiting(
    sensor: R30xSimulator, reader: driver.R30x
) -> None:
    sensor.fault("no_finger")
    started = time.monotonic()

    capture = reader.capture(wait_s=60, cancelled=lambda: time.monotonic() > started + 0.3)

    assert capture.result is CaptureResult.NO_FINGER
    assert time.monotonic() - started < 45


def test_a_capture_called_off_in_mid_image_leaves_a_working_sensor() -> None:
    sensor = simulator.start({"baud": "115200"})
    reader = driver.connect(parse_address(sensor.address))
    seen: list[int] = []

    capture = reader.capture(
        wait_s=60,
        progress=lambda done, _: seen.append(done),
        cancelled=lambda: bool(seen) and seen[-1] > 2000,
    )
    health = reader.health()
    reader.close()
    sensor.stop()

    assert capture.result is CaptureResult.NO_FINGER
    assert seen[-1] < 10_000
    assert health.lamp is Lamp.READY


def test_the_image_comes_at_the_rate_of_the_line() -> None:
    sensor = simulator.start({"model": "r503", "baud": "115200"})
    reader = driver.connect(parse_address(sensor.address))
    floor_s = (18432 / 128) * (128 + 11) * 10 / 115200

    took_s = reader.with_sensor(_seconds_for_an_image)
    reader.close()
    sensor.stop()

    assert floor_s * 0.95 < took_s


def _seconds_for_an_image(sensor: Sensor) -> float:
    sensor.take_image()
    started = time.monotonic()
    sensor.fetch_image()
    return time.monotonic() - started


def test_a_finger_is_found_again_on_the_sensor(sensor: R30xSimulator, reader: driver.R30x) -> None:
    def enrol(module: Sensor) -> bool:
        for buffer in (1, 2):
            module.take_image()
            module.extract(buffer)
        merged = module.make_model()
        module.store(1, 7)
        return merged

    def search(module: Sensor) -> tuple[int, int] | None:
        module.take_image()
        module.extract(1)
        return module.search(1, count=100)

    assert reader.with_sensor(enrol)
    found = reader.with_sensor(search)
    sensor.press(6)
    other = reader.with_sensor(search)

    assert found is not None
    assert found[0] == 7
    assert other is None


def test_a_template_goes_to_the_sensor_and_matches_there(reader: driver.R30x) -> None:
    template = reader.capture(wait_s=60).template

    def send_back(module: Sensor) -> tuple[bytes, int | None]:
        for buffer in (1, 2):
            module.send_template(buffer, template)
        return module.fetch_template(2), module.match()

    returned, score = reader.with_sensor(send_back)

    assert returned == template
    assert score


def test_fingers_in_the_library_are_a_warning_until_it_is_emptied(reader: driver.R30x) -> None:
    def leave_one(module: Sensor) -> None:
        module.take_image()
        module.extract(1)
        module.store(1, 0)

    reader.with_sensor(leave_one)
    before = reader.health()
    reader.empty_library()
    after = reader.health()

    assert (before.lamp, before.code) == (Lamp.WARNING, "library_not_empty")
    assert after.lamp is Lamp.READY


def test_nothing_of_a_person_stays_in_the_features(reader: driver.R30x) -> None:
    template = reader.capture(wait_s=60).template

    left = reader.with_sensor(lambda module: module.fetch_template(1))

    assert left == bytes(len(template))


def test_the_line_is_faster_while_the_sensor_is_open(sensor: R30xSimulator) -> None:
    reader = driver.connect(parse_address(f"{sensor.address}?raise=115200"))
    while_open = sensor.baud
    captured = reader.capture(wait_s=60)
    reader.close()

    assert captured.result is CaptureResult.CAPTURED
    assert (while_open, sensor.baud) == (115200, 57600)


@pytest.mark.parametrize("keeps", ["yes", "no"])
def test_a_raised_rate_survives_a_loss_of_power(keeps: str) -> None:
    sensor = simulator.start({"pace": "0", "keeps_baud": keeps})
    reader = driver.connect(parse_address(f"{sensor.address}?raise=115200"))
    sensor.fault("unplugged")
    with pytest.raises(DeviceGone):
        reader.health()
    sensor.fault("")

    health = reader.health()
    rate = sensor.baud
    reader.close()
    sensor.stop()

    assert health.lamp is Lamp.READY
    assert rate == 115200


def test_a_sensor_left_at_the_raised_rate_is_found(sensor: R30xSimulator) -> None:
    stream = SerialStream(sensor.address.removeprefix("r30x:"), baud=57600)
    Sensor(stream).set_parameter(Parameter.BAUD, 12)
    stream.close()  # as a program that dies: nobody sets the rate back
    left_at = sensor.baud

    reader = driver.connect(parse_address(f"{sensor.address}?raise=115200"))
    reader.close()

    assert (left_at, sensor.baud) == (115200, 57600)


def test_the_ring_light_shows_what_to_do() -> None:
    sensor = simulator.start({"pace": "0", "model": "r503"})
    reader = driver.connect(parse_address(sensor.address))
    seen: list[bytes] = []

    reader.capture(wait_s=60, progress=lambda _done, _total: seen.append(sensor.light))
    removed = sensor.light
    sensor.fault("messy")
    reader.capture(wait_s=30)
    failed = sensor.light
    reader.close()
    sensor.stop()

    assert (seen[0][0], seen[0][2]) == (2, 3)  # flashing purple while reading
    assert (removed[0], removed[2]) == (3, 3)  # steady purple: take it away
    assert (failed[0], failed[2]) == (2, 1)  # flashing red


def test_a_wrong_password_is_said(sensor: R30xSimulator) -> None:
    with pytest.raises(DeviceRefused, match="password") as caught:
        driver.connect(parse_address(f"{sensor.address}?password=00001234"))

    assert caught.value.reason == "13"


@pytest.mark.parametrize(
    "option", ["baud=100", "baud=x", "password=zz", "size=big", "dpi=x", "raise=1"]
)
def test_a_wrong_option_is_refused(option: str) -> None:
    with pytest.raises(AddressError):
        driver.connect(parse_address(f"r30x:/dev/ttyUSB0?{option}"))


def test_the_sensor_works_again_after_it_was_unplugged_in_mid_image(
    sensor: R30xSimulator, reader: driver.R30x
) -> None:
    def unplug(done: int, _total: int) -> None:
        if done > 2000:
            sensor.fault("unplugged")

    with pytest.raises(DeviceGone):
        reader.capture(wait_s=60, progress=unplug)
    sensor.fault("")

    assert reader.capture(wait_s=60).result is CaptureResult.CAPTURED


def test_a_simulator_knows_its_faults(sensor: R30xSimulator) -> None:
    with pytest.raises(ValueError, match="known: no_finger, messy"):
        sensor.fault("on_fire")


def test_templates_are_compared_on_the_sensor_and_overwritten_afterwards(
    sensor: R30xSimulator, reader: driver.R30x
) -> None:
    first = reader.capture(wait_s=60).template
    sensor.press(6)
    other = reader.capture(wait_s=60).template

    assert reader.templates_match(first, first)
    assert reader.templates_match(first, other) is None
    left = reader.with_sensor(lambda module: (module.fetch_template(1), module.fetch_template(2)))
    assert left == (bytes(len(first)), bytes(len(other)))


def test_it_declares_single_fingers_without_preview(reader: driver.R30x) -> None:
    abilities = reader.abilities()

    assert abilities.positions == tuple(range(1, 11))
    assert (abilities.slaps, abilities.preview, abilities.certified) == (False, False, False)
    assert abilities.dpi == 508
