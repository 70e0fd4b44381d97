"""The applicant's phone: its own listener, its codes, what it shows and when it forgets."""

from __future__ import annotations

import httpx
import pytest

from hub.web.applicant.limits import MISSES_ALLOWED

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def counter(public) -> httpx.Client:
    token = public.station("agent", 1)
    client = httpx.Client(
        base_url=public.url, timeout=30, headers={"Authorization": f"Bearer {token}"}
    )
    _post(client, "/api/counters/1/open", {})
    yield client
    client.close()


def _post(client, path: str, body: object) -> httpx.Response:
    _post.count = getattr(_post, "count", 0) + 1
    answer = client.post(path, json=body, headers={"Idempotency-Key": f"phone-{_post.count:05d}"})
    assert answer.status_code < 300, answer.text
    return answer


def issued(public, service: str = "stay_permit", **more: object) -> dict[str, str]:
    told: dict[str, str] = public.post("/api/tickets", {"service": service, **more}).json()
    return told


def test_a_phone_sees_its_place_and_hears_its_call(public, counter, enter) -> None:
    first, mine = issued(public), issued(public)
    phone = enter(public, size=PHONE)
    phone.page.goto(mine["tracking_url"])

    assert phone.text(".number") == mine["number"]
    assert phone.text(".facts strong >> nth=0") == "1"
    assert phone.faults(contrast=7, smallest_px=12.9) == []

    _post(counter, "/api/counters/1/call-next", {})
    phone.page.locator(".facts p:first-child strong", has_text="0").wait_for()
    _post(counter, f"/api/tickets/{first['id']}/finish", {})
    _post(counter, "/api/counters/1/call-next", {})
    phone.page.wait_for_selector(".ticket.called")

    assert "Loket 1" in phone.text(".go")
    assert phone.faults(contrast=7, smallest_px=12.9) == []

    _post(counter, f"/api/tickets/{mine['id']}/finish", {})
    phone.page.wait_for_selector(".ticket.over")
    assert httpx.get(mine["tracking_url"]).status_code == 410
    assert phone.faults(contrast=7, smallest_px=12.9) == []


def test_a_visitor_gives_the_number_back_after_a_question_and_staff_undo_it(
    public, counter, enter
) -> None:
    _post(counter, "/api/counters/2/open", {"lanes": ["payment"]})
    mine, next_one = issued(public, "payment"), issued(public, "payment")
    phone = enter(public, size=PHONE)
    phone.page.goto(mine["tracking_url"])
    officer = enter(public, "loket").go("/counter/2")

    phone.click(".leave a")
    assert mine["number"] in phone.text("h1")
    assert phone.faults(contrast=7, smallest_px=12.9) == []
    phone.click(".stay")
    assert phone.text(".number") == mine["number"], "nothing happened by asking"
    phone.click(".leave a")
    phone.click("form button")

    assert "sudah dikembalikan" in phone.text(".ticket.over")
    assert phone.faults(contrast=7, smallest_px=12.9) == []
    bar = officer.page.locator(".undo-bar", has_text=f"{mine['number']} dikembalikan")
    bar.wait_for()
    assert officer.faults() == []
    assert mine["number"] not in officer.text("[aria-labelledby=next-title]")
    with officer.page.expect_navigation():
        bar.locator("button").click()
    assert mine["number"] in officer.text("[aria-labelledby=next-title]")
    phone.click(".stay")
    assert phone.text(".number") == mine["number"]
    for ticket in (mine, next_one):
        _post(counter, "/api/counters/2/call-next", {})
        _post(counter, f"/api/tickets/{ticket['id']}/finish", {})
    _post(counter, "/api/counters/2/close", {})


def test_a_number_is_given_back_once_however_often_it_is_sent(public) -> None:
    mine = issued(public, "complaint")
    url = f"{mine['tracking_url']}/give-back"
    asked = httpx.get(url).text
    key = asked.partition('name="key" value="')[2][:32]

    answers = [httpx.post(url, data={"key": one}) for one in (key, key, "f" * 32)]
    strange = [httpx.post(url, data={"key": one}).status_code for one in ("", "x" * 5000)]

    assert [(one.status_code, one.headers.get("location", "")[:3]) for one in answers[:1]] == [
        (303, "/t/")
    ]
    assert [one.status_code for one in answers[1:]] == [410, 410]
    assert strange == [410, 410]
    told = public.kiosk.get(f"/api/tickets/{mine['id']}").json()
    assert told["state"] == "ended"
    assert httpx.get(mine["tracking_url"]).status_code == 410


