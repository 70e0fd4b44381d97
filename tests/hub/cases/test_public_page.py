"""A case's page for its applicant: found by its code, and silent about everything within."""

from __future__ import annotations

import asyncio
import dataclasses

import httpx
import msgspec
import pytest
from sqlalchemy import update

from hub.cases import custody, public_page
from hub.feed import Feed
from hub.models.application import Application
from hub.tickets.tracking import Tracking
from hub.web.applicant.limits import MISSES_ALLOWED
from hub.web.applicant.listener import Phones

BASE = "https://antrean.kanim.example"


@pytest.fixture
def phone(desk, house):
    """Ask the phones' listener of the desk's office, as phones do."""
    rules = desk.procedure.office
    identity = msgspec.structs.replace(rules.office, public_url=BASE)
    office = msgspec.structs.replace(rules, office=identity)
    desk.procedure = dataclasses.replace(desk.procedure, office=office)
    served = dataclasses.replace(house, procedure=desk.procedure)
    tracking = Tracking(served.procedure.keyring, BASE)
    phones = Phones(served, Feed(house.database, house.office_no), house.writer(), tracking)

    def ask(*urls: str, method: str = "GET") -> list[httpx.Response]:
        async def all_of_them() -> list[httpx.Response]:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(phones)) as client:
                return [await client.request(method, url) for url in urls]

        return asyncio.run(all_of_them())

    return ask


def page_of(desk, case: str) -> str:
    return public_page.url_of(desk.procedure.keyring, BASE, case)


def put_into(desk, case: str, state: str) -> None:
    with desk.database.writing.begin() as connection:
        of = (Application.office == desk.office_no, Application.id == case)
        connection.execute(update(Application).where(*of).values(state=state))


def test_the_page_says_how_the_case_stands_in_public_words_only(desk, phone) -> None:
    case = desk.go("3")

    [page] = phone(page_of(desk, case))

    assert page.status_code == 200
    assert desk.view(case).head.case_code in page.text
    assert "Sedang diproses" in page.text
    assert "In process" in page.text
    for within in ("ERIKSSON", "L898902C3", "Zenith", "cekal", "Cekal", "Data dimasukkan"):
        assert within not in page.text, within
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers


def test_a_case_that_is_held_looks_like_any_other(desk, phone) -> None:
    case = desk.go("4")
    url = page_of(desk, case)
    seen = set()

    for state in ("CEKAL_CLEAR", "ON_HOLD_CEKAL", "ENTERED", "AWAITING_EXTERNAL"):
        put_into(desk, case, state)
        [page] = phone(url)
        seen.add(page.text)

    assert len(seen) == 1, "one and the same page"


def test_a_draft_has_no_page_and_a_code_that_is_nobodys_has_none(desk, phone) -> None:
    case = desk.open()

    draft, nobody = phone(page_of(desk, case), f"{BASE}/c/AAAAAAAAAAAAAAAA")

    assert (draft.status_code, nobody.status_code) == (404, 404)
    assert "This case code is not known" in nobody.text


def test_guessing_is_slowed_down_and_a_known_page_still_opens(desk, phone) -> None:
    url = page_of(desk, desk.go("2"))
    assert phone(url)[0].status_code == 200

    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    guessed = phone(*(f"{BASE}/c/AAAAAAAAAAAAAAA{one}" for one in signs[: MISSES_ALLOWED + 1]))

    assert [one.status_code for one in guessed[-2:]] == [404, 429]
    assert phone(url)[0].status_code == 200


def test_90_days_after_its_end_only_that_is_told_but_for_the_passport(desk, phone, clock) -> None:
    case = desk.go("2")
    with desk.database.writing.begin() as connection:
        of = (Application.office == desk.office_no, Application.id == case)
        ended = {"state": "WITHDRAWN", "ended_at": clock.now()}
        connection.execute(update(Application).where(*of).values(**ended))

    [before] = phone(page_of(desk, case))
    clock.pass_(days=91)
    [kept] = phone(page_of(desk, case))
    desk.do("serah", lambda tx: custody.give_back(tx, case, ""))
    [after] = phone(page_of(desk, case))

    assert [one.status_code for one in (before, kept, after)] == [200, 200, 410]
    for page in (before, kept):
        assert "Dicabut" in page.text
        assert "Your passport is still in the office" in page.text
    assert "This application has ended" in after.text
    for wrong in ("passport", "Dicabut", "visit", desk.view(case).head.case_code):
        assert wrong not in after.text, wrong


def test_an_open_case_of_any_age_has_its_page(desk, phone, clock) -> None:
    case = desk.go("2")
    clock.pass_(days=400)

    [page] = phone(page_of(desk, case))

    assert page.status_code == 200
    assert "In process" in page.text


def test_nothing_can_be_changed_there(desk, phone) -> None:
    [answer] = phone(page_of(desk, desk.go("2")), method="POST")

    assert answer.status_code == 405


def test_the_receipt_names_the_page(desk, phone) -> None:
    from hub.cases.papers import paper

    case = desk.go("2")
    with desk.database.reading() as session:
        receipt = paper(
            session, desk.office_no, desk.procedure, case, "application_receipt",
            desk.clock.now(), officer=desk.staff["loket"], counter=1,
        )  # fmt: skip

    assert receipt.page == page_of(desk, case)
