"""PAdES by pyHanko in a process of its own; `loket verify` never calls a registered one valid."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import typst
import uvloop
from asn1crypto.algos import DigestAlgorithmId
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from hub.clock import SystemClock
from hub.errors import BadInput, Conflict
from hub.house import publish_keys
from hub.keys import Keyring
from hub.letters import Letterhead, SkimLetter, compose
from hub.office.config import SignatureRules
from hub.seals import read_public_keys
from hub.settings import settings_for
from hub.signatures import LocalKey, Signature
from hub.signatures.publishing import signer_certificate
from hub.signatures.reasons import WHY
from hub.signatures.worker import Unusable, open_key
from hub.verify.judging import Judgement, judge, read_keys, with_hub
from hub.verify.signed import signature_state

SHA256 = DigestAlgorithmId("sha256")
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
    [content] = uvloop.run(LocalKey(key / "key.p12", key / "pass").sign([pdf], SAID))
    return content


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


def test_the_folder_of_a_hub_publishes_who_signs_its_letters_once(key, printed, tmp_path) -> None:
    settings, keyring = settings_for(tmp_path), Keyring(b"1" * 32)
    rules = SignatureRules(
        mode="pades", key_file=str(key / "key.p12"), passphrase_file=str(key / "pass")
    )
    locked = SignatureRules(mode="pades", key_file=rules.key_file, passphrase_file="/nowhere")
    letter = tmp_path / "surat.pdf"
    letter.write_bytes(signed(key, printed))
    published = tmp_path / "office-code.pub.pem"

    states = []
    for known in (SignatureRules(), locked, rules, rules):
        publish_keys(settings, keyring, signer_certificate(known))
        states.append(judge(str(letter), read_keys(published)).state)

    assert states == ["stranger", "stranger", "legalised", "legalised"]
    assert published.read_bytes().count(b"-----BEGIN") == 2
    publish_keys(settings, Keyring(b"2" * 32))
    assert len(read_public_keys(published.read_bytes())) == 2, "a certificate stands between them"


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

    assert (letter.state, letter.exit_code) == ("unsigned", 1)
    assert not with_hub(letter, "").by_records


@pytest.mark.parametrize("state", ["forged", "altered", "stranger", "expired", "unsigned"])
def test_no_record_of_a_number_makes_a_paper_good_that_is_not(state) -> None:
    judged = with_hub(Judgement(state), "legalised")

    assert (judged.state, judged.recorded, judged.exit_code) == (state, "legalised", 1)


@pytest.mark.parametrize(
    ("paper", "known", "said"),
    [
        ("registered", "legalised", ("legalised", 0)),
        ("registered", "void", ("void", 1)),
        ("legalised", "void", ("void", 1)),
        ("legalised", "registered", ("registered", 3)),
        ("paid", "void", ("void", 1)),
    ],
)
def test_of_a_paper_that_is_good_the_hub_knows_more(paper, known, said) -> None:
    judged = with_hub(Judgement(paper), known)

    assert (judged.state, judged.exit_code) == said
    assert judged.by_records


def test_a_letter_that_was_scanned_into_a_pdf_is_read_from_its_picture(
    key, printed, tmp_path
) -> None:
    (tmp_path / "a.pdf").write_bytes(printed)
    (tmp_path / "a.typ").write_text(
        '#set page(width: auto, height: auto, margin: 0pt)\n#image("a.pdf")'
    )
    drawn = typst.compile(tmp_path / "a.typ", format="png", ppi=150.0)
    with Image.open(io.BytesIO(drawn)) as page:  # its PDF is one that a strict reader refuses
        page.convert("RGB").save(tmp_path / "scan.pdf")

    judged = judge(str(tmp_path / "scan.pdf"), read_keys(key / "office.pub.pem"))

    assert (judged.state, judged.code.number) == ("registered", "W.00-GR.01.14-0001/2026")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("gone.pdf", None, "file_missing"),
        ("x" * 600, None, "file_missing"),
        ("", None, "file_missing"),
        ("note.txt", b"halo", "file_unknown"),
        ("torn.jpg", "half a picture", "picture_unreadable"),
    ],
    ids=["gone", "long", "none", "text", "torn"],
)
def test_what_cannot_be_judged_is_said_by_what_to_do(key, tmp_path, name, content, code) -> None:
    if content == "half a picture":
        Image.effect_noise((300, 300), 50).save(whole := io.BytesIO(), "JPEG")
        content = whole.getvalue()[: len(whole.getvalue()) // 2]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    what = str(tmp_path / name) if name else ""

    with pytest.raises(BadInput) as refused:
        judge(what, read_keys(key / "office.pub.pem"))

    assert refused.value.code == code
    assert "None" not in refused.value.id


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


@pytest.mark.parametrize(
    ("file", "passphrase", "days", "words"),
    [
        ("gone.p12", "pass", 0, "key_file"),
        ("key.p12", "gone", 0, "passphrase_file"),
        ("key.p12", "c.pem", 0, "Frasa sandi tidak membuka kunci"),
        ("c.pem", "pass", 0, "bukan PKCS#12"),
        ("key.p12", "pass", 31, "sudah kedaluwarsa"),
        ("key.p12", "pass", -1, "belum berlaku"),
    ],
)
def test_a_key_that_may_not_sign_says_what_to_do(key, file, passphrase, days, words) -> None:
    at = SystemClock().now() + timedelta(days=days)

    with pytest.raises(Unusable) as refused:
        open_key(str(key / file), str(key / passphrase), at)

    told = WHY[str(refused.value)]
    assert words in told.id
    assert "Tata Usaha" in told.id, "what can be done meanwhile"
    assert "Tata Usaha" in told.en


def test_a_key_that_does_not_open_signs_nothing(key, printed, tmp_path) -> None:
    (tmp_path / "wrong").write_text("salah")

    with pytest.raises(Conflict) as refused:
        uvloop.run(LocalKey(key / "key.p12", tmp_path / "wrong").sign([printed], SAID))

    assert refused.value.code == "signature_refused"
    assert "Frasa sandi" in refused.value.id
    assert str(tmp_path) not in refused.value.id


def test_documents_signed_together_come_back_in_their_order(key, printed) -> None:
    other = printed + b"% another\n"

    signer = LocalKey(key / "key.p12", key / "pass")
    contents = uvloop.run(signer.sign([printed, other], SAID))

    assert [
        content.startswith(pdf) for content, pdf in zip(contents, (printed, other), strict=True)
    ]
    assert not contents[0].startswith(other)


def test_no_changed_byte_leaves_a_letter_legalised_and_none_stops_the_judge(
    key, printed, tmp_path
) -> None:
    keys, content = read_keys(key / "office.pub.pem"), signed(key, printed)
    (file := tmp_path / "a.pdf").write_bytes(content)
    gap = content.index(b"/Contents <")
    digest = content.rindex(SHA256.dump().hex().encode())
    frame = [*range(gap + 11, gap + 11 + 84), *range(digest, digest + 26)]
    signature = [gap + 11 + step for step in range(0, 2000, 97)]
    ends = [
        content.index(b"ETSI.CAdES"),
        content.index(b"(D:20") + 9,
        gap + 2400,
        len(content) - 9,
    ]

    states = {}
    for place in [*frame, *signature, *ends, *range(500, len(content), len(content) // 40)]:
        file.write_bytes(changed(content, place))
        try:
            states[place] = judge(str(file), keys).state
        except BadInput as refused:
            states[place] = refused.code

    assert set(states.values()) <= {"altered", "pdf_unreadable", "registered", "unknown"}


def test_a_signature_dated_after_its_certificate_is_not_taken_for_one(key, printed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(signed(key, printed))
    with (tmp_path / "a.pdf").open("rb") as file:
        [signature] = PdfFileReader(file).embedded_signatures
        pem = (key / "c.pem").read_bytes()
        now = signature.self_reported_timestamp

        assert signature_state(signature, [pem], now)[0] == "legalised"
        assert signature_state(signature, [pem], now + timedelta(days=31))[0] == "expired"


def altered(pdf: bytes) -> bytes:
    """One byte of the signed content is another."""
    return changed(pdf, pdf.index(b"/Title") + 8)


def changed(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
