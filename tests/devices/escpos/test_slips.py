"""Text and codes in the printer's own letters, judged by what the simulated printer made of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFont

from devices.address import parse_address
from devices.capabilities import PrintState, SlipCode, SlipPrinter, SlipText
from devices.errors import DeviceRefused, OutOfPaper
from devices.escpos import simulator
from devices.escpos.driver import EscposPrinter
from devices.escpos.lettering import Lettering, NoFont
from devices.escpos.simulator import EscposSimulator
from devices.escpos.slip import Way, lay_out

NOTO = Path(__file__).parents[3] / "kiosk" / "paper" / "fonts" / "NotoSans-Regular.ttf"
URL = "HTTPS://LOKET.EXAMPLE/T/7Q4K-2M9D"


@pytest.fixture(params=["tcp", "serial"])
def simulated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EscposSimulator]:
    options = {"pty": "yes" if request.param == "serial" else "no"}
    running = simulator.start(options, out=tmp_path / "tickets")
    yield running
    running.stop()


def opened(simulated: EscposSimulator, options: str = "") -> EscposPrinter:
    return EscposPrinter(parse_address(f"{simulated.address}?font={NOTO}{options}"))


def paper(folder: Path) -> Image.Image:
    (path,) = (folder / "tickets").iterdir()
    with Image.open(path) as picture:
        return picture.convert("1")


def code_in(picture: Image.Image) -> str:
    return str(zxingcpp.read_barcodes(picture.convert("L"))[0].text)


def test_latin_letters_are_the_printers_own(simulated: EscposSimulator) -> None:
    names = ["François Müller", "Żółć Ďábel", "Ağaoğlu Şen", "Ærø, 5 €", "Ibu Siti"]
    printer = opened(simulated)

    assert isinstance(printer, SlipPrinter)
    result = printer.print_slip([SlipText("\n".join(names))], process_id=4711)
    last = printer.last_process_id()
    printer.close()

    assert (result.state, last) == (PrintState.PRINTED, 4711)
    assert [line for line in simulated.printed if line] == names


def test_other_letters_are_drawn(simulated: EscposSimulator, tmp_path: Path) -> None:
    name = "Пётр Иванов"
    printer = opened(simulated)
    printer.print_slip([SlipText("Nama / name:"), SlipText(name, size=2)])
    printer.close()

    font = ImageFont.truetype(str(NOTO), 48)
    drawn = Image.new("L", (int(font.getlength(name)) + 2, sum(font.getmetrics())), 255)
    ImageDraw.Draw(drawn).text((1, 0), name, font=font, fill=0)
    expected = drawn.point(lambda shade: 255 if shade >= 128 else 0).convert("1")
    assert [line for line in simulated.printed if line] == ["Nama / name:"]
    assert any_place_of(expected, paper(tmp_path))


def any_place_of(piece: Image.Image, picture: Image.Image) -> bool:
    for top in range(picture.height - piece.height + 1):
        strip = picture.crop((0, top, piece.width, top + piece.height))
        if ImageChops.logical_xor(strip, piece).getbbox() is None:
            return True
    return False


def test_a_code_is_the_printers_own_and_is_read(simulated: EscposSimulator, tmp_path: Path) -> None:
    printer = opened(simulated)
    result = printer.print_slip([SlipText("A-012", size=4, bold=True, centred=True), SlipCode(URL)])
    printer.close()

    assert result.state is PrintState.PRINTED
    assert code_in(paper(tmp_path)) == URL


def test_a_profile_without_codes_gets_a_picture_of_one(
    simulated: EscposSimulator, tmp_path: Path
) -> None:
    printer = opened(simulated, "&profile=TH230&process_id=no")
    printer.print_slip([SlipCode(URL)])
    printer.close()

    assert code_in(paper(tmp_path)) == URL


def test_what_a_profile_has_decides_how_a_code_goes_out() -> None:
    lettering = Lettering(str(NOTO))
    own, drawn = (
        lay_out([SlipCode(URL)], Way.of(name), lettering)[0] for name in ("TM-T20II", "TH230")
    )

    assert isinstance(own.piece, SlipCode)
    assert isinstance(drawn.piece, Image.Image)


def test_a_code_is_as_large_as_the_paper_allows() -> None:
    narrow = lay_out([SlipCode("X" * 300, 16)], Way.of("POS-5890"), Lettering(str(NOTO)))[0]
    assert isinstance(narrow.piece, Image.Image)

    assert narrow.piece.width == 384
    with pytest.raises(ValueError, match="more modules"):
        lay_out([SlipCode("X" * 2000)], Way(100, {}, native_qr=True), Lettering(str(NOTO)))


def test_lines_are_broken_where_the_paper_ends(simulated: EscposSimulator) -> None:
    printer = opened(simulated)
    printer.print_slip([SlipText("Silakan duduk dan tunggu panggilan " * 3, size=2)])
    printer.close()

    lines = [line for line in simulated.printed if line]
    assert len(lines) > 3
    assert max(map(len, lines)) <= 24
    assert " ".join(lines) == ("Silakan duduk dan tunggu panggilan " * 3).strip()


def test_a_control_sign_in_a_text_is_no_command(simulated: EscposSimulator) -> None:
    printer = opened(simulated)
    printer.print_slip([SlipText("A\x1dV\x00B\x10\x04\x01C")])
    printer.close()

    assert [line for line in simulated.printed if line] == ["A V B   C"]
    assert simulated.tickets == 1


def test_a_letter_without_a_font_is_refused_before_anything_is_sent(
    simulated: EscposSimulator,
) -> None:
    printer = opened(simulated)
    with pytest.raises(DeviceRefused, match=r"U\+5B57") as refused:
        printer.print_slip([SlipText("Nama / name"), SlipText("漢字")])
    printer.close()

    assert refused.value.reason == "no_font"
    assert (simulated.printed, simulated.tickets) == ([], 0)


def test_without_paper_nothing_is_sent(simulated: EscposSimulator) -> None:
    simulated.fault("paper_out")
    printer = opened(simulated)

    with pytest.raises(OutOfPaper):
        printer.print_slip([SlipText("A-012")])
    printer.close()

    assert simulated.printed == []


@pytest.mark.parametrize("size", [0, 9])
def test_letters_have_eight_sizes(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 8"):
        lay_out([SlipText("A", size=size)], Way.of("TM-T20II"), Lettering(str(NOTO)))


def test_a_drawn_word_longer_than_the_paper_goes_on_below() -> None:
    lines = Lettering(str(NOTO)).draw("Ж" * 100, 384, size=1, centred=True)

    assert len(lines) > 3
    assert {line.width for line in lines} == {384}


def test_a_machine_without_fonts_says_which_letter_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(NoFont) as none:
        Lettering(str(tmp_path / "no.ttf")).draw("Ж", 384, size=1, centred=False)

    assert none.value.letter == "Ж"
