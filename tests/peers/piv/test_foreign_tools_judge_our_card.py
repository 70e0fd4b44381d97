"""OpenSC and Yubico's tool use our officer's card; openssl verifies what it signed."""

import hashlib
import os
import subprocess

import pytest

from devices.pcsc.driver import list_readers
from devices.piv.simulator import start

PKCS11 = ("pkcs11-tool", "--module", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")
TEXT = b"what an officer confirms"


@pytest.fixture(scope="module", params=["p256", "p384", "rsa2048"])
def card(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("card")
    simulator = start({"key": request.param}, out=folder)
    (folder / "text").write_bytes(TEXT)
    (folder / "sha256").write_bytes(hashlib.sha256(TEXT).digest())
    (folder / "sha384").write_bytes(hashlib.sha384(TEXT).digest())
    reader = simulator.address.removeprefix("piv:pcsc://")
    (folder / "opensc.conf").write_text(other_readers_ignored(reader))
    yield request.param, reader, folder
    simulator.stop()


def other_readers_ignored(reader):
    """OpenSC opens every reader that it sees; the others belong to tests beside this one."""
    others = ", ".join(f'"{name}"' for name in list_readers() if name != reader)
    return f"app default {{ ignored_readers = {others}; }}\n"


def run(folder, *words):
    its_own = os.environ | {"OPENSC_CONF": str(folder / "opensc.conf")}
    return subprocess.run(
        words, cwd=folder, env=its_own, capture_output=True, timeout=60, check=False
    )


def test_opensc_takes_it_for_a_piv_card(card):
    _, reader, folder = card

    named = run(folder, "piv-tool", "--reader", reader, "--name")

    assert named.stdout.decode().strip() == "Personal Identity Verification Card"


def test_what_opensc_lets_it_sign_openssl_verifies(card):
    kind, reader, folder = card
    digest = {"p256": "sha256", "p384": "sha384", "rsa2048": "sha256"}[kind]
    signing = (
        ("-m", "SHA256-RSA-PKCS", "-i", "text")
        if kind == "rsa2048"
        else ("-m", "ECDSA", "-i", digest, "--signature-format", "openssl")
    )

    signed = run(folder, *PKCS11, "--slot-description", reader, "--login", "--pin", "123456",
                 "--sign", "--id", "01", *signing, "-o", "signature")  # fmt: skip
    assert signed.returncode == 0, signed.stderr.decode()

    public = run(folder, "openssl", "x509", "-in", "card.pem", "-noout", "-pubkey").stdout
    (folder / "public.pem").write_bytes(public)
    verified = run(folder, "openssl", "dgst", f"-{digest}", "-verify", "public.pem", "-signature",
                   "signature", "text")  # fmt: skip
    assert verified.stdout.strip() == b"Verified OK"


def test_a_wrong_pin_is_refused_to_opensc_too(card):
    _, reader, folder = card

    refused = run(folder, *PKCS11, "--slot-description", reader,
                  "--login", "--pin", "111111", "--sign", "--id", "01", "-m", "ECDSA", "-i",
                  "sha256", "-o", "nothing")  # fmt: skip

    assert refused.returncode != 0
    assert b"CKR_PIN_INCORRECT" in refused.stderr


def test_yubicos_tool_reads_the_certificate_and_verifies_the_pin(card):
    _, reader, folder = card

    read = run(folder, "yubico-piv-tool", "-r", reader, "-a", "read-certificate", "-s", "9a")
    assert read.stdout.decode().split() == (folder / "card.pem").read_text().split()

    verified = run(folder, "yubico-piv-tool", "-r", reader, "-a", "verify-pin", "-P", "123456")
    assert b"Successfully verified PIN" in verified.stderr
