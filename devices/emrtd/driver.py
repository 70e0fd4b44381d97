"""An e-passport reader over PC/SC: PACE or Basic Access Control, then the LDS files.

The time of a read is the number of its APDUs: files are opened by short identifier, DG2 and
EF.SOD start with a whole chunk, and no chunk is smaller than the channel allows.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from devices.address import Address
from devices.capabilities import (
    AccessKey,
    CanKey,
    Cue,
    Finding,
    Health,
    Identity,
    PassportRead,
    Progress,
    Verdict,
    no_progress,
)
from devices.emrtd import lds, proofs, wire
from devices.emrtd.access import DELAYED, Opened, SchemeUnsupported, open_chip
from devices.emrtd.face import as_jpeg
from devices.emrtd.judgement import judge
from devices.emrtd.memory import ChipMemory
from devices.emrtd.proving import prove_all
from devices.emrtd.reading import Cancelled, Channel, FileRefused, ReadPlan, Tally, read_file
from devices.emrtd.trust import TrustStore, load_store
from devices.errors import (
    AddressError,
    CanTriesUsed,
    ChipDelays,
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DocumentRemoved,
    WrongAccessKey,
)
from devices.limits import TABLE
from devices.options import options_of
from devices.pcsc.driver import APDU_LIMIT_S, PcscReader, reader_name
from devices.pcsc.lights import CUES, OPTION, Signals, lights_of

READ_LIMIT_S = TABLE["emrtd"].operation_s
"""One passport; a chip at 106 kbit/s needs about ten seconds for 15 kB."""
DELAY_LIMIT_S = 15.0
"""How long a chip may think over a key after it refused one."""
MOST_CANS = 2
_SHORT_ANSWER = 256
_FURTHER = ("DG14", "DG15", "DG11", "DG12")
_EXTENDED = ("auto", "no")


def connect(address: Address) -> EmrtdReader:
    """Open the reader of `emrtd:pcsc://NAME[?csca=FOLDER&extended=no&cues=auto]`.

    NAME is a unique part of the reader's name. Raises AddressError (listing the readers when NAME
    is ambiguous), DeviceGone.
    """
    options = options_of(address)
    options.only("csca", "extended", OPTION)
    extended = options.one_of("extended", _EXTENDED)
    options.one_of(OPTION, CUES)
    card = PcscReader(reader_name(address), address=str(address))
    try:
        lights = lights_of(address, card.name)
    except AddressError:
        card.close()
        raise
    folder = address.options.get("csca", "")
    store = load_store(Path(folder)) if folder else TrustStore()
    signals = Signals(card, lights)
    return EmrtdReader(
        card, address=str(address), store=store, extended=extended != "no", signals=signals
    )


class EmrtdReader:
    """A PassportReader on a PC/SC reader."""

    def __init__(
        self,
        card: PcscReader,
        *,
        address: str = "",
        store: TrustStore | None = None,
        extended: bool = True,
        signals: Signals | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._card = card
        self._signals = signals or Signals(card, None)
        self._clock = clock or _now
        self._address = address
        self._store = store or TrustStore()
        self._extended = extended
        self._memory = ChipMemory()
        self._wide = False

    def identity(self) -> Identity:
        """Return the PC/SC reader's name as model."""
        return self._card.identity()

    def health(self) -> Health:
        """Ask the reader how it is. Raises DeviceUnavailable."""
        return self._card.health()

    def present(self) -> bool:
        """Return whether a document lies on the reader. Raises DeviceUnavailable."""
        there = self._card.present()
        if not there:
            self._signals.show(Cue.READY)
        return there

    def wait_present(self, wanted: bool = True, *, wait_s: float) -> bool:
        """Wait until a document lies there (or is gone); return whether that came true."""
        if wanted:
            self._signals.show(Cue.READY)
        return self._card.wait_present(wanted, wait_s=wait_s)

    def close(self) -> None:
        """Release card and reader; safe to call twice."""
        self._card.close()

    def read_passport(
        self,
        key: AccessKey,
        *,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> PassportRead:
        """Open the chip with `key` and read what it has of COM, DG1, 2, 11, 12, 14, 15 and SOD.

        Progress counts bytes; the card is power-cycled before and after. Raises WrongAccessKey,
        ChipDelays, CanTriesUsed, DocumentRemoved, DeviceProtocolError, DeviceUnavailable;
        DeviceRefused with reason "cancelled" or "no_pace".
        """
        tally = Tally(progress, cancelled, READ_LIMIT_S)
        try:
            self._stop_guessing(key)
            read = self._attempts(key, tally)
        except Cancelled as error:
            self._signals.show(Cue.READY)
            message = "the reading was cancelled"
            raise DeviceRefused(message, address=self._address, reason="cancelled") from error
        except DeviceError as error:
            self._signals.show(Cue.ERROR)
            error.address = self._address
            raise
        else:
            self._signals.show(Cue.REMOVE)
            return read
        finally:
            with contextlib.suppress(DeviceError):
                self._card.release()

    def _stop_guessing(self, key: AccessKey) -> None:
        """Let nobody try a third CAN on a document that was not lifted. Raises CanTriesUsed."""
        self._memory.laid_down(self._card.placement())
        if isinstance(key, CanKey) and self._memory.wrong_cans >= MOST_CANS:
            message = (
                "Dua CAN salah: pakai MRZ, atau angkat dan letakkan kembali dokumen"
                " / two wrong CANs: use the MRZ, or lift the document and lay it down again"
            )
            raise CanTriesUsed(message)

    def _attempts(self, key: AccessKey, tally: Tally) -> PassportRead:
        """Read as fast as chip and reader allow; on nonsense or loss fall back, step by step."""
        self._card.reset()
        self._signals.show(Cue.READING)
        plans = self._memory.plans(key, wide=self._may_extend())
        while True:
            plan = plans.pop(0)
            try:
                read = self._attempt(key, tally, plan)
            except DeviceError as error:
                if plan.extended and not self._wide:
                    plans.pop(0)  # the chip allowed no extended length: that was the short plan
                if not plans or not self._may_go_on(error):
                    raise
                tally.restart()
                self._card.reset()
            else:
                self._memory.worked(key, plan)
                return read

    def _may_go_on(self, error: DeviceError) -> bool:
        """Return whether a slower plan may help: nonsense, or a chip lost though it lies there."""
        if isinstance(error, DeviceProtocolError):
            return True
        if isinstance(error, DeviceSilent):
            return self._wide
        return isinstance(error, DocumentRemoved) and self._card.present()

    def _may_extend(self) -> bool:
        if not self._extended or not self._card.takes_extended():
            return False
        # a chip that does not speak of it there may still do so in EF.ATR/INFO
        return wire.extended_by_history(self._card.historical_bytes()) is not False

    def _attempt(self, key: AccessKey, tally: Tally, plan: ReadPlan) -> PassportRead:
        self._wide = False
        channel = Channel(self._card.transmit, tally)
        try:
            opened = self._open(channel, key, plan)
        except SchemeUnsupported as lacking:
            given = {proofs.PACE: lacking.card_access}
            return PassportRead("", {}, (lacking.finding,), tally.apdus, proofs=given)
        answer = self._longest_answer(opened) if plan.extended else _SHORT_ANSWER
        self._wide = answer > _SHORT_ANSWER
        plan = plan.at_most(channel.longest_read(answer)).after(opened.card_access)
        files = {name: read_file(channel, lds.FILES[name], plan) for name in ("COM", "DG1", "SOD")}
        announced = [name for name in _FURTHER if name in _announced(files)]
        tally.expects(announced)
        given = {proofs.PACE: opened.card_access} if opened.card_access else {}
        self._read_further(channel, announced, plan, files, given)
        files["DG2"] = read_file(channel, lds.FILES["DG2"], plan)
        tally.finish()
        given |= prove_all(channel, files, answer)
        return self._result(opened, files, given, tally.apdus)

    def _open(self, channel: Channel, key: AccessKey, plan: ReadPlan) -> Opened:
        again = self._memory.refusals > 0
        self._card.apdu_limit_s = DELAY_LIMIT_S if again else APDU_LIMIT_S
        try:
            opened = open_chip(channel, key, ask_limits=plan.extended)
        except (WrongAccessKey, ChipDelays):
            self._memory.refused(key)
            raise
        except DeviceSilent as error:
            if again:
                raise ChipDelays(DELAYED) from error
            raise
        finally:
            self._card.apdu_limit_s = APDU_LIMIT_S
        return opened

    def _longest_answer(self, opened: Opened) -> int:
        """Return what both EF.ATR/INFO and the reader allow; 256 when the chip allows nothing."""
        if opened.longest_answer:
            return opened.longest_answer
        by_history = wire.extended_by_history(self._card.historical_bytes())
        return wire.EXTENDED_ANSWER if by_history else _SHORT_ANSWER

    def _read_further(
        self,
        channel: Channel,
        names: list[str],
        plan: ReadPlan,
        files: dict[str, bytes],
        given: dict[str, bytes],
    ) -> None:
        """Read optional groups; one that is not given is a record, not the end of the reading."""
        for name in names:
            if name in self._memory.withheld:
                _note_withheld(name, self._memory.withheld[name], given)
                continue
            try:
                files[name] = read_file(channel, lds.FILES[name], plan)
            except FileRefused as error:
                _note_withheld(name, error.status, given)
                if channel.broken:
                    self._memory.withheld[name] = error.status
                    raise

    def _result(
        self, opened: Opened, files: dict[str, bytes], given: dict[str, bytes], apdus: int
    ) -> PassportRead:
        mrz, face, doubts = _contents(files)
        findings = judge(files, given, self._store, at=self._clock())
        return PassportRead(
            access=opened.method,
            files=files,
            findings=(*findings, *doubts, *opened.findings),
            apdus=apdus,
            mrz="\n".join(mrz),
            face_jpeg=face,
            proofs=given,
        )


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _announced(files: dict[str, bytes]) -> set[str]:
    """Return what EF.COM or EF.SOD names: a copy may leave a group out of the unsigned one."""
    names: set[str] = set()
    with contextlib.suppress(lds.LdsError):
        names.update(lds.parse_com(files["COM"]).groups)
    with contextlib.suppress(lds.LdsError):
        names.update(f"DG{number}" for number in lds.parse_sod(files["SOD"]).hashes)
    return names


def _note_withheld(name: str, status: int, given: dict[str, bytes]) -> None:
    if name == "DG14":
        given[proofs.AGREEMENT] = proofs.Agreed(status=status).encode()
    if name == "DG15":
        given[proofs.ACTIVE] = proofs.Signed(status=status).encode()


def _contents(files: dict[str, bytes]) -> tuple[tuple[str, ...], bytes, list[Finding]]:
    """Return MRZ lines, the face as JPEG, and a finding for each broken group."""
    mrz: tuple[str, ...] = ()
    face, doubts = b"", []
    try:
        mrz = lds.parse_dg1(files["DG1"])
    except lds.LdsError as error:
        doubts.append(Finding("lds", Verdict.ALTERED, str(error)))
    try:
        face = as_jpeg(lds.parse_dg2(files["DG2"]))
    except lds.LdsError as error:
        doubts.append(Finding("lds", Verdict.ALTERED, str(error)))
    return mrz, face, doubts