def test_a_form_without_a_key_only_asks_again(public) -> None:
    mine = issued(public, "complaint")
    url = f"{mine['tracking_url']}/give-back"

    answers = [httpx.post(url, data={"key": one}) for one in ("", "x", "x" * 5000)]

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert all("phone.css" in one.text for one in answers)
    assert public.kiosk.get(f"/api/tickets/{mine['id']}").json()["state"] == "waiting"


def test_who_is_called_meanwhile_is_sent_to_the_counter_and_keeps_the_number(
    public, counter
) -> None:
    _post(counter, "/api/counters/3/open", {"lanes": ["citizen_passport"]})
    mine = issued(public, "citizen_passport")
    url = f"{mine['tracking_url']}/give-back"
    key = httpx.get(url).text.partition('name="key" value="')[2][:32]
    _post(counter, "/api/counters/3/call-next", {})

    answer = httpx.post(url, data={"key": key}, follow_redirects=True)

    assert answer.status_code == 200
    assert "loket 3" in answer.text
    assert public.kiosk.get(f"/api/tickets/{mine['id']}").json()["state"] == "called"
    _post(counter, f"/api/tickets/{mine['id']}/finish", {})


def test_a_page_speaks_the_tickets_language_and_the_other_by_a_touch(public, enter) -> None:
    mine = issued(public, "information", language="en")
    phone = enter(public, size=PHONE)
    phone.page.goto(mine["tracking_url"])

    assert "people ahead" in phone.text(".facts")
    phone.page.click("nav a[lang=id]")
    phone.page.wait_for_selector("html[lang=id]")
    assert "orang di depan" in phone.text(".facts")


def test_the_code_as_the_ticket_prints_it_opens_the_page(public) -> None:
    url = issued(public)["tracking_url"]
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")

    assert httpx.get(f"{scheme}://{host}/{path.upper()}").status_code == 200


def test_the_listener_knows_nothing_but_visits(public) -> None:
    base = issued(public)["tracking_url"].partition("/t/")[0]
    others = ("/", "/supervisor", "/login", "/api/office", "/api/feed", "/stream/display",
              "/static/loket.css", "/static/../../office.toml", "/t/", "/t/short")  # fmt: skip

    assert {path: httpx.get(base + path).status_code for path in others} == dict.fromkeys(
        others, 404
    )
    assert httpx.post(f"{base}/t/AAAAAAAAAAAAAAAA").status_code == 405


def test_guessing_is_slowed_down_and_a_known_page_still_opens(public) -> None:
    url = issued(public)["tracking_url"]
    base = url.partition("/t/")[0]
    assert httpx.get(url).status_code == 200

    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    answers = [
        httpx.get(f"{base}/t/AAAAAAAAAAAAAAA{signs[n % 32]}").status_code
        for n in range(MISSES_ALLOWED + 5)
    ]

    assert answers[:3] == [404, 404, 404]
    assert answers[-1] == 429
    assert httpx.get(url).status_code == 200


def test_a_code_is_nowhere_in_the_office_and_the_same_for_a_repeated_request(
    public,
) -> None:
    body, key = {"service": "information"}, {"Idempotency-Key": "once-and-again"}
    first = public.kiosk.post("/api/tickets", json=body, headers=key).json()
    again = public.kiosk.post("/api/tickets", json=body, headers=key).json()
    code = first["tracking_url"].rpartition("/")[2]

    assert first == again
    kept = b"".join(path.read_bytes() for path in public.folder.rglob("*") if path.is_file())
    assert code.encode() not in kept
    assert first["id"].encode() in kept, "the search would find what is there"


def test_an_office_that_phones_cannot_reach_names_no_page(office) -> None:
    told = office.post("/api/tickets", {"service": "information"}).json()

    assert told["tracking_url"] is None
