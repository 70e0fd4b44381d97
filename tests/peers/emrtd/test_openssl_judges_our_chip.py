"""openssl on the EF.SOD of our specimen, and our judgement on an EF.SOD that openssl signed."""

import hashlib
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from devices.capabilities import Verdict, no_progress
from devices.emrtd import tlv
from devices.emrtd.access import open_chip
from devices.emrtd.agreement import OwnKey
from devices.emrtd.chip import Chip
from devices.emrtd.chip_keys import ChipKeys, new_agreement_key
from devices.emrtd.groups import GROUPS
from devices.emrtd.judgement import judge
from devices.emrtd.personalize import SIGNATURES, personalize
from devices.emrtd.proving import prove_active, prove_agreement
from devices.emrtd.reading import Channel, Tally
from devices.emrtd.sod import LdsSecurityObject, parse_sod
from devices.emrtd.trust import load_store, passive_authentication
from devices.mrz.wire import chip_key

TODAY = datetime.fromtimestamp(time.time(), UTC)


def openssl(folder, *words):
    return subprocess.run(
        ["openssl", *map(str, words)], cwd=folder, capture_output=True, check=False
    )


def verify(folder, passport):
    (folder / "sod.der").write_bytes(tlv.need(passport.files["SOD"], 0x77, "EF.SOD"))
    (folder / "csca.der").write_bytes(passport.csca)
    openssl(folder, "x509", "-inform", "DER", "-in", "csca.der", "-out", "csca.pem")
    return openssl(
        folder, "cms", "-verify", "-inform", "DER", "-in", "sod.der", "-CAfile", "csca.pem",
        "-purpose", "any", "-binary", "-out", "content.der",
    )  # fmt: skip


@pytest.mark.parametrize("signature", SIGNATURES)
def test_openssl_verifies_the_chain_of_our_ef_sod(tmp_path, signature):
    passport = personalize(signature=signature)

    result = verify(tmp_path, passport)

    assert result.returncode == 0, result.stderr.decode()
    assert (tmp_path / "content.der").read_bytes() == parse_sod(passport.files["SOD"]).content


def test_openssl_refuses_our_ef_sod_under_another_authority(tmp_path):
    passport, other = personalize(signature="ecdsa"), personalize(signature="ecdsa")

    result = verify(tmp_path, type(passport)(passport.mrz, passport.files, other.csca))

    assert result.returncode != 0


