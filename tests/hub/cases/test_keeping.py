"""What is typed is kept, a stale save never overwrites, doubts are answered with a reason."""

from __future__ import annotations

import pytest

from hub.cases import (
    applying,
    doubts,
    keeping,
    legalising,
    presence,
    reopen,
    returning,
    search,
    stay_acts,
    steps,
)
from hub.cases.check import broken_cases
from hub.cases.drafts import draft_of
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.application import Application


def typed(desk, login, case, values, revision=None):
    stage = desk.view(case).current.key
    now = desk.view(case).findings.revision if revision is None else revision
    return desk.do(login, lambda tx: keeping.keep(tx, desk.procedure, case, stage, values, now))


def value_of(desk, case, field):
    return next(row.value for row in desk.view(case).values if row.field == field)


def test_what_can_be_is_kept_at_once_and_what_cannot_stays_in_the_draft(desk) -> None:
    case = desk.go("2")

    kept = typed(
        desk, "loket", case, {"field.birth_place": "Zenith", "field.nik": "12", "remark": "map"}
    )

    assert kept.saved == ("birth_place",)
    assert "16 angka" in kept.faults["field.nik"].id
    assert value_of(desk, case, "birth_place") == "Zenith"
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        draft = draft_of(session, desk.procedure, row, "2", desk.staff["loket"].id)
    assert draft == {"field.nik": "12", "remark": "map"}


@pytest.mark.parametrize("name", ["field.nik", "card.permit_expiry"])
def test_a_wrong_text_that_is_cleared_does_not_come_back(desk, name) -> None:
    case = desk.go("2")
    typed(desk, "loket", case, {name: "12", "remark": "map"})

    typed(desk, "loket", case, {name: ""})

    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        draft = draft_of(session, desk.procedure, row, "2", desk.staff["loket"].id)
    assert draft == {"remark": "map"}


def test_a_stale_save_never_overwrites_and_keeps_the_rest(desk) -> None:
    case = desk.go("2")
    desk.staff["lain"] = desk.employ("lain", {"data_operator"})
    seen = desk.view(case).findings.revision
    typed(desk, "lain", case, {"field.address": "Jalan Baru 7"})

    kept = typed(
        desk, "loket", case, {"field.address": "Jalan Lama 1", "field.birth_place": "Zenith"}, seen
    )

    assert [one.field for one in kept.stale] == ["address"]
    assert kept.stale[0].by == "Contoh Lain"
    assert kept.saved == ("birth_place",)
    assert value_of(desk, case, "address") == "Jalan Baru 7"


def test_a_stale_form_completes_nothing(desk) -> None:
    case = desk.go("2")
    desk.staff["lain"] = desk.employ("lain", {"data_operator"})
    seen = desk.view(case).findings.revision
    typed(desk, "lain", case, {"field.address": "Jalan Baru 7"})

    with pytest.raises(Conflict) as refused:
        desk.do(
            "loket",
            lambda tx: steps.complete(
                tx, desk.procedure, case, "2", {"field.address": "Jalan Lama 1"}, revision=seen
            ),
        )

    assert refused.value.code == "values_stale"
    assert [fault.field for fault in refused.value.fields] == ["field.address"]
    assert desk.view(case).current.key == "2"


def test_a_difference_is_answered_for_these_values_only(desk) -> None:
    case = desk.go("4")
    typed(desk, "dokumen", case, {"card.given_names": "ANA MARIA"})
    found = [d for d in desk.view(case).findings.doubts if not d.answered]
    assert [d.code for d in found] == ["differs.given_names"]
    with pytest.raises(BadInput):
        desk.step_4(case)

    desk.do(
        "dokumen",
        lambda tx: doubts.answer(
            tx, desk.procedure, case, "differs.given_names", "salah cetak kartu"
        ),
    )
    assert desk.view(case).findings.open_doubts == 0
    typed(desk, "dokumen", case, {"card.given_names": "ANNE MARIA"})
    assert desk.view(case).findings.open_doubts == 1


