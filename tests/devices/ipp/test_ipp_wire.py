"""IPP bytes and values, held against RFC 8010 and random input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import Lamp, PrintState
from devices.errors import CoverOpen, DeviceProtocolError, Jammed
from devices.ipp import meaning, wire
from devices.ipp.wire import Group, JobState, Message, Tag, attribute

# The failed Print-Job of RFC 8010, appendix A.3 (in utf-8, without its status message)
_REFUSAL = bytes.fromhex(
    "0101 040b 00000001 01"
    "47 0012 617474726962757465732d63686172736574 0005 7574662d38"
    "48 001b 617474726962757465732d6e61747572616c2d6c616e6775616765 0005 656e2d7573"
    "05 21 0006 636f70696573 0004 00000014"
    "10 0005 7369646573 0000"
    "03"
)


def test_the_refusal_of_the_rfc_is_read() -> None:
    message = wire.decode(_REFUSAL)

    assert (message.version, message.code, message.request_id) == ((1, 1), 0x040B, 1)
    assert message.group(Tag.OPERATION).text("attributes-natural-language") == "en-us"
    assert message.group(Tag.UNSUPPORTED).number("copies") == 20
    assert message.group(Tag.UNSUPPORTED).contents("sides") == (b"",)


def test_it_is_written_as_it_was_read() -> None:
    assert wire.encode(wire.decode(_REFUSAL)) == _REFUSAL


def test_several_values_and_groups_and_a_document_survive() -> None:
    jobs = [
        Group(
            Tag.JOB,
            (attribute("job-id", Tag.INTEGER, number), attribute("k", Tag.KEYWORD, "a", "b")),
        )
        for number in (1, -2)
    ]
    message = Message(0x0002, 7, (Group(Tag.OPERATION, ()), *jobs), b"%PDF\x03\x00")

    read = wire.decode(wire.encode(message))

    assert read == message
    assert [group.number("job-id") for group in read.all(Tag.JOB)] == [1, -2]
    assert read.all(Tag.JOB)[0].texts("k") == ("a", "b")


@pytest.mark.parametrize("end", range(len(_REFUSAL)))
def test_a_message_cut_short_is_a_protocol_error(end: int) -> None:
    with pytest.raises(DeviceProtocolError):
        wire.decode(_REFUSAL[:end])


def test_a_length_that_a_signed_reader_takes_for_negative_ends_the_reading() -> None:
    with pytest.raises(DeviceProtocolError):
        wire.decode(_REFUSAL[:9] + b"\x47\xff\xfe" + _REFUSAL[12:])


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for attempt in (data, _REFUSAL[:9] + data):
        try:
            wire.decode(attempt)
        except DeviceProtocolError:
            continue


@given(st.integers(0, len(_REFUSAL) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_read_or_refused(place: int, flip: int) -> None:
    broken = bytearray(_REFUSAL)
    broken[place] ^= flip
    try:
        wire.decode(bytes(broken))
    except DeviceProtocolError:
        return


def _printer(*reasons: str, state: int = 3, formats: tuple[str, ...] = (meaning.PDF,)) -> Group:
    return Group(
        Tag.PRINTER,
        (
            attribute("printer-state", Tag.ENUM, state),
            attribute("printer-state-reasons", Tag.KEYWORD, *reasons),
            attribute("document-format-supported", Tag.MIME, *formats),
        ),
    )


@pytest.mark.parametrize(
    ("printer", "lamp", "code"),
    [
        (_printer("none"), Lamp.READY, "ready"),
        (_printer("none", state=4), Lamp.BUSY, "printing"),
        (_printer("none", state=5), Lamp.DOWN, "stopped"),
        (_printer("toner-low-report"), Lamp.WARNING, "toner_low"),
        (_printer("toner-low", "media-jam-error"), Lamp.DOWN, "jammed"),
        (_printer("media-empty-warning"), Lamp.WARNING, "paper_end"),
        (_printer("media-empty"), Lamp.DOWN, "paper_end"),
        (_printer("vendor-word"), Lamp.READY, "ready"),
        (_printer("none", formats=("image/urf",)), Lamp.WARNING, "no_pdf"),
    ],
)
def test_state_reasons_become_health(printer: Group, lamp: Lamp, code: str) -> None:
    health = meaning.health(printer)

    assert (health.lamp, health.code) == (lamp, code)


def test_a_person_is_asked_only_for_what_stops_the_printer() -> None:
    assert isinstance(meaning.refusal(_printer("media-jam"), "a4"), Jammed)
    assert isinstance(meaning.refusal(_printer("door-open-error"), "a4"), CoverOpen)
    assert meaning.refusal(_printer("media-empty-warning"), "a4") is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (JobState.PENDING, PrintState.SENT),
        (JobState.STOPPED, PrintState.SENT),
        (JobState.CANCELED, PrintState.FAILED),
        (JobState.ABORTED, PrintState.FAILED),
        (JobState.COMPLETED, PrintState.PRINTED),
    ],
)
def test_job_states_become_results(state: JobState, expected: PrintState) -> None:
    assert (
        meaning.job_result(Group(Tag.JOB, (attribute("job-state", Tag.ENUM, state),))).state
        is expected
    )
