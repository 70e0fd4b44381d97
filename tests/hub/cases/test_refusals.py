"""What the hub refuses, in which words, and that nothing was done then."""

from __future__ import annotations

from datetime import date

import pytest

from hub.cases import applications, branches, custody, evidence, steps
from hub.cases.history import history
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.models.application import Application, Blank, RegisterNumber


def refusal(kind, act):
    with pytest.raises(kind) as refused:
        act()
    return refused.value


def test_missing_evidence_is_named_row_by_row_in_two_languages(desk) -> None:
    case = desk.open()

    refused = refusal(BadInput, lambda: desk.complete("loket", case, "1", {}))

    assert refused.code == "evidence_missing"
    assert [fault.field for fault in refused.fields] == [
        "checklist.form",
        "checklist.guarantor_letter",
        "checklist.guarantee",
        "checklist.passport",
        "checklist.passport.copy",
        "checklist.stay_permit",
        "checklist.stay_permit.copy",
        "receipt",
        "custody_place",
    ]
    assert "Paspor kebangsaan: belum ada" in refused.id
    assert "National passport: is missing" in refused.en


def test_a_refused_step_leaves_nothing_behind(desk) -> None:
    case = desk.open()
    ticks = {"checklist.form": "on", "custody_place": "Loket 1"}

    refusal(BadInput, lambda: desk.complete("loket", case, "1", ticks))

    view = desk.view(case)
    assert view.current.key == "1"
    assert not any(row.supplied for row in view.current.evidence)
    with desk.database.reading() as session:
        assert custody.holder(session, desk.office_no, case) is None


def test_a_step_out_of_order_is_not_possible_yet(desk) -> None:
    case = desk.open()

    refused = refusal(Conflict, lambda: desk.complete("dokumen", case, "4", {}))

    assert refused.code == "step_not_yet"


def test_a_step_is_completed_once(desk) -> None:
    case = desk.go("2")

    refused = refusal(Conflict, lambda: desk.step_1(case))

    assert refused.code == "step_done"


def test_only_the_roles_of_a_step_may_complete_it(desk) -> None:
    case = desk.go("7")

    refused = refusal(NotAllowed, lambda: desk.complete("pejabat", case, "7", {}))

    assert refused.code == "role_missing"
    assert refused.en == "This needs one of the roles: Treasurer."
    assert refused.id == "Diperlukan salah satu peran: Bendahara penerimaan."


def test_who_keyed_the_data_may_not_approve_and_the_refusal_names_the_rule(desk) -> None:
    case = desk.go("6")
    keyer = desk.staff["loket"]
    desk.staff["both"] = type(keyer)("officer", keyer.id, keyer.name, keyer.roles | {"approver"}, 1)

    refused = refusal(NotAllowed, lambda: desk.complete("both", case, "6", {}))

    assert refused.code == "segregation"
    assert "menyetujui (6)" in refused.id
    assert desk.view(case, "both").current.why_not.en.startswith("Who keys the data (2)")


def test_a_rule_that_a_letter_relaxes_binds_before_and_after_and_the_case_keeps_the_letter(
    desk,
) -> None:
    case = desk.go("11")
    issuer, roles = desk.staff["cetak"], desk.staff["serah"].roles
    desk.staff["serah"] = type(issuer)("officer", issuer.id, issuer.name, roles, 1)
    letter = "W.00-KP.04.01-0002/2026"

    desk.relax("issuer_handover", letter, date(2026, 11, 22))
    refused = refusal(NotAllowed, lambda: desk.step_11(case))
    desk.relax("issuer_handover", letter, date(2026, 11, 23))
    done = desk.step_11(case)

    assert refused.en == "Who issues (8) may not hand over (11)."
    assert done.state == "COLLECTED"
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        lines = history(session, desk.procedure, row, {}, sees_cekal=False)
    assert "Segregation of duties relaxed by letter: W.00-KP.04.01-0002/2026" in {
        line.what.en for line in lines
    }