def test_a_doubt_without_a_reason_is_not_answered(desk) -> None:
    case = desk.go("4")
    typed(desk, "dokumen", case, {"card.surname": "ERIKSEN"})

    with pytest.raises(BadInput) as refused:
        desk.do(
            "dokumen", lambda tx: doubts.answer(tx, desk.procedure, case, "differs.surname", " ")
        )

    assert refused.value.fields[0].field == "doubt-differs.surname"


def test_a_short_stay_warns_and_refuses_nobody(desk) -> None:
    case = desk.go("2")
    permit = {"kind": "ITAP", "start": "2024-01-01", "end": "2029-05-02"}
    desk.do("loket", lambda tx: stay_acts.add(tx, desk.procedure, case, permit))

    view = desk.view(case)

    assert view.findings.eligibility.route == ""
    [short] = [d for d in view.findings.doubts if d.code == "stay_short"]
    desk.do("loket", lambda tx: doubts.answer(tx, desk.procedure, case, short.code, "subyek lain"))
    fields = {k: v for k, v in desk.fields.items() if k != "field.stays"}
    assert desk.complete("loket", case, "2", fields).next == "3"


def test_overlapping_permits_are_refused_in_words_and_nothing_is_kept(desk) -> None:
    case = desk.go("2")
    first = {"kind": "ITAS", "start": "2020-01-01", "end": "2021-12-31"}
    desk.do("loket", lambda tx: stay_acts.add(tx, desk.procedure, case, first))

    second = {"kind": "ITAP", "start": "2021-06-01", "end": "2026-12-31"}
    with pytest.raises(BadInput) as refused:
        desk.do("loket", lambda tx: stay_acts.add(tx, desk.procedure, case, second))

    assert "bertumpuk" in refused.value.id
    assert len(desk.view(case).findings.stays) == 1


def found(desk, text):
    with desk.database.reading() as session:
        keyring = desk.procedure.keyring
        return search.by_number(session, desk.office_no, keyring, text) or search.by_name(
            session, desk.office_no, keyring, text
        )


def test_a_case_is_found_by_name_passport_and_register_number(desk) -> None:
    case = desk.go("9")
    number = desk.view(case).register_number

    for text in ("eriksson", "anna erik", "L898902C3", "l 898902 c3", number, "2D11JE0001-T"):
        assert found(desk, text) == (case,), text
    assert found(desk, "erikssen") == ()


def test_a_name_finds_a_case_only_while_it_is_open(desk) -> None:
    case = desk.go("")

    assert found(desk, "eriksson") == ()
    assert found(desk, "L898902C3") == (case,)


def test_two_officers_on_one_case_see_each_other(desk) -> None:
    case = desk.go("2")
    desk.do("loket", lambda tx: presence.join(tx, desk.procedure, case))

    assert [r.name for r in desk.view(case, "pejabat").findings.readers] == ["Contoh Loket"]
    assert desk.view(case, "loket").findings.readers == ()
    desk.do("loket", lambda tx: presence.leave(tx, desk.procedure, case))
    assert desk.view(case, "pejabat").findings.readers == ()


def test_who_had_a_case_open_before_the_hub_started_again_is_forgotten(desk) -> None:
    case = desk.go("2")
    desk.do("loket", lambda tx: presence.join(tx, desk.procedure, case))

    desk.do("kiosk", presence.forget_all)

    assert desk.view(case, "pejabat").findings.readers == ()
    desk.do("loket", lambda tx: presence.join(tx, desk.procedure, case))
    assert [r.name for r in desk.view(case, "pejabat").findings.readers] == ["Contoh Loket"]


def test_a_step_before_the_payment_is_reopened_by_its_own_role_with_a_reason(desk) -> None:
    case = desk.go("5")

    desk.do("dokumen", lambda tx: reopen.reopen(tx, desk.procedure, case, "4", "salah putusan"))

    view = desk.view(case)
    assert view.current.key == "4"
    assert view.head.state == "CEKAL_CLEAR"
    assert next(row for row in view.current.evidence if row.key == "signed_by").supplied
    assert desk.step_4(case).next == "5"


def test_the_history_says_which_step_was_opened_again_and_why(desk) -> None:
    case = desk.go("5")

    desk.do("dokumen", lambda tx: reopen.reopen(tx, desk.procedure, case, "4", "salah putusan"))

    line = desk.view(case).history[-1]
    assert line.what.en == "Step opened again: 4 · Documents and guarantor"
    assert line.remark == "salah putusan"