KEYS = {
    "rsa": (["-newkey", "rsa:2048"], []),
    "rsa-pss": (["-newkey", "rsa:2048"], ["-keyopt", "rsa_padding_mode:pss"]),
    "p256": (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], []),
    "brainpool": (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"], []),
    "brainpool-explicit": (
        [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1",
            "-pkeyopt", "ec_param_enc:explicit",
        ],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", KEYS)
def test_we_verify_what_openssl_signed(tmp_path, kind, digest):
    passport = personalize(signature="ecdsa")
    files = {name: passport.files[name] for name in ("COM", "DG1", "DG2")}
    files["SOD"] = signed_by_openssl(tmp_path, files, *KEYS[kind], digest=digest)

    store = load_store(tmp_path / "store")
    findings = passive_authentication(files, store, at=TODAY + timedelta(days=1))

    assert [finding.verdict for finding in findings] == [Verdict.VALID], findings
    altered = passive_authentication(
        {**files, "DG1": files["DG1"] + b"\x00"}, store, at=TODAY + timedelta(days=1)
    )
    assert altered[0].verdict is Verdict.ALTERED


def signed_by_openssl(folder, files, new_key, sign_options, *, digest):
    """Make CSCA and document signer with openssl and sign the hashes of `files` with it."""
    groups = {int(name[2:]): data for name, data in files.items() if name.startswith("DG")}
    content = LdsSecurityObject(
        {
            "version": 0,
            "hash_algorithm": {"algorithm": digest},
            "hashes": [
                {"number": number, "digest": hashlib.new(digest, data).digest()}
                for number, data in groups.items()
            ],
        }
    )
    (folder / "content.der").write_bytes(content.dump())
    (folder / "store").mkdir()
    steps = [
        ["req", "-x509", *new_key, "-nodes", "-keyout", "ca.key", "-out", "store/ca.pem",
         "-days", "3650", f"-{digest}",
         "-subj", "/C=UT/O=Utopia/CN=CSCA"],
        ["req", *new_key, "-nodes", "-keyout", "ds.key", "-out", "ds.csr",
         "-subj", "/C=UT/O=Utopia/CN=DS"],
        ["x509", "-req", "-in", "ds.csr", "-CA", "store/ca.pem", "-CAkey", "ca.key",
         "-set_serial", "7", "-days", "3650", "-out", "ds.pem", f"-{digest}"],
        ["cms", "-sign", "-binary", "-nodetach", "-in", "content.der", "-signer", "ds.pem",
         "-inkey", "ds.key", "-md", digest, *sign_options, "-econtent_type", "2.23.136.1.1.1",
         "-outform", "DER", "-out", "sod.der"],
    ]  # fmt: skip
    for words in steps:
        result = openssl(folder, *words)
        assert result.returncode == 0, result.stderr.decode()
    return tlv.write(0x77, (folder / "sod.der").read_bytes())


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_chip_made_of_openssls_keys_proves_itself_and_its_copy_does_not(tmp_path, kind):
    """Country, document signer and the chip's own key come from openssl; so does the signature."""
    new = {"rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1536"],
           "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}[kind]  # fmt: skip
    made = openssl(tmp_path, "genpkey", *new, "-out", "chip.key")
    assert made.returncode == 0, made.stderr.decode()
    key = load_pem_private_key((tmp_path / "chip.key").read_bytes(), None)
    keys = ChipKeys(key, new_agreement_key("aes128"))
    passport = personalize(signature="ecdsa", keys=keys)
    groups = {name: data for name, data in passport.files.items() if name != "SOD"}
    sod = signed_by_openssl(tmp_path, groups, *KEYS["p256"], digest="sha256")
    files = {**groups, "SOD": sod}
    store = load_store(tmp_path / "store")

    def verdicts(held):
        chip = Chip(files, chip_key(passport.mrz), keys=held)
        channel = Channel(chip.respond, Tally(no_progress, lambda: False, 60))
        open_chip(channel, chip_key(passport.mrz))
        given = {"AA": prove_active(channel, files["DG15"], 256),
                 "CA": prove_agreement(channel, files["DG14"])}  # fmt: skip
        found = judge(files, given, store, at=TODAY + timedelta(days=1))
        return {finding.check: finding.verdict for finding in found}

    assert verdicts(keys) == dict.fromkeys(("passive", "active", "chip"), Verdict.VALID)
    assert verdicts(keys.copied()) == {
        "passive": Verdict.VALID,
        "active": Verdict.CLONE_SUSPECTED,
        "chip": Verdict.CLONE_SUSPECTED,
    }


@pytest.mark.parametrize(
    ("number", "group"), list(enumerate(GROUPS, 1)), ids=["1024", "224", "256"]
)
def test_without_curves_both_sides_agree_as_openssl_does(tmp_path, number, group):
    """The group is RFC 5114's as openssl has it; the secret is the one that openssl derives.

    Zeros at its head belong to it (RFC 2631, 2.1.2); openssl drops them unless told to pad.
    """
    kind = ("-algorithm", "DHX", "-pkeyopt", f"dh_rfc5114:{number}", "-outform", "DER")
    for name in ("ours", "theirs"):
        openssl(tmp_path, "genpkey", *kind, "-out", f"{name}.der")
        openssl(tmp_path, "pkey", "-in", f"{name}.der", "-pubout", "-out", f"{name}.pem")
    derived = openssl(
        tmp_path, "pkeyutl", "-derive", "-inkey", "ours.der", "-peerkey", "theirs.pem",
        "-pkeyopt", "pad:1",
    ).stdout  # fmt: skip

    # PKCS 8: version, { algorithm, { p, g, q } }, private number
    made = [core.load((tmp_path / f"{name}.der").read_bytes()) for name in ("ours", "theirs")]
    domain = made[0][1][1]
    own, theirs = (OwnKey(group, core.load(key[2].native).native) for key in made)

    assert [domain[place].native for place in range(3)] == [group.p, group.g, group.q]
    assert own.agree(theirs.public) == derived