@pytest.mark.parametrize(
    ("row", "value", "words"),
    [
        ("billing_code", "12345", "15 angka"),
        ("ntpn", "ABC", "16 huruf atau angka"),
        ("amount", "2.999.999", "Rp 3.000.000"),
        ("paid_on", "2027-01-01", "masa depan"),
        ("paid_on", "kemarin", "bukan tanggal"),
    ],
)
def test_a_wrong_payment_is_refused_in_words(desk, row: str, value: str, words: str) -> None:
    case = desk.go("7")
    desk.capture(case, "7.slip", "scan", "image/png")
    values = {
        "billing_code": "820261120000001",
        "ntpn": "A1B2C3D4E5F6G7H8",
        "amount": "3000000",
        "paid_on": "2026-11-23",
    }

    refused = refusal(
        BadInput, lambda: desk.complete("bendahara", case, "7", {**values, row: value})
    )

    assert refused.code == "evidence_wrong"
    assert [fault.field for fault in refused.fields] == [row]
    assert words in refused.id


def test_an_ntpn_pays_for_one_case_only(desk) -> None:
    desk.go("8")
    other = desk.go("7")

    refused = refusal(BadInput, lambda: desk.step_7(other))

    assert [fault.field for fault in refused.fields] == ["ntpn"]
    assert desk.step_7(other, ntpn="ZZZZ000011112222").next == "8"


def test_approval_needs_the_receipt_of_this_case(desk) -> None:
    other = desk.open()
    case = desk.go("6")
    desk.capture(case, "6.receipt_scan", "scan", "image/png")
    values = {"receipt_code": desk.receipt_code(other), "initials": "verified"}

    refused = refusal(BadInput, lambda: desk.complete("pejabat", case, "6", values))

    assert [fault.field for fault in refused.fields] == ["receipt_code"]


@pytest.mark.parametrize("how", ["verified", "card"])
def test_the_initials_are_recorded_with_how_they_were_confirmed(desk, how) -> None:
    case = desk.go("6")
    desk.capture(case, "6.receipt_scan", "scan", "image/png")
    code = {"receipt_code": desk.receipt_code(case)}

    refused = refusal(
        BadInput, lambda: desk.complete("pejabat", case, "6", code | {"initials": "yes"})
    )
    desk.complete("pejabat", case, "6", code | {"initials": how})

    assert [fault.field for fault in refused.fields] == ["initials"]
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        assert evidence.values_of(session, desk.procedure, row)["6"]["initials"] == how


def test_initials_are_no_evidence_that_can_be_kept_beforehand(desk) -> None:
    case = desk.go("6")

    refused = refusal(BadInput, lambda: desk.supply("pejabat", case, "initials", "verified"))

    assert (refused.code, refused.fields[0].field) == ("not_beforehand", "initials")


def test_collection_needs_the_payment_proof_of_this_case(desk) -> None:
    case = desk.go("11")
    values = {
        "proof_code": desk.receipt_code(case),
        "collector": "SELF",
        "collector_document_kind": "KTP",
        "collector_name": "A",
        "collector_document": "B",
        "collection_slip": "paper",
        "slip_signed": "on",
    }

    refused = refusal(BadInput, lambda: desk.complete("serah", case, "11", values))

    wrong = ["proof_code", "collector_document"]  # which is no identity number
    assert [fault.field for fault in refused.fields] == wrong


def test_giver_and_receiver_of_the_file_are_two_persons(desk) -> None:
    case = desk.go("12")
    values = {"slip_in_file": "on", "receiver": "tu", "shelf": "Rak 1"}

    refused = refusal(BadInput, lambda: desk.complete("tu", case, "12", values))

    assert "two persons" in refused.en


def test_step_twelve_without_its_package_is_refused(desk) -> None:
    case = desk.go("12")
    values = {"slip_in_file": "on", "receiver": "arsip", "shelf": "Rak 1"}

    refused = refusal(
        BadInput,
        lambda: desk.do("tu", lambda tx: steps.complete(tx, desk.procedure, case, "12", values)),
    )

    assert refused.code == "package_missing"


