"""Every text exists in both languages, pages carry no inline script or style, files are hashed."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import hub.web
from hub.web.officer.lamps import device_notice
from hub.web.rendering import icon, static
from hub.web.words import Speech, duration, wording
from hub.wire import DeviceReport, Estimate, Words

WEB = Path(hub.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
WRITTEN = {".py", ".toml", ".html", ".typ"}
SAID = re.compile(r"\b(?:say|also|both)\(\s*'([a-z_]+)'")


def test_every_text_that_a_template_says_exists():
    said = {key for template in TEMPLATES for key in SAID.findall(template.read_text("utf-8"))}

    assert said - wording().keys() == {key for key in said if key.endswith("_")}


def test_a_text_that_a_template_says_with_nothing_to_fill_in_has_no_place_for_it():
    bare = re.compile(r"\b(?:say|also|both)\(\s*'([a-z_]+)'\s*\)")
    said = {key for template in TEMPLATES for key in bare.findall(template.read_text("utf-8"))}

    places = re.compile(r"\{[a-z_]+\}")
    words = wording()
    assert [key for key in sorted(said & words.keys()) if places.search(words[key].id)] == []


def test_a_text_stands_in_one_file_only():
    """Of a key in two files the later one would be said, and the other never."""
    keys = [
        key
        for path in sorted(WEB.glob("words*.toml"))
        for key in tomllib.loads(path.read_text("utf-8"))
    ]

    assert [key for key, times in Counter(keys).items() if times > 1] == []


def test_every_text_has_both_languages():
    assert [key for key, words in wording().items() if not words.id or not words.en] == []


def test_a_case_has_one_name_in_indonesian():
    written = [one for one in WEB.parent.rglob("*") if one.suffix in WRITTEN]
    other = re.compile(r"\bperkara\b", re.IGNORECASE)

    assert [one.name for one in written if other.search(one.read_text("utf-8"))] == []
    assert wording()["nav_case"].id == "Permohonan"
    assert wording()["files_word"].id == "Berkas"


def test_one_of_something_is_said_in_the_singular_in_english_alone():
    english, indonesian = (Speech(lang, ZoneInfo("Asia/Jakarta")) for lang in ("en", "id"))

    assert english.say("counters_open", count=1) == "1 counter open"
    assert english.say("counters_open", count=2) == "2 counters open"
    assert indonesian.also("counters_open", count=1) == "1 counter open"
    assert indonesian.say("counters_open", count=1) == "1 loket buka"


def test_both_languages_fill_in_the_same_values():
    holes = re.compile(r"\{(\w+)\}")

    assert [
        key for key, words in wording().items()
        if set(holes.findall(words.id)) != set(holes.findall(words.en))
    ] == []  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_script_style_or_handler(template):
    html = template.read_text("utf-8")

    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_every_icon_is_in_the_sprite():
    sprite = (WEB / "static" / "icons.svg").read_text("utf-8")
    drawn = {
        name
        for template in TEMPLATES
        for name in re.findall(r"icon\('([a-z0-9-]+)'", template.read_text("utf-8"))
    }

    assert [name for name in drawn if f'id="{name}"' not in sprite] == []


def test_the_address_of_a_file_names_its_content():
    assert re.fullmatch(r"/static/loket\.css\?v=[0-9a-f]{12}", static("loket.css"))


def test_an_icon_with_a_label_is_read_aloud_and_escaped():
    assert 'aria-label="&lt;b&gt;"' in icon("check", "<b>")
    assert 'aria-hidden="true"' in icon("check")


@pytest.mark.parametrize(
    ("span", "said"),
    [(0, "0:00"), (168, "2:48"), (3600 + 62, "1:01:02"), (timedelta(seconds=-5), "0:00")],
)
def test_durations_are_never_written_like_a_clock(span, said):
    assert duration(span) == said


def test_times_are_said_in_the_offices_own_way():
    indonesian = Speech("id", ZoneInfo("Asia/Jakarta"))
    at = datetime(2026, 11, 23, 2, 41, 2, tzinfo=UTC)

    assert indonesian.clock(at) == "09.41"
    assert indonesian.weekday(at) == "Senin"
    assert indonesian.day(at) == "23 November 2026"
    assert indonesian.dated("2032-04-15") == "15 April 2032"
    assert indonesian.dated("2031-02-31") == "2031-02-31"
    assert indonesian.dated("sejak 2021-04-01; cukup") == "sejak 1 April 2021; cukup"
    assert indonesian.dated("CTH-2021-04-01-X") == "CTH-2021-04-01-X"
    counted = Words(id="sejak 2021-05-01", en="since 2021-05-01")
    assert indonesian.also_dated(counted) == "since 1 May 2021"
    assert indonesian.day(date(2026, 8, 17)) == "17 Agustus 2026"
    assert indonesian.minutes(31 * 60 + 50) == "31 mnt"
    assert indonesian.span(Estimate(low_min=12, high_min=20)) == "12–20"
    assert indonesian.rupiah(3_000_000) == "Rp3.000.000"
    assert indonesian.rupiah(-3_000_000) == "−Rp3.000.000"


@pytest.mark.parametrize(
    ("role", "code", "meanwhile"),
    [
        ("ticket_printer", "gone", "to be photographed or noted"),
        ("passport_reader", "unavailable", "passports are typed"),
        ("scanner", "gone", "upload a file"),
    ],
)
def test_what_to_do_meanwhile_fits_the_device_that_is_gone(role, code, meanwhile):
    device = DeviceReport(role=role, address="x", lamp="down", code=code)

    notice = device_notice(device, Speech("en", ZoneInfo("Asia/Jakarta")))

    assert notice is not None
    assert meanwhile in notice.todo


def test_a_moment_of_another_day_is_said_with_its_day() -> None:
    speech = Speech("id", ZoneInfo("Asia/Jakarta"))
    now = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)  # 03.00 of the next day there

    assert speech.when(datetime(2026, 12, 1, 18, 5, tzinfo=UTC), now) == "01.05"
    assert speech.when(datetime(2026, 12, 1, 16, 5, tzinfo=UTC), now) == "1 Des 2026 23.05"
