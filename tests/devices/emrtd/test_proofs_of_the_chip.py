"""Keys that no copy has: the chip proves them, the hub judges the records again."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import ecdsa
import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.capabilities import MrzKey, Verdict, no_progress
from devices.emrtd import active, agreement, groups, proofs, tlv
from devices.emrtd.access import open_chip
from devices.emrtd.chip import Chip, Temper
from devices.emrtd.chip_keys import (
    AgreementKey,
    ChipKeys,
    data_group_14,
    data_group_15,
    new_active_key,
    new_agreement_key,
    sign_challenge,
)
from devices.emrtd.ciphers import des_suite
from devices.emrtd.infos import CHIP_AUTHENTICATION, CHIP_KEY, info, parse_infos, write_infos
from devices.emrtd.judgement import judge, overall
from devices.emrtd.lds import LdsError, parse_dg14, parse_dg15
from devices.emrtd.pace import Scheme, card_access
from devices.emrtd.personalize import personalize
from devices.emrtd.proving import prove_active, prove_agreement, prove_all
from devices.emrtd.reading import Channel, Tally
from devices.emrtd.trust import load_store
from devices.emrtd.wire import Session, WireError, read_by_sfi
from devices.errors import DeviceProtocolError

KEY = MrzKey("L898902C3", "740812", "320415")
TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
PACE = Scheme("0.4.0.127.0.7.2.2.4.2.2", 13)


@pytest.fixture(scope="module", params=[
    ("rsa", "3des"), ("ecdsa", "aes128"), ("rsa", "aes256"),
    ("ecdsa", "dh-3des"), ("rsa", "dh-aes192"),
])  # fmt: skip
def passport(request):
    signs, agrees = request.param
    keys = ChipKeys(new_active_key(signs), new_agreement_key(agrees))
    return personalize(signature="ecdsa", keys=keys)


def opened(chip):
    channel = Channel(chip.respond, Tally(no_progress, lambda: False, 60))
    open_chip(channel, KEY)
    return channel


def given_by(passport, keys):
    channel = opened(Chip(passport.files, KEY, keys=keys))
    signed = prove_active(channel, passport.files["DG15"], 256)
    agreed = prove_agreement(channel, passport.files["DG14"])
    return {proofs.ACTIVE: signed, proofs.AGREEMENT: agreed}


def findings(passport, given, files=None):
    store = load_store([passport.csca])
    return judge(passport.files if files is None else files, given, store, at=TODAY)


def by_check(found):
    return {finding.check: finding.verdict for finding in found}


def test_a_chip_with_its_keys_is_valid_in_all_three_checks(passport):
    found = findings(passport, given_by(passport, passport.keys))

    assert by_check(found) == dict.fromkeys(("passive", "active", "chip"), Verdict.VALID)
    assert overall(found) is Verdict.VALID


def test_a_copy_with_keys_of_its_own_is_suspected_twice(passport):
    found = findings(passport, given_by(passport, passport.keys.copied()))

    assert by_check(found)["active"] is Verdict.CLONE_SUSPECTED
    assert by_check(found)["chip"] is Verdict.CLONE_SUSPECTED
    assert overall(found) is Verdict.CLONE_SUSPECTED


def test_a_copy_without_any_key_is_suspected_with_its_answer(passport):
    found = findings(passport, given_by(passport, ChipKeys()))

    assert overall(found) is Verdict.CLONE_SUSPECTED
    assert "6D00" in next(one.reason for one in found if one.check == "active")


def test_a_copy_that_leaves_its_key_groups_out_is_suspected(passport):
    files = {name: data for name, data in passport.files.items() if name not in ("DG14", "DG15")}
    refusals = {
        proofs.ACTIVE: proofs.Signed(status=0x6A82).encode(),
        proofs.AGREEMENT: proofs.Agreed(status=0x6A82).encode(),
    }

    assert overall(findings(passport, refusals, files)) is Verdict.CLONE_SUSPECTED
    assert by_check(findings(passport, {}, files))["active"] is Verdict.NOT_CHECKED


def test_records_that_were_not_made_leave_the_signatures_word(passport):
    found = findings(passport, {})

    assert by_check(found)["active"] is Verdict.NOT_CHECKED
    assert overall(found) is Verdict.VALID


def test_a_record_of_another_passport_proves_nothing(passport):
    other = personalize(
        signature="ecdsa", keys=ChipKeys(new_active_key("rsa"), new_agreement_key("aes128"))
    )

    found = findings(passport, given_by(other, other.keys))

    assert by_check(found)["active"] is Verdict.CLONE_SUSPECTED
    assert by_check(found)["chip"] is not Verdict.VALID


@given(data=st.data())
@settings(max_examples=60)
def test_damaged_records_are_findings_and_never_valid_when_signed_bytes_change(data):
    given = dict(RECORDS)
    name = data.draw(st.sampled_from(sorted(given)))
    record = bytearray(given[name])
    place = data.draw(st.sampled_from(covered_places(name, bytes(record))))
    record[place] ^= data.draw(st.integers(1, 255))
    given[name] = bytes(record)

    found = findings(SPECIMEN, given)

    check = "active" if name == proofs.ACTIVE else "chip"
    assert by_check(found)[check] is not Verdict.VALID


def covered_places(name, record):
    """Where a signature or a MAC notices a change: all but a command's Le and an outer status.

    The command's length is left out, too: one less, and the Le is a filler behind it.
    """
    if name == proofs.ACTIVE:
        return range(len(record))
    command = tlv.need(record, 0x81, "CA")
    begins = record.index(command)
    loose = {begins - 1, begins + len(command) - 1, len(record) - 2, len(record) - 1}
    return [place for place in range(len(record)) if place not in loose]


@given(record=st.binary(max_size=80))
@settings(max_examples=60)
def test_any_bytes_as_records_are_findings(record):
    assert findings(SPECIMEN, {"AA": record, "CA": record, "PACE": record})


SPECIMEN = personalize(
    signature="ecdsa", keys=ChipKeys(new_active_key("ecdsa"), new_agreement_key("aes128"))
)
RECORDS = given_by(SPECIMEN, SPECIMEN.keys)


# ── Active Authentication in detail ──────────────────────────────────────────


def test_the_other_root_of_an_rsa_signature_counts_too():
    key = new_active_key("rsa")
    group, challenge = parse_dg15(data_group_15(key)), bytes(8)
    modulus = key.private_numbers().public_numbers.n
    signature = sign_challenge(key, challenge)
    other = modulus - int.from_bytes(signature, "big")

    assert active.proves(group, (), challenge, signature)
    assert active.proves(group, (), challenge, other.to_bytes(len(signature), "big"))
    assert not active.proves(group, (), b"another!", signature)


@pytest.mark.parametrize(
    ("trailer", "name"),
    [("bc", "sha1"), ("33cc", "sha1"), ("38cc", "sha224"), ("34cc", "sha256"), ("36cc", "sha384"),
     ("35cc", "sha512")],
)  # fmt: skip
def test_every_hash_of_iso_9796_2_is_read_from_its_trailer(trailer, name):
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    numbers, challenge = key.private_numbers(), b"12345678"
    end = bytes.fromhex(trailer)
    size = hashlib.new(name).digest_size
    first = bytes(128 - 1 - size - len(end))
    text = b"\x6a" + first + hashlib.new(name, first + challenge).digest() + end
    signed = pow(int.from_bytes(text, "big"), numbers.d, numbers.public_numbers.n)

    group = parse_dg15(data_group_15(key))

    assert active.proves(group, (), challenge, signed.to_bytes(128, "big"))


def test_an_ecdsa_key_without_its_algorithm_in_dg14_cannot_be_judged():
    key = new_active_key("ecdsa")

    with pytest.raises(LdsError):
        active.proves(parse_dg15(data_group_15(key)), (), bytes(8), bytes(64))


@pytest.fixture(scope="module")
def long_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize(
    ("temper", "answer", "verdict", "reason"),
    [
        (Temper(longest_answer=2048), 2048, Verdict.VALID, "has the key"),
        (Temper(answers_in_parts=True), 256, Verdict.VALID, "has the key"),
        (Temper(), 256, Verdict.NOT_CHECKED, "signs in 256 bytes"),
    ],
    ids=["extended", "in parts", "neither"],
)
def test_a_signature_of_256_bytes_comes_whole_in_parts_or_is_not_checked(
    long_key, temper, answer, verdict, reason
):
    passport = personalize(signature="ecdsa", scheme=PACE, keys=ChipKeys(long_key))
    chip = Chip(passport.files, KEY, PACE, keys=passport.keys)
    chip.temper = temper
    channel = opened(chip)

    record = prove_active(channel, passport.files["DG15"], answer)

    given = {proofs.ACTIVE: record} if record else {}
    finding = next(one for one in findings(passport, given) if one.check == "active")
    assert (finding.verdict, reason in finding.reason) == (verdict, True)


def test_a_copy_that_answers_in_parts_is_found_out(long_key):
    passport = personalize(signature="ecdsa", keys=ChipKeys(long_key))
    other = ChipKeys(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    chip = Chip(passport.files, KEY, keys=other)
    chip.temper = Temper(answers_in_parts=True)

    record = prove_active(opened(chip), passport.files["DG15"], 256)

    verdict = by_check(findings(passport, {proofs.ACTIVE: record}))["active"]
    assert verdict is Verdict.CLONE_SUSPECTED


def test_a_long_signature_never_costs_the_chip_its_other_proof(long_key):
    """Asking for what does not fit ends the session: Chip Authentication goes first, and alone."""
    keys = ChipKeys(long_key, new_agreement_key("aes128"))
    passport = personalize(signature="ecdsa", keys=keys)
    channel = opened(Chip(passport.files, KEY, keys=keys))

    given = prove_all(channel, passport.files, 256)

    assert proofs.ACTIVE not in given
    found = by_check(findings(passport, given))
    assert (found["active"], found["chip"]) == (Verdict.NOT_CHECKED, Verdict.VALID)


def test_an_answer_without_end_is_bounded():
    def endless(apdu):
        return bytes(255) + b"\x61\xff"

    channel = Channel(endless, Tally(no_progress, lambda: False, 60))
    channel.session = Session(des_suite(bytes(16)))

    with pytest.raises(DeviceProtocolError):
        channel.send(read_by_sfi(1, 4))
    assert channel.tally.apdus < 30


# ── Chip Authentication in detail ────────────────────────────────────────────


def test_a_key_without_an_info_serves_version_1_with_3des():
    key = new_agreement_key("aes128")
    infos = [one for one in parse_dg14(data_group_14(None, ChipKeys(agreement=key)))
             if one.protocol.startswith(CHIP_KEY)]  # fmt: skip

    assert agreement.terms_of(infos).key_length == 0


def test_a_scheme_that_we_do_not_have_is_not_supported_and_not_broken():
    passport = personalize(signature="ecdsa", keys=ChipKeys(None, new_agreement_key("aes128")))
    infos = parse_dg14(passport.files["DG14"])
    newer = [replace(one, protocol=one.protocol.replace(".2.2.3.2.", ".2.2.3.3.")) for one in infos]
    assert newer != list(infos)
    files = {**passport.files, "DG14": tlv.write(0x6E, write_infos(newer))}

    finding = next(one for one in findings(passport, {}, files) if one.check == "chip")

    assert finding.verdict is Verdict.NOT_CHECKED
    assert "not supported" in finding.reason


def large_group():
    own = agreement.OwnKey.new(groups.MODP_2048_256)
    return ChipKeys(None, AgreementKey(f"{CHIP_AUTHENTICATION}1.2", own))


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [(2048, Verdict.VALID, "has the key"), (256, Verdict.NOT_CHECKED, "commands longer")],
)
def test_a_key_of_2048_bits_without_a_curve_needs_extended_length(answer, verdict, reason):
    passport = personalize(signature="ecdsa", keys=large_group())
    chip = Chip(passport.files, KEY, keys=passport.keys)
    chip.temper = Temper(longest_answer=answer)

    given = prove_all(opened(chip), passport.files, answer)

    finding = next(one for one in findings(passport, given) if one.check == "chip")
    assert (finding.verdict, reason in finding.reason) == (verdict, True)


def test_another_group_is_not_supported_and_never_computed_with():
    passport = personalize(signature="ecdsa", keys=ChipKeys(None, new_agreement_key("dh-aes128")))
    g = groups.MODP_1024_160.g.to_bytes(128, "big")
    assert passport.files["DG14"].count(g) == 1
    files = {**passport.files, "DG14": passport.files["DG14"].replace(g, g[:-1] + b"\x00")}

    finding = next(one for one in findings(passport, {}, files) if one.check == "chip")

    assert (finding.verdict, "not supported" in finding.reason) == (Verdict.NOT_CHECKED, True)


def test_a_key_outside_its_group_gives_nothing_away():
    """p - 1 has order two: whoever agrees with it tells whether the private number is even."""
    group = groups.MODP_1024_160
    own = agreement.OwnKey.new(group)

    for outside in (0, 1, group.p - 1, group.p):
        with pytest.raises(WireError):
            own.agree(outside.to_bytes(128, "big"))
    with pytest.raises(WireError):
        own.agree(own.public)


def test_a_forged_generator_in_dg14_is_never_computed_with():
    key = new_agreement_key("aes128")
    curve = key.pair.domain.arithmetic
    size = 32
    true = bytes(curve.generator.to_bytes("uncompressed"))
    forged = bytes((curve.generator * 7).to_bytes("uncompressed"))
    group = data_group_14(None, ChipKeys(agreement=key))
    passport = personalize(signature="ecdsa", keys=ChipKeys(agreement=key))
    channel = opened(Chip(passport.files, KEY, keys=passport.keys))
    assert len(true) == 2 * size + 1

    with pytest.raises(LdsError, match="unknown curve"):
        agreement.terms_of(parse_dg14(group.replace(true, forged)))
    assert prove_agreement(channel, group.replace(true, forged)) is None
    files = {**passport.files, "DG14": group.replace(true, forged)}
    finding = next(one for one in findings(passport, {}, files) if one.check == "chip")
    assert finding.verdict is Verdict.NOT_CHECKED


def test_a_public_key_off_its_curve_is_not_agreed_with():
    key = new_agreement_key("aes128")
    group = data_group_14(None, ChipKeys(agreement=key))
    public = key.pair.public
    wrong = public[:-1] + bytes([public[-1] ^ 1])
    passport = personalize(signature="ecdsa", keys=ChipKeys(agreement=key))
    channel = opened(Chip(passport.files, KEY, keys=passport.keys))

    assert prove_agreement(channel, group.replace(public, wrong)) is None


# ── EF.CardAccess against DG14 ───────────────────────────────────────────────


@pytest.fixture(scope="module")
def modern():
    return personalize(signature="ecdsa", scheme=PACE)


def access(passport, given, files=None):
    found = findings(passport, given, files)
    return next((one for one in found if one.check == "access"), None)


def test_what_was_offered_in_the_open_is_what_was_signed(modern):
    assert access(modern, {"PACE": card_access(PACE)}) is None


@pytest.mark.parametrize(
    "shown",
    [
        card_access(replace(PACE, parameter_id=12)),
        card_access(PACE, replace(PACE, protocol="0.4.0.127.0.7.2.2.4.2.1")),
        b"\x31\x00",
        b"nonsense",
    ],
    ids=["another curve", "one more", "none", "garbage"],
)
def test_an_offer_that_was_not_signed_is_altered(modern, shown):
    assert access(modern, {"PACE": shown}).verdict is Verdict.ALTERED


def test_a_hidden_pace_is_altered(modern):
    finding = access(modern, {})

    assert (finding.verdict, "hides" in finding.reason) == (Verdict.ALTERED, True)


def test_an_offer_without_dg14_cannot_be_confirmed(modern):
    plain = personalize(signature="ecdsa")

    assert access(plain, {"PACE": card_access(PACE)}).verdict is Verdict.NOT_CHECKED


def test_a_dg14_that_cannot_be_read_is_altered(modern):
    files = {**modern.files, "DG14": b"\x6e\x03abc"}

    assert access(modern, {"PACE": card_access(PACE)}, files).verdict is Verdict.ALTERED


def test_a_list_of_a_thousand_infos_is_refused():
    with pytest.raises(LdsError):
        parse_infos(write_infos([info("1.2.3", number) for number in range(1000)]), "DG14")


# ── curves that cryptography cannot compute with ─────────────────────────────


@pytest.mark.parametrize(
    "curve", [ecdsa.BRAINPOOLP192r1, ecdsa.BRAINPOOLP224r1, ecdsa.BRAINPOOLP320r1], ids=str
)
def test_a_rare_curve_is_computed_with_all_the_same(curve):
    private = ecdsa.SigningKey.generate(curve=curve)
    group = private.verifying_key.to_der()
    name = core.ObjectIdentifier("0.4.0.127.0.7.1.1.4.1.3").dump()
    infos = (replace(info("2.23.136.1.1.5", 1), optional=name),)
    signature = private.sign(b"12345678", hashfunc=hashlib.sha256)

    assert active.proves(group, infos, b"12345678", signature)
    assert not active.proves(group, infos, b"12345679", signature)
