"""Step 9: the signer confirms a batch, Tata Usaha records ink with its scan, nobody else."""

from __future__ import annotations

import dataclasses
from datetime import date

import msgspec
import pytest
from sqlalchemy import func, select

from hub.blobs import register
from hub.cases import legalising, reopen, signing
from hub.cases.check import broken_cases
from hub.cases.payments import day_book
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.queue import EventRow

HEAD = "197501012000011001"
SECTION = "198002022005012002"


def sign(desk, *cases: str, login: str = "kakanim", nip: str = HEAD) -> object:
    return desk.do(login, lambda tx: signing.sign_batch(tx, desk.procedure, cases, nip))


def record(desk, case: str, nip: str = HEAD, login: str = "tu", *, seen: bool = True) -> str:
    scan = desk.procedure.blobs.put(b"%PDF-1.4 signed page")

    def command(tx) -> str:
        register(tx, scan, "application/pdf")
        return signing.record_wet(tx, desk.procedure, case, nip, scan.id, seen=seen)

    return desk.do(login, command)


def legalised(desk, case: str) -> tuple[str, str, str]:
    with desk.database.reading() as session:
        row = legalising.of_case(session, desk.office_no, case)
        return (row.mode, row.signer_nip, row.capacity)


def waiting(desk) -> list[str]:
    with desk.database.reading() as session:
        rows = signing.signing_desk(session, desk.office_no, desk.procedure)
        assert all(len(row.done_by) == 10 for row in rows)
        return [row.application for row in rows]


def two_cases(desk) -> tuple[str, str]:
    first, second = desk.go("7"), desk.go("7")
    desk.step_7(first)
    desk.step_7(second, ntpn="B1B2C3D4E5F6G7H8")
    desk.step_8(first)
    desk.step_8(second, serial="SK 0002")
    return first, second


def test_the_signer_confirms_a_reviewed_batch_by_their_own_login(desk) -> None:
    first, second = two_cases(desk)
    assert waiting(desk) == [first, second]

    sign(desk, first, second)

    assert waiting(desk) == []
    assert legalised(desk, second) == ("own", HEAD, "DEFINITIF")


def test_a_batch_is_signed_whole_or_not_at_all_and_every_refused_case_is_named(desk) -> None:
    first, _second = two_cases(desk)
    others = (desk.go("6"), desk.go("5"))

    with pytest.raises(Conflict) as refused:
        sign(desk, others[0], first, others[1])

    assert desk.view(first).head.state == "REGISTERED"
    assert "2 of the 3" in refused.value.en
    told = {fault.field: fault.message for fault in refused.value.fields}
    assert list(told) == [f"case-{other}" for other in others]
    for other, step in zip(others, ("6", "5"), strict=True):
        assert told[f"case-{other}"].endswith(
            f"{desk.view(other).head.case_code}: Step {step} comes first."
        )


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_what_an_act_signed_is_said_to_who_signed_it_alone(desk) -> None:
    first, second = two_cases(desk)
    sign(desk, first, second)
    with desk.database.reading() as session:
        office = desk.office_no
        seq = session.scalar(select(func.max(EventRow.seq)).where(EventRow.office == office))

        mine, another = (
            signing.signed_by_act(session, office, seq, desk.staff[login])
            for login in ("kakanim", "tu")
        )

    assert {one.application for one in mine} == {first, second}
    assert another == ()


def test_who_is_no_signer_today_signs_nothing(desk) -> None:
    case = desk.go("9")

    with pytest.raises(NotAllowed) as refused:
        sign(desk, case, nip="")

    assert refused.value.code == "no_signer"


def test_ink_is_recorded_with_its_scan_and_marked_so(desk) -> None:
    case = desk.go("9")

    with pytest.raises(BadInput) as bare:
        desk.complete(
            "tu",
            case,
            "9",
            {
                "signer": "Contoh Kepala Kantor",
                "nip": HEAD,
                "capacity": "DEFINITIF",
                "signed": "on",
            },
        )
    record(desk, case)

    assert bare.value.code == "scan_missing"
    assert legalised(desk, case) == ("wet", HEAD, "DEFINITIF")
    assert desk.view(case).head.state == "LEGALISED"


def test_the_signer_is_known_and_not_asked_and_a_recorder_finds_who_it_was_printed_for(
    desk,
) -> None:
    case = desk.go("9")
    asked = {
        login: {row.key: (row.value, row.own) for row in desk.view(case, login).current.evidence}
        for login in ("kakanim", "tu")
    }

    with pytest.raises(BadInput) as misnamed:
        desk.complete("kakanim", case, "9", {"signer": "Contoh Kepala Seksi", "signed": "on"})
    desk.complete("kakanim", case, "9", {"signed": "on"})

    assert {key: said[1] for key, said in asked["kakanim"].items()} == {
        "signer": True, "nip": True, "capacity": True, "signed": False, "wet_signature": False
    }  # fmt: skip
    assert asked["tu"]["nip"] == (HEAD, False)
    assert asked["tu"]["signer"] == ("Contoh Kepala Kantor", False)
    assert [fault.field for fault in misnamed.value.fields] == ["signer"]
    assert legalised(desk, case) == ("own", HEAD, "DEFINITIF")