def test_from_the_payment_on_only_a_supervisor_reopens(desk) -> None:
    case = desk.go("9")

    with pytest.raises(NotAllowed) as refused:
        desk.do("cetak", lambda tx: reopen.reopen(tx, desk.procedure, case, "8", "salah cetak"))

    assert refused.value.code == "supervisor_needed"


def test_reopening_the_issue_voids_number_and_blank_and_the_next_ones_are_given(desk) -> None:
    case = desk.go("9")
    before = desk.view(case).register_number

    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "8", "salah cetak"))
    assert desk.view(case).register_number == ""
    assert not any(row.supplied for row in desk.view(case).current.evidence if row.required)
    desk.step_8(case, serial="SK 0002")

    now = desk.view(case).register_number
    assert now not in ("", before)
    told = [line.what.en for line in desk.view(case).history]
    assert told[told.index(f"Register number given: {before}") :].count("Blank used: SK0002") == 1
    assert f"Register number and blank voided: {before}, blank SK0001" in told
    assert f"Register number given: {now}" in told
    assert "Passport changed hands: taken in from the applicant" in told


def test_reopening_the_payment_says_in_the_history_what_was_taken_back(desk) -> None:
    case = desk.go("8")

    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "7", "slip keliru"))

    told = [line.what.en for line in desk.view(case).history]
    assert "Payment recorded: Rp 3.000.000" in told
    assert "Payment taken back: Rp 3.000.000" in told


@pytest.mark.parametrize(("step", "signed_anew"), [("9", True), ("10", False)])
def test_reopening_what_follows_the_issue_leaves_number_and_blank_as_they_are(
    desk, step: str, signed_anew: bool
) -> None:
    case = desk.go("11")
    number = desk.view(case).register_number

    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, step, "salah pindai"))

    assert desk.view(case).register_number == number
    with desk.database.reading() as session:
        assert (legalising.of_case(session, desk.office_no, case) is None) == signed_anew
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []
    if signed_anew:
        desk.step_9(case)
    desk.step_10(case)
    assert desk.view(case).current.key == "11"


def test_who_did_a_step_that_was_reopened_has_done_it_all_the_same(desk) -> None:
    case = desk.go("6")
    keyer = desk.staff["loket"]
    desk.do("loket", lambda tx: reopen.reopen(tx, desk.procedure, case, "2", "nama salah"))
    desk.staff["data2"] = desk.employ("data2", {"data_operator"})
    desk.complete("data2", case, "2", desk.fields)
    desk.staff["both"] = type(keyer)("officer", keyer.id, keyer.name, keyer.roles | {"approver"}, 1)
    for step in ("3", "4"):
        getattr(desk, f"step_{step}")(case)
    for step in ("5", "biometrics", "external"):
        getattr(desk, f"step_{step}")(case)

    with pytest.raises(NotAllowed) as refused:
        desk.complete("both", case, "6", {})

    assert refused.value.code == "segregation"


def test_a_step_is_not_reopened_without_a_reason_or_before_it_is_done(desk) -> None:
    case = desk.go("4")

    with pytest.raises(BadInput):
        desk.do("loket", lambda tx: reopen.reopen(tx, desk.procedure, case, "2", "  "))
    with pytest.raises(Conflict) as refused:
        desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "9", "x"))
    assert refused.value.code == "step_not_done"


def test_an_incomplete_file_goes_back_with_its_list_and_nothing_is_registered(desk) -> None:
    case = desk.open()
    typed(desk, "loket", case, {"checklist.form": "yes", "checklist.passport": "yes"})

    with desk.database.reading() as session:
        paper = returning.missing_list(
            session, desk.office_no, desk.procedure, case, desk.clock.now(), desk.staff["loket"]
        )
    desk.do("loket", lambda tx: returning.return_file(tx, desk.procedure, case, "bawa besok"))

    missing = {item.what.id: item for item in paper.missing}
    assert missing["Paspor kebangsaan"].where.en == "copy missing"
    permit = missing["Kartu izin tinggal (ITAP/ITAS)"]
    assert permit.where.en == "original not shown yet, copy missing"
    assert "di atas meterai" in missing["Surat jaminan bermeterai"].hint.id
    assert len(missing) == len(paper.missing)
    assert "Formulir permohonan" in [label.id for label in paper.complete]
    view = desk.view(case)
    assert view.head.state == "RETURNED_INCOMPLETE"
    assert view.head.promised_on is None
    assert desk.step_1(case).state == "RECEIVED"


