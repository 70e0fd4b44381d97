"""A sister procedure is a second file: payment before approval, own papers, own branch, no code."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hub.cases import resuming
from hub.cases.check import broken_cases
from hub.cases.payments import billing, corrections, matching
from hub.cases.purposes import first_answers
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.office import SAMPLE_OFFICE, load_office
from hub.sop import load_sop
from hub.wire import Words

FILES = Path(__file__).parents[1] / "sop"
VALUES = {
    "papers.visit_permit": "yes", "papers.return_ticket.copy": "yes", "custody_place": "Loket 1",
    "billing_code": "820261120000001", "ntpn": "ITK0000000000001", "amount": "500000",
    "paid_on": "2026-11-23", "guarantor": "KNOWN", "initials": "verified",
    "interview": "tujuan jelas", "endorsement": "hal. 4", "nip": "197501012000011001",
    "receiver": "arsip", "shelf": "Rak 1",
}  # fmt: skip
WHO = {
    "1": "loket", "2": "loket", "3": "bendahara", "4": "dokumen", "5": "pejabat", "6": "loket",
    "7": "cetak", "8": "kakanim", "9": "pindai", "10": "serah", "11": "tu",
}  # fmt: skip
DEVICES = {
    "print": ("print_document", "application/pdf"), "scan": ("scan", "image/png"),
    "photo": ("take_photo", "image/jpeg"),
}  # fmt: skip


@pytest.fixture
def visit(desk, tmp_path):
    """The same office with the sister procedure's two files."""
    both = SAMPLE_OFFICE.read_text("utf-8") + (FILES / "itk_office.toml").read_text("utf-8")
    file = tmp_path / "office.toml"
    file.write_text(both, "utf-8")
    desk.procedure = dataclasses.replace(
        desk.procedure, sop=load_sop(FILES / "itk.toml"), office=load_office(file)
    )
    desk.stock("V 1")
    return desk


def work(desk, case, login=""):
    """Do the current step with everything it asks for."""
    step = desk.view(case).current
    values = {row.key: VALUES[row.key] for row in step.evidence if row.key in VALUES}
    for row in step.evidence:
        if row.kind == "finger" and not row.supplied:
            desk.take_fingers(case, step.key)
        if row.kind in DEVICES and not row.supplied:
            desk.capture(case, f"{step.key}.{row.key}", *DEVICES[row.kind])
        if row.first:
            desk.supply(WHO[step.key], case, row.key, "V 1")
    view = desk.view(case)
    known = {"read_number": view.register_number}
    if step.key == "5":
        known["receipt_code"] = desk.receipt_code(case)
    if step.key == "10":
        known["proof_code"] = desk.proof_code(case)
    wanted = {row.key for row in step.evidence}
    values |= {key: text for key, text in known.items() if key in wanted}
    done = desk.complete(login or WHO[step.key], case, step.key, values)
    if step.key == "3":
        desk.do("bendahara", lambda tx: matching.confirm_with_slip(tx, desk.procedure, case))
    return done


def test_the_sister_procedure_runs_to_its_archive(visit) -> None:
    case = visit.open()

    done = [work(visit, case).state for _ in WHO]

    assert done == [
        "RECEIVED", "ENTERED", "PAID", "GUARANTOR_KNOWN", "APPROVED", "INTERVIEWED", "REGISTERED",
        "SIGNED", "READY", "COLLECTED", "ARCHIVED",
    ]  # fmt: skip
    assert done.index("PAID") < done.index("APPROVED")
    assert [paper.kind for paper in visit.view(case).papers] == [
        "application_receipt", "payment_proof", "collection_slip", "archive_label", "case_history",
    ]  # fmt: skip
    with visit.database.reading() as session:
        assert list(broken_cases(session, visit.office_no, visit.procedure)) == []


def test_a_payment_with_steps_after_it_is_not_taken_back(visit) -> None:
    case = visit.open()
    for _ in range(4):
        work(visit, case)

    with pytest.raises(Conflict) as refused:
        visit.do("bendahara", lambda tx: corrections.take_back(tx, visit.procedure, case, "salah"))

    assert refused.value.code == "steps_done_since"
    assert visit.view(case).current.key == "5"


def test_its_papers_are_its_own(visit) -> None:
    asked = [row.key for row in visit.view(visit.open()).current.evidence]

    assert asked == ["papers.visit_permit", "papers.return_ticket.copy", "receipt", "custody_place"]


def test_nobody_is_asked_for_a_purpose_that_it_does_not_have(visit) -> None:
    case = visit.open()

    assert visit.view(case).head.applied == ()
    with pytest.raises(BadInput) as refused:
        first_answers(visit.procedure.sop, "PEWARGANEGARAAN", "")
    assert refused.value.fields[0].field == "purpose"


def test_its_papers_say_what_it_issues(visit) -> None:
    case = visit.open()
    for _ in range(2):
        work(visit, case)
    code = VALUES["billing_code"]
    visit.do("bendahara", lambda tx: billing.enter(tx, visit.procedure, case, code, "2026-11-20"))

    slip = visit.paper(case, "billing_slip", "bendahara")
    work(visit, case)
    receipt = visit.paper(case, "application_receipt", "loket")
    proof = visit.paper(case, "payment_proof", "bendahara")
    with pytest.raises(NotFound) as refused:
        visit.paper(case, "skim_letter", "cetak")

    assert receipt.application == Words(id="ITK", en="ITK")
    assert proof.purpose.id == "Penerbitan ITK"
    assert (slip.amount_rupiah, slip.purpose.id) == (500_000, "PNBP penerbitan ITK")
    assert "collection_slip" not in [paper.kind for paper in visit.view(case).papers]
    assert refused.value.code == "paper_unknown"


def test_its_fields_stand_in_a_group_though_its_file_names_none(visit) -> None:
    case = visit.open()
    work(visit, case)

    view = visit.view(case)

    named = {group.code for group in view.findings.groups}
    fields = [row for row in view.current.evidence if row.key.startswith("field.")]
    assert fields
    assert {row.group for row in fields} == named
    assert view.head.sop == "CONTOH-ITK-01"


def test_its_branch_holds_the_case_and_brings_it_back(visit) -> None:
    case = visit.open()
    for _ in range(3):
        work(visit, case)

    held = visit.complete("dokumen", case, "4", {"guarantor": "VISIT"}, "alamat baru")
    [outcome] = visit.view(case).diversion.outcomes
    visit.do(
        "pejabat",
        lambda tx: resuming.resume(tx, visit.procedure, case, "GUARANTOR_MET", "ada di rumah"),
    )

    assert held.state == "ON_HOLD_FIELD_CHECK"
    assert (outcome.value, outcome.words.en) == ("GUARANTOR_MET", "Guarantor met")
    assert work(visit, case).state == "GUARANTOR_KNOWN"


def test_its_own_rule_of_segregation_binds_and_the_other_procedures_do_not(visit) -> None:
    case = visit.open()
    keyer = visit.staff["loket"]
    roles = frozenset({"approver", "issuing_officer", "legaliser"})
    visit.staff["all"] = type(keyer)("officer", keyer.id, keyer.name, roles, 1)
    for _ in range(4):
        work(visit, case)

    with pytest.raises(NotAllowed) as refused:
        work(visit, case, "all")
    work(visit, case)
    work(visit, case)

    assert "memasukkan data (2)" in refused.value.id
    assert work(visit, case, "all").state == "REGISTERED"
