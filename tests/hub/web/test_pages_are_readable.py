"""The page gate: contrast, clipped or off-screen text, labels and targets, on every page.

Officers' pages reach 4.5 : 1 and 13 px, the waiting room's board 7 : 1 and 24 px on its panel.
"""

from __future__ import annotations

import pytest

SCREENS = {
    "full-hd": {"width": 1920, "height": 1080},
    "laptop": {"width": 1366, "height": 768},
    "zoom-200": {"width": 683, "height": 384},
}
PANELS = {
    "full-hd": ({"width": 1920, "height": 1080}, 23.5),
    "4k": ({"width": 3840, "height": 2160}, 47),
    "portrait": ({"width": 1080, "height": 1920}, 23.5),
}


@pytest.fixture(scope="module")
def case(office):
    """A case whose ticket is served at counter 1."""
    case = office.draft()
    office.ticket("skim", application=case)
    for service in ("information", "stay_permit", "complaint", "biometrics"):
        office.ticket(service)
    office.ticket("information", segment="priority", needs=["step_free"])
    return case


@pytest.mark.parametrize("size", SCREENS.values(), ids=SCREENS)
def test_the_officers_pages_are_readable(office, enter, case, size):
    officer = enter(office, "loket", size)
    seen = {"closed": officer.go("/counter/1").faults()}
    officer.press("F2")
    seen["free"] = officer.faults()
    officer.press("F2")
    seen["called"] = officer.faults()
    officer.press("Alt+h")
    seen["serving"] = officer.faults()
    officer.page.keyboard.press("Alt+a")
    seen["transfer open"] = officer.faults()
    officer.click("form[action$='/finish'] >> text=Selesai >> nth=-1")
    officer.click("[action$='/close'] button")
    for path in ("/cases", "/sop", f"/case/{case}", "/login"):
        seen[path] = officer.go(path).faults()

    assert {place: faults for place, faults in seen.items() if faults} == {}


@pytest.mark.parametrize("size", SCREENS.values(), ids=SCREENS)
def test_the_supervisors_page_is_readable(office, enter, case, size):
    supervisor = enter(office, "supervisor", size)

    assert supervisor.go("/supervisor").faults() == []


@pytest.mark.parametrize("size", SCREENS.values(), ids=SCREENS)
def test_a_refused_step_is_readable(office, enter, case, size):
    officer = enter(office, "loket", size).go(f"/case/{case}")

    officer.press("Control+Enter")

    assert officer.has("#refusal")
    assert officer.faults() == []


@pytest.mark.parametrize(("size", "smallest_px"), PANELS.values(), ids=PANELS)
def test_the_board_is_readable_from_the_chairs(office, enter, case, size, smallest_px):
    board = enter(office, size=size).go("/display")

    assert board.faults(contrast=7, smallest_px=smallest_px) == []


def test_long_words_and_english_fit(office, enter, case):
    officer = enter(office, "loket", SCREENS["laptop"])

    seen = {path: officer.go(path).faults() for path in (f"/case/{case}?lang=en", "/cases?lang=en")}

    assert {path: faults for path, faults in seen.items() if faults} == {}