def test_a_complete_file_is_not_returned(desk) -> None:
    case = desk.open()
    every = [
        row.key for row in desk.view(case).current.evidence if row.key.startswith("checklist.")
    ]
    typed(desk, "loket", case, dict.fromkeys(every, "yes"))

    with pytest.raises(Conflict) as refused:
        desk.do("loket", lambda tx: returning.return_file(tx, desk.procedure, case, ""))

    assert refused.value.code == "nothing_missing"


def applying_for(desk, case, seen, **chosen):
    return typed(desk, "loket", case, {**chosen, "seen": seen})


def test_purpose_and_basis_are_settled_while_the_file_is_received(desk) -> None:
    case = desk.open()
    before = {row.key for row in desk.view(case).current.evidence}

    applying_for(desk, case, "PEWARGANEGARAAN.KELUARGA", purpose="PERNYATAAN")
    applying_for(desk, case, "PERNYATAAN.KELUARGA", basis="BEKERJA")

    view = desk.view(case)
    asked = {row.key for row in view.current.evidence if row.required}
    assert view.head.applies_for == ("PERNYATAAN", "BEKERJA")
    assert {"checklist.spouse_identity", "checklist.work_permit"} <= asked - before
    assert not [row.key for row in view.current.evidence if "marriage" in row.key]


@pytest.mark.parametrize(
    ("seen", "chosen", "code"),
    [
        ("PEWARGANEGARAAN.KELUARGA", {"basis": "BEKERJA"}, "value_changed"),
        ("PEWARGANEGARAAN.ROHANIWAN", {"basis": "WISATA"}, "purpose_wrong"),
    ],
)
def test_a_basis_that_somebody_changed_or_that_is_none_changes_nothing(
    desk, seen, chosen, code
) -> None:
    case = desk.open()
    applying_for(desk, case, "PEWARGANEGARAAN.KELUARGA", basis="ROHANIWAN")

    with pytest.raises((BadInput, Conflict)) as refused:
        applying_for(desk, case, seen, **chosen)

    assert refused.value.code == code
    assert desk.view(case).head.applies_for == ("PEWARGANEGARAAN", "ROHANIWAN")


def test_what_the_file_was_received_for_changes_only_in_its_own_step(desk) -> None:
    case = desk.go("2")

    with pytest.raises(Conflict) as refused:
        applying_for(desk, case, "PEWARGANEGARAAN.KELUARGA", basis="BEKERJA")

    assert refused.value.code == "form_gone"


def print_receipt(desk, case):
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        said = applying.printed_for(row)
    desk.capture(case, "1.receipt", "print_document", "application/pdf", options=said)


def test_a_receipt_that_was_printed_for_another_purpose_does_not_count(desk) -> None:
    case = desk.open()
    desk.tick_papers(case)
    print_receipt(desk, case)
    applying_for(desk, case, "PEWARGANEGARAAN.KELUARGA", purpose="PERNYATAAN")
    desk.supply("loket", case, "checklist.spouse_identity", "on")
    desk.supply("loket", case, "checklist.spouse_identity.copy", "on")

    with pytest.raises(BadInput) as refused:
        desk.complete("loket", case, "1", {"custody_place": "Loket 1"})

    assert [fault.field for fault in refused.value.fields] == ["receipt"]
    assert "untuk tujuan atau dasar lain; cetak lagi" in refused.value.id
    [receipt] = [paper for paper in desk.view(case).papers if paper.kind == "application_receipt"]
    assert receipt.printed == 0
    print_receipt(desk, case)
    assert desk.complete("loket", case, "1", {"custody_place": "Loket 1"}).next == "2"
