"""Whether a chip's files are as their country signed them; every doubt is a finding."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import ecdsa
import pytest
from asn1crypto import algos, core, keys, pem
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devices.capabilities import Verdict
from devices.emrtd.certificates import load_key, read_certificate, verify
from devices.emrtd.countries import same_country
from devices.emrtd.curves import UnknownCurveError
from devices.emrtd.personalize import SIGNATURES, SPECIMEN, contents, data_group_2, personalize
from devices.emrtd.sod import parse_sod
from devices.emrtd.tlv import LdsError
from devices.emrtd.trust import TrustStore, load_store, passive_authentication

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module", params=SIGNATURES)
def passport(request):
    return personalize(signature=request.param)


@pytest.fixture(scope="module")
def elliptic():
    return personalize(signature="ecdsa")


def judge(files, *certificates, at=TODAY):
    return passive_authentication(files, load_store(certificates), at=at)


def verdicts(findings):
    return [finding.verdict for finding in findings]


def test_a_passport_signed_under_a_known_authority_is_valid(passport):
    findings = judge(passport.files, passport.csca)

    assert verdicts(findings) == [Verdict.VALID]


def test_without_its_country_the_signer_is_unknown(passport):
    findings = judge(passport.files)

    assert verdicts(findings) == [Verdict.UNKNOWN_SIGNER]


def test_another_authority_of_the_same_name_does_not_help(elliptic):
    other = personalize(signature="ecdsa")

    findings = judge(elliptic.files, other.csca)

    assert verdicts(findings) == [Verdict.UNKNOWN_SIGNER]


def test_with_two_keys_of_one_name_the_right_one_is_found(elliptic):
    other = personalize(signature="ecdsa")

    assert verdicts(judge(elliptic.files, other.csca, elliptic.csca)) == [Verdict.VALID]


@pytest.mark.parametrize("name", ["DG1", "DG2"])
def test_a_data_group_changed_in_one_bit_is_altered_and_named(passport, name):
    changed = passport.files[name][:-9] + bytes([passport.files[name][-9] ^ 1])
    changed += passport.files[name][-8:]

    finding = judge({**passport.files, name: changed}, passport.csca)[0]

    assert finding.verdict is Verdict.ALTERED
    assert name in finding.reason


def test_hashes_changed_together_with_their_group_are_caught_by_the_signature(elliptic):
    other = personalize(signature="ecdsa", face=b"\xff\xd8\xff\xe0other\xff\xd9")
    mixed = dict(elliptic.files)
    mixed["SOD"] = elliptic.files["SOD"].replace(
        _hash_of(elliptic.files["DG2"]), _hash_of(other.files["DG2"])
    )
    mixed["DG2"] = other.files["DG2"]

    assert judge(mixed, elliptic.csca)[0].verdict is Verdict.ALTERED


def test_any_flipped_byte_of_ef_sod_is_a_finding_and_never_valid(elliptic):
    whole = elliptic.files["SOD"]
    store = load_store([elliptic.csca])

    for place in range(0, len(whole), 3):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        found = passive_authentication({**elliptic.files, "SOD": broken}, store, at=TODAY)
        assert found
        if found[0].verdict is Verdict.VALID:
            # versions and the outer list of digests carry no meaning: what was signed is the same
            assert parse_sod(broken).content == parse_sod(whole).content
            assert parse_sod(broken).signature == parse_sod(whole).signature


def test_a_chip_without_ef_sod_is_not_checked(elliptic):
    files = {name: data for name, data in elliptic.files.items() if name != "SOD"}

    assert verdicts(judge(files, elliptic.csca)) == [Verdict.NOT_CHECKED]


@pytest.mark.parametrize("garbage", [b"\x00", b"\x77\x03abc", b"\x77\x80", bytes(500)])
def test_a_broken_ef_sod_is_a_finding(elliptic, garbage):
    assert judge({**elliptic.files, "SOD": garbage}, elliptic.csca)[0].verdict is Verdict.ALTERED


def test_a_negative_salt_in_ef_sod_is_a_finding_like_any_other():
    passport = personalize(signature="rsa-pss")
    salt, negative = bytes.fromhex("a203020120"), bytes.fromhex("a2030201e0")
    assert salt in passport.files["SOD"]
    broken = passport.files["SOD"].replace(salt, negative)

    assert judge({**passport.files, "SOD": broken}, passport.csca)[0].verdict is Verdict.ALTERED


@pytest.mark.parametrize("salt", [-1, 2**31, 2**64])
def test_an_impossible_salt_is_refused_before_anything_is_computed(salt):
    sha256 = {"algorithm": "sha256"}
    parameters = {
        "hash_algorithm": sha256,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": sha256},
        "salt_length": salt,
    }
    named = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()

    with pytest.raises(LdsError, match="salt"):
        verify(key, named.dump(), bytes(256), b"text")


def test_a_group_that_nobody_signed_is_altered(elliptic):
    files = {**elliptic.files, "DG11": b"\x6b\x00"}

    assert "DG11" in judge(files, elliptic.csca)[0].reason


def test_ef_com_must_announce_what_was_signed(elliptic):
    files = {**elliptic.files, "COM": contents({"DG1": elliptic.files["DG1"]})}

    assert "EF.COM" in judge(files, elliptic.csca)[0].reason


def test_an_expired_document_signer_is_told():
    passport = personalize(signature="ecdsa", signer_expired=True)

    assert verdicts(judge(passport.files, passport.csca)) == [Verdict.EXPIRED_SIGNER]


def test_years_later_signer_and_authority_have_both_expired(elliptic):
    later = datetime(2045, 1, 1, tzinfo=UTC)

    found = judge(elliptic.files, elliptic.csca, at=later)

    assert verdicts(found) == [Verdict.EXPIRED_SIGNER, Verdict.EXPIRED_SIGNER]


def test_a_signer_of_another_country_than_the_passport_is_no_proof():
    passport = personalize(replace(SPECIMEN, issuing_state="IDN"), signature="ecdsa")

    finding = judge(passport.files, passport.csca)[0]

    assert (finding.verdict, finding.reason) == (
        Verdict.UNKNOWN_SIGNER,
        "the signer is of another country",
    )


@pytest.mark.parametrize(
    ("certificate", "zone"), [("DE", "D"), ("ID", "IDN"), ("UT", "UTO"), ("GB", "GBD"), ("de", "D")]
)
def test_countries_of_certificates_and_zones_are_paired(certificate, zone):
    assert same_country(certificate, zone)
    assert not same_country("SE", zone)


def test_a_folder_of_certificates_is_a_store_and_names_what_it_cannot_read(tmp_path, elliptic):
    (tmp_path / "utopia.cer").write_bytes(elliptic.csca)
    (tmp_path / "broken.pem").write_text("no certificate")
    (tmp_path / "notes.txt").write_text("not looked at")

    store = load_store(tmp_path)

    assert len(store.authorities) == 1
    assert store.unreadable == ("broken.pem",)
    assert load_store(tmp_path / "missing") == TrustStore()


CURVES = [
    (ecdsa.NIST256p, ec.SECP256R1()),
    (ecdsa.NIST521p, ec.SECP521R1()),
    (ecdsa.BRAINPOOLP256r1, ec.BrainpoolP256R1()),
    (ecdsa.BRAINPOOLP384r1, ec.BrainpoolP384R1()),
]


def explicit(curve, point, **changed):
    """A SubjectPublicKeyInfo with all parameters spelled out, some of them `changed`."""
    prime = int(curve.curve.p())
    size = (prime.bit_length() + 7) // 8
    parameters = {
        "version": "ecdpVer1",
        "field_id": {"field_type": "prime_field", "parameters": core.Integer(prime)},
        "curve": {
            "a": (int(curve.curve.a()) % prime).to_bytes(size, "big"),
            "b": (int(curve.curve.b()) % prime).to_bytes(size, "big"),
        },
        "base": curve.generator.to_bytes("uncompressed"),
        "order": int(curve.order),
        "cofactor": 1,
        **changed,
    }
    domain = keys.ECDomainParameters(name="specified", value=keys.SpecifiedECDomain(parameters))
    info = keys.PublicKeyInfo(
        {
            "algorithm": keys.PublicKeyAlgorithm({"algorithm": "ec", "parameters": domain}),
            "public_key": keys.ECPointBitString(point),
        }
    )
    return info.dump()


@pytest.mark.parametrize(("curve", "named"), CURVES, ids=lambda item: item.name)
def test_explicit_parameters_of_a_known_curve_give_the_same_key(curve, named):
    public = ec.generate_private_key(named).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    assert load_key(explicit(curve, point)).public_numbers() == public.public_numbers()


def test_a_forged_generator_is_an_unknown_curve():
    curve, named = CURVES[2]
    public = ec.generate_private_key(named).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    with pytest.raises(UnknownCurveError):
        load_key(explicit(curve, point, base=point))


@pytest.mark.parametrize("name", ["order", "cofactor"])
def test_any_other_changed_parameter_is_an_unknown_curve(name):
    curve, named = CURVES[0]
    point = (
        ec.generate_private_key(named)
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )

    with pytest.raises(UnknownCurveError):
        load_key(explicit(curve, point, **{name: 7}))


def test_a_certificate_in_pem_and_in_der_is_the_same(elliptic):
    assert read_certificate(pem.armor("CERTIFICATE", elliptic.csca)) == read_certificate(
        elliptic.csca
    )


def test_a_face_of_one_passport_in_another_is_found(elliptic):
    files = {**elliptic.files, "DG2": data_group_2(b"\xff\xd8\xff\xe0somebody else\xff\xd9")}

    assert judge(files, elliptic.csca)[0].verdict is Verdict.ALTERED


def _hash_of(data):
    return hashlib.sha256(data).digest()
