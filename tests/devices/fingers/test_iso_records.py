import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import FingerImage
from devices.errors import DeviceProtocolError
from devices.fingers.iso import (
    Kind,
    Minutia,
    MinutiaeRecord,
    Position,
    decode_image,
    decode_minutiae,
    encode_image,
    encode_minutiae,
)
from devices.fingers.minutiae import minutiae_of
from devices.r30x.finger_picture import draw_finger

IMAGE = FingerImage(4, 2, 508, bytes(range(0, 136, 17)), native_bits=4)
POINTS = (
    Minutia(100, 50, 90.0, Kind.ENDING, 60),
    Minutia(255, 287, 358.59375, Kind.BIFURCATION),
)
RECORD = MinutiaeRecord(256, 288, 500, POINTS, Position.RIGHT_INDEX, 70)


def test_an_image_record_is_laid_out_as_the_standard_says() -> None:
    octets = encode_image(IMAGE, Position.LEFT_THUMB)

    assert octets[:46].hex(" ") == (
        "46 49 52 00 30 31 30 00 "  # FIR, version 010
        "00 00 00 00 00 36 00 00 00 00 "  # 54 bytes, device unreported, level none
        "01 01 01 fc 01 fc 01 fc 01 fc 08 00 00 00 "  # one finger, 508 ppi, 8 bit, uncompressed
        "00 00 00 16 06 01 01 ff 00 00 04 00 02 00"  # 22 bytes, left thumb, quality not told, 4x2
    )
    assert octets[46:] == IMAGE.pixels
    back, position = decode_image(octets)
    assert (back.pixels, back.dpi, back.certified) == (IMAGE.pixels, 508, False)
    assert position is Position.LEFT_THUMB


def test_a_minutiae_record_is_laid_out_as_the_standard_says() -> None:
    octets = encode_minutiae(RECORD)

    assert octets.hex(" ") == (
        "46 4d 52 00 20 32 30 00 00 00 00 2a 00 00 "  # FMR, version 20, 42 bytes
        "01 00 01 20 00 c5 00 c5 01 00 "  # 256x288, 197 pixels a cm, one view
        "02 00 46 02 "  # right index, view 0, quality 70, two minutiae
        "40 64 00 32 40 3c 80 ff 01 1f ff 00 "  # ending at 100,50 90 degrees; fork at 255,287
        "00 00"
    )
    assert decode_minutiae(octets) == RECORD


@given(st.binary(max_size=400), st.integers(0, 120), st.integers(1, 255))
def test_no_bytes_break_the_readers(noise: bytes, place: int, flip: int) -> None:
    whole = bytearray(encode_minutiae(RECORD))
    whole[place % len(whole)] ^= flip
    picture = bytearray(encode_image(IMAGE))
    picture[place % len(picture)] ^= flip
    heads = (b"", b"FIR\x00010\x00", b"FMR\x00 20\x00")

    for octets in (bytes(whole), bytes(picture), *(head + noise for head in heads)):
        for read in (decode_image, decode_minutiae):
            try:
                read(octets)
            except DeviceProtocolError:
                continue


@given(
    st.lists(
        st.builds(
            Minutia,
            st.integers(0, 255),
            st.integers(0, 287),
            st.integers(0, 255).map(lambda step: step * 360 / 256),
            st.sampled_from(Kind),
            st.integers(0, 100),
        ),
        max_size=255,
    ).map(tuple)
)
def test_what_is_written_is_read_again(minutiae: tuple[Minutia, ...]) -> None:
    record = MinutiaeRecord(256, 288, 500, minutiae, Position.RIGHT_THUMB, 1)

    assert decode_minutiae(encode_minutiae(record)) == record


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 255"):
        encode_minutiae(MinutiaeRecord(256, 288, 500, POINTS[:1] * 256))
    with pytest.raises(ValueError, match="outside"):
        encode_minutiae(MinutiaeRecord(64, 64, 500, POINTS))
    with pytest.raises(ValueError, match="pixels are not"):
        encode_image(FingerImage(4, 4, 500, b"short"))


def drawn(*ridges: tuple[int, int, int]) -> FingerImage:
    """Horizontal ridges 5 px thick, 10 px apart, from x to x; (number, from, to) cuts one."""
    width, height = 160, 160
    rows = [bytearray(b"\xf0" * width) for _ in range(height)]
    cuts = {number: (start, stop) for number, start, stop in ridges}
    for number in range(15):
        start, stop = cuts.get(number, (0, width))
        for row in range(number * 10 + 5, number * 10 + 10):
            rows[row][start:stop] = b"\x20" * (stop - start)
    return FingerImage(width, height, 500, b"".join(rows))


def test_a_ridge_that_ends_is_one_ending_at_its_end() -> None:
    assert minutiae_of(drawn()).minutiae == ()

    [ending] = minutiae_of(drawn((7, 0, 80))).minutiae

    assert ending.kind is Kind.ENDING
    assert abs(ending.x - 78) <= 4
    assert abs(ending.y - 77) <= 2
    assert abs(ending.angle_deg - 180) < 12  # along its ridge, which lies to the left


def test_a_print_has_a_plausible_number_and_the_same_each_time() -> None:
    image = FingerImage(256, 288, 508, draw_finger(5, 256, 288))

    first, again = minutiae_of(image), minutiae_of(image)

    assert first == again
    assert 8 <= len(first.minutiae) <= 80
    assert {one.kind for one in first.minutiae} == {Kind.ENDING, Kind.BIFURCATION}
    assert decode_minutiae(encode_minutiae(first)).minutiae[0].x == first.minutiae[0].x


def test_an_empty_glass_has_none() -> None:
    assert minutiae_of(FingerImage(64, 64, 508, b"\xf0" * 4096)).minutiae == ()
