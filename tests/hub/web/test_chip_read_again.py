"""The chip read again at step 4: pcscd and pyscard at the counter, judged by the hub."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from counter_office import close_office, counter_at, office_with_case

from devices.emrtd.csca import import_file
from devices.emrtd.trust import load_store
from hub.clock import SystemClock

COUNTER = 2


@pytest.fixture(scope="module")
def ready(empty_house, tmp_path_factory):
    """An office with cases whose documents are to be examined."""
    place = tmp_path_factory.mktemp("chips")
    office, cases = office_with_case(empty_house, place, *["4"] * 3)
    yield office, iter(cases)
    close_office(office)


@contextmanager
def examiner_at(ready, enter, state, **passport):
    """An examiner with a passport on the counter's reader, of a country that the office knows."""
    office, cases = ready
    csca = state / "utopia.cer"
    readers = {"passport_reader": ("emrtd", {"csca": str(csca), **passport})}
    with counter_at(office, COUNTER, state, **readers) as counter:
        folder = office.folder / "csca"
        [authority] = load_store(csca).authorities
        import_file(csca, folder, confirmed=[authority.fingerprint], at=SystemClock().now())
        screen = enter(office, "periksa", {"width": 1366, "height": 768})
        screen.go(f"/case/{next(cases)}")
        screen.page.wait_for_selector("#link:not(.stale)")
        yield screen, counter.devices["passport_reader"]


def ask(screen):
    if screen.has("#field-counter"):
        screen.page.select_option("#field-counter", str(COUNTER))
    screen.press("Alt+c")


def test_a_chip_read_at_the_counter_is_judged_and_stands_beside_the_record(ready, enter, tmp_path):
    with examiner_at(ready, enter, tmp_path) as (screen, _):
        ask(screen)
        screen.page.wait_for_selector("th:has-text('Cip di loket')")
        verdict = screen.text(".verdict")
        faults = screen.faults()
        screen.click(".verdict a")

        assert "Cip sah" in verdict
        assert faults == []
        assert "semua berkas sama seperti ditandatangani" in screen.text("main")


def test_another_holder_on_the_chip_is_a_difference_that_must_be_answered(ready, enter, tmp_path):
    with examiner_at(ready, enter, tmp_path, given_names="ANNA LARA") as (screen, _):
        ask(screen)
        screen.page.wait_for_selector("th:has-text('Cip di loket')")

        row = screen.page.locator(".sources tr", has_text="ANNA MARIA").first
        assert "kurang I" in row.inner_text()
        assert row.locator("td.differs").count() >= 1
        assert "reread: ANNA LARA" not in screen.text(".doubts")
        assert screen.has(".doubts .doubt.open:has-text('Nama depan')")


def test_a_wrong_key_and_a_lifted_passport_are_said_in_words_and_nothing_stalls(
    ready, enter, tmp_path
):
    with examiner_at(ready, enter, tmp_path) as (screen, passport):
        passport.fault("wrong_key")
        ask(screen)
        screen.page.wait_for_selector(".verdict .state.bad")
        wrong = screen.text(".verdict .state.bad")
        passport.fault("removed_in_dg2")
        screen.press("Alt+c")
        screen.page.wait_for_selector(".verdict .state.bad:has-text('terangkat')")
        passport.fault("")
        screen.press("Alt+c")
        screen.page.wait_for_selector("th:has-text('Cip di loket')")

        assert "tidak terbuka dengan data ini" in wrong
        assert "halaman data" in wrong
