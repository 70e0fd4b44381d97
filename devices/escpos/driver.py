"""ESC/POS receipt printers as TicketPrinter.

Address: `escpos:socket://HOST[:9100]`, `escpos:/dev/serial/by-id/…[?baud=115200&flow=rts]`,
`escpos:usb://VID:PID[/SERIAL]`. Options: `profile` (a profile of python-escpos: width and cutter),
`cut` (full, partial), `answers` (no = a printer without a way back), `process_id` (no = never send
GS ( H, GS ( L, DLE DC4; the default for profiles that are not Epson's), `font` (a file, for letters
that no code page of the profile has), `presenter` (yes = GS e presents a ticket and retracts it).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from devices.address import Address
from devices.capabilities import (
    Health,
    Identity,
    Lamp,
    PrintResult,
    PrintState,
    SlipPart,
    TicketImage,
)
from devices.errors import (
    CoverOpen,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DeviceUnavailable,
    Jammed,
    OutOfPaper,
)
from devices.escpos import bytes_out, wire
from devices.escpos.conversation import Conversation
from devices.escpos.lettering import Lettering, NoFont
from devices.escpos.settings import connected, settings_of
from devices.escpos.slip import Way, lay_out
from devices.escpos.slip import send as send_slip
from devices.limits import TABLE
from devices.transport import Stream

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to connect, to an answer, of silence before asking what is wrong, to the end.

    `work_s` is how long a ticket may be in work that another program has left behind.
    """

    open_s: float = TABLE["escpos"].open_s
    status_s: float = TABLE["escpos"].status_s
    identity_s: float = 2.0
    work_s: float = 8.0
    question_s: float = 1.0
    silence_s: float = TABLE["escpos"].silence_s
    print_s: float = TABLE["escpos"].operation_s


