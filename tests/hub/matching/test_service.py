"""An attached service over the real wire: it is believed whole or, for whatever reason, away."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import uvloop

sys.path.insert(0, str(Path(__file__).parent))

from national_service import ANNA, HALF, TOKEN, WELL, NationalService, national_service

from hub.authority import authority_certificate, create_authority, issue_server
from hub.cekal.records import Query
from hub.matching.port import Answer, Away
from hub.matching.service import Service
from hub.office.cekal_rules import CekalService

PERSON = Query("case-1", "ERIKSSON ANNA MARIA", "1974-08-12", "F", "UTO", "L898902C3")
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def national() -> Iterator[NationalService]:
    with national_service() as service:
        yield service


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    return path


@pytest.fixture
def rules(national: NationalService, token: Path) -> CekalService:
    national.says(WELL)
    return CekalService(name="Nasional", url=national.url, token_file=str(token))


def ask(rules: CekalService, within_s: float = 30) -> Answer:
    return uvloop.run(Service(rules, within_s).ask(PERSON, DAY, 5))


def why_away(rules: CekalService, within_s: float = 30) -> str:
    with pytest.raises(Away) as away:
        ask(rules, within_s)
    return away.value.why


def test_a_service_is_told_the_person_and_its_answer_is_taken(national, rules) -> None:
    answer = ask(rules)

    assert national.asked[-1] == {
        "id": "case-1", "name": "ERIKSSON ANNA MARIA", "dob": "1974-08-12", "sex": "F",
        "nationality": "UTO", "passport": "L898902C3", "on": "2026-11-23", "nearest": 5,
    }  # fmt: skip
    [found] = answer.found
    assert (answer.threshold, answer.size, found.score) == (0.6, 7614, 0.97)
    assert found.entry.decree == "KEP-17"
    assert (found.standing, found.reasons[0].id) == ("in_force", "nama mirip")


def said(**changed: object) -> dict[str, object]:
    """Return the answer with one entry, a field of which is otherwise."""
    return WELL | {"found": [{"entry": ANNA, "score": 0.97} | changed]}


def test_what_a_service_says_of_an_entry_s_time_is_judged_by_the_office_s_day(
    national, rules
) -> None:
    standings = []
    for changed in ({"valid_to": "2026-11-22"}, {"valid_from": "2026-11-24"}, {}):
        national.says(said(entry=ANNA | changed, withdrawn=not changed))
        standings.append(ask(rules).found[0].standing)

    assert standings == ["expired", "not_yet", "withdrawn"]


UNRELIABLE = {
    "words": b"<html>502 Bad Gateway</html>",
    "nothing": b"",
    "not UTF-8": json.dumps(WELL).encode().replace(b"ERIKSON", b"\xff"),
    "no answer in it": {},
    "found is missing": {"threshold": 0.6, "size": 7614},
    "a list of nobody": WELL | {"size": 0, "found": []},
    "a threshold that nobody reaches": WELL | {"threshold": 1.5},
    "a threshold that is no number": b'{"threshold": NaN, "size": 7614, "found": []}',
    "a score above 1": said(score=97),
    "an entry without a name": said(entry=ANNA | {"names": []}),
    "an entry with no such day": said(entry=ANNA | {"dob": "1974-02-31"}),
    "an entry of another kind": said(entry=ANNA | {"kind": "blokir"}),
    "the same entry twice": WELL | {"found": [{"entry": ANNA, "score": 0.9}] * 2},
    "more than anybody reads": b" " * 5_000_000,
}


@pytest.mark.parametrize("what", UNRELIABLE)
def test_an_answer_that_cannot_be_relied_on_is_none(national, rules, what) -> None:
    national.says(UNRELIABLE[what])

    assert why_away(rules) == "nonsense"


@pytest.mark.parametrize("status", [HALF, 204, 307, 400, 500, 503])
def test_another_status_half_an_answer_or_another_address_is_none(national, rules, status) -> None:
    before = len(national.asked)
    national.status = status

    assert why_away(rules) == ("troubled" if status >= 500 else "nonsense")
    assert len(national.asked) == before + 1, "a name goes nowhere but to the address in the file"


def test_each_reason_for_being_away_is_named(national, rules, token, tmp_path) -> None:
    national.silent = True
    assert why_away(rules, within_s=0.2) == "silent"
    national.let_go.set()

    token.write_text("another")
    assert why_away(rules) == "refused"
    token.unlink()
    assert why_away(rules) == "token_file"
    (tmp_path / "no-ca.pem").write_text("nothing")
    wrong = CekalService(name="N", url=national.url, ca_file=str(tmp_path / "no-ca.pem"))
    assert why_away(wrong) == "ca_file"


def test_a_service_that_nobody_listens_for_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        rules = CekalService(name="N", url=f"http://127.0.0.1:{taken.getsockname()[1]}")

        assert why_away(rules) == "unreachable"


def test_only_the_certificate_that_the_office_trusts_is_spoken_to(token, tmp_path) -> None:
    now = datetime.now(UTC)
    create_authority(tmp_path, office="CTH", at=now)
    certificate, key = issue_server(tmp_path, names=["localhost"], addresses=["127.0.0.1"], at=now)
    with national_service(certificate, key) as service:
        strange = CekalService(name="N", url=service.url, token_file=str(token))
        trusted = CekalService(
            name="N",
            url=service.url,
            token_file=str(token),
            ca_file=str(authority_certificate(tmp_path)),
        )
        assert why_away(strange) == "certificate"
        assert service.asked == [], "no name went out before the certificate was judged"
        assert ask(trusted).size == 7614
        plain = CekalService(name="N", url=service.url.replace("https", "http"))
        assert why_away(plain) in ("nonsense", "unreachable")
