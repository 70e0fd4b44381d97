"""Master lists, link certificates and revocation lists that openssl made, taken into the store."""

import base64
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import pem, x509

from devices.capabilities import Verdict
from devices.emrtd.csca import NotVouched, import_file, status
from devices.emrtd.master_list import _MasterList, read_file
from devices.emrtd.personalize import personalize
from devices.emrtd.tlv import LdsError
from devices.emrtd.trust import load_store, passive_authentication

NOW = datetime.fromtimestamp(time.time(), UTC) + timedelta(days=1)
EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"]
EXPLICIT = [*EC, "-pkeyopt", "ec_param_enc:explicit"]
CA = """
[v3]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[ca]
default_ca=it
[it]
database=index.txt
default_md=sha256
default_crl_days=90
crlnumber=crlnumber
"""


def openssl(folder, *words):
    result = subprocess.run(
        ["openssl", *map(str, words)], cwd=folder, capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def authority(folder, name, country, new_key=EC):
    """A self-signed country authority NAME.pem with NAME.key."""
    (folder / "v3.cnf").write_text(CA)
    openssl(
        folder, "req", "-x509", *new_key, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem",
        "-days", 3650, "-sha256", "-subj", f"/C={country}/O={name}/CN=CSCA {name}",
    )  # fmt: skip
    return folder / f"{name}.pem"


def signed(folder, name, issuer, *, subject, extensions=(), serial=7):
    """A certificate NAME.pem for a new key, signed by ISSUER."""
    openssl(folder, "req", *EC, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
            subject)  # fmt: skip
    openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey",
        f"{issuer}.key", "-set_serial", serial, "-days", 3650, "-sha256", "-out", f"{name}.pem",
        *extensions,
    )  # fmt: skip
    return folder / f"{name}.pem"


def der(path):
    return pem.unarmor(path.read_bytes())[2]


