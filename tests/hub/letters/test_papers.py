"""The papers as files: what they say, what they refuse, and what a reader's machine finds."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from printed import read, rendered, text_of
from pypdf.generic import DictionaryObject

from hub.letters import (
    ApplicationReceipt,
    ArchiveLabel,
    CollectionSlip,
    Column,
    EndorsementText,
    Fact,
    Imprint,
    Letterhead,
    Listing,
    MissingList,
    Paper,
    PaymentProof,
    PermitPeriod,
    SkimCard,
    SkimLetter,
    Unprintable,
)
from hub.letters.compose import compose
from hub.letters.short_names import shorter_names
from hub.sop import load_sop
from hub.wire import Words

KINDS = ("receipt", "proof", "letter", "card", "slip", "missing", "endorsement", "label")
SMALL = SkimCard | EndorsementText | ArchiveLabel
LONG_NAME = "VAN DER WESTHUIZEN, WILHELMINA ALEXANDRA KATHARINA"


@pytest.fixture(params=KINDS)
def paper(request: pytest.FixtureRequest) -> Paper:
    found: Paper = request.getfixturevalue(request.param)
    return found


def test_every_paper_says_that_it_is_pdf_a_2a_and_ua_1(head: Letterhead, paper: Paper) -> None:
    document = read(compose(head, paper))

    catalogue = document.trailer["/Root"]
    assert isinstance(catalogue, DictionaryObject)
    metadata = catalogue["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert catalogue["/MarkInfo"]["/Marked"] is True or catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "id"
    assert catalogue["/OutputIntents"]
    assert catalogue["/StructTreeRoot"]
    assert document.metadata is not None
    assert " / " in (document.metadata.title or "")


def test_every_font_of_a_paper_is_inside_it(head: Letterhead, paper: Paper) -> None:
    document = read(compose(head, paper))

    for page in document.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert any(f"/FontFile{kind}" in descriptor for kind in ("2", "3"))


def test_the_same_values_give_the_same_bytes(head: Letterhead, paper: Paper) -> None:
    assert compose(head, paper) == compose(head, paper)


def test_every_paper_carries_its_codes_and_says_what_the_code_is_not(
    head: Letterhead, paper: Paper
) -> None:
    text = text_of(compose(head, paper))

    assert "ERIKSSON, ANNA MARIA" in text
    assert "bukan tanda tangan elektronik" in text
    assert "not an electronic signature" in text
    if not isinstance(paper, SMALL):
        assert "KC0-261123-0007-K · L-1 · dicetak/printed 23-11-2026 10.42 WIB" in text
        assert "1 / 1" in text


def test_papers_with_a_payment_in_sight_say_that_nothing_else_is_to_be_paid(
    head: Letterhead, paper: Paper
) -> None:
    text = text_of(compose(head, paper))

    quiet = isinstance(paper, SkimLetter | SMALL)
    assert ("Tidak ada biaya lain" in text) is not quiet
    assert ("Nothing else is to be paid" in text) is not quiet
    assert ("Pengaduan:" in text) is not isinstance(paper, SMALL)


def test_a_specimen_says_so_and_a_confirmed_paper_does_not(head: Letterhead, paper: Paper) -> None:
    marked = text_of(compose(head, paper))
    plain = text_of(compose(replace(head, office="Kantor Imigrasi", specimen=False), paper))

    assert "CONTOH / SPECIMEN" in marked
    assert "SPECIMEN" not in plain


def test_a_second_print_is_marked_as_a_copy(head: Letterhead, paper: Paper) -> None:
    again = replace(paper, imprint=replace(paper.imprint, copy=True))

    assert "SALINAN / COPY" not in text_of(compose(head, paper))
    assert "SALINAN / COPY" in text_of(compose(head, again))


def test_the_verification_code_reads_from_the_printed_page(
    head: Letterhead, paper: Paper, tmp_path: Path
) -> None:
    pages = rendered(compose(head, paper), tmp_path, 300)

    found = [code.text for page in pages for code in zxingcpp.read_barcodes(page)]
    assert found == [paper.imprint.payload]


def test_markup_in_a_name_stays_text(head: Letterhead, receipt: ApplicationReceipt) -> None:
    name = '#panic("x") *B* $1$ = \\ <a>'

    text = text_of(compose(head, replace(receipt, applicant=name)))

    assert name in text


def test_a_mark_that_turns_the_line_is_left_out(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    turned = replace(receipt, applicant="ANNA\u202e MARIA\u2066\x07")

    assert "ANNA MARIA" in text_of(compose(head, turned))


def test_a_name_that_no_font_has_is_refused_by_its_field_and_not_by_its_value(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    with pytest.raises(Unprintable) as caught:
        compose(head, replace(receipt, applicant="王安娜"))

    assert caught.value.code == "glyph_missing"
    assert caught.value.fields[0].field == "applicant"
    assert "U+738B" in caught.value.en
    assert "王" not in caught.value.en + caught.value.id + str(caught.value)


def test_a_long_name_stays_on_its_paper(head: Letterhead, proof: PaymentProof) -> None:
    document = read(compose(head, replace(proof, applicant=LONG_NAME)))

    assert len(document.pages) == 1
    assert LONG_NAME in text_of(compose(head, replace(proof, applicant=LONG_NAME)))


def test_a_name_that_no_card_holds_is_shortened_there_as_in_a_passport(
    head: Letterhead, card: SkimCard
) -> None:
    surname, given = "WESTHUIZEN-VAN DER MERWE", "WILHELMINA ALEXANDRA KATHARINA " * 4
    full = f"{surname}, {given}".strip()
    short = tuple(shorter_names(surname, given))

    printed = text_of(compose(head, replace(card, full_name=full, shorter_names=short)))
    one_word = "X" * 150
    cuts = tuple(shorter_names(one_word, ""))
    cut = compose(head, replace(card, full_name=one_word, shorter_names=cuts))

    fitting = max((one for one in short if one in printed), key=len)
    assert fitting.startswith(f"{surname}, WILHELMINA ALEXANDRA KATHARINA W")
    assert fitting.endswith(" W A K")
    assert full not in printed
    assert "XXXX" in text_of(cut)


def test_a_long_name_shrinks_on_the_card_and_one_too_long_is_refused(
    head: Letterhead, card: SkimCard
) -> None:
    assert LONG_NAME in text_of(compose(head, replace(card, full_name=LONG_NAME)))

    with pytest.raises(Unprintable) as caught:
        compose(head, replace(card, full_name=f"{LONG_NAME} " * 3))
    assert (caught.value.code, caught.value.field) == ("paper_overflow", "full_name")
    assert caught.value.id == "Isi kolom nama tidak muat pada lembar ini: singkat isinya."


def test_twelve_permits_go_on_to_a_second_page_with_the_sum(
    head: Letterhead, letter: SkimLetter
) -> None:
    periods = tuple(
        PermitPeriod(
            permit="ITAS", number=f"2C{year}", start=date(year, 6, 2), end=date(year + 1, 6, 1)
        )
        for year in range(2010, 2022)
    )

    pdf = compose(head, replace(letter, route="10Y_CUMUL", periods=periods))

    assert len(read(pdf).pages) == 2
    text = text_of(pdf)
    assert "12 th 0 bl" in text
    assert "1 / 2" in text
    assert "2 / 2" in text
    assert "lanjutan" in text


def test_the_receipt_has_the_fee_the_promise_and_a_dash_for_what_was_not_given(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    text = text_of(compose(head, receipt))

    assert "Rp 3.000.000" in text
    assert "14 Desember 2026" in text
    assert "Dibayar hanya setelah disetujui" in text
    assert "NPWP" in text
    assert "–" in text


@pytest.mark.parametrize("page", ["", "https://antrean.kanim.example/c/ABCDEFGHIJKLMNOP"])
@pytest.mark.parametrize("papers", [6, 11, 21])
def test_the_code_of_a_receipt_stands_on_page_1_however_many_papers_it_lists(
    head: Letterhead, receipt: ApplicationReceipt, papers: int, page: str
) -> None:
    many = tuple(receipt.documents[n % 7] for n in range(papers))

    printed = compose(head, replace(receipt, documents=many, page=page))

    sheets = [sheet.extract_text() for sheet in read(printed).pages]
    coded = [receipt.imprint.short_code in text for text in sheets]
    assert coded == [True] + [False] * (len(sheets) - 1)
    assert "Petugas loket" in sheets[-1]
    assert len(sheets) == (1 if papers == 6 else 2)


@pytest.mark.parametrize("kind", ["letter", "card", "endorsement"])
def test_what_is_issued_prints_for_a_declaration_of_citizenship_too(
    head: Letterhead, kind: str, request: pytest.FixtureRequest
) -> None:
    declaration = load_sop().purpose("PERNYATAAN")
    said = declaration.letter if kind == "letter" else declaration.words
    paper = replace(request.getfixturevalue(kind), purpose=said)

    text = text_of(compose(head, paper))

    assert "pernyataan menjadi w" in text.lower()


def test_the_receipt_leads_to_the_cases_page_by_code_and_by_address(
    head: Letterhead, receipt: ApplicationReceipt, tmp_path: Path
) -> None:
    url = "https://antrean.kanim.example/c/ABCDEFGHIJKLMNOP"
    printed = compose(head, replace(receipt, page=url))

    assert url in "".join(text_of(printed).split())
    pages = rendered(printed, tmp_path, 200)
    found = [code.text for page in pages for code in zxingcpp.read_barcodes(page)]
    assert sorted(found) == sorted([url, receipt.imprint.payload])
    assert "Pantau" not in text_of(compose(head, receipt))


def test_the_proof_has_the_amount_in_words_and_the_token(
    head: Letterhead, proof: PaymentProof
) -> None:
    text = text_of(compose(head, proof))

    assert "tiga juta rupiah" in text
    assert "A1B2C3D4E5F6G7H8" in text
    assert "7KQ2-M9XA" in text
    assert "Hilang?" in text


def test_the_letter_has_number_signer_and_the_sum_of_the_stay(
    head: Letterhead, letter: SkimLetter
) -> None:
    pdf = compose(head, letter)

    text = text_of(pdf)
    assert "W00.IMI.IMI.0-GR.01.14-0007/2026" in text
    assert "NIP 19700101 199503 1 000" in text
    assert "lebih dari 5 (lima) tahun berturut-turut" in text
    assert "7 th 5 bl" in text
    assert len(read(pdf).pages[0].images) == 1


def test_a_delegate_s_letter_and_endorsement_say_in_whose_name_they_are_signed(
    head: Letterhead, letter: SkimLetter, endorsement: EndorsementText
) -> None:
    behalf = Words(id="a.n. Kepala Kantor Contoh", en="on behalf of: Head of the Sample Office")
    delegate = replace(letter.signer, behalf=behalf)

    for paper in (letter, replace(endorsement, full_name="Contoh " * 11)):
        text = text_of(compose(head, replace(paper, signer=delegate)))
        assert text.index(behalf.id) < text.index(delegate.capacity.id) < text.index("NIP")


def test_the_slip_leaves_empty_lines_for_those_who_have_yet_to_sign(
    head: Letterhead, slip: CollectionSlip
) -> None:
    text = text_of(compose(head, replace(slip, file_giver=None, archivist=None)))

    assert "ARSIPARIS" not in text
    assert text.count("nama dan NIP") == 2


def test_the_missing_list_says_what_where_and_until_when(
    head: Letterhead, missing: MissingList
) -> None:
    text = text_of(compose(head, missing))

    assert "Permohonan belum didaftarkan" in text
    assert "A017" in text
    assert "14.30" in text
    assert "Dinas Kependudukan" in text


def test_a_list_without_anything_on_it_is_refused(head: Letterhead, missing: MissingList) -> None:
    with pytest.raises(Unprintable, match="paper_empty"):
        compose(head, replace(missing, missing=()))


def test_a_photo_that_is_no_picture_is_refused(head: Letterhead, letter: SkimLetter) -> None:
    with pytest.raises(Unprintable, match="photo_unreadable"):
        compose(head, replace(letter, photo_jpeg=b"no picture"))


def test_the_camera_s_notes_do_not_travel_with_the_photo(
    head: Letterhead, letter: SkimLetter
) -> None:
    picture = Image.open(io.BytesIO(letter.photo_jpeg))
    notes = picture.getexif()
    notes[0x010F] = "MAKER-OF-THE-CAMERA"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=notes)
    assert b"MAKER-OF-THE-CAMERA" in out.getvalue()

    pdf = compose(head, replace(letter, photo_jpeg=out.getvalue()))

    assert b"MAKER-OF-THE-CAMERA" not in read(pdf).pages[0].images[0].data


def test_a_payload_too_long_for_a_code_is_refused(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    endless = replace(receipt, imprint=replace(receipt.imprint, payload="A" * 3000))

    with pytest.raises(Unprintable, match="qr_too_long"):
        compose(head, endless)


def test_an_office_shows_its_own_emblem_and_no_other(head: Letterhead, proof: PaymentProof) -> None:
    emblem = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
        '<rect width="10" height="10" fill="#174"/></svg>'
    )

    assert "LAMBANG" in text_of(compose(head, proof))
    assert "LAMBANG" not in text_of(compose(replace(head, emblem_svg=emblem), proof))
    assert "LAMBANG" not in text_of(compose(replace(head, specimen=False), proof))


def test_letters_can_be_named_without_loading_the_typesetter() -> None:
    asked = "import sys, hub.letters, hub.letters.press; print('typst' in sys.modules)"

    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)

    assert answer.stdout.strip() == "False"


def test_a_list_spells_a_sign_that_no_font_has(head: Letterhead, imprint: Imprint) -> None:
    listing = Listing(
        imprint=imprint,
        title=Words(id="Riwayat Permohonan", en="History of the case"),
        number="1",
        facts=(Fact(label=Words(id="Nama lain", en="Other names"), value="አበረሃም Anna"),),
        columns=(Column(head=Words(id="Catatan", en="Remark")),),
        rows=(("aksara ሀ",),),
    )

    text = text_of(compose(head, listing))

    assert "[U+121D] Anna" in text
    assert "aksara [U+1200]" in text


def test_a_row_of_a_list_stays_on_one_page(head: Letterhead, imprint: Imprint) -> None:
    rows = tuple((f"awal{n}. " + "kata " * 60 + f"akhir{n}.",) for n in range(40))
    listing = Listing(
        imprint=imprint,
        title=Words(id="Riwayat Permohonan", en="History of the case"),
        number="1",
        facts=(),
        columns=(Column(head=Words(id="Catatan", en="Remark")),),
        rows=rows,
    )

    pages = [page.extract_text() for page in read(compose(head, listing)).pages]

    torn = [n for n in range(40) for one in pages if (f"awal{n}." in one) != (f"akhir{n}." in one)]
    assert len(pages) > 2
    assert torn == []
