"""The chip's side of ICAO 9303: command APDU in, response APDU out. It holds no wire.

It refuses as real chips do: 6982 before authentication, 6A82 for a file that is not there, 6300
for a wrong key, 6988 for a wrong MAC, 6700 for a read that does not fit, 6B00 beyond the end.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devices.capabilities import MrzKey
from devices.emrtd import pace, tlv, wire
from devices.emrtd.chip_pace import PaceTalk
from devices.emrtd.lds import FILES

_NOT_FOUND, _WRONG_LENGTH, _BEYOND = 0x6A82, 0x6700, 0x6B00
_NOT_ALLOWED, _NO_FILE, _WRONG_KEY, _WRONG_MAC = 0x6982, 0x6986, 0x6300, 0x6988
_NO_INSTRUCTION, _WRONG_PARAMETERS, _BAD_DATA = 0x6D00, 0x6A86, 0x6A80
_LARGEST_ANSWER = 256

Answer = tuple[bytes, int]


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Temper:
    """How a chip departs from the good case."""

    refuses_sfi: bool = False
    refuses_key: bool = False
    longest_read: int = wire.PLAIN_READ_3DES


class Chip:
    """One powered chip with the passport application; forgets everything on `power_up`."""

    def __init__(
        self, files: Mapping[str, bytes], key: MrzKey, scheme: pace.Scheme | None = None
    ) -> None:
        self.files = dict(files)
        self.temper = Temper()
        self._key = key
        self._keys = wire.bac_keys(key)
        self._scheme = scheme
        self.power_up()

    def power_up(self) -> None:
        """Start anew: nothing selected, nobody authenticated."""
        self._in_application = False
        self._selected: bytes | None = None
        self._challenge = b""
        self._session: wire.Session | None = None
        self._pace: PaceTalk | None = None

    def respond(self, apdu: bytes) -> bytes:
        """Answer one command APDU."""
        try:
            command = wire.parse_command(apdu)
        except wire.WireError:
            return _WRONG_LENGTH.to_bytes(2, "big")
        if command.cla & 0x0C:
            return self._respond_protected(command)
        # a plain command ends the session (ICAO 9303-11 §9.8.3)
        self._session = None
        data, status = self._execute(command)
        return data + status.to_bytes(2, "big")

    def reading(self, name: str) -> bool:
        """Return whether the selected file is `name`."""
        return self._selected is not None and self._selected is self.files.get(name)

    def _respond_protected(self, command: wire.Command) -> bytes:
        session = self._session
        if session is None:
            return _NOT_ALLOWED.to_bytes(2, "big")
        try:
            plain = session.open_command(command)
        except wire.WireError:
            self._session = None
            return _WRONG_MAC.to_bytes(2, "big")
        data, status = self._execute(plain)
        answer = session.protect_response(data, status, odd=plain.ins % 2 == 1)
        if len(answer) > _LARGEST_ANSWER + 2:
            self._session = None
            return _WRONG_LENGTH.to_bytes(2, "big")
        return answer

    def _execute(self, command: wire.Command) -> Answer:
        verbs: dict[int, Callable[[wire.Command], Answer]] = {
            0xA4: self._select,
            0x84: self._get_challenge,
            0x82: self._external_authenticate,
            0x22: self._set_template,
            0x86: self._general_authenticate,
            0xB0: self._read_binary,
            0xB1: self._read_binary_odd,
        }
        verb = verbs.get(command.ins)
        if verb is None:
            return b"", _NO_INSTRUCTION
        try:
            return verb(command)
        except _Refused as refused:
            return b"", refused.status

    def _select(self, command: wire.Command) -> Answer:
        if command.p1 == 0x04:
            if command.data != wire.LDS_APPLICATION:
                raise _Refused(_NOT_FOUND)
            self._in_application, self._selected = True, None
            return b"", wire.OK
        if command.p1 not in (0x00, 0x02):
            raise _Refused(_WRONG_PARAMETERS)
        wanted = int.from_bytes(command.data, "big")
        self._open(next((n for n, file in FILES.items() if file.file_id == wanted), ""))
        return b"", wire.OK

    def _get_challenge(self, command: wire.Command) -> Answer:
        if not self._in_application:
            raise _Refused(_NO_FILE)
        if command.expected != 8:
            raise _Refused(_WRONG_LENGTH)
        self._challenge = secrets.token_bytes(8)
        return self._challenge, wire.OK

    def _external_authenticate(self, command: wire.Command) -> Answer:
        challenge, self._challenge = self._challenge, b""
        if not challenge:
            raise _Refused(_NOT_ALLOWED)
        try:
            rnd_ifd, rnd_icc, share = wire.bac_open(self._keys, command.data)
        except wire.WireError:
            raise _Refused(_WRONG_KEY) from None
        if rnd_icc != challenge or self.temper.refuses_key:
            raise _Refused(_WRONG_KEY)
        own = secrets.token_bytes(16)
        self._session = wire.bac_session(share, own, rnd_icc, rnd_ifd)
        return wire.bac_seal(self._keys, rnd_icc, rnd_ifd, own), wire.OK

    def _set_template(self, command: wire.Command) -> Answer:
        scheme = self._scheme
        if scheme is None or (command.p1, command.p2) != (0xC1, 0xA4):
            raise _Refused(_WRONG_PARAMETERS)
        if command.data != pace.set_template(scheme).data:
            raise _Refused(_BAD_DATA)
        self._pace = PaceTalk(scheme, self._key)
        return b"", wire.OK

    def _general_authenticate(self, command: wire.Command) -> Answer:
        talk = self._pace
        if talk is None:
            raise _Refused(_NOT_ALLOWED)
        answer = talk.answer(command)
        if answer is None or (talk.suite and self.temper.refuses_key):
            self._pace = None
            raise _Refused(_WRONG_KEY)
        if talk.suite is not None:
            self._session, self._pace = pace.session(talk.suite), None
        return answer, wire.OK

    def _read_binary(self, command: wire.Command) -> Answer:
        if command.p1 & 0x80:
            if self.temper.refuses_sfi:
                raise _Refused(_WRONG_PARAMETERS)
            sfi = command.p1 & 0x1F
            if self._scheme is not None and sfi == pace.CARD_ACCESS_SFI:
                return pace.card_access(self._scheme), wire.END_OF_FILE
            self._open(next((n for n, file in FILES.items() if file.sfi == sfi), ""))
            return self._piece(command.p2, command.expected)
        return self._piece(command.p1 << 8 | command.p2, command.expected)

    def _read_binary_odd(self, command: wire.Command) -> Answer:
        try:
            offset = int.from_bytes(tlv.need(command.data, 0x54, "READ BINARY"), "big")
        except tlv.LdsError:
            raise _Refused(_BAD_DATA) from None
        wrapped = command.expected or 0
        data, status = self._piece(offset, wrapped - (2 if wrapped < 130 else 3))
        return tlv.write(0x53, data), status

    def _open(self, name: str) -> None:
        if self._session is None:
            raise _Refused(_NOT_ALLOWED if self._in_application else _NOT_FOUND)
        if name not in self.files:
            raise _Refused(_NOT_FOUND)
        self._selected = self.files[name]

    def _piece(self, offset: int, count: int | None) -> Answer:
        if self._session is None:
            raise _Refused(_NOT_ALLOWED)
        if self._selected is None:
            raise _Refused(_NO_FILE)
        wide = self._session.suite.block == 16
        longest = min(
            self.temper.longest_read, wire.PLAIN_READ_AES if wide else wire.PLAIN_READ_3DES
        )
        if count is None or not 0 < count <= longest:
            raise _Refused(_WRONG_LENGTH)
        if offset >= len(self._selected):
            raise _Refused(_BEYOND)
        data = self._selected[offset : offset + count]
        return data, wire.OK if len(data) == count else wire.END_OF_FILE
