"""ZFM-20, R30x, AS608 and R503 sensors as FingerprintReader.

Address: `r30x:/dev/serial/by-id/…[?option=…&…]` with `baud` (57600), `raise` (a faster rate while
the sensor is open; both are tried at opening, whichever it was left at), `password` and `module`
(eight hex digits), `dpi` (508), `size` (WxH, for a module that does not tell it).
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from devices.address import Address
from devices.capabilities import (
    CaptureResult,
    Cue,
    FingerAbilities,
    FingerCapture,
    FingerImage,
    Health,
    Identity,
    Lamp,
    Progress,
    no_progress,
)
from devices.errors import (
    AddressError,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
)
from devices.naming import identity_of_name, resolve
from devices.options import options_of
from devices.r30x import wire
from devices.r30x.sensor import Cancelled, Light, Sensor
from devices.r30x.shown import packet_show
from devices.r30x.wire import Code, Parameter
from devices.trace import traced
from devices.transport import SerialStream

log = logging.getLogger(__name__)

_PAUSE_S: Final = 0.1
_POOR_IMAGES: Final = 3
_OUTCOMES: Final = {Code.MESSY: CaptureResult.MESSY, Code.FEW_POINTS: CaptureResult.FEW_POINTS}
# width by height of the family's sensors by the bytes of a 4-bit image, for modules without
# PRODUCT_INFO: ZFM-20, R307, AS608 256x288; R503 192x192; R502-A, R30x small 160x160
_KNOWN_SIZES: Final = {36864: (256, 288), 18432: (192, 192), 12800: (160, 160)}
_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]{1,8}")
_SIZE: Final = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")
_Answer = TypeVar("_Answer")


# R503 manual, AuraLedConfig: mode 1 breathing, 2 flashing, 3 on, 4 off; 1 red, 2 blue, 3 purple
_LIGHTS: Final = {
    Cue.OFF: Light(mode=4, speed=0, colour=2, times=0),
    Cue.READY: Light(mode=1, speed=100, colour=2, times=0),
    Cue.READING: Light(mode=2, speed=40, colour=3, times=0),
    Cue.REMOVE: Light(mode=3, speed=0, colour=3, times=0),
    Cue.ERROR: Light(mode=2, speed=60, colour=1, times=3),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the address says about the module."""

    path: str
    baud: int = 57600
    password: int = 0
    module: int = wire.EVERY_MODULE
    dpi: int = 508
    size_px: tuple[int, int] | None = None
    raised_baud: int = 0


def settings_of(address: Address) -> Settings:
    """Read the options of `address`. Raises AddressError naming the option."""
    options = options_of(address)
    options.only("baud", "raise", "password", "module", "dpi", "size")
    baud = options.whole("baud", 57600)
    raised = options.whole("raise", 0)
    for name, rate in (("baud", baud), ("raise", raised or baud)):
        if rate % 9600 or not 9600 <= rate <= 115200:
            message = (
                f"{name}={rate}: tulis kelipatan 9600 sampai 115200"
                f" / {name}={rate}: baud has to be a multiple of 9600 up to 115200"
            )
            raise AddressError(message, address=str(address))
    return Settings(
        address.where,
        baud,
        _hexadecimal(address, "password", "0"),
        _hexadecimal(address, "module", "FFFFFFFF"),
        options.whole("dpi", 508, least=100, most=2000),
        _size(address),
        raised,
    )


def _hexadecimal(address: Address, name: str, otherwise: str) -> int:
    given = address.options.get(name, otherwise)
    if _HEXADECIMAL.fullmatch(given):
        return int(given, 16)
    # not its value: one of the two is a password
    message = f"{name}: tulis 1-8 angka heksadesimal / {name}: write 1 to 8 hexadecimal digits"
    raise AddressError(message, address=str(address))


def _size(address: Address) -> tuple[int, int] | None:
    given = address.options.get("size", "")
    if not given:
        return None
    if not (found := _SIZE.fullmatch(given)):
        message = f"size={given}: tulis mis. 256x288 / size={given}: write e.g. 256x288"
        raise AddressError(message, address=str(address))
    return int(found[1]), int(found[2])


