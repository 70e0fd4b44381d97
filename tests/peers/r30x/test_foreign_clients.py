"""Two clients that nobody of this project wrote drive the simulated sensor over its line."""

from collections.abc import Iterator
from pathlib import Path

import adafruit_fingerprint
import pytest
import serial
from adafruit_fingerprint import Adafruit_Fingerprint
from PIL import Image
from pyfingerprint.pyfingerprint import PyFingerprint

from devices.r30x import simulator
from devices.r30x.finger_picture import draw_finger
from devices.r30x.simulator import R30xSimulator

FINGER = 11


@pytest.fixture
def sensor() -> Iterator[R30xSimulator]:
    running = simulator.start({"pace": "0", "finger": str(FINGER)})
    yield running
    running.stop()


def port_of(sensor: R30xSimulator) -> str:
    return sensor.address.removeprefix("r30x:")


@pytest.fixture
def pyfingerprint(sensor: R30xSimulator) -> PyFingerprint:
    client = PyFingerprint(port_of(sensor), 57600, 0xFFFFFFFF, 0x00000000)
    assert client.verifyPassword()
    return client


@pytest.fixture
def adafruit(sensor: R30xSimulator) -> Iterator[Adafruit_Fingerprint]:
    with serial.Serial(port_of(sensor), 57600, timeout=10) as uart:
        yield Adafruit_Fingerprint(uart)


def test_pyfingerprint_enrols_stores_and_finds_a_finger(
    sensor: R30xSimulator, pyfingerprint: PyFingerprint
) -> None:
    assert pyfingerprint.readImage()
    pyfingerprint.convertImage(1)
    assert pyfingerprint.searchTemplate()[0] == -1
    assert pyfingerprint.readImage()
    pyfingerprint.convertImage(2)
    assert pyfingerprint.compareCharacteristics() > 0
    assert pyfingerprint.createTemplate()

    position = pyfingerprint.storeTemplate(42)
    pyfingerprint.readImage()
    pyfingerprint.convertImage(1)
    found, score = pyfingerprint.searchTemplate()
    sensor.press(12)
    pyfingerprint.readImage()
    pyfingerprint.convertImage(1)
    stranger, _ = pyfingerprint.searchTemplate()

    assert (position, found) == (42, 42)
    assert score > 0
    assert stranger == -1
    assert pyfingerprint.getTemplateCount() == 1
    assert pyfingerprint.getTemplateIndex(0)[42]
    assert pyfingerprint.deleteTemplate(42)
    assert pyfingerprint.getTemplateCount() == 0


def test_pyfingerprint_finds_the_first_free_place_itself(pyfingerprint: PyFingerprint) -> None:
    pyfingerprint.readImage()
    pyfingerprint.convertImage(1)

    places = [pyfingerprint.storeTemplate() for _ in range(3)]

    assert places == [0, 1, 2]
    assert pyfingerprint.clearDatabase()
    assert pyfingerprint.getTemplateCount() == 0


def test_pyfingerprint_reads_the_parameters(pyfingerprint: PyFingerprint) -> None:
    assert pyfingerprint.getStorageCapacity() == 1000
    assert pyfingerprint.getMaxPacketSize() == 128
    assert pyfingerprint.getBaudRate() == 57600
    assert pyfingerprint.getSecurityLevel() == 3


def test_pyfingerprint_gets_the_image_dot_for_dot(
    pyfingerprint: PyFingerprint, tmp_path: Path
) -> None:
    assert pyfingerprint.readImage()

    pyfingerprint.downloadImage(str(tmp_path / "finger.bmp"))

    with Image.open(tmp_path / "finger.bmp") as picture:
        assert picture.tobytes() == bytes(
            (grey >> 4) * 17 for grey in draw_finger(FINGER, 256, 288)
        )


def test_pyfingerprint_takes_a_template_out_and_puts_it_back(pyfingerprint: PyFingerprint) -> None:
    pyfingerprint.readImage()
    pyfingerprint.convertImage(1)

    template = pyfingerprint.downloadCharacteristics(1)
    returned = pyfingerprint.uploadCharacteristics(2, template)

    assert len(template) == 512
    assert returned
    assert pyfingerprint.downloadCharacteristics(2) == template


