"""The papers of a case: what stands on them, and that the press really sets them."""

from __future__ import annotations

import io

import pypdf
import pytest
from PIL import Image

from hub import blobs
from hub.cases import papers as case_papers
from hub.cases import persons
from hub.errors import BadInput, Conflict
from hub.letters.compose import compose
from hub.models.application import Application
from hub.models.schema import new_id
from hub.models.station import JobRow


def with_photo(desk, case: str) -> None:
    """Take a real picture at the biometrics gate."""
    picture = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(picture, "JPEG")
    stored = desk.procedure.blobs.put(picture.getvalue())
    desk.do("kiosk", lambda tx: blobs.register(tx, stored, "image/jpeg") and None)
    desk.take_fingers(case)
    desk.complete("loket", case, "biometrics", {"photo": stored.id})


def with_photo_at_once(desk, case: str) -> None:
    desk.capture(case, "biometrics.photo", "take_photo")


def forget_value(desk, tx, case: str, field: str) -> None:
    """Take a value out of the record, as an import of an old case may lack it."""
    row = tx.session.get_one(Application, (desk.office_no, case))
    persons.write(tx, desk.procedure.keyring, row, persons.OFFICER, {field: ""})


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_the_receipt_lists_what_was_handed_in_and_carries_its_code(desk) -> None:
    case = desk.open()
    desk.tick_papers(case)

    receipt = desk.paper(case, "application_receipt")

    handed = {document.name.id: document for document in receipt.documents}
    assert len(handed) == 5
    assert handed["Paspor kebangsaan"].original_seen
    assert handed["Paspor kebangsaan"].copy
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
    desk.name_collector(case)
    head = case_papers.letterhead(desk.procedure)

    kinds = [line.kind for line in desk.view(case).papers]
    pdfs = {kind: compose(head, desk.paper(case, kind, "serah")) for kind in kinds}

    assert kinds == [
        "application_receipt",
        "custody_receipt",
        "cover_letter",
        "notify_letter",
        "payment_proof",
        "skim_letter",
        "skim_card",
        "endorsement",
        "collection_slip",
        "case_history",
    ]
    assert "W.00.IMI.IMI.1-GR.01.14-0001/2026" in text_of(pdfs["skim_letter"])
    assert "A1B2C3D4E5F6G7H8" in text_of(pdfs["payment_proof"]).replace(" ", "")


def lacking(desk, case: str, kind: str) -> list[str]:
    line = next(line for line in desk.view(case).papers if line.kind == kind)
    return [lack.row for lack in line.lacks]


def test_the_receipt_waits_for_the_complete_file(desk) -> None:
    case = desk.open()
    desk.supply("loket", case, "checklist.passport", "on")

    before = lacking(desk, case, "application_receipt")
    with pytest.raises(BadInput) as refused:
        desk.paper(case, "application_receipt")
    desk.tick_papers(case)

    assert "checklist.passport" not in before
    assert "checklist.form" in before
    assert refused.value.code == "paper_not_due"
    assert [fault.field for fault in refused.value.fields] == before
    assert "Formulir" in refused.value.id
    assert lacking(desk, case, "application_receipt") == []


def test_the_collection_slip_waits_for_who_collects(desk) -> None:
    case = desk.go("11")

    with pytest.raises(BadInput) as refused:
        desk.paper(case, "collection_slip", "serah")
    desk.name_collector(case, collector="FAMILY")
    family = lacking(desk, case, "collection_slip")
    desk.supply("serah", case, "collector", "SELF")

    assert [fault.field for fault in refused.value.fields] == [
        "proof_code",
        "collector",
        "collector_document_kind",
        "collector_name",
        "collector_document",
    ]
    assert family == ["collector_papers"]
    assert desk.paper(case, "collection_slip", "serah").receiver == "Anna Maria Eriksson"


@pytest.mark.parametrize(
    ("until", "kind", "code"),
    [
        ("8", "collection_slip", "step_not_yet"),
        ("7", "skim_letter", "step_not_yet"),
        ("8", "endorsement", "number_missing"),
        ("7", "payment_proof", "not_paid"),
        ("7", "billing_slip", "billing_missing"),
        ("external", "cover_letter", "letter_missing"),
        ("5", "nonconformity_letter", "not_diverted"),
        ("5", "rejection_letter", "not_rejected"),
        ("12", "archive_label", "not_archived"),
        ("1", "custody_receipt", "custody_not_open"),
    ],
)
def test_a_paper_before_its_time_is_refused_with_what_comes_first(desk, until, kind, code) -> None:
    case = desk.go(until)

    with pytest.raises(Conflict) as refused:
        desk.paper(case, kind)

    assert refused.value.code == code
    assert kind not in {line.kind for line in desk.view(case).papers if not line.lacks}


def test_a_paper_that_the_record_cannot_fill_is_refused_by_field(desk) -> None:
    case = desk.go("8")
    with_photo_at_once(desk, case)
    desk.stock("SK1")
    desk.supply("cetak", case, "blank_serial", "SK1")
    desk.do("cetak", lambda tx: forget_value(desk, tx, case, "permit_expiry"))

    with pytest.raises(BadInput) as refused:
        desk.paper(case, "skim_letter", "cetak")

    assert [fault.field for fault in refused.value.fields] == ["field.permit_expiry"]


def test_a_skim_without_register_number_is_not_printed(desk) -> None:
    case = desk.go("8")

    with pytest.raises(Conflict) as refused:
        desk.paper(case, "skim_letter", "cetak")

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
    desk.tick_papers(case)

    before = desk.paper(case, "application_receipt").imprint.copy
    desk.capture(case, "1.receipt", "print_document", "application/pdf")

    assert not before
    assert desk.paper(case, "application_receipt").imprint.copy


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