def test_a_scan_of_another_case_is_no_evidence(desk) -> None:
    other = desk.go("6")
    blob = next(d.blob for d in desk.view(other).documents if d.kind == "scan")
    case = desk.go("5")

    refused = refusal(BadInput, lambda: desk.complete("pindai", case, "5", {"scan.passport": blob}))

    assert refused.fields[3].message.startswith("Paspor kebangsaan: berkas tidak dikenal")


def test_a_signer_who_may_not_sign_today_is_refused(desk) -> None:
    case = desk.go("9")
    values = {
        "signer": "X",
        "nip": "197501012000011009",
        "capacity": "DEFINITIF",
        "signed": "on",
    }

    refused = refusal(BadInput, lambda: desk.complete("kakanim", case, "9", values))

    assert [fault.field for fault in refused.fields] == ["nip"]


def test_there_is_no_step_thirteen(desk) -> None:
    case = desk.open()

    assert refusal(NotFound, lambda: desk.complete("loket", case, "13", {})).code == "step_unknown"


def test_a_case_that_does_not_exist_is_not_found(desk) -> None:
    assert refusal(NotFound, lambda: desk.view("CTH-261123-0099-A")).code == "case_unknown"


def test_the_system_administrator_sees_no_case(desk) -> None:
    case = desk.open()
    desk.staff["admin"] = desk.employ("admin", {"system_admin"})

    assert refusal(NotAllowed, lambda: desk.view(case, "admin")).code == "role_missing"


def test_a_kiosk_completes_no_step(desk) -> None:
    case = desk.open()

    refused = refusal(
        NotAllowed,
        lambda: desk.do("kiosk", lambda tx: steps.complete(tx, desk.procedure, case, "1", {})),
    )

    assert refused.code == "role_missing"


def test_a_rejection_states_its_legal_basis(desk) -> None:
    case = desk.go("6")

    refused = refusal(
        BadInput,
        lambda: desk.do(
            "pejabat", lambda tx: applications.reject(tx, desk.procedure, case, "kurang", " ")
        ),
    )

    assert [fault.field for fault in refused.fields] == ["legal_basis"]


def test_a_rejected_case_gives_the_passport_back_against_a_signature(desk) -> None:
    case = desk.go("6")
    desk.do(
        "pejabat",
        lambda tx: applications.reject(tx, desk.procedure, case, "masa tinggal", "Pasal 24"),
    )

    desk.do("loket", lambda tx: custody.give_back(tx, case, "surat penolakan"))

    view = desk.view(case)
    assert view.head.state == "REJECTED"
    assert view.current is None
    assert view.head.custody is None
    ended = refusal(Conflict, lambda: desk.complete("pejabat", case, "6", {}))
    assert ended.code == "case_ended"


def test_a_case_that_ends_leaves_its_branch_and_voids_its_number(desk) -> None:
    diverted = desk.go("4")
    desk.complete("dokumen", diverted, "4", {"verdict": "TIDAK"}, "Surat jaminan tanpa meterai")
    numbered = desk.go("9")

    for case in (diverted, numbered):
        desk.do(
            "loket", lambda tx, case=case: applications.withdraw(tx, desk.procedure, case, "pulang")
        )

    assert desk.view(diverted).diversion is None
    assert desk.view(numbered).register_number == ""
    with desk.database.reading() as session:
        [number] = session.query(RegisterNumber).filter_by(office=desk.office_no).all()
        assert (number.seq, number.void_reason) == (1, "ditarik / withdrawn")
        [blank] = session.query(Blank).filter_by(office=desk.office_no).all()
        assert blank.state == "void"


def test_a_branch_that_the_step_does_not_have_is_refused(desk) -> None:
    case = desk.open()

    refused = refusal(
        Conflict,
        lambda: desk.do(
            "loket", lambda tx: branches.divert(tx, desk.procedure, case, "cekal", "x")
        ),
    )

    assert refused.code == "branch_unknown"
