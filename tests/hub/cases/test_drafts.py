"""What the kiosk sends becomes a draft; the hub judges passport and chip itself."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from devices.capabilities import Verdict
from devices.emrtd.chip_keys import ChipKeys, new_active_key, new_agreement_key, sign_challenge
from devices.emrtd.csca import import_file
from devices.emrtd.judgement import overall
from devices.emrtd.personalize import personalize
from devices.emrtd.proofs import Signed
from devices.emrtd.trust import TrustStore, load_store
from hub.cases import applications
from hub.cases.codes import case_code, check_character, read_case_code, read_secret
from hub.cases.passports import KeptChip, examine, replay
from hub.countries import Countries
from hub.errors import BadInput, Conflict
from hub.models.application import Document
from hub.wire import PassportInput, Preregistration

TYPED = PassportInput(
    source="typed", document_number="l898902c3", birth_date="12-08-1974", expiry_date="320415"
)


def values(desk, case: str) -> dict[str, str]:
    return {row.field: row.value for row in desk.view(case).values}


def test_the_chip_counts_before_the_mrz_and_both_stay_visible(desk) -> None:
    case = desk.open()

    view = desk.view(case)
    number = next(row for row in view.values if row.field == "passport_number")
    assert number.value == "L898902C3"
    assert {source.source for source in number.sources} == {"chip", "mrz"}
    assert not number.differs
    assert view.head.chip_verdict == "valid"
    assert view.head.person == "ERIKSSON, ANNA MARIA"


def test_an_altered_chip_is_seen_whatever_the_station_says(desk) -> None:
    files = desk.passport.files
    forged = files["DG1"].replace(b"ERIKSSON", b"ERIKSSEN")

    case = desk.open(desk.chip(DG1=forged))

    view = desk.view(case)
    surname = next(row for row in view.values if row.field == "surname")
    assert view.head.chip_verdict == "altered"
    assert surname.differs
    assert {source.value for source in surname.sources} == {"ERIKSSON", "ERIKSSEN"}


def test_the_files_of_the_chip_are_kept_with_the_case(desk) -> None:
    case = desk.open()

    with desk.database.reading() as session:
        [document] = session.query(Document).all()
        assert (document.application, document.kind) == (case, "chip")
        content = desk.procedure.blobs.get(document.blob)
    kept = msgspec.json.decode(content, type=KeptChip)
    assert kept.files == dict(desk.passport.files)
    assert [row[:2] for row in kept.findings] == [("passive", "valid")]


def test_a_kept_chip_is_judged_again_with_the_certificates_of_another_day(desk) -> None:
    desk.open()
    with desk.database.reading() as session:
        [document] = session.query(Document).all()
        kept, at = desk.procedure.blobs.get(document.blob), desk.clock.now()

    assert overall(replay(kept, desk.procedure.trust, at=at)) is Verdict.VALID
    assert overall(replay(kept, TrustStore(), at=at)) is Verdict.UNKNOWN_SIGNER
    with pytest.raises(BadInput):
        replay(b"{}", TrustStore(), at=at)


def test_countries_that_are_imported_while_the_hub_runs_count_at_once(desk, tmp_path) -> None:
    folder = tmp_path / "csca"
    countries = Countries(folder)
    assert countries.current().authorities == ()
    path = tmp_path / "utopia.cer"
    path.write_bytes(desk.passport.csca)
    [authority] = load_store(path).authorities

    import_file(path, folder, confirmed=[authority.fingerprint], at=desk.clock.now())

    assert countries.current().authorities == (authority,)
    assert countries.current() is countries.current()
    [kept] = folder.glob("*.cer")
    kept.write_bytes(personalize(signature="ecdsa").csca)
    assert countries.current().authorities != (authority,)


def test_a_chip_that_proves_nothing_is_suspected_by_the_hub_itself(desk) -> None:
    keys = ChipKeys(new_active_key("ecdsa"), new_agreement_key("aes128"))
    passport = personalize(signature="ecdsa", keys=keys)
    proven = signed(passport, keys.active)
    copied = signed(passport, keys.copied().active)

    assert verdict(desk, passport, {"AA": proven}) == "valid"
    assert verdict(desk, passport, {"AA": copied}) == "clone_suspected"
    assert verdict(desk, passport, {"AA": Signed(status=0x6D00).encode()}) == "clone_suspected"


def signed(passport, key) -> bytes:
    return Signed(b"12345678", sign_challenge(key, b"12345678")).encode()


def verdict(desk, passport, proofs: dict[str, bytes]) -> str:
    pre = desk.chip(**passport.files)
    chip = msgspec.structs.replace(pre.passport.chip, proofs=proofs)
    given = msgspec.structs.replace(pre.passport, chip=chip)
    at = desk.clock.now()
    return examine(given, load_store([passport.csca]), on=at.date(), at=at).chip_verdict


def test_typed_data_is_marked_as_typed(desk) -> None:
    case = desk.open(Preregistration(passport=TYPED))

    head = desk.view(case).head
    assert (head.passport_source, head.chip_verdict) == ("typed", "")
    assert values(desk, case)["birth_date"] == "1974-08-12"
    assert values(desk, case)["passport_expiry"] == "2032-04-15"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"birth_date": "991332"}, "passport.birth_date"),
        ({"expiry_date": "besok"}, "passport.expiry_date"),
        ({"document_number": ""}, "passport.document_number"),
        ({"source": "chip"}, "passport.chip"),
        ({"source": "mrz", "mrz": "P<UTOERIKSSON"}, "passport.mrz"),
    ],
)
def test_impossible_passport_data_names_its_field(desk, change, field: str) -> None:
    passport = msgspec.structs.replace(TYPED, **change)

    with pytest.raises(BadInput) as refused:
        desk.open(Preregistration(passport=passport))

    assert [fault.field for fault in refused.value.fields] == [field]
    assert "898902" not in str(refused.value) + refused.value.id


def test_an_officer_corrects_a_field_and_the_source_stays_beside_it(desk) -> None:
    case = desk.open()

    desk.do(
        "loket",
        lambda tx: applications.confirm_draft(
            tx, desk.procedure, case, {"given_names": "ANA MARIA"}
        ),
    )

    row = next(row for row in desk.view(case).values if row.field == "given_names")
    assert row.value == "ANA MARIA"
    assert row.differs


def test_what_was_shown_is_agreed_to_and_a_value_that_changed_is_not(desk) -> None:
    case = desk.open()
    name = next(row for row in desk.view(case).values if row.field == "given_names")

    desk.do(
        "loket",
        lambda tx: applications.agree(tx, desk.procedure, case, "given_names", name.value),
    )
    agreed = next(row for row in desk.view(case).values if row.field == "given_names")
    with pytest.raises(Conflict) as refused:
        desk.do(
            "loket", lambda tx: applications.agree(tx, desk.procedure, case, "given_names", "ANA")
        )

    assert (agreed.source, agreed.value) == ("officer", name.value)
    assert refused.value.code == "value_changed"


def test_a_case_is_found_by_its_code_however_it_is_typed(desk) -> None:
    case = desk.open()
    code = desk.view(case).head.case_code

    with desk.database.reading() as session:
        for text in (case, code, code.lower(), code.replace("-", ""), f" {code} "):
            assert applications.resolve(session, desk.office_no, text) == case
        wrong = code[:-3] + ("1" if code[-3] != "1" else "2") + code[-2:]
        assert applications.resolve(session, desk.office_no, wrong) is None
        found = applications.find(session, desk.office_no, desk.procedure, desk.receipt_code(case))
        assert found is not None
        assert found.id == case


def test_case_codes_of_a_day_count_on_and_start_anew_the_next_day(desk) -> None:
    first, second = desk.open(), desk.open()
    desk.clock.pass_(days=1)
    third = desk.open()

    codes = [desk.view(case).head.case_code.rsplit("-", 1)[0] for case in (first, second, third)]
    assert codes == ["CTH-261123-0001", "CTH-261123-0002", "CTH-261124-0001"]


def test_the_check_character_finds_every_wrong_sign_and_every_swapped_pair() -> None:
    # ISO 7064 MOD 37,36: the example of the standard, "A12425GABC1234002" checks to "M"
    assert check_character("A12425GABC1234002") == "M"
    code = case_code("CTH", date(2026, 11, 23), 42).replace("-", "")
    for place in range(len(code) - 1):
        for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            changed = code[:place] + sign + code[place + 1 :]
            assert (changed == code) == bool(check_character(changed[:-1]) == code[-1])
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code and place < len(code) - 2:
            assert read_case_code(swapped) == ()


def test_letters_that_look_alike_are_read_as_the_digit_they_stand_for() -> None:
    assert read_secret("LOKET:R:CTH-261123-0042-E:ab1o-lI2345") == "AB10112345"
