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
    Finding,
    Health,
    Identity,
    MrzKey,
    PassportRead,
    Progress,
    Verdict,
    no_progress,
)
from devices.emrtd import lds
from devices.emrtd.access import Opened, open_chip
from devices.emrtd.face import as_jpeg
from devices.emrtd.reading import Cancelled, Channel, ReadPlan, Tally, read_file
from devices.emrtd.trust import load_store, passive_authentication
from devices.errors import (
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    NeedsPerson,
)
from devices.pcsc.driver import PcscReader, reader_name

READ_LIMIT_S = 60.0
"""One passport; a chip at 106 kbit/s needs about ten seconds for 15 kB."""
FILES = ("COM", "DG1", "SOD", "DG2")


def connect(address: Address) -> EmrtdReader:
    """Open the reader of `emrtd:pcsc://NAME[?csca=FOLDER]`; NAME is a unique part of its name.

    Raises AddressError (listing the readers when NAME is ambiguous), DeviceGone.
    """
    card = PcscReader(reader_name(address), address=str(address))
    folder = address.options.get("csca", "")
    return EmrtdReader(card, address=str(address), csca=Path(folder) if folder else None)


class EmrtdReader:
    """A PassportReader on a PC/SC reader."""

    def __init__(
        self,
        card: PcscReader,
        *,
        address: str = "",
        csca: Path | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._card = card
        self._clock = clock or _now
        self._address = address
        self._csca = csca

    def identity(self) -> Identity:
        """Return the PC/SC reader's name as model."""
        return self._card.identity()

    def health(self) -> Health:
        """Ask the reader how it is. Raises DeviceUnavailable."""
        return self._card.health()

    def present(self) -> bool:
        """Return whether a document lies on the reader. Raises DeviceUnavailable."""
        return self._card.present()

    def wait_present(self, wanted: bool = True, *, wait_s: float) -> bool:
        """Wait until a document lies there (or is gone); return whether that came true."""
        return self._card.wait_present(wanted, wait_s=wait_s)

    def close(self) -> None:
        """Release card and reader; safe to call twice."""
        self._card.close()

    def read_passport(
        self,
        key: MrzKey,
        *,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> PassportRead:
        """Open the chip with `key` and read COM, DG1, SOD and DG2; progress counts bytes.

        The card is power-cycled before and after. Raises WrongAccessKey, DocumentRemoved,
        DeviceProtocolError, DeviceUnavailable; DeviceRefused with reason "cancelled".
        """
        tally = Tally(progress, cancelled, READ_LIMIT_S)
        try:
            return self._attempts(key, tally)
        except Cancelled as error:
            message = "the reading was cancelled"
            raise DeviceRefused(message, address=self._address, reason="cancelled") from error
        except DeviceError as error:
            error.address = self._address
            raise
        finally:
            with contextlib.suppress(DeviceError):
                self._card.release()

    def _attempts(self, key: MrzKey, tally: Tally) -> PassportRead:
        """Read once as fast as chips allow; on nonsense reset and once more, cautiously."""
        try:
            return self._attempt(key, tally, ReadPlan.fast())
        except (NeedsPerson, Cancelled):
            raise
        except DeviceProtocolError:
            tally.restart()
            return self._attempt(key, tally, ReadPlan.cautious())

    def _attempt(self, key: MrzKey, tally: Tally, plan: ReadPlan) -> PassportRead:
        self._card.reset()
        channel = Channel(self._card.transmit, tally)
        opened = open_chip(channel, key)
        plan = plan.at_most(channel.longest_read)
        files = {name: read_file(channel, lds.FILES[name], plan) for name in FILES}
        tally.finish()
        return self._result(opened, files, tally.apdus)

    def _result(self, opened: Opened, files: dict[str, bytes], apdus: int) -> PassportRead:
        mrz, face, doubts = _contents(files)
        store = load_store(self._csca) if self._csca else load_store([])
        findings = passive_authentication(files, store, at=self._clock())
        return PassportRead(
            access=opened.method,
            files=files,
            findings=(*findings, *doubts, *opened.findings),
            apdus=apdus,
            mrz="\n".join(mrz),
            face_jpeg=face,
        )


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


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
