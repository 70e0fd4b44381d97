"""PAdES by pyHanko in a process of its own; `loket verify` never calls a registered one valid."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typst
import uvloop
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from hub.errors import Conflict
from hub.keys import Keyring
from hub.letters import Letterhead, SkimLetter, compose
from hub.signatures import LocalKey, Signature
from hub.verify.judging import judge, read_keys, with_hub

SAID = Signature("Contoh Kepala Kantor", "Pengesahan SKIM", "Contoh")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PKCS#12 key as openssl makes it, its passphrase, and the office's published file."""
    place = tmp_path_factory.mktemp("key")
    openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run(
        [*openssl, "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days", "30",
         "-subj", "/CN=CONTOH KEPALA KANTOR",
         "-addext", "keyUsage=critical,digitalSignature,nonRepudiation"],
        cwd=place, check=True, capture_output=True,
    )  # fmt: skip
    (place / "pass").write_text("rahasia-contoh\n")
    subprocess.run(
        ["openssl", "pkcs12", "-export", "-inkey", "k.pem", "-in", "c.pem", "-out", "key.p12",
         "-passout", "file:pass"],
        cwd=place, check=True, capture_output=True,
    )  # fmt: skip
    published = Keyring(b"1" * 32).public_code_key() + (place / "c.pem").read_bytes()
    (place / "office.pub.pem").write_bytes(published)
    return place


@pytest.fixture
def printed(head: Letterhead, letter: SkimLetter) -> bytes:
    """The letter as step 8 prints it, its code signed by the office."""
    code = Keyring(b"1" * 32).sign("LOKET:S:W.00-GR.01.14-0001/2026:KC0-261123-0007-K:261123")
    imprint = type(letter.imprint)(
        case_code="KC0-261123-0007-K",
        paper_number=letter.number,
        printed_at=letter.imprint.printed_at,
        payload=code,
        short_code="KC0-261123-0007-K",
    )
    fields = {name: getattr(letter, name) for name in letter.__dataclass_fields__}
    return compose.compose(head, SkimLetter(**{**fields, "imprint": imprint}))


def signed(key: Path, pdf: bytes) -> bytes:
    return uvloop.run(LocalKey(key / "key.p12", key / "pass").sign(pdf, SAID))


def test_a_signed_letter_is_pades_and_whole_for_an_outside_judge(key, printed) -> None:
    content = signed(key, printed)

    (place := key / "signed.pdf").write_bytes(content)
    with place.open("rb") as file:
        [signature] = PdfFileReader(file).embedded_signatures
        trust = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=trust)
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"


def test_verify_tells_legalised_from_registered_and_from_altered(key, printed, tmp_path) -> None:
    keys = read_keys(key / "office.pub.pem")
    content = signed(key, printed)
    papers = {"signed": content, "printed": printed, "altered": altered(content)}
    for name, pdf in papers.items():
        (tmp_path / f"{name}.pdf").write_bytes(pdf)

    states = {name: judge(str(tmp_path / f"{name}.pdf"), keys).state for name in papers}

    assert states == {"signed": "legalised", "printed": "registered", "altered": "altered"}


def test_the_code_on_a_picture_of_the_paper_says_registered(key, printed, tmp_path) -> None:
    (tmp_path / "a.pdf").write_bytes(printed)
    (tmp_path / "a.typ").write_text(
        '#set page(width: auto, height: auto, margin: 0pt)\n#image("a.pdf")'
    )
    (tmp_path / "a.png").write_bytes(typst.compile(tmp_path / "a.typ", format="png", ppi=150.0))

    judged = judge(str(tmp_path / "a.png"), read_keys(key / "office.pub.pem"))

    assert judged.state == "registered"
    assert judged.exit_code == 3
    assert judged.code.number == "W.00-GR.01.14-0001/2026"


def test_what_only_the_office_knows_is_not_said_to_be_signed(key) -> None:
    keys = read_keys(key / "office.pub.pem")

    letter = judge("LOKET:J:KC0-261123-0007-K-T1", keys)
    known = with_hub(letter, "legalised")

    assert (letter.state, letter.exit_code) == ("unsigned", 1)
    assert (known.state, known.by_records) == ("legalised", True)
    assert not with_hub(letter, "").by_records


def test_the_command_says_it_in_words_and_by_its_exit_code(key, printed, tmp_path) -> None:
    (tmp_path / "a.pdf").write_bytes(signed(key, printed))
    command = [sys.executable, "-m", "hub.command", "verify"]
    published = ["--key", str(key / "office.pub.pem")]

    good = subprocess.run(
        [*command, str(tmp_path / "a.pdf"), *published], capture_output=True, text=True
    )
    forged = subprocess.run(
        [*command, "LOKET:S:X-1/2026:CODE:261123:" + "A" * 103, *published],
        capture_output=True,
        text=True,
    )

    assert good.returncode == 0, good.stdout + good.stderr
    assert "DISAHKAN" in good.stdout
    assert "CONTOH KEPALA KANTOR" in good.stdout
    assert forged.returncode == 1
    assert "PALSU" in forged.stdout


def test_a_key_that_does_not_open_signs_nothing(key, printed, tmp_path) -> None:
    (tmp_path / "wrong").write_text("salah")

    with pytest.raises(Conflict) as refused:
        uvloop.run(LocalKey(key / "key.p12", tmp_path / "wrong").sign(printed, SAID))

    assert refused.value.code == "signature_refused"


def altered(pdf: bytes) -> bytes:
    """One byte of the signed content is another."""
    place = pdf.index(b"/Title")
    return pdf[: place + 8] + bytes([pdf[place + 8] ^ 1]) + pdf[place + 9 :]