class EscposPrinter:
    """An opened printer, for one thread. After DeviceUnavailable the next call opens it anew."""

    def __init__(self, address: Address, *, limits: Limits | None = None) -> None:
        self._address = str(address)
        self._settings = settings_of(address)
        self._limits = limits or Limits()
        self._width_dots = bytes_out.width_dots(self._settings.profile)
        self._stream: Stream | None = None
        self._conversation: Conversation | None = None
        self._identity: Identity | None = None
        self._cut_short = False
        self._confirmed: int | None = None
        self._on_line(lambda _: None)

    @property
    def cuts(self) -> bool:
        """Whether every ticket is a stroke of its cutter, which wears out."""
        return bytes_out.has_cutter(self._settings.profile)

    def identity(self) -> Identity:
        """Return what the printer said of itself when it was opened."""
        return self._identity or Identity()

    def health(self) -> Health:
        """Ask DLE EOT 1-4. Raises DeviceUnavailable, DeviceProtocolError."""
        if not self._settings.answers:
            return Health(Lamp.WARNING, "status_unknown", "this printer cannot tell its state")
        return health_of(self._on_line(_status))

    def print_ticket(self, ticket: TicketImage, *, process_id: int = 1) -> PrintResult:
        """Print and cut `ticket` and wait for its end.

        Raises OutOfPaper, CoverOpen, Jammed, DeviceRefused, DeviceUnavailable before anything is
        sent, ValueError for a ticket wider than the paper or an id beyond 95^4 - 1.
        """
        if ticket.width_dots > self._width_dots:
            message = f"the ticket has {ticket.width_dots} dots, the paper {self._width_dots}"
            raise ValueError(message)
        bytes_out.picture_of(ticket)
        return self._print(
            lambda printer: bytes_out.send_ticket(
                printer, ticket, partial_cut=self._settings.partial_cut
            ),
            process_id,
        )

    def print_slip(self, slip: Sequence[SlipPart], *, process_id: int = 1) -> PrintResult:
        """Print and cut `slip` and wait for its end, in the printer's letters where it has them.

        Raises as `print_ticket`, and DeviceRefused `no_font` for letters that nothing here has.
        """
        way = Way.of(self._settings.profile)
        try:
            laid = lay_out(slip, way, Lettering(self._settings.font))
        except NoFont as error:
            message = (
                f"Tidak ada font untuk {error}: pasang paket fonts-noto"
                f" / no font here has {error}: install the package fonts-noto"
            )
            raise DeviceRefused(message, address=self._address, reason="no_font") from error

        def send(printer: bytes_out.Escpos) -> None:
            send_slip(printer, laid, way)
            bytes_out.cut(printer, partial=self._settings.partial_cut)

        return self._print(send, process_id)

    def _print(self, send: Callable[[bytes_out.Escpos], None], process_id: int) -> PrintResult:
        wire.encode_process_id(process_id)
        self._on_line(self._check_before)
        result = self._send_and_confirm(send, process_id)
        if result.state is not PrintState.PRINTED:
            log.warning("%s: a ticket is %s (%s)", self._address, result.state, result.code)
        return result

    def ticket_taken(self) -> bool:
        """Return whether nothing waits in the presenter; True for a printer without one.

        Raises DeviceUnavailable, DeviceProtocolError.
        """
        return not self._settings.presenter or self._on_line(self._nothing_in_output)

    def retract(self) -> None:
        """Draw a ticket that nobody took back into the printer. Raises DeviceUnavailable."""
        if self._settings.presenter:
            self._on_line(lambda conversation: conversation.send(wire.RETRACT))

    def last_process_id(self) -> int | None:
        """Ask the printer which ticket it ended last; None if it cannot tell."""
        if not (self._settings.answers and self._settings.in_order):
            return self._confirmed
        return self._on_line(self._ask_last)

    def close(self) -> None:
        """Release the printer; safe to call twice."""
        self._conversation = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    # ── the line ──

    def _on_line(self, act: Callable[[Conversation], _Answer]) -> _Answer:
        try:
            return act(self._conversation or self._open())
        except DeviceError as error:
            error.address = self._address
            if isinstance(error, DeviceGone) or self._conversation is None:
                self.close()
            raise

    def _open(self) -> Conversation:
        self._stream = connected(self._settings, limit_s=self._limits.open_s)
        conversation = Conversation(self._stream, status_s=self._limits.status_s)
        if self._settings.answers:
            conversation.start_afresh()
            if not conversation.status().offline and self._identity is None:
                self._identity = self._ask_identity(conversation, self._limits.identity_s)
        self._conversation = conversation
        return conversation

    def _end_broken_ticket(self, conversation: Conversation) -> None:
        try:
            conversation.ask(wire.CLEAR, wire.Cleared, limit_s=self._limits.question_s)
        except DeviceSilent:
            return
        conversation.send(wire.FEED_AND_CUT)

    def _ask_identity(self, conversation: Conversation, limit_s: float) -> Identity | None:
        asked = []
        for what in (wire.About.MODEL, wire.About.SERIAL, wire.About.FIRMWARE):
            try:
                answer = conversation.ask(wire.ask_about(what), wire.Text, limit_s=limit_s)
            except DeviceSilent:
                return None  # a printer that tells one tells all
            asked.append(answer.text)
            limit_s = self._limits.question_s
        return Identity(*asked)

    # ── a ticket ──

    def _check_before(self, conversation: Conversation) -> None:
        if not self._settings.answers:
            return
        conversation.start_afresh()
        status = conversation.status()
        refuse_unless_ready(status)
        if self._settings.presenter and not self._nothing_in_output(conversation):
            # whoever comes next must not be handed the ticket of the one before
            conversation.send(wire.RETRACT)
        if self._settings.in_order:
            self._get_ready(conversation)

    def _nothing_in_output(self, conversation: Conversation) -> bool:
        question = wire.ask_status(wire.FULL_STATUS)
        limit_s = self._limits.question_s
        return not conversation.ask(question, wire.FullStatus, limit_s=limit_s).in_output

    def _get_ready(self, conversation: Conversation) -> None:
        if self._cut_short:
            self._end_broken_ticket(conversation)
            self._cut_short = False
        if self._identity is None:
            # it tells its name behind the ticket in work, but never if it still waits for the
            # rest of a picture whose program died
            self._identity = self._ask_identity(conversation, self._limits.work_s)
        if self._identity is None:
            self._end_broken_ticket(conversation)
            self._identity = self._ask_identity(conversation, self._limits.question_s)
        self._identity = self._identity or Identity()
        if self._identity.model:
            conversation.send(wire.AUTOMATIC_STATUS)

    def _send_and_confirm(
        self, send: Callable[[bytes_out.Escpos], None], process_id: int
    ) -> PrintResult:
        conversation, stream = self._conversation, self._stream
        assert conversation is not None and stream is not None  # noqa: S101, PT018 - just used
        carrier = bytes_out.Carrier(stream, limit_s=self._settings.piece_s)
        printer = bytes_out.sender(carrier, profile=self._settings.profile)
        try:
            send(printer)
            if self._settings.presenter:
                carrier.sendall(wire.PRESENT)
            carrier.sendall(self._questions_behind(process_id))
        except DeviceUnavailable as error:
            self.close()
            self._cut_short = True
            # a part may be out, but the cut was never sent: whatever came out is no ticket
            return PrintResult(PrintState.FAILED, error.code, str(error))
        if not self._settings.answers:
            return PrintResult(PrintState.SENT, "not_confirmed", "this printer cannot confirm")
        return self._confirm(conversation, process_id)

    def _questions_behind(self, process_id: int) -> bytes:
        if not self._settings.answers:
            return b""
        if not (self._settings.in_order and self.identity().model):
            return wire.PAPER_STATUS
        remember = wire.remember_process_id(process_id)
        return remember + wire.ask_process_id(process_id) + wire.PAPER_STATUS

    def _confirm(self, conversation: Conversation, process_id: int) -> PrintResult:
        try:
            result = self._wait_for_end(conversation, process_id)
        except DeviceError as error:
            self.close()
            return PrintResult(PrintState.UNKNOWN, error.code, str(error))
        if result.state is PrintState.PRINTED:
            self._confirmed = process_id
        return result

    def _wait_for_end(self, conversation: Conversation, process_id: int) -> PrintResult:
        end = time.monotonic() + self._limits.print_s
        while time.monotonic() < end:
            reply = conversation.next(limit_s=self._limits.silence_s)
            # the paper byte stands behind the id: alone it comes from a printer without ids
            if reply == wire.ProcessId(process_id) or isinstance(reply, wire.PaperByte):
                return PrintResult(PrintState.PRINTED)
            if isinstance(reply, wire.Nonsense):
                message = "the printer answered nonsense"
                raise DeviceProtocolError(message)
            if trouble := _trouble_in(reply, conversation):
                return PrintResult(PrintState.UNKNOWN, *trouble)
        state = PrintState.UNKNOWN if self._confirmed is not None else PrintState.SENT
        return PrintResult(state, "not_confirmed", "the printer is ready but did not confirm")

    def _ask_last(self, conversation: Conversation) -> int | None:
        conversation.start_afresh()
        question = wire.ask_remembered_process_id()
        try:
            keys = conversation.ask(question, wire.Keys, limit_s=self._limits.question_s)
        except DeviceSilent:
            return self._confirmed
        return wire.remembered_process_id(keys.keys)


