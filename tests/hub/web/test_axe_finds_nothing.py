"""axe-core judges the officers' pages: no serious and no critical finding, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "assets" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
PAGES = {
    "supervisor": ("/supervisor", "/cases", "/qualifications"),
    "tu": ("/cases?role=approver",),
    "loket": ("/counter/3", "/cases", "/sop?lang=en"),
    "sah": ("/cases", "/account"),
}


def judge(officer, path=""):
    if path:
        answer = officer.page.goto(officer.office.url + path)
        assert answer.status < 500, path  # a page that failed has nothing to find
        officer.page.evaluate("document.fonts.ready")
    officer.page.evaluate(AXE.read_text(encoding="utf-8"))
    return officer.page.evaluate(RUN)


@pytest.fixture(scope="module")
def source():
    """Read the judge once: without it the test says so before any browser starts."""
    assert AXE.stat().st_size > 100_000
    return AXE


def test_a_case_on_its_way_and_the_pages_around_it(office, enter, source):
    case = office.draft()
    seen = {}
    loket = enter(office, "loket").go(f"/case/{case}")
    seen["step 1"] = judge(loket)
    seen["step 1, English"] = judge(loket, f"/case/{case}?lang=en")
    loket.go(f"/case/{case}?lang=id").press("Control+Enter")
    seen["step 1 refused"] = judge(loket)
    for box in loket.page.locator("#step-form .tick:not(.small) input").all():
        box.check()
    loket.page.fill("[name=custody_place]", "Laci 1")
    loket.page.check("[name=receipt]")
    loket.press("Control+Enter")
    data = enter(office, "data").go(f"/case/{case}")
    data.page.fill("#field-stay-start", "01-03-2036")
    data.page.fill("#field-stay-end", "02-05-2048")
    data.press("Alt+g")
    data.page.fill("[name='card.given_names']", "ANA MARIA")
    with data.page.expect_response("**/typed"):
        data.page.fill("[name='card.surname']", "ERIKSSON")
    data.page.wait_for_selector("mark, .gap")
    seen["step 2 with doubts"] = judge(data)
    seen["transcription"] = judge(data, f"/case/{case}/transcribe")

    assert {place: found for place, found in seen.items() if found} == {}


@pytest.mark.parametrize("login", PAGES)
def test_the_other_pages_of_officers(office, enter, source, login):
    officer = enter(office, login)

    seen = {path: judge(officer, path) for path in PAGES[login]}

    assert {path: found for path, found in seen.items() if found} == {}


def test_a_search_that_finds_nothing(office, enter, source):
    officer = enter(office, "loket").go("/cases")
    officer.page.fill("#search", "tidak ada")
    officer.press("Enter")

    assert officer.has("#refusal")
    assert judge(officer) == []


def test_the_sign_in_page(office, enter, source):
    assert judge(enter(office), "/login") == []