def master_list(folder, signer, *certificates, issuer=None):
    """The file list.ml over CERTIFICATES, signed by SIGNER."""

    loaded = [x509.Certificate.load(der(path)) for path in certificates]
    content = _MasterList({"version": 0, "certificates": loaded}).dump()
    (folder / "content.der").write_bytes(content)
    extra = ["-certfile", f"{issuer}.pem"] if issuer else []
    openssl(
        folder, "cms", "-sign", "-binary", "-nodetach", "-in", "content.der", "-signer",
        f"{signer}.pem", "-inkey", f"{signer}.key", "-md", "sha256", "-econtent_type",
        "2.23.136.1.1.2", "-outform", "DER", "-out", "list.ml", *extra,
    )  # fmt: skip
    return folder / "list.ml"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Germany, which signs a list, France with explicit parameters as ICAO asks, and Japan."""
    folder = tmp_path_factory.mktemp("world")
    authority(folder, "germany", "DE")
    authority(folder, "france", "FR", EXPLICIT)
    authority(folder, "japan", "JP", ["-newkey", "rsa:2048"])
    signed(folder, "signer", "germany", subject="/C=DE/O=germany/CN=Master List Signer")
    return folder


def test_a_master_list_needs_a_person_once_and_then_vouches_for_itself(world, tmp_path):
    countries = [world / f"{name}.pem" for name in ("germany", "france", "japan")]
    path = master_list(world, "signer", *countries, issuer="germany")

    with pytest.raises(NotVouched) as caught:
        import_file(path, tmp_path, at=NOW)
    assert status(tmp_path, at=NOW).certificates == 0

    signer = next(print_ for print_, what in caught.value.fingerprints.items() if "signer" in what)
    coloned = ":".join(signer[place : place + 2] for place in range(0, 64, 2)).upper()
    first = import_file(path, tmp_path, confirmed=[coloned], at=NOW)
    assert (len(first.added), first.refused) == (3, [])

    second = import_file(path, tmp_path, at=NOW)
    assert (len(second.added), second.known) == (0, 3)
    assert "known authority of DE" in second.how
    found = status(tmp_path, at=NOW + timedelta(days=10))
    assert found.by_country == {"DE": 1, "FR": 1, "JP": 1}
    assert "ID" in found.missing
    assert "FR" not in found.missing
    assert "GL" not in found.missing
    assert found.imported_at == NOW


def test_a_list_with_one_changed_byte_is_refused(world, tmp_path):
    data = bytearray(master_list(world, "signer", world / "france.pem").read_bytes())
    place = data.find(b"CSCA france")
    data[place] ^= 1
    path = tmp_path / "list.ml"
    path.write_bytes(data)

    with pytest.raises(LdsError, match="digest"):
        import_file(path, tmp_path / "store", at=NOW)


def test_a_list_signed_by_a_stranger_is_never_vouched_for_by_its_own_contents(world, tmp_path):
    authority(world, "nowhere", "DE")
    signed(world, "forger", "nowhere", subject="/C=DE/O=germany/CN=Master List Signer")
    store = tmp_path / "store"
    import_file(world / "germany.pem", store, confirmed=fingerprints(world / "germany.pem"), at=NOW)
    path = master_list(world, "forger", world / "nowhere.pem", issuer="nowhere")

    with pytest.raises(NotVouched):
        import_file(path, store, at=NOW)
    assert status(store, at=NOW).certificates == 1


def test_the_pkd_ldif_brings_lists_revocations_and_leaves_signers_out(world, tmp_path):
    path = master_list(world, "signer", world / "germany.pem", world / "japan.pem")
    value = base64.b64encode(path.read_bytes()).decode()
    folded = "\n ".join(value[place : place + 70] for place in range(0, len(value), 70))
    signer = base64.b64encode(der(world / "signer.pem")).decode()
    ldif = tmp_path / "icaopkd-002.ldif"
    ldif.write_text(
        f"version: 1\n\ndn: cn=1,o=ml,c=DE\ncn: 1\npkdMasterListContent:: {folded}\n\n"
        f"dn: cn=2,o=dsc,c=DE\nuserCertificate;binary:: {signer}\n\nbroken:: ###\n"
    )
    found = read_file(ldif.name, ldif.read_bytes())
    confirmed = [found.lists[0].signer.fingerprint]

    result = import_file(ldif, tmp_path / "store", confirmed=confirmed, at=NOW)

    assert (len(result.added), result.signers) == (2, 1)


def test_a_list_that_is_believed_vouches_for_the_next_one_in_the_same_file(world, tmp_path):
    signed(world, "jp-signer", "japan", subject="/C=JP/O=japan/CN=Master List Signer")
    authority(world, "peru", "PE")
    signed(world, "pe-signer", "peru", subject="/C=PE/O=peru/CN=Master List Signer")
    values = [
        base64.b64encode(master_list(world, *names).read_bytes()).decode()
        for names in (
            ("pe-signer", world / "peru.pem"),
            ("jp-signer", world / "france.pem"),
            ("signer", world / "germany.pem", world / "japan.pem"),
        )
    ]
    ldif = tmp_path / "lists.ldif"
    ldif.write_text("".join(f"dn: c=X\npkdMasterListContent:: {value}\n\n" for value in values))
    german = read_file(ldif.name, ldif.read_bytes()).lists[2].signer.fingerprint

    result = import_file(ldif, tmp_path / "store", confirmed=[german], at=NOW)

    assert {ca.country for ca in result.added} == {"DE", "JP", "FR"}
    assert [reason[:35] for reason in result.refused] == ["signer of the master list, PE: not "]


def test_a_link_certificate_carries_trust_to_a_new_key_and_not_without_the_old(world, tmp_path):
    store = tmp_path / "store"
    link = ("-extfile", "v3.cnf", "-extensions", "v3")
    signed(world, "germany2", "germany", subject="/C=DE/O=germany/CN=CSCA germany 2",
           extensions=link)  # fmt: skip

    with pytest.raises(NotVouched):
        import_file(world / "germany2.pem", store, at=NOW)
    import_file(world / "germany.pem", store, confirmed=fingerprints(world / "germany.pem"), at=NOW)
    assert len(import_file(world / "germany2.pem", store, at=NOW).added) == 1

    signer = load_store([signed(world, "ds2", "germany2", subject="/C=DE/CN=DS").read_bytes()])
    both, alone = load_store(store), load_store([(world / "germany2.pem").read_bytes()])
    assert not isinstance(both.issuer_of(signer.authorities[0]), str)
    assert "link" in str(alone.issuer_of(signer.authorities[0]))


def test_a_revoked_signer_is_told_and_a_list_of_a_stranger_is_refused(world, tmp_path):
    passport = personalize(signature="ecdsa")
    store = tmp_path / "store"
    signed(world, "withdrawn", "japan", subject="/C=JP/CN=DS", serial=4711)
    import_file(world / "japan.pem", store, confirmed=fingerprints(world / "japan.pem"), at=NOW)
    (world / "index.txt").write_text("")
    (world / "crlnumber").write_text("01\n")
    openssl(world, "ca", "-config", "v3.cnf", "-name", "it", "-cert", "japan.pem", "-keyfile",
            "japan.key", "-revoke", "withdrawn.pem")  # fmt: skip
    for name in ("japan", "france"):
        openssl(world, "ca", "-config", "v3.cnf", "-name", "it", "-cert", f"{name}.pem",
                "-keyfile", f"{name}.key", "-gencrl", "-out", f"{name}.crl")  # fmt: skip

    assert import_file(world / "japan.crl", store, at=NOW).revocations == 1
    assert import_file(world / "japan.crl", store, at=NOW).revocations == 0
    assert import_file(world / "france.crl", store, at=NOW).refused

    held = load_store(store)
    [withdrawn] = load_store([(world / "withdrawn.pem").read_bytes()]).authorities
    assert held.revoked(withdrawn)
    assert not held.revoked(held.authorities[0])
    assert status(store, at=NOW + timedelta(days=120)).overdue == ("JP",)
    assert passive_authentication(passport.files, held, at=NOW)[0].verdict is Verdict.UNKNOWN_SIGNER


def test_what_is_no_authority_or_forged_is_refused_with_its_reason(world, tmp_path):
    path = world / "signer.pem"

    result = import_file(path, tmp_path, confirmed=fingerprints(path), at=NOW)

    assert result.added == []
    assert "no authority" in result.refused[0]
    garbage = tmp_path / "x.cer"
    garbage.write_bytes(b"garbage")
    with pytest.raises(LdsError):
        import_file(garbage, tmp_path, at=NOW)


def test_the_command_says_what_to_compare_and_shows_the_store(world, tmp_path):
    def run(*words):
        code = "from devices.command import app; app()"
        return subprocess.run(
            [sys.executable, "-c", code, "csca", *map(str, words)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    path, store = world / "france.pem", tmp_path / "store"
    refused = run("import", path, "--store", store)
    assert refused.returncode == 1
    [print_] = fingerprints(path)
    assert print_ in refused.stderr
    assert "--confirm" in refused.stderr

    taken = run("import", path, "--store", store, "--confirm", print_)
    assert (taken.returncode, taken.stdout.startswith("baru / new 1")) == (0, True)
    shown = run("show", "--store", store).stdout
    assert "FR 1" in shown
    assert " ID " in shown
    assert run("show", "--store", tmp_path / "empty").returncode == 1
    assert run("import", tmp_path / "absent.ml", "--store", store).returncode == 2


def fingerprints(path):
    return [ca.fingerprint for ca in load_store([path.read_bytes()]).authorities]
