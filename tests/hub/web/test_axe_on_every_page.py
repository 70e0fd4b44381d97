"""axe-core judges every page of a living office, each drawer open, in both languages.

Colours are judged in Indonesian only: no style asks for the language, and to compare them takes axe
longer than everything else.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from living_cases import Numbered
from living_office import LivingOffice, living_office, tabbed_to
from screened import ANNA, OTHERS, Desk, Office
from web_office import Screen

import hub.web
from bench.hall import lasting_port
from hub.cases import applications, branches, custody

AXE = (Path(__file__).parents[2] / "assets" / "axe-core" / "axe.min.js").read_text("utf-8")
STATIC = Path(hub.web.__file__).parent / "static"
RUN = """async (colours) => {
  for (const drawer of document.querySelectorAll("details")) drawer.open = true;
  // a rule's own impact is that of all it finds: these find nothing that is asked for below
  const light = axe._audit.rules.filter((rule) => ["minor", "moderate"].includes(rule.impact));
  const rules = Object.fromEntries(light.map((rule) => [rule.id, { enabled: false }]));
  rules["color-contrast"] = { enabled: colours };
  const found = await axe.run(document, { rules, resultTypes: ["violations"] });
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
pytestmark = pytest.mark.slow
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
AT_STEP = {
    "1": "loket", "2": "data", "3": "cekal", "4": "periksa", "5": "pindai",
    "biometrics": "loket", "external": "tu", "6": "setuju", "7": "bendahara", "8": "cetak",
    "9": "sah", "10": "pindai", "11": "serah", "12": "tu",
}  # fmt: skip
ROOMS = {
    "bendahara": ("/rooms", "/treasury", "/money/{7}", "/money/{11}"),
    "loket": (
        "/custody",
        "/custody/{4}",
        "/custody/{lent}",
        "/notify",
        "/notify/{7}/appointment",
        "/cases",
        "/sop",
        "/sop/forms",
        "/case/{biometrics}/biometrics",
    ),
    "tu": ("/agenda", "/signing", "/archive", "/case/{archived}"),
    "cetak": ("/blanks",),
    "sah": ("/signing", "/values", "/case/{archived}"),
    "arsip": ("/archive",),
    "serah": ("/identity/{11}",),
    "data": ("/case/{2}/transcribe",),
    "periksa": ("/case/{4}/chip", "/case/{diverted}", "/nonconformity"),
}
WASDAKIM = {
    "kepala": ("/wasdakim", "/wasdakim/case/{hit}", "/wasdakim/case/{3}", "/wasdakim/list"),
    "cekal": ("/case/{hit}",),
    "input": ("/wasdakim/list",),
    "verifikasi": ("/wasdakim/list",),
}
SUPERVISOR = {
    "supervisor": (
        *("/counter", "/supervisor", "/supervisor/appointments", "/supervisor/countries"),
        *("/supervisor/roster", "/supervisor/day/2026-11-23", "/qualifications", "/cases"),
        *("/case/{8}", "/case/{diverted}", "/case/{withdrawn}", "/custody/{withdrawn}"),
    ),
    "auditor": ("/supervisor", "/treasury"),
}


def lay(desk: Desk, listed: Office) -> dict[str, str]:
    """A case before every step, an archived one, one in a branch, one withdrawn, one that hit."""
    cases = Numbered(desk)
    found = {stage: cases.at(stage) for stage in AT_STEP}
    found["archived"] = cases.at("")
    for name in ("diverted", "withdrawn", "lent"):
        found[name] = cases.at("4")
    procedure, signed = desk.procedure, desk.procedure.blobs.put(b"%PDF-1.4 tanda tangan")
    desk.do(
        "dokumen",
        lambda tx: branches.divert(
            tx,
            procedure,
            found["diverted"],
            "nonconformity",
            "Stempel tidak terbaca",
            "DATA_MISMATCH",
        ),
    )
    desk.do("loket", lambda tx: applications.withdraw(tx, procedure, found["withdrawn"], "pindah"))
    due, media = "2026-11-27", "application/pdf"
    desk.do("loket", lambda tx: custody.release(tx, procedure, found["lent"], due, signed, media))
    desk.clock.at += timedelta(minutes=1)  # the practice list was put in force before
    listed.load([*OTHERS, ANNA])
    found["hit"] = cases.at("3")
    listed.screen(found["hit"])
    return found


@pytest.fixture(scope="module")
def living(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingOffice]:
    port = lasting_port()
    more = ("--public-port", str(port))
    place, url = tmp_path_factory.mktemp("axe"), f"http://127.0.0.1:{port}"
    with living_office(empty_house, place, lay, *more, public_url=url) as office:
        yield office


def judge(screen: Screen, *, colours: bool = True) -> list[str]:
    screen.page.evaluate("document.fonts.ready")
    if not screen.page.evaluate("'axe' in window"):
        screen.page.evaluate(AXE)
        screen.page.add_init_script(AXE)  # cheaper on the next pages
    found: list[str] = screen.page.evaluate(RUN, colours)
    return found


def judge_all(living, enter, pages: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return what axe found on the pages of each officer, in Indonesian and in English."""
    seen = {}
    for login, paths in pages.items():
        officer = enter(living, login, LAPTOP)
        for path in paths:
            there = re.sub(r"{(\w+)}", lambda name: living.cases[name[1]], path)
            for lang in ("id", "en"):
                answer = officer.page.goto(f"{living.url}{there}?lang={lang}")
                assert answer.status == 200, path
                assert officer.page.get_attribute("html", "lang") == lang
                seen[f"{login} {path} {lang}"] = judge(officer, colours=lang == "id")
    return seen


def faults(seen: dict[str, list[str]]) -> dict[str, list[str]]:
    return {place: found for place, found in seen.items() if found}


def test_no_style_asks_for_the_language() -> None:
    sheets = {file.name: file.read_text("utf-8") for file in STATIC.rglob("*.css")}

    assert "loket.css" in sheets
    assert [name for name, text in sheets.items() if re.search(r":lang\(|\[lang", text)] == []


def test_the_page_of_a_hit_shows_the_entry_and_the_two_answers(living, enter) -> None:
    officer = enter(living, "kepala", LAPTOP).go(f"/wasdakim/case/{living.cases['hit']}")

    assert "KEP-17" in officer.text("main")
    assert judge(officer) == []
    assert tabbed_to(officer, "Orang yang sama")


@pytest.mark.parametrize("step", AT_STEP)
def test_the_primary_act_of_every_step_is_reached_by_tab(living, enter, step) -> None:
    officer = enter(living, AT_STEP[step], LAPTOP).go(f"/case/{living.cases[step]}")
    act = officer.page.locator(".decide").get_by_role("button").first.inner_text().splitlines()[0]

    assert tabbed_to(officer, act)


@pytest.mark.parametrize("step", AT_STEP)
def test_the_case_at_every_step(living, enter, step) -> None:
    seen = judge_all(living, enter, {AT_STEP[step]: (f"/case/{{{step}}}",)})

    assert len(seen) == 2
    assert faults(seen) == {}


@pytest.mark.parametrize("pages", [ROOMS, WASDAKIM, SUPERVISOR], ids=["rooms", "wasdakim", "head"])
def test_the_pages_around_the_case(living, enter, pages) -> None:
    seen = judge_all(living, enter, pages)

    assert len(seen) == 2 * sum(map(len, pages.values()))
    assert faults(seen) == {}


def test_what_the_public_and_a_newcomer_see(living, enter) -> None:
    anyone = enter(living, "", LAPTOP)
    seen = {}
    for path in ("/login", "/login?lang=en", "/login?to=/cases", "/display"):
        answer = anyone.page.goto(living.url + path)
        assert answer.status == 200, path
        seen[path] = judge(anyone)
    told = living.post("/api/tickets", {"service": "information"}).json()
    phone = enter(living, "", PHONE)
    phone.page.goto(told["tracking_url"])
    assert phone.text(".number") == told["number"]
    seen["phone"] = judge(phone)
    phone.page.click("nav a[lang=en]")
    phone.page.wait_for_selector("html[lang=en]")
    seen["phone, English"] = judge(phone)

    assert faults(seen) == {}


def test_a_queue_at_work_on_counter_board_and_head_of_the_hall(living, enter) -> None:
    for _ in range(3):
        living.ticket("skim")
    officer = enter(living, "loket", LAPTOP).go("/counter/1").press("F2").press("F2")
    seen = {"counter, called": judge(officer)}
    officer.go("/counter/1?lang=en")
    seen["counter, English"] = judge(officer)
    why = officer.page.get_attribute("a[href^='/why/']", "href")
    seen["why"] = judge(officer.go(why))
    seen["board, called"] = judge(enter(living).go("/display"))
    seen["supervisor, at work"] = judge(enter(living, "supervisor", LAPTOP).go("/supervisor"))

    assert faults(seen) == {}


SLAPS = {"positions": [2, 3, 4, 5, 7, 8, 9, 10], "slaps": True, "dpi": 500}
"""A reader of four fingers at once, without thumbs; no driver of ours has one."""


def report(living: LivingOffice, counter: int, *devices: dict[str, object]) -> None:
    """Tell the hub of a counter's devices, as its agent does."""
    answer = httpx.post(
        f"{living.url}/api/stations/me/report",
        json={"boot": "0123456789abcdef", "version": "1", "devices": list(devices)},
        headers={
            "Authorization": f"Bearer {living.station('agent', counter)}",
            "Idempotency-Key": uuid.uuid4().hex,
        },
    )
    assert answer.status_code == 204, answer.text


def test_the_biometrics_station_offers_what_its_devices_can_do(living, enter) -> None:
    at = {"address": "usb:contoh", "lamp": "ready"}
    report(
        living,
        2,
        at | {"role": "fingerprint", "fingers": SLAPS},
        at | {"role": "camera", "preview": True},
    )
    officer = enter(living, "pindai", LAPTOP).go("/counter/2").press("F2")
    path = f"/case/{living.cases['biometrics']}/biometrics"
    seen = {"slaps": judge(officer.go(f"{path}?finger=7"))}
    offered = officer.text(".bio-fingers .bio-acts")
    seen["slaps, English"] = judge(officer.go(f"{path}?finger=7&lang=en"))
    in_english = officer.text(".bio-fingers .bio-acts")
    seen["no thumbs"] = judge(officer.go(f"{path}?finger=1&lang=id"))
    thumb = officer.text(".bio-fingers .bio-acts")
    officer.page.keyboard.press("F4")
    officer.page.wait_for_selector("#watch[open]")
    seen["preview"] = judge(officer)

    assert faults(seen) == {}
    assert "Empat jari kanan" in offered
    assert "Right four fingers" in in_english
    assert not officer.has("#field-finger")
    assert "tidak mengambil jari ini" in thumb
