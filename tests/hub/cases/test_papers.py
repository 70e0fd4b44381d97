"""The papers of a case: what stands on them, and that the press really sets them."""

from __future__ import annotations

import io

import pypdf
import pytest
from PIL import Image

from hub import blobs
from hub.cases import papers as case_papers
from hub.errors import BadInput, Conflict
from hub.letters.compose import compose
from hub.models.schema import new_id
from hub.models.station import JobRow


def paper(desk, case: str, kind: str, login: str = "loket"):
    with desk.database.reading() as session:
        return case_papers.paper(
            session,
            desk.office_no,
            desk.procedure,
            case,
            kind,
            desk.clock.now(),
            officer=desk.staff[login],
            counter=1,
        )


def with_photo(desk, case: str) -> None:
    """Take a real picture at the biometrics gate."""
    picture = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(picture, "JPEG")
    stored = desk.procedure.blobs.put(picture.getvalue())
    desk.do("kiosk", lambda tx: blobs.register(tx, stored, "image/jpeg") and None)
    desk.take_fingers(case)
    desk.complete("loket", case, "biometrics", {"photo": stored.id})


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_the_receipt_lists_what_was_handed_in_and_carries_its_code(desk) -> None:
    case = desk.open()
    desk.supply("loket", case, "checklist.passport", "on")

    receipt = paper(desk, case, "application_receipt")

    assert [document.name.id for document in receipt.documents] == ["Paspor kebangsaan"]
    assert receipt.fee_rupiah == 3_000_000
    assert receipt.imprint.payload == desk.receipt_code(case)
    assert receipt.imprint.payload.endswith(receipt.imprint.short_code)
    pdf = compose(case_papers.letterhead(desk.procedure), receipt)
    assert desk.view(case).head.case_code in text_of(pdf)


def test_every_paper_of_a_finished_case_can_be_set(desk) -> None:
    case = desk.go("biometrics")
    with_photo(desk, case)
    for step in ("external", "6", "7", "8", "9", "10"):
        getattr(desk, f"step_{step}")(case)
    head = case_papers.letterhead(desk.procedure)

    kinds = [line.kind for line in desk.view(case).papers]
    pdfs = {kind: compose(head, paper(desk, case, kind, "serah")) for kind in kinds}

    assert kinds == [
        "application_receipt",
        "custody_receipt",
        "payment_proof",
        "skim_letter",
        "skim_card",
        "endorsement",
        "collection_slip",
        "case_history",
    ]
    assert "W.00.IMI.IMI.1-GR.01.14-0001/2026" in text_of(pdfs["skim_letter"])
    assert "A1B2C3D4E5F6G7H8" in text_of(pdfs["payment_proof"]).replace(" ", "")


def test_a_skim_without_register_number_is_not_printed(desk) -> None:
    case = desk.go("8")

    with pytest.raises(Conflict) as refused:
        paper(desk, case, "skim_letter", "cetak")

    assert refused.value.code == "number_missing"


def test_saving_the_blank_gives_the_number_once(desk) -> None:
    case = desk.go("8")
    desk.stock("SK1", "SK2")

    desk.supply("cetak", case, "blank_serial", "SK1")
    first = desk.view(case, "cetak").register_number
    desk.supply("cetak", case, "blank_serial", "SK1")

    assert first.endswith("0001/2026")
    assert desk.view(case).register_number == first
    with pytest.raises(Conflict) as refused:
        desk.supply("cetak", case, "blank_serial", "SK2")
    assert refused.value.code == "number_given"


def test_register_numbers_have_no_gap_though_one_was_refused(desk) -> None:
    desk.go("9")
    case = desk.open()
    for stage in ("1", "2", "3", "4", "5", "biometrics", "external", "6"):
        getattr(desk, f"step_{stage}")(case)
    desk.step_7(case, ntpn="ZZZZ000011112222")

    with pytest.raises(BadInput):
        desk.supply("cetak", case, "blank_serial", "SK0001")
    desk.step_8(case, "SK0002")

    assert desk.view(case).register_number.endswith("0002/2026")


def test_a_second_print_is_marked_as_a_copy(desk) -> None:
    case = desk.open()
    desk.supply("loket", case, "checklist.passport", "on")

    before = paper(desk, case, "application_receipt").imprint.copy
    desk.capture(case, "1.receipt", "print_document", "application/pdf")

    assert not before
    assert paper(desk, case, "application_receipt").imprint.copy


def test_a_print_whose_outcome_is_unknown_is_no_evidence(desk) -> None:
    case = desk.open()

    def unknown(tx) -> None:
        tx.session.add(
            JobRow(
                office=desk.office_no,
                id=new_id(),
                counter=1,
                kind="print_document",
                state="unknown",
                options="{}",
                application=case,
                evidence="1.receipt",
                actor="officer:x",
                deadline=tx.at,
                queued_at=tx.at,
            )
        )

    desk.do("kiosk", unknown)

    row = next(row for row in desk.view(case).current.evidence if row.key == "receipt")
    assert row.job is not None
    assert not row.supplied