def test_pyfingerprint_is_told_what_is_wrong_with_the_finger(
    sensor: R30xSimulator, pyfingerprint: PyFingerprint
) -> None:
    sensor.fault("no_finger")
    nobody = pyfingerprint.readImage()
    sensor.fault("")
    sensor.fault("messy")
    pyfingerprint.readImage()

    assert nobody is False
    with pytest.raises(Exception, match="too messy"):
        pyfingerprint.convertImage(1)
    sensor.fault("")
    sensor.fault("few_points")
    with pytest.raises(Exception, match="too few feature points"):
        pyfingerprint.convertImage(1)


def test_pyfingerprint_meets_the_password(
    sensor: R30xSimulator, pyfingerprint: PyFingerprint
) -> None:
    pyfingerprint.setPassword(0x12345678)
    del pyfingerprint

    stranger = PyFingerprint(port_of(sensor), 57600, 0xFFFFFFFF, 0)
    owner = PyFingerprint(port_of(sensor), 57600, 0xFFFFFFFF, 0x12345678)

    assert stranger.verifyPassword() is False
    assert owner.verifyPassword() is True


def test_adafruit_enrols_stores_and_finds_a_finger(
    sensor: R30xSimulator, adafruit: Adafruit_Fingerprint
) -> None:
    for slot in (1, 2):
        assert adafruit.get_image() == adafruit_fingerprint.OK
        assert adafruit.image_2_tz(slot) == adafruit_fingerprint.OK
    assert adafruit.create_model() == adafruit_fingerprint.OK
    assert adafruit.store_model(300) == adafruit_fingerprint.OK
    adafruit.get_image()
    adafruit.image_2_tz(1)

    found = adafruit.finger_search()
    place = adafruit.finger_id
    fast = adafruit.finger_fast_search()
    sensor.press(12)
    adafruit.get_image()
    adafruit.image_2_tz(1)
    stranger = adafruit.finger_search()

    assert (found, fast, place) == (adafruit_fingerprint.OK, adafruit_fingerprint.OK, 300)
    assert adafruit.count_templates() == adafruit_fingerprint.OK
    assert adafruit.template_count == 1
    assert adafruit.read_templates() == adafruit_fingerprint.OK
    assert adafruit.templates == [300]
    assert stranger == adafruit_fingerprint.NOTFOUND


def test_adafruit_reads_the_parameters(adafruit: Adafruit_Fingerprint) -> None:
    assert adafruit.check_module()
    assert adafruit.library_size == 1000
    assert adafruit.data_packet_size == 2
    assert adafruit.baudrate == 6
    assert adafruit.system_id == 9


def test_adafruit_gets_the_image_byte_for_byte(adafruit: Adafruit_Fingerprint) -> None:
    adafruit.get_image()

    packed = bytes(adafruit.get_fpdata("image"))

    pixels = draw_finger(FINGER, 256, 288)
    pairs = zip(pixels[::2], pixels[1::2], strict=True)
    assert packed == bytes((left & 0xF0) | (right >> 4) for left, right in pairs)


def test_adafruit_takes_a_template_out_and_puts_it_back(adafruit: Adafruit_Fingerprint) -> None:
    adafruit.get_image()
    adafruit.image_2_tz(1)

    template = adafruit.get_fpdata("char", 1)
    adafruit.send_fpdata(template, "char", 2)

    assert len(template) == 512
    assert adafruit.get_fpdata("char", 2) == template
    assert adafruit.compare_templates() == adafruit_fingerprint.OK


def test_adafruit_lights_the_ring_of_a_newer_module() -> None:
    sensor = simulator.start({"pace": "0", "model": "r503"})
    with serial.Serial(port_of(sensor), 57600, timeout=10) as uart:
        client = Adafruit_Fingerprint(uart)

        lit = client.set_led(color=2, mode=3)
        client.soft_reset()
    sensor.stop()

    assert lit == adafruit_fingerprint.OK


def test_both_clients_see_one_and_the_same_sensor(
    sensor: R30xSimulator, pyfingerprint: PyFingerprint
) -> None:
    pyfingerprint.readImage()
    pyfingerprint.convertImage(1)
    template = pyfingerprint.downloadCharacteristics(1)
    del pyfingerprint

    with serial.Serial(port_of(sensor), 57600, timeout=10) as uart:
        assert Adafruit_Fingerprint(uart).get_fpdata("char", 1) == template
