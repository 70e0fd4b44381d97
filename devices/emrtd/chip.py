"""The chip's side of ICAO 9303: command APDU in, response APDU out. It holds no wire.

It refuses as real chips do: 6982 before authentication, 6A82 for a file that is not there, 6300
for a wrong key, 6988 for a wrong MAC, 6700 for a read that does not fit, 6B00 beyond the end.
What it proves with its private keys stands in devices.emrtd.chip_keys.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devices.capabilities import CanKey, MrzKey
from devices.emrtd import pace, tlv, wire
from devices.emrtd.chip_keys import ChipKeys, sign_challenge
from devices.emrtd.chip_pace import PaceTalk
from devices.emrtd.lds import FILES

_NOT_FOUND, _WRONG_LENGTH, _BEYOND = 0x6A82, 0x6700, 0x6B00
_NOT_ALLOWED, _NO_FILE, _WRONG_KEY, _WRONG_MAC = 0x6982, 0x6986, 0x6300, 0x6988
_NO_INSTRUCTION, _WRONG_PARAMETERS, _BAD_DATA = 0x6D00, 0x6A86, 0x6A80
_GET_RESPONSE = 0xC0
_SHORT_ANSWER = 256
_MOST = 65_536

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
    refuses_bac: bool = False
    refuses_beyond_end: bool = False
    longest_read: int = _MOST
    longest_answer: int = _SHORT_ANSWER
    tells_longest: bool = True
    lies_about_longest: bool = False
    withholds: tuple[str, ...] = ()
    answers_in_parts: bool = False


class Chip:
    """One powered chip with the passport application; forgets everything on `power_up`."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        key: MrzKey,
        scheme: pace.Scheme | None = None,
        *,
        can: str = "",
        keys: ChipKeys | None = None,
    ) -> None:
        self.files = dict(files)
        self.temper = Temper()
        self.keys = keys or ChipKeys()
        self.failures = 0
        self._key = key
        self._can = CanKey(can) if can else None
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
        self._agreeing = False
        self._agreed: wire.Session | None = None
        self._rest = b""

    def respond(self, apdu: bytes) -> bytes:
        """Answer one command APDU."""
        try:
            command = wire.parse_command(apdu)
        except wire.WireError:
            return _WRONG_LENGTH.to_bytes(2, "big")
        if command.ins == _GET_RESPONSE and self._rest:
            return self._part(self._rest, command.expected or _SHORT_ANSWER)
        self._rest = b""
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
        room = min(command.expected or _SHORT_ANSWER, self.temper.longest_answer)
        if len(answer) > room + 2:
            if self.temper.answers_in_parts:
                return self._part(answer, room)
            self._session = None
            return _WRONG_LENGTH.to_bytes(2, "big")
        if self._agreed is not None:
            self._session, self._agreed = self._agreed, None
        return answer

    def _part(self, answer: bytes, room: int) -> bytes:
        """Return as much of a protected answer as fits, and 61xx while something is left."""
        body, status = answer[:-2], answer[-2:]
        if len(body) <= room:
            self._rest = b""
            return answer
        self._rest = body[room:] + status
        return body[:room] + bytes([wire.MORE, min(len(body) - room, 255)])

    def _execute(self, command: wire.Command) -> Answer:
        verbs: dict[int, Callable[[wire.Command], Answer]] = {
            0xA4: self._select,
            0x84: self._get_challenge,
            0x82: self._external_authenticate,
            0x22: self._set_template,
            0x86: self._general_authenticate,
            0x88: self._internal_authenticate,
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
            if self.temper.refuses_bac and self._session is None:
                raise _Refused(_NOT_ALLOWED)
            self._in_application, self._selected = True, None
            return b"", wire.OK
        if command.p1 not in (0x00, 0x02):
            raise _Refused(_WRONG_PARAMETERS)
        wanted = int.from_bytes(command.data, "big")
        if not self._in_application and (open_file := self._master_file(wanted)):
            self._selected = open_file
            return b"", wire.OK
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
            raise self._wrong_key() from None
        if rnd_icc != challenge or self.temper.refuses_key:
            raise self._wrong_key()
        own = secrets.token_bytes(16)
        self._session = wire.bac_session(share, own, rnd_icc, rnd_ifd)
        return wire.bac_seal(self._keys, rnd_icc, rnd_ifd, own), wire.OK

    def _set_template(self, command: wire.Command) -> Answer:
        if command.p1 == 0x41 and self._session is not None:
            return self._set_agreement(command)
        scheme = self._scheme
        if scheme is None or (command.p1, command.p2) != (0xC1, 0xA4):
            raise _Refused(_WRONG_PARAMETERS)
        if command.data == pace.set_template(scheme).data:
            self._pace = PaceTalk(scheme, self._key)
        elif self._can and command.data == pace.set_template(scheme, self._can).data:
            self._pace = PaceTalk(scheme, self._can)
        else:
            raise _Refused(_BAD_DATA)
        return b"", wire.OK

    def _set_agreement(self, command: wire.Command) -> Answer:
        """MSE of Chip Authentication: KAT hands the key over at once, AT announces it."""
        key = self.keys.agreement
        if key is None:
            raise _Refused(_BAD_DATA)
        if command.p2 == 0xA4:
            self._agreeing = True
        else:
            self._agree(self._object(command.data, 0x91))
        return b"", wire.OK

    def _agree(self, public: bytes) -> None:
        key = self.keys.agreement
        if key is None:
            raise _Refused(_BAD_DATA)
        try:
            self._agreed = key.session(public)
        except wire.WireError:
            raise _Refused(_BAD_DATA) from None

    def _internal_authenticate(self, command: wire.Command) -> Answer:
        if self._session is None:
            raise _Refused(_NOT_ALLOWED)
        if self.keys.active is None:
            raise _Refused(_NO_INSTRUCTION)
        if len(command.data) != 8:
            raise _Refused(_WRONG_LENGTH)
        return sign_challenge(self.keys.active, command.data), wire.OK

    def _general_authenticate(self, command: wire.Command) -> Answer:
        if self._agreeing and self._session is not None:
            self._agreeing = False
            self._agree(self._object(self._object(command.data, 0x7C), 0x80))
            return tlv.write(0x7C, b""), wire.OK
        talk = self._pace
        if talk is None:
            raise _Refused(_NOT_ALLOWED)
        answer = talk.answer(command)
        if answer is None or (talk.suite and self.temper.refuses_key):
            self._pace = None
            raise self._wrong_key()
        if talk.suite is not None:
            self._session, self._pace = pace.session(talk.suite), None
        return answer, wire.OK

    def _read_binary(self, command: wire.Command) -> Answer:
        if command.p1 & 0x80:
            if self.temper.refuses_sfi:
                raise _Refused(_WRONG_PARAMETERS)
            sfi = command.p1 & 0x1F
            if not self._in_application and (found := self._master_file(0x0100 + sfi)):
                return found[command.p2 :], wire.END_OF_FILE
            self._open(next((n for n, file in FILES.items() if file.sfi == sfi), ""))
            return self._piece(command.p2, command.expected)
        return self._piece(command.p1 << 8 | command.p2, command.expected)

    def _read_binary_odd(self, command: wire.Command) -> Answer:
        offset = int.from_bytes(self._object(command.data, 0x54), "big")
        wrapped = command.expected or 0
        head = 2 if wrapped < 130 else 3 if wrapped < 259 else 4
        data, status = self._piece(offset, wrapped - head)
        return tlv.write(0x53, data), status

    def _object(self, data: bytes, tag: int) -> bytes:
        try:
            return tlv.need(data, tag, "the command")
        except tlv.LdsError:
            raise _Refused(_BAD_DATA) from None

    def _wrong_key(self) -> _Refused:
        self.failures += 1
        return _Refused(_WRONG_KEY)

    def _master_file(self, file_id: int) -> bytes:
        """Return a file outside the application, empty if there is none."""
        if file_id == pace.CARD_ACCESS_ID and self._scheme is not None:
            return pace.card_access(self._scheme)
        tells = self.temper.longest_answer > _SHORT_ANSWER and self.temper.tells_longest
        if file_id in (wire.ATR_INFO_ID, 0x0100 + wire.ATR_INFO_SFI) and tells:
            length = tlv.write(0x02, (self.temper.longest_answer).to_bytes(3, "big"))
            return tlv.write(0x7F66, length * 2)
        return b""

    def _open(self, name: str) -> None:
        if self._session is None:
            raise _Refused(_NOT_ALLOWED if self._in_application else _NOT_FOUND)
        if name not in self.files or name in self.temper.withholds:
            raise _Refused(_NOT_FOUND)
        self._selected = self.files[name]

    def _piece(self, offset: int, count: int | None) -> Answer:
        if self._selected is None:
            raise _Refused(_NO_FILE if self._session else _NOT_ALLOWED)
        if not self._in_application:
            return self._selected[offset:][:count], wire.END_OF_FILE
        if self._session is None:
            raise _Refused(_NOT_ALLOWED)
        honest = not self.temper.lies_about_longest
        room = self.temper.longest_answer if honest else _SHORT_ANSWER
        longest = min(self.temper.longest_read, wire.plain_read(room, self._session.suite.block))
        if count is None or not 0 < count <= longest:
            raise _Refused(_WRONG_LENGTH)
        strict = self.temper.refuses_beyond_end and offset + count > len(self._selected)
        if strict or offset >= len(self._selected):
            raise _Refused(_BEYOND)
        data = self._selected[offset : offset + count]
        return data, wire.OK if len(data) == count else wire.END_OF_FILE