def test_the_signer_does_not_record_their_own_ink_and_nobody_records_it_unseen(desk) -> None:
    case = desk.go("9")
    desk.staff["kakanim"] = dataclasses.replace(
        desk.staff["kakanim"], roles=frozenset({"legaliser", "administration"})
    )

    with pytest.raises(NotAllowed) as own:
        record(desk, case, login="kakanim")
    with pytest.raises(BadInput) as unseen:
        record(desk, case, seen=False)
    record(desk, case)

    assert own.value.code == "segregation"
    assert unseen.value.code == "not_seen"
    with desk.database.reading() as session:
        [lately] = signing.lately_signed(session, desk.office_no, 5)
    assert (lately.mode, lately.signer, lately.recorded_by) == (
        "wet", "Contoh Kepala Kantor", "Contoh Tu",
    )  # fmt: skip


def test_another_signer_than_the_printed_one_is_refused(desk) -> None:
    case = desk.go("9")

    with pytest.raises(Conflict) as refused:
        record(desk, case, nip=SECTION)

    assert refused.value.code == "other_signer"


def test_a_paper_printed_for_a_delegate_is_signed_by_the_delegate(desk) -> None:
    case = desk.go("8")
    desk.stock("SK 0009")
    desk.supply("cetak", case, "blank_serial", "SK 0009")
    desk.supply("cetak", case, "signer_nip", SECTION)
    desk.issue(case)

    record(desk, case, nip=SECTION)

    assert legalised(desk, case) == ("wet", SECTION, "A.N.")


def in_force(desk, nip: str, **span: date) -> None:
    """The official with this staff number may sign in this span alone."""
    office = desk.procedure.office
    signers = tuple(
        msgspec.structs.replace(one, **span) if one.nip == nip else one for one in office.signers
    )
    office = msgspec.structs.replace(office, signers=signers)
    desk.procedure = dataclasses.replace(desk.procedure, office=office)


def test_a_paper_stays_that_of_its_official_when_the_letter_of_appointment_has_run_out(
    desk,
) -> None:
    case = desk.go("8")
    desk.stock("SK 0009")
    desk.supply("cetak", case, "blank_serial", "SK 0009")
    desk.supply("cetak", case, "signer_nip", SECTION)
    desk.issue(case)
    in_force(desk, SECTION, valid_to=desk.procedure.office.today(desk.clock.now()))
    desk.clock.pass_(days=1)

    with pytest.raises(Conflict) as by_another:
        sign(desk, case)
    with pytest.raises(BadInput) as too_late:
        record(desk, case, nip=SECTION)

    assert by_another.value.code == "other_signer"
    assert "Contoh Kepala Seksi" in by_another.value.id
    assert too_late.value.code == "no_signer"


def test_a_paper_for_the_first_official_stays_so_when_another_comes_first_later(desk) -> None:
    case = desk.go("8")
    in_force(desk, HEAD, valid_from=date(2026, 11, 24))
    desk.step_8(case)  # nobody is named: it is printed for who may sign on that day
    desk.clock.pass_(days=1)

    with pytest.raises(Conflict):
        sign(desk, case)
    record(desk, case, nip=SECTION)

    assert legalised(desk, case) == ("wet", SECTION, "A.N.")


def test_another_signer_means_void_reprint_and_legalise_again(desk) -> None:
    case = desk.go("10")

    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "8", "ganti pejabat"))
    with desk.database.reading() as session:
        assert legalising.of_case(session, desk.office_no, case) is None
    desk.stock("SK 0010")
    desk.supply("cetak", case, "blank_serial", "SK 0010")
    desk.supply("cetak", case, "signer_nip", SECTION)
    desk.issue(case)
    record(desk, case, nip=SECTION)

    assert legalised(desk, case) == ("wet", SECTION, "A.N.")
    assert desk.view(case).register_number.endswith("0002/2026")
    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []


def test_a_payment_reopened_by_a_supervisor_is_a_counter_entry_too(desk) -> None:
    case = desk.go("8")

    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, "7", "salah slip"))

    with desk.database.reading() as session:
        assert list(broken_cases(session, desk.office_no, desk.procedure)) == []
        today = desk.procedure.office.today(desk.clock.now())
        assert day_book.day_list(session, desk.office_no, today).total == 0