class R30x:
    """An opened sensor. After DeviceUnavailable the next call opens it anew."""

    def __init__(self, address: Address) -> None:
        self._address = str(address)
        self._settings = settings_of(address)
        self._stream: SerialStream | None = None
        self._sensor: Sensor | None = None
        self._identity = Identity()
        self._size_px = self._settings.size_px
        self._packed_bytes = 0
        self._has_light = False
        self._on_line(lambda _sensor: None)

    def identity(self) -> Identity:
        """Return what the sensor said of itself when it was opened."""
        return self._identity

    def health(self) -> Health:
        """Ask the sensor for its parameters and its library. Raises DeviceUnavailable."""
        stored = self._on_line(self._ask_health)
        if stored:
            detail = f"the sensor's own library holds {stored} fingers: empty it"
            return Health(Lamp.WARNING, "library_not_empty", detail)
        return Health(Lamp.READY)

    def capture(
        self,
        *,
        wait_s: float,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> FingerCapture:
        """Wait for a finger and fetch its image once; poor images are tried three times."""
        return self._on_line(lambda sensor: self._capture(sensor, wait_s, progress, cancelled))

    def abilities(self) -> FingerAbilities:
        """Return that it takes one finger after another, without a preview."""
        return FingerAbilities(dpi=self._settings.dpi)

    def templates_match(self, first: bytes, second: bytes) -> int | None:
        """Compare two of its own templates on the sensor; its score, None if they differ."""

        def compare(sensor: Sensor) -> int | None:
            sensor.send_template(1, first)
            sensor.send_template(2, second)
            score = sensor.match()
            for buffer, template in ((1, first), (2, second)):
                sensor.send_template(buffer, bytes(len(template)))
            return score

        return self._on_line(compare)

    def empty_library(self) -> None:
        """Erase the models in the sensor's flash; none of them is ever ours."""
        self._on_line(Sensor.empty)

    def with_sensor(self, act: Callable[[Sensor], _Answer]) -> _Answer:
        """Run `act` on the module's own command set, e.g. to match on the sensor."""
        return self._on_line(act)

    def close(self) -> None:
        """Give the sensor its usual rate back and release the port; safe to call twice."""
        if self._sensor is not None and self._settings.raised_baud:
            with contextlib.suppress(DeviceError):
                self._set_rate(self._sensor, self._settings.baud)
        self._drop()

    # ── the line ──

    def _on_line(self, act: Callable[[Sensor], _Answer]) -> _Answer:
        try:
            return act(self._sensor or self._open())
        except DeviceError as error:
            error.address = self._address
            if self._sensor is None or self._has_to_be_reopened(error):
                self._drop()
            raise

    def _has_to_be_reopened(self, error: DeviceError) -> bool:
        if isinstance(error, DeviceGone):
            return True
        # a sensor that lost its power may be back at its usual rate
        lost = isinstance(error, DeviceSilent | DeviceProtocolError)
        return lost and bool(self._settings.raised_baud)

    def _drop(self) -> None:
        self._sensor = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _open(self) -> Sensor:
        settings = self._settings
        path = resolve(settings.path)
        self._stream = SerialStream(path, baud=settings.baud)
        stream = traced(self._stream, path, sent=packet_show(), received=packet_show())
        sensor = Sensor(stream, module=settings.module)
        self._unlock(sensor)
        parameters = sensor.read_parameters()
        info = sensor.product_info()
        self._identity = self._identify(parameters, info, path)
        self._has_light = info is not None
        if settings.raised_baud not in (0, self._stream.baud):
            self._set_rate(sensor, settings.raised_baud)
            sensor.read_parameters()
        self._sensor = sensor
        return sensor

    def _unlock(self, sensor: Sensor) -> None:
        settings = self._settings
        try:
            try:
                sensor.verify_password(settings.password)
            except (DeviceSilent, DeviceProtocolError):
                if not settings.raised_baud or self._stream is None:
                    raise
                self._stream.baud = settings.raised_baud
                sensor.verify_password(settings.password)
        except DeviceRefused as error:
            message = f"{self._address}: the sensor does not accept the password of its address"
            raise DeviceRefused(message, reason=error.reason) from error

    def _set_rate(self, sensor: Sensor, baud: int) -> None:
        if self._stream is not None and self._stream.baud != baud:
            sensor.set_parameter(Parameter.BAUD, baud // 9600)
            self._stream.baud = baud

    def _identify(
        self, parameters: wire.Parameters, info: wire.ProductInfo | None, path: str
    ) -> Identity:
        if info is None:
            # older modules have no serial number, but the adapter that they hang on has
            adapter = identity_of_name(path) if "/by-id/" in path else Identity()
            model = f"ZFM/R30x system {parameters.system_id:04X}"
            return Identity(model=model, serial=adapter.serial)
        self._size_px = self._size_px or (info.width_px, info.height_px)
        return Identity(info.module or info.sensor, info.serial, info.hardware)

    @staticmethod
    def _ask_health(sensor: Sensor) -> int:
        sensor.read_parameters()
        return sensor.count()

    # ── capture ──

    def _capture(
        self, sensor: Sensor, wait_s: float, progress: Progress, cancelled: Callable[[], bool]
    ) -> FingerCapture:
        end = time.monotonic() + wait_s
        poor, attempts = CaptureResult.NO_FINGER, 0
        self._show(sensor, Cue.READY)
        while not cancelled():
            result = _try_once(sensor)
            if result is CaptureResult.CAPTURED:
                return self._fetch(sensor, attempts + 1, progress, cancelled)
            if result is not CaptureResult.NO_FINGER:
                poor, attempts = result, attempts + 1
            if attempts >= _POOR_IMAGES or time.monotonic() >= end:
                self._show(sensor, Cue.ERROR if attempts else Cue.OFF)
                return FingerCapture(poor, attempts=max(attempts, 1))
            time.sleep(_PAUSE_S)
        self._show(sensor, Cue.OFF)
        return FingerCapture(CaptureResult.NO_FINGER, attempts=max(attempts, 1))

    def _fetch(
        self, sensor: Sensor, attempts: int, progress: Progress, cancelled: Callable[[], bool]
    ) -> FingerCapture:
        self._show(sensor, Cue.READING)
        try:
            packed = sensor.fetch_image(
                expected_bytes=self._expected_bytes(), progress=progress, cancelled=cancelled
            )
        except Cancelled:
            return FingerCapture(CaptureResult.NO_FINGER, attempts=attempts)
        image = self._image(packed)
        template = sensor.fetch_template(1)
        self._show(sensor, Cue.REMOVE)
        # nothing of this person stays in the features; the next picture overwrites the picture
        sensor.send_template(1, bytes(len(template)))
        kind = f"r30x:{self._identity.model}:{self._identity.firmware}".rstrip(":")
        return FingerCapture(CaptureResult.CAPTURED, image, template, kind, attempts)

    def _show(self, sensor: Sensor, cue: Cue) -> None:
        if self._has_light:
            sensor.light(_LIGHTS[cue])

    def _expected_bytes(self) -> int:
        if self._packed_bytes:
            return self._packed_bytes
        width, height = self._size_px or (256, 288)
        return width * height // 2

    def _image(self, packed: bytes) -> FingerImage:
        size = self._size_px or _KNOWN_SIZES.get(len(packed))
        if size is None or size[0] * size[1] != len(packed) * 2:
            message = f"an image of {len(packed)} bytes fits no known size: give ?size=WxH"
            raise DeviceProtocolError(message, address=self._address)
        self._packed_bytes = len(packed)
        pixels = wire.expand_to_8_bit(packed)
        return FingerImage(*size, self._settings.dpi, pixels, native_bits=4)


def connect(address: Address) -> R30x:
    """Open the sensor at `address` and read its identity. Raises DeviceError."""
    reader = R30x(address)
    log.info("%s is open: %s", address.where, reader.identity().model)
    return reader


def _try_once(sensor: Sensor) -> CaptureResult:
    seen = sensor.take_image()
    if seen is Code.NO_FINGER:
        return CaptureResult.NO_FINGER
    if seen is Code.IMAGE_FAILED:
        return CaptureResult.MESSY
    extracted = sensor.extract(1)
    if extracted is Code.NO_IMAGE:
        return CaptureResult.NO_FINGER
    return _OUTCOMES.get(extracted, CaptureResult.CAPTURED)
