"""An officer confirms a step with the card instead of the password, against a served hub."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64decode, b64encode

import httpx
import pytest
from asn1crypto import pem

from devices.piv import wire
from devices.piv.card import PivCard, issue
from devices.piv.proof import block_to_sign, read_certificate, signed_text

CSRF = re.compile(r'name="csrf" value="([^"]*)"')
WRONG = "tanda tangan kartu salah"


@pytest.fixture
def window(office):
    with httpx.Client(base_url=office.url, timeout=60) as http:
        form = {"login": "loket", "password": "kata-sandi-contoh"}
        http.post("/login", data=form | {"csrf": CSRF.search(http.get("/login").text)[1]})
        yield http


def sign(issued, purpose: str, challenge: bytes) -> bytes:
    card = PivCard(issued)
    key = read_certificate(issued.certificate).key
    wire.talk(card.respond, wire.select())
    wire.talk(card.respond, wire.verify_pin("123456"))
    block = block_to_sign(key, signed_text(challenge, purpose))
    return wire.signature_in(wire.talk(card.respond, wire.sign(key, block))[0])


def test_the_card_bound_by_the_command_confirms_a_step(office, window, tmp_path) -> None:
    issued = issue()
    path = tmp_path / "card.pem"
    path.write_bytes(pem.armor("CERTIFICATE", issued.certificate))
    command = [sys.executable, "-m", "hub.command", "hub", "card", "--data", str(office.folder),
               "--login", "loket"]  # fmt: skip
    bound = subprocess.run(
        [*command, "--certificate", str(path)], capture_output=True, text=True, check=False
    )
    assert bound.returncode == 0, bound.stderr
    case = office.draft()
    page = window.get(f"/case/{case}").text
    csrf = {"csrf": CSRF.search(page)[1]}
    step = re.search(rf'action="/case/{case}/(step|gate)/(\w+)"', page)

    drawn = window.post(f"/case/{case}/card-challenge", data=csrf).json()
    assert drawn["purpose"] == f"{step[2]} {case}"
    challenge = b64decode(drawn["challenge"])

    def send(signed: bytes) -> str:
        form = csrf | {
            "card_challenge": drawn["challenge"],
            "card_signature": b64encode(signed).decode(),
        }
        return window.post(f"/case/{case}/{step[1]}/{step[2]}", data=form).text

    assert WRONG in send(sign(issue(), drawn["purpose"], challenge))
    assert WRONG not in send(sign(issued, drawn["purpose"], challenge))
    assert window.post(f"/case/{case}/card-challenge", data={}).status_code == 403