def connect(address: Address) -> EscposPrinter:
    """Open the printer at `address` and read its identity. Raises DeviceError."""
    printer = EscposPrinter(address)
    log.info("%s is open: %s", address.where, printer.identity().model or "unnamed printer")
    return printer


def health_of(status: wire.Status) -> Health:
    """Say what DLE EOT 1-4 said."""
    if trouble := _trouble(status):
        return Health(Lamp.DOWN, *trouble)
    if status.paper_near_end:
        return Health(Lamp.WARNING, "paper_near_end", "the roll is nearly used up: have one ready")
    return Health(Lamp.READY)


def refuse_unless_ready(status: wire.Status) -> None:
    """Raise OutOfPaper, CoverOpen, Jammed or DeviceRefused if nothing would come out."""
    trouble = _trouble(status)
    if trouble is None:
        return
    code, detail = trouble
    leaves = {"paper_end": OutOfPaper, "cover_open": CoverOpen, "cutter_error": Jammed}
    if leaf := leaves.get(code):
        raise leaf(detail)
    raise DeviceRefused(detail, reason=code)


def _trouble_in(reply: wire.Reply | None, conversation: Conversation) -> tuple[str, str] | None:
    if reply is None:
        return _trouble(conversation.status())
    if isinstance(reply, wire.AutomaticStatus):
        return _trouble(wire.status_of_automatic(reply.octets))
    return None


def _trouble(status: wire.Status) -> tuple[str, str] | None:
    if status.cover_open:
        return "cover_open", "the printer's cover is open: close it"
    if status.paper_end:
        return "paper_end", "the printer is out of paper: put in a new roll"
    if status.cutter_error:
        return "cutter_error", "the cutter is stuck: open the cover and remove the paper"
    if status.error:
        return "printer_error", "the printer reports an error: switch it off and on"
    if status.offline:
        return "offline", "the printer is offline: press its feed button or switch it on"
    return None


def _status(conversation: Conversation) -> wire.Status:
    conversation.start_afresh()
    return conversation.status()
