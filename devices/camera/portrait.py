"""Measure a portrait with OpenCV's cascades; runs only in the camera's child process.

The cascades find upright, frontal faces: a face they do not find is none for a passport, either.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from devices.camera.quality import Background, Measured
from devices.errors import DeviceProtocolError

_SEARCH_PX = 640  # faces are searched at this height
_FACE_PX = 256
_WALL_SHARE = 0.12  # the wall is judged beside the head, on this share of the width at each side
_WALL_HEIGHT = 0.45

_Box = tuple[int, int, int, int]


class PortraitMeter:
    """Loads the cascades once."""

    def __init__(self) -> None:
        self._faces = _cascade("haarcascade_frontalface_default.xml")
        self._eyes = _cascade("haarcascade_eye.xml")

    def measure(self, jpeg: bytes) -> Measured:
        """Measure the portrait in `jpeg`. Raises DeviceProtocolError if it is no picture."""
        picture: Any = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            message = "the photo is no JPEG"
            raise DeviceProtocolError(message)
        spread, colour = _wall(picture)
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        boxes = self._found(grey)
        if len(boxes) != 1:
            return Measured(len(boxes), background_spread=spread, background=colour)
        left, top, width, height = boxes[0]
        face = cv2.resize(grey[top : top + height, left : left + width], (_FACE_PX, _FACE_PX))
        skin = face[_FACE_PX // 8 : -_FACE_PX // 8, _FACE_PX // 5 : -_FACE_PX // 5]
        return Measured(
            faces=1,
            face_share=height / grey.shape[0],
            offset=abs(left + width / 2 - grey.shape[1] / 2) / grey.shape[1],
            tilt_deg=self._tilt(face),
            sharpness=_sharpness(skin),
            brightness=float(skin.mean()),
            clipped=float(((skin < 6) | (skin > 249)).mean()),
            background_spread=spread,
            background=colour,
        )

    def _found(self, grey: Any) -> list[_Box]:
        scale = _SEARCH_PX / grey.shape[0]
        small = cv2.resize(grey, None, fx=scale, fy=scale)
        least = round(min(small.shape) / 8)
        boxes = self._faces.detectMultiScale(small, 1.1, 6, minSize=(least, least))
        return [_scaled(box, 1 / scale) for box in boxes]

    def _tilt(self, face: Any) -> float | None:
        """Return the slope of the line through the two eyes, None unless exactly two are seen."""
        upper = face[: round(_FACE_PX * 0.55)]
        eyes = self._eyes.detectMultiScale(upper, 1.05, 6, minSize=(_FACE_PX // 8, _FACE_PX // 8))
        middles = sorted((x + w / 2, y + h / 2) for x, y, w, h in eyes)
        if len(middles) != 2 or middles[1][0] - middles[0][0] < _FACE_PX / 5:
            return None
        (x1, y1), (x2, y2) = middles
        return math.degrees(math.atan2(y2 - y1, x2 - x1))


def _cascade(name: str) -> cv2.CascadeClassifier:
    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / name))


def _sharpness(skin: Any) -> float:
    """Return the Laplacian's variance by the picture's own: dim light alone is no blur."""
    return 100.0 * float(cv2.Laplacian(skin, cv2.CV_64F).var()) / max(float(skin.var()), 1.0)


def _scaled(box: Any, factor: float) -> _Box:
    left, top, width, height = (round(float(side) * factor) for side in box)
    return left, top, width, height


def _wall(picture: Any) -> tuple[float, Background | None]:
    """Return the wall's spread and colour, in CIE L*a*b* scaled to L 0-100, a and b around 0."""
    height, width = picture.shape[:2]
    depth, side = round(height * _WALL_HEIGHT), round(width * _WALL_SHARE)
    smooth = cv2.GaussianBlur(picture[:depth], (0, 0), 3)  # the sensor's noise is not the wall's
    lab = cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    wall = np.concatenate([lab[:, :side].reshape(-1, 3), lab[:, -side:].reshape(-1, 3)])
    spread = float(np.sqrt((wall.std(axis=0) ** 2).sum()))
    light, red, yellow = (float(value) for value in wall.mean(axis=0))
    return spread, _wall_colour(light, red, yellow)


def _wall_colour(light: float, a: float, b: float) -> Background | None:
    chroma, hue = math.hypot(a, b), math.degrees(math.atan2(b, a))
    if light > 78 and chroma < 12:
        return Background.WHITE
    if chroma > 35 and -10 < hue < 55:
        return Background.RED
    return None
