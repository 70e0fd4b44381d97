"""Names in other scripts, signatures on record and what the code of a paper promises."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw
from printed import fonts_of, read, text_of

from hub.letters import ApplicationReceipt, CollectionSlip, Letterhead, SkimLetter, Unprintable
from hub.letters.compose import compose
from hub.letters.name_fonts import missing_packages


def test_a_letter_shows_a_name_in_its_own_script_if_a_font_has_it(
    head: Letterhead, letter: SkimLetter
) -> None:
    cyrillic = text_of(compose(head, replace(letter, native_name="Анна Эрикссон")))
    ethiopic = text_of(compose(head, replace(letter, native_name="አበረሃም")))

    assert "Анна Эрикссон" in cyrillic
    assert "Nama dalam aksara asli" not in ethiopic


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("王安娜", "fonts-wqy-microhei"),
        ("김민준", "fonts-wqy-microhei"),
        ("आरव", "fonts-lohit-deva"),
        ("கண்ணன்", "fonts-lohit-taml"),
        ("สมชาย ใจดี", "fonts-tlwg-garuda-ttf"),
    ],
)
def test_a_letter_embeds_a_free_font_of_the_machine_for_a_name_in_another_script(
    head: Letterhead, letter: SkimLetter, name: str, package: str
) -> None:
    pdf = compose(head, replace(letter, native_name=name))

    assert (name in text_of(pdf)) is (package not in missing_packages())
    assert "MicroHei" not in fonts_of(compose(head, letter))


def test_the_longest_name_and_address_beside_a_name_in_another_script_keep_to_one_sheet(
    head: Letterhead, letter: SkimLetter
) -> None:
    name = "Maximiliana Konstantina Aleksandrovna Wijayakusumaningrat-Schwarzenberg Hohenloh"
    address = ("Apartemen Taman Contoh Menara Dua Lantai 27, Jalan Contoh Panjang 21, " * 3)[:200]

    pdf = compose(
        head, replace(letter, full_name=name, address=address, native_name="Анна Эрикссон")
    )

    assert len(read(pdf).pages) == 1


def test_a_captured_signature_is_marked_as_on_record(
    head: Letterhead, receipt: ApplicationReceipt, slip: CollectionSlip
) -> None:
    for paper in (receipt, slip):
        pdf = compose(head, replace(paper, on_record=signature()))

        assert "tercatat / on record" in text_of(pdf)
        assert len(read(pdf).pages[0].images) == 1
        assert "on record" not in text_of(compose(head, paper))


def test_an_empty_signature_is_refused(head: Letterhead, receipt: ApplicationReceipt) -> None:
    blank = io.BytesIO()
    Image.new("RGB", (720, 240), "white").save(blank, "PNG")

    with pytest.raises(Unprintable, match="signature_unreadable"):
        compose(head, replace(receipt, on_record=blank.getvalue()))


def signature() -> bytes:
    """A stroke as the pad draws it, on nothing."""
    picture, out = Image.new("RGBA", (720, 240)), io.BytesIO()
    ImageDraw.Draw(picture).line(((80, 160), (200, 60), (320, 180), (640, 90)), "#0a1b33", 6)
    picture.save(out, "PNG")
    return out.getvalue()


def test_only_a_signed_code_is_said_to_be_checked_offline(
    head: Letterhead, letter: SkimLetter
) -> None:
    signed = replace(letter.imprint, payload="LOKET:S:W.00-1/2026:CTH-1:261123:AAAA")
    asked = replace(letter.imprint, payload="LOKET:J:CTH-1-T1")

    assert "juga tanpa jaringan" in text_of(compose(head, replace(letter, imprint=signed)))
    assert "juga tanpa jaringan" not in text_of(compose(head, replace(letter, imprint=asked)))
