"""A broken procedure file names file, line and rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.office import SAMPLE_OFFICE
from hub.office.checked import FaultyFileError
from hub.sop import (
    SKIM,
    SopFileError,
    check_both,
    check_sop,
    load_office_sop,
    load_sop,
    must_agree,
)

TEXT = SKIM.read_text(encoding="utf-8")


def load_changed(tmp_path: Path, old: str, new: str, place: int = 0) -> tuple[SopFileError, str]:
    """Load the file with the `place`-th `old` replaced; return the error and the line it names."""
    start = -1
    for _ in range(place + 1):
        start = TEXT.index(old, start + 1)
    text = TEXT[:start] + new + TEXT[start + len(old) :]
    path = tmp_path / "changed.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SopFileError) as refused:
        load_sop(path)
    return refused.value, text.splitlines()[refused.value.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("minutes = 3\n", "minutes = 0\n", "minutes = 0", ">= 1"),
        ("minutes = 3\n", "minutes = 4\n", "minutes = 73", "sum to 74"),
        ("minutes = 3\n", 'minutes = "3"\n', 'minutes = "3"', "Expected `int`"),
        ("number = 7\n", "number = 8\n", "number = 8", "7 is expected, not 8"),
        ('roles = ["treasurer"]', "roles = []", "roles = []", "at least one role"),
        ('performers = ["bendahara"]', 'performers = ["kas"]', '"kas"', "no unit kas"),
        ('reaches = "PAID"', 'reaches = "PAYED"', '"PAYED"', "no state PAYED"),
        ('check = "ntpn"', 'check = "nptn"', '"nptn"', "Invalid enum value 'nptn'"),
        ('kind = "money"', 'kind = "cash"', '"cash"', "Invalid enum value 'cash'"),
        ('key = "ntpn"', 'key = "billing_code"', '"billing_code"', "stands twice"),
        ("after = 5\n", "after = 13\n", "after = 13", "no step 13"),
        ('to = "cekal"', 'to = "cekel"', '"cekel"', "no branch cekel"),
        ('paper = "skim_letter"\n', "", 'kind = "print"', "paper belongs to kind print"),
        ('code = "WITHDRAWN"', 'code = "GONE"', "[[state]]", "WITHDRAWN is missing"),
        ('lane = "payment"', 'lain = "payment"', 'lain = "payment"', "unknown field `lain`"),
        ("confidence = 97", "confidence = 97\nwho = 1", "who = 1", "unknown field `who`"),
        ('holds = "ON_HOLD_CEKAL"', 'holds = "HELD"', '"HELD"', "no state HELD"),
        ('bases = ["BEKERJA"', 'bases = ["BEKRJA"', '"BEKRJA"', "no basis BEKRJA"),
        ('value = "BEKERJA"', 'value = "KELUARGA"', '"KELUARGA"', "stands twice"),
        ('paper = "skim_letter"', 'paper = "skim_leter"', '"skim_leter"', "Invalid enum value"),
        ('does = ["archive"]', 'does = ["archive", "issue"]', '"issue"', "duty of 8 already"),
        ('reaches = "PAID"', 'reaches = "REJECTED"', '"REJECTED"', "no step on the way"),
        ('reaches = "ARCHIVED"', 'reaches = "COLLECTED"', '"COLLECTED"', "reaches ARCHIVED"),
        ('"FAMILY", "ATTORNEY"]', '"FAMILY", "ATORNEY"]', '"ATORNEY"', "no answer ATORNEY"),
        ("date = 2013-04-01", "date = 2012-04-01", "2012-04-01", "before made_on"),
        ("says = { FALSE_MATCH", "says = { FALSE", "says = { FALSE", "no outcome FALSE"),
        ('code = "archive"\nid', 'code = "cekal"\nid', 'code = "cekal"', "stands twice"),
        ("transcribe = 2\n", "transcribe = 1\n", "transcribe", "stands twice"),
        ('name = "permit_number"', 'name = "permit"', "skim_letter", "field permit_number"),
        ('en = "Receive the payment" }', 'en = " " }', "title", "empty in a language"),
        ("[step.mark]\n", "[step.mark]\nwho = 1\n", "who = 1", "unknown field `who`"),
        ("[[step]]\nnumber = 7", "[[step]\nnumber = 7", "[[step]", "not valid TOML"),
    ],
)
def test_the_line_and_the_rule_are_named(
    tmp_path: Path, old: str, new: str, line: str, rule: str
) -> None:
    error, named = load_changed(tmp_path, old, new)

    assert error.file == "changed.toml"
    assert line in named
    assert rule in error.rule
    assert f"changed.toml, baris/line {error.line}: " in str(error)


def test_every_fault_is_named_at_once_with_what_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "sop.toml"
    path.write_text(
        TEXT.replace('kind = "money"', 'kind = "cash"').replace("days = 5,", "days = 500,"), "utf-8"
    )

    found = check_sop(path)

    assert [TEXT.splitlines()[one.line - 1][:6] for one in found] == ["moves ", "kind ="]
    assert found[0].says == "Expected `int` <= 365"
    assert "money" in found[1].todo.id


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("office", 'purposes = ["PERNYATAAN"]', 'purposes = ["PERNYATAN"]', "purpose PERNYATAN"),
        ("office", 'bases = ["KELUARGA"', 'bases = ["KLUARGA"', "no basis KLUARGA"),
        ("office", '[["8", "11"]]', '[["8", "13"]]', "no step 13"),
        ("office", '[["8", "11"]]', '[["8", "8"]]', "8 twice"),
        ("office", 'recheck_before = ["6"', 'recheck_before = ["16"', "no step 16"),
        ("sop", 'roles = ["treasurer"]', 'roles = ["tresurer"]', "no role tresurer"),
        ("sop", 'lane = "payment"', 'lane = "paymnt"', "no lane paymnt"),
        ("sop", "minutes = 73\n", 'minutes = 73\ntariff = "SKM"\n', "no tariff SKM"),
        ("sop", 'rejects = ["legaliser"]', 'rejects = ["legalizer"]', "no role legalizer"),
        (
            "sop",
            'number = "IMI-GR.01.14-1111"',
            'number = "IMI-GR.99"',
            "no checklist of the procedure IMI-GR.99",
        ),
    ],
)
def test_what_the_other_file_does_not_have_is_named_with_what_it_has(
    tmp_path: Path, file: str, old: str, new: str, rule: str
) -> None:
    texts = {"office": SAMPLE_OFFICE.read_text("utf-8"), "sop": TEXT}
    assert old in texts[file]
    for name, text in texts.items():
        changed = text.replace(old, new, 1) if name == file else text
        (tmp_path / f"{name}.toml").write_text(changed, "utf-8")
    both = tmp_path / "office.toml", tmp_path / "sop.toml"

    [found, *_] = check_both(*both)
    with pytest.raises(FaultyFileError) as refused:
        must_agree(*both)

    assert rule in found.says
    assert found.todo.id
    assert str(found) in str(refused.value)


def test_a_missing_value_names_the_table_it_is_missing_from(tmp_path: Path) -> None:
    error, named = load_changed(tmp_path, "minutes = 3\n", "")

    assert named == "[[step]]"
    assert "minutes" in error.rule


def test_a_step_without_evidence_cannot_be_proved(tmp_path: Path) -> None:
    start = TEXT.index('[[step.evidence]]\nkey = "slip_in_file"')
    end = TEXT.index("# ── gates")
    error, named = load_changed(tmp_path, TEXT[start:end], "\n")

    assert named == "[[step]]"
    assert "cannot be proved" in error.rule


def test_a_missing_file_and_a_binary_one_are_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")

    for path in (tmp_path / "none.toml", binary):
        with pytest.raises(SopFileError, match="readable UTF-8"):
            load_sop(path)


def test_an_empty_file_names_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("")

    with pytest.raises(SopFileError, match="sheet"):
        load_sop(path)


def test_an_office_moves_a_gate_by_a_procedure_file_of_its_own(tmp_path: Path) -> None:
    assert [s.name for s in load_office_sop(tmp_path).stages][:7] == [
        *"12345",
        "biometrics",
        "external",
    ]
    gate = TEXT.index('key = "biometrics"')
    moved = TEXT[:gate] + TEXT[gate:].replace("after = 5", "after = 1", 1)
    (tmp_path / "sop.toml").write_text(moved, encoding="utf-8")

    stages = [stage.name for stage in load_office_sop(tmp_path).stages]

    assert stages[:7] == ["1", "biometrics", *"2345", "external"]


def test_a_broken_procedure_file_of_the_office_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sop.toml").write_text(TEXT.replace("after = 5", "after = 55", 1), encoding="utf-8")

    with pytest.raises(SopFileError) as refused:
        load_office_sop(tmp_path)

    assert refused.value.file.endswith("sop.toml")
    assert "there is no step 55" in str(refused.value)
