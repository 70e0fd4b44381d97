"""The procedure file holds the whole sheet, verbatim; what goes beyond it is marked as such."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.sop import Sop, load_sop

PRINTED = Path(__file__).with_name("sheet.txt").read_text(encoding="utf-8")
WORDS = " ".join(PRINTED.replace("*", "").split())


@pytest.fixture(scope="module")
def sop() -> Sop:
    return load_sop()


def test_the_head_of_the_sheet_is_verbatim(sop: Sop) -> None:
    sheet = sop.sheet

    for text in (
        sheet.ministry.id,
        sheet.directorate_general.id,
        sheet.directorate.id,
        f"NOMOR SOP {sheet.number}",
        f"TGL. PEMBUATAN {sheet.made_on.text}",
        f"TGL. EFEKTIF {sheet.in_force_on.text}",
        f"NAMA SOP {sheet.name.id}",
        sheet.warning.id,
        sheet.recording.id,
    ):
        assert text in WORDS
    assert sheet.approver.text in PRINTED
    assert sheet.approver.nip == "195409281979031002"
    assert (sheet.made_on.date, sheet.in_force_on.date) == (date(2013, 3, 28), date(2013, 4, 1))


def test_the_date_of_revision_is_blank(sop: Sop) -> None:
    assert (sop.sheet.revised_on.text, sop.sheet.revised_on.date) == ("", None)
    assert "TGL. REVISI\t\n" in PRINTED


def test_every_numbered_list_is_whole_and_verbatim(sop: Sop) -> None:
    lists = (
        (sop.sheet.legal_basis, 7),
        (sop.sheet.qualification, 4),
        (sop.sheet.related, 3),
        (sop.sheet.equipment, 3),
    )

    for lines, count in lists:
        assert len(lines) == count
        for number, line in enumerate(lines, start=1):
            assert f"{number}. {line.id}" in WORDS
            assert line.en


def test_the_slips_of_the_sheet_are_kept(sop: Sop) -> None:
    assert sop.sheet.equipment[0].id == "Komputer/Printer/Scannr;"
    assert "Nomor M.o2-IZ.01.10 Tahun 1995" in sop.sheet.legal_basis[3].id


def test_the_twelve_rows_have_all_their_columns_verbatim(sop: Sop) -> None:
    rows = [
        line.split("\t") for line in PRINTED.splitlines() if line[:1].isdigit() and "\t" in line
    ]

    assert len(rows) == len(sop.steps) == 12
    for step, row in zip(sop.steps, rows, strict=True):
        row += [""] * (11 - len(row))
        assert [str(step.number), step.activity.id] == row[:2]
        assert [
            step.completeness.id,
            f"{step.minutes} menit",
            step.output.id,
            step.remark.id,
        ] == row[7:11]


def test_the_minutes_sum_to_73(sop: Sop) -> None:
    assert sum(step.minutes for step in sop.steps) == sop.sheet.minutes == 73


def test_the_one_mark_is_kept_where_it_was_found_with_its_two_readings(sop: Sop) -> None:
    marked = [step for step in sop.steps if step.mark]

    assert [step.number for step in marked] == [5]
    mark = marked[0].mark
    assert mark is not None
    assert (mark.text, mark.column) == ("Ya", "wasdakim")
    assert len(mark.readings) == 2
    row = next(line.split("\t") for line in PRINTED.splitlines() if line.startswith("5\t"))
    columns = [unit.column for unit in sop.units if unit.column]
    assert columns[row[2:7].index("Ya")] == "Wasdakim"


def test_all_performers_are_marked_as_inferred_and_row_5_accepts_both(sop: Sop) -> None:
    assert all(step.inferred for step in sop.steps)
    assert set(sop.steps[4].performers) == {"wasdakim", "insarkom"}
    assert set(sop.steps[4].roles) == {"scan_operator", "document_examiner"}


def test_two_gates_stand_between_steps_5_and_6(sop: Sop) -> None:
    names = [stage.name for stage in sop.stages]

    assert names[4:8] == ["5", "biometrics", "external", "6"]
    rows = {rule.kind: rule.required for rule in sop.gates[0].evidence}
    assert rows == {"finger": True, "photo": True, "signature": False}


def test_the_remarks_of_rows_3_and_6_are_diversions_and_12_leads_to_the_archive(sop: Sop) -> None:
    assert [branch.to for branch in sop.steps[2].divert] == ["cekal"]
    assert [branch.to for branch in sop.steps[3].divert] == ["nonconformity", "cekal"]
    assert [branch.to for branch in sop.steps[5].divert] == ["nonconformity"]
    assert sop.steps[11].does == ("archive",)


def test_collection_asks_for_the_proof_of_the_payment(sop: Sop) -> None:
    proof = sop.steps[10].rule("proof_code")

    assert proof is not None
    assert proof.required
    assert proof.check == "proof_code"


def test_every_text_that_is_shown_has_its_translation(sop: Sop) -> None:
    for stage in sop.stages:
        for words in (stage.title, *(rule.label for rule in stage.evidence)):
            assert words.id
            assert words.en
    for step in sop.steps:
        for words in (step.activity, step.completeness, step.output, step.remark):
            assert bool(words.id) == bool(words.en)
