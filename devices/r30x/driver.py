"""ZFM-20, R30x, AS608 and R503 sensors as FingerprintReader.

Address: `r30x:/dev/serial/by-id/…[?baud=57600&password=00000000&module=FFFFFFFF&dpi=508&size=WxH]`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from devices.address import Address
from devices.capabilities import (
    CaptureResult,
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
)
from devices.r30x import wire
from devices.r30x.sensor import Cancelled, Sensor
from devices.r30x.wire import Code
from devices.transport import SerialStream

log = logging.getLogger(__name__)

_PAUSE_S: Final = 0.1
_POOR_IMAGES: Final = 3
_OUTCOMES: Final = {Code.MESSY: CaptureResult.MESSY, Code.FEW_POINTS: CaptureResult.FEW_POINTS}
# width by height of the family's sensors by the bytes of a 4-bit image, for modules without
# PRODUCT_INFO: ZFM-20, R307, AS608 256x288; R503 192x192; R502-A, R30x small 160x160
_KNOWN_SIZES: Final = {36864: (256, 288), 18432: (192, 192), 12800: (160, 160)}
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the address says about the module."""

    path: str
    baud: int = 57600
    password: int = 0
    module: int = wire.EVERY_MODULE
    dpi: int = 508
    size_px: tuple[int, int] | None = None


def settings_of(address: Address) -> Settings:
    """Read the options of `address`. Raises AddressError naming the option."""
    options = address.options
    try:
        baud = int(options.get("baud", "57600"))
        password = int(options.get("password", "0"), 16)
        module = int(options.get("module", "FFFFFFFF"), 16)
        dpi = int(options.get("dpi", "508"))
        size = options.get("size")
        width, height = (int(part) for part in size.split("x")) if size else (0, 0)
    except ValueError as error:
        message = f"{address}: an option is no number ({error})"
        raise AddressError(message, address=str(address)) from error
    if baud % 9600 or not 9600 <= baud <= 115200:
        message = f"{address}: baud has to be a multiple of 9600 up to 115200, not {baud}"
        raise AddressError(message, address=str(address))
    return Settings(address.where, baud, password, module, dpi, (width, height) if size else None)


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

    def empty_library(self) -> None:
        """Erase the models in the sensor's flash; none of them is ever ours."""
        self._on_line(Sensor.empty)

    def with_sensor(self, act: Callable[[Sensor], _Answer]) -> _Answer:
        """Run `act` on the module's own command set, e.g. to match on the sensor."""
        return self._on_line(act)

    def close(self) -> None:
        """Release the port; safe to call twice."""
        self._sensor = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    # ── the line ──

    def _on_line(self, act: Callable[[Sensor], _Answer]) -> _Answer:
        try:
            return act(self._sensor or self._open())
        except DeviceError as error:
            error.address = self._address
            if isinstance(error, DeviceGone) or self._sensor is None:
                self.close()
            raise

    def _open(self) -> Sensor:
        settings = self._settings
        self._stream = SerialStream(settings.path, baud=settings.baud)
        sensor = Sensor(self._stream, module=settings.module)
        try:
            sensor.verify_password(settings.password)
        except DeviceRefused as error:
            message = f"{self._address}: the sensor does not accept the password of its address"
            raise DeviceRefused(message, reason=error.reason) from error
        parameters = sensor.read_parameters()
        self._identity = self._identify(parameters, sensor.product_info())
        self._sensor = sensor
        return sensor

    def _identify(self, parameters: wire.Parameters, info: wire.ProductInfo | None) -> Identity:
        if info is None:
            return Identity(model=f"ZFM/R30x system {parameters.system_id:04X}")
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
        while not cancelled():
            result = _try_once(sensor)
            if result is CaptureResult.CAPTURED:
                return self._fetch(sensor, attempts + 1, progress, cancelled)
            if result is not CaptureResult.NO_FINGER:
                poor, attempts = result, attempts + 1
            if attempts >= _POOR_IMAGES or time.monotonic() >= end:
                return FingerCapture(poor, attempts=max(attempts, 1))
            time.sleep(_PAUSE_S)
        return FingerCapture(CaptureResult.NO_FINGER, attempts=max(attempts, 1))

    def _fetch(
        self, sensor: Sensor, attempts: int, progress: Progress, cancelled: Callable[[], bool]
    ) -> FingerCapture:
        try:
            packed = sensor.fetch_image(
                expected_bytes=self._expected_bytes(), progress=progress, cancelled=cancelled
            )
        except Cancelled:
            return FingerCapture(CaptureResult.NO_FINGER, attempts=attempts)
        image = self._image(packed)
        return FingerCapture(
            CaptureResult.CAPTURED,
            image,
            sensor.fetch_template(1),
            f"r30x:{self._identity.model}:{self._identity.firmware}".rstrip(":"),
            attempts,
        )

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
