"""What a fingerprint module holds and answers, without a line: packets in, packets out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

from devices.errors import DeviceProtocolError
from devices.r30x import wire
from devices.r30x.finger_picture import draw_finger
from devices.r30x.models import Model
from devices.r30x.wire import Code, Command, Kind, Packet, Parameter

_HANDSHAKE: Final = 0x55
_SAME_FINGER: Final = 0.5


class SimulatedSensor:
    """The module behind the line.

    `image_code` and `extract_code` are what it answers when it is made to fail.
    """

    def __init__(self, model: Model, *, finger: int | None, baud: int) -> None:
        self.model = model
        self._finger: int | None = None
        self._pictures: dict[tuple[int, bool], bytes] = {}
        self.dry = False
        self.finger = finger
        self.baud = baud
        self.image_code = Code.OK
        self.extract_code = Code.OK
        self._decoder = wire.Decoder()
        self._packet_bytes = 128
        self._security = 3
        self._address = wire.EVERY_MODULE
        self._password = 0
        self._unlocked = False
        self._image = b""
        self._buffers: dict[int, bytes] = {}
        self._library: dict[int, bytes] = {}
        self._arriving: tuple[int, bytearray] | None = None
        self.lit = b""

    @property
    def finger(self) -> int | None:
        """The number of the finger on the glass, None if it is free."""
        return self._finger

    @finger.setter
    def finger(self, number: int | None) -> None:
        # drawn when it is laid down: the host does not wait for it
        if number is not None and (number, self.dry) not in self._pictures:
            size = self.model.width_px, self.model.height_px
            pixels = draw_finger(number, *size, dry=self.dry)
            self._pictures[number, self.dry] = wire.pack_to_4_bit(pixels)
        self._finger = number

    def receive(self, octets: bytes) -> list[bytes]:
        """Take what the host sent and return the packets of the answer."""
        try:
            packets = self._decoder.feed(octets)
        except DeviceProtocolError:
            self._arriving = None
            return [self._ack(Code.RECEIVE_ERROR)]
        return [answer for packet in packets for answer in self._answer(packet)]

    def power_cycle(self, *, baud: int | None) -> None:
        """Lose what is not in flash; `baud` is the rate it comes back with, None keeps its own."""
        self._image, self._unlocked = b"", False
        self._buffers.clear()
        self._decoder = wire.Decoder()
        self.lit = b""
        self.baud = baud or self.baud

    def _answer(self, packet: Packet) -> list[bytes]:
        if packet.address != self._address:
            return []
        if packet.kind in (Kind.DATA, Kind.LAST_DATA):
            self._collect(packet)
            return []
        if packet.kind is not Kind.COMMAND:
            return []
        self._arriving = None
        arguments = packet.payload[1:]
        act = self._actions().get(packet.payload[0])
        if act is None or (packet.payload[0] in _INFORMED and not self.model.informed):
            return [self._ack(Code.RECEIVE_ERROR)]
        if self._password and not self._unlocked and packet.payload[0] != Command.VERIFY_PASSWORD:
            return [self._ack(Code.PASSWORD_NEEDED)]
        try:
            return act(arguments)
        except IndexError:
            return [self._ack(Code.RECEIVE_ERROR)]

    def _actions(self) -> dict[int, Callable[[bytes], list[bytes]]]:
        return {
            Command.GEN_IMAGE: self._gen_image,
            Command.IMAGE_TO_FEATURES: self._extract,
            Command.MATCH: self._match,
            Command.SEARCH: self._search,
            Command.FAST_SEARCH: self._search,
            Command.MAKE_MODEL: self._make_model,
            Command.STORE: self._store,
            Command.LOAD: self._load,
            Command.UP_CHAR: self._up_char,
            Command.DOWN_CHAR: self._down_char,
            Command.UP_IMAGE: self._up_image,
            Command.DOWN_IMAGE: self._down_image,
            Command.DELETE: self._delete,
            Command.EMPTY: self._empty,
            Command.SET_PARAMETER: self._set_parameter,
            Command.READ_PARAMETERS: self._read_parameters,
            Command.SET_PASSWORD: self._set_password,
            Command.VERIFY_PASSWORD: self._verify_password,
            Command.SET_ADDRESS: self._set_address,
            Command.RANDOM: lambda _: [self._ack(Code.OK, secrets.token_bytes(4))],
            Command.COUNT: lambda _: [self._ack(Code.OK, len(self._library).to_bytes(2, "big"))],
            Command.INDEX: self._index,
            Command.AURA_LED: self._light,
            Command.PRODUCT_INFO: self._product_info,
            Command.SOFT_RESET: self._soft_reset,
            Command.ECHO: lambda _: [self._packet(Kind.ACK, bytes([_HANDSHAKE]))],
        }

    # ── finger ──

    def _gen_image(self, _: bytes) -> list[bytes]:
        if self._finger is None:
            return [self._ack(Code.NO_FINGER)]
        if self.image_code is not Code.OK:
            return [self._ack(self.image_code)]
        self._image = self._pictures[self._finger, self.dry]
        return [self._ack(Code.OK)]

    def _extract(self, arguments: bytes) -> list[bytes]:
        if not self._image:
            return [self._ack(Code.NO_IMAGE)]
        if self.extract_code is not Code.OK:
            return [self._ack(self.extract_code)]
        self._buffers[arguments[0]] = self._template(self._image)
        return [self._ack(Code.OK)]

    def _template(self, image: bytes) -> bytes:
        # a real template is opaque, too; the same print gives the same bytes
        return hashlib.shake_256(image).digest(self.model.template_bytes)

    def _make_model(self, _: bytes) -> list[bytes]:
        first, second = self._buffers.get(1, b""), self._buffers.get(2, b"")
        if _likeness(first, second) < _SAME_FINGER:
            return [self._ack(Code.MERGE_FAILED)]
        self._buffers[2] = first
        return [self._ack(Code.OK)]

    def _match(self, _: bytes) -> list[bytes]:
        likeness = _likeness(self._buffers.get(1, b""), self._buffers.get(2, b""))
        code = Code.OK if likeness >= _SAME_FINGER else Code.NO_MATCH
        return [self._ack(code, _score(likeness).to_bytes(2, "big"))]

    def _search(self, arguments: bytes) -> list[bytes]:
        wanted = self._buffers.get(arguments[0], b"")
        start, count = _number(arguments[1:3]), _number(arguments[3:5])
        span = [(_likeness(wanted, self._library[at]), at) for at in sorted(self._library)]
        found = max((hit for hit in span if start <= hit[1] < start + count), default=(0.0, 0))
        if found[0] < _SAME_FINGER:
            return [self._ack(Code.NOT_FOUND, bytes(4))]
        return [
            self._ack(Code.OK, found[1].to_bytes(2, "big") + _score(found[0]).to_bytes(2, "big"))
        ]

    # ── transfers ──

    def _up_image(self, _: bytes) -> list[bytes]:
        if not self._image:
            return [self._ack(Code.IMAGE_UPLOAD_FAILED)]
        return [self._ack(Code.OK), *self._data(self._image)]

    def _up_char(self, arguments: bytes) -> list[bytes]:
        template = self._buffers.get(arguments[0])
        if template is None:
            return [self._ack(Code.TEMPLATE_UPLOAD_FAILED)]
        return [self._ack(Code.OK), *self._data(template)]

    def _down_char(self, arguments: bytes) -> list[bytes]:
        self._arriving = (arguments[0], bytearray())
        return [self._ack(Code.OK)]

    def _down_image(self, _: bytes) -> list[bytes]:
        self._arriving = (0, bytearray())
        return [self._ack(Code.OK)]

    def _collect(self, packet: Packet) -> None:
        if self._arriving is None:
            return
        buffer, octets = self._arriving
        octets += packet.payload
        largest = (
            self.model.template_bytes if buffer else self.model.width_px * self.model.height_px
        )
        if len(octets) > largest:
            self._arriving = None
            return
        if packet.kind is not Kind.LAST_DATA:
            return
        self._arriving = None
        if buffer:
            self._buffers[buffer] = bytes(octets)
        else:
            self._image = bytes(octets)

    # ── flash library ──

    def _store(self, arguments: bytes) -> list[bytes]:
        template, position = self._buffers.get(arguments[0]), _number(arguments[1:3])
        if position >= self.model.capacity:
            return [self._ack(Code.BAD_PAGE)]
        if template is None:
            return [self._ack(Code.FLASH_ERROR)]
        self._library[position] = template
        return [self._ack(Code.OK)]

    def _load(self, arguments: bytes) -> list[bytes]:
        template, position = self._library.get(_number(arguments[1:3])), _number(arguments[1:3])
        if position >= self.model.capacity:
            return [self._ack(Code.BAD_PAGE)]
        if template is None:
            return [self._ack(Code.LOAD_FAILED)]
        self._buffers[arguments[0]] = template
        return [self._ack(Code.OK)]

    def _delete(self, arguments: bytes) -> list[bytes]:
        start, count = _number(arguments[0:2]), _number(arguments[2:4])
        if start + count > self.model.capacity:
            return [self._ack(Code.DELETE_FAILED)]
        for position in range(start, start + count):
            self._library.pop(position, None)
        return [self._ack(Code.OK)]

    def _empty(self, _: bytes) -> list[bytes]:
        self._library.clear()
        return [self._ack(Code.OK)]

    def _index(self, arguments: bytes) -> list[bytes]:
        first = arguments[0] * 256
        bits = sum(1 << (at - first) for at in self._library if first <= at < first + 256)
        return [self._ack(Code.OK, bits.to_bytes(32, "little"))]

    # ── module ──

    def _read_parameters(self, _: bytes) -> list[bytes]:
        return [self._ack(Code.OK, wire.encode_parameters(self._parameters()))]

    def _parameters(self) -> wire.Parameters:
        return wire.Parameters(
            status=0,
            system_id=self.model.system_id,
            capacity=self.model.capacity,
            security=self._security,
            address=self._address,
            packet_bytes=self._packet_bytes,
            baud=self.baud,
        )

    def _set_parameter(self, arguments: bytes) -> list[bytes]:
        register, setting = arguments[0], arguments[1]
        answer = [self._ack(Code.OK)]  # still at the old rate
        if register == Parameter.BAUD and 1 <= setting <= 12:
            self.baud = setting * 9600
        elif register == Parameter.SECURITY and 1 <= setting <= 5:
            self._security = setting
        elif register == Parameter.PACKET_SIZE and setting <= 3:
            self._packet_bytes = 32 << setting
        else:
            return [self._ack(Code.BAD_REGISTER)]
        return answer

    def _set_password(self, arguments: bytes) -> list[bytes]:
        self._password = _number(arguments[:4])
        return [self._ack(Code.OK)]

    def _verify_password(self, arguments: bytes) -> list[bytes]:
        self._unlocked = _number(arguments[:4]) == self._password
        return [self._ack(Code.OK if self._unlocked else Code.WRONG_PASSWORD)]

    def _set_address(self, arguments: bytes) -> list[bytes]:
        self._address = _number(arguments[:4])
        return [self._ack(Code.OK)]

    def _product_info(self, _: bytes) -> list[bytes]:
        model = self.model
        sizes = (model.width_px, model.height_px, model.template_bytes, model.capacity)
        info = wire.ProductInfo(model.name, "SIM", "00000001", "1.0", "GR192RGB", *sizes)
        return [self._ack(Code.OK, wire.encode_product_info(info))]

    def _light(self, arguments: bytes) -> list[bytes]:
        self.lit = arguments[:4]
        return [self._ack(Code.OK)]

    def _soft_reset(self, _: bytes) -> list[bytes]:
        self._image, self._unlocked = b"", False
        self._buffers.clear()
        return [self._ack(Code.OK), bytes([_HANDSHAKE])]

    # ── packets ──

    def _ack(self, code: Code, payload: bytes = b"") -> bytes:
        return self._packet(Kind.ACK, bytes([code]) + payload)

    def _packet(self, kind: Kind, payload: bytes) -> bytes:
        return wire.encode(Packet(kind, payload, self._address))

    def _data(self, octets: bytes) -> list[bytes]:
        return wire.chunks(octets, self._packet_bytes, address=self._address)


_INFORMED: Final = (Command.PRODUCT_INFO, Command.AURA_LED)


def _likeness(first: bytes, second: bytes) -> float:
    if not first or len(first) != len(second):
        return 0.0
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first)


def _score(likeness: float) -> int:
    return round(likeness * 200)


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
