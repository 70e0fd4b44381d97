"""The biometrics station in Chromium, its reader and camera on real wires behind the agent."""

from __future__ import annotations

import io
import itertools
import time

import httpx
import pytest
from counter_office import close_office, counter_at, office_with_case
from PIL import Image

from devices.camera import sitter

LAPTOP = {"width": 1366, "height": 768}
COUNTER = 2


@pytest.fixture(scope="module")
def ready(empty_house, tmp_path_factory):
    """An office with cases that wait for their biometrics."""
    place = tmp_path_factory.mktemp("biometrics")
    office, cases = office_with_case(empty_house, place, *["biometrics"] * 4)
    yield office, itertools.cycle(cases)
    close_office(office)


@pytest.fixture(scope="module")
def devices(ready, tmp_path_factory):
    """Counter 2 with a fingerprint reader and a camera."""
    office, _ = ready
    state = tmp_path_factory.mktemp("agent")
    readers = {"fingerprint": ("r30x", {"pace": "0"}), "camera": ("camera", {})}
    with counter_at(office, COUNTER, state, **readers) as counter:
        yield counter.devices | {"token": (state / f"token-{COUNTER}").read_text()}


@pytest.fixture
def station(ready, devices, enter):
    """An officer at the counter, with the station of a case of their own."""
    office, cases = ready
    devices["fingerprint"].fault("")
    officer = enter(office, "pindai", LAPTOP).go(f"/counter/{COUNTER}")
    officer.click(f"form[action='/counter/{COUNTER}/open'] button")
    yield officer.go(f"/case/{next(cases)}/biometrics")
    csrf = officer.page.locator("[name=csrf]").first.input_value()
    officer.page.request.post(f"{office.url}/counter/{COUNTER}/close", form={"csrf": csrf})


def take(officer, state: str) -> None:
    """Take the chosen finger, and wait until the reader has done so."""
    officer.press("F2")
    officer.page.wait_for_selector(f".digit.{state}")
    officer.page.wait_for_selector(".digit.running", state="detached")


def test_every_finger_the_office_asks_for_is_taken_then_the_gate_opens(station):
    take(station, "good")
    second = station.text("#finger-title")
    station.press("F2")
    station.page.wait_for_selector("text=Sidik jari 2 dari 2")
    faults = station.faults()
    station.click(".bio-photo form[action*='/gate/'] button")

    refused = station.text("#refusal")
    assert "Telunjuk kiri (7)" in second
    assert faults == []
    assert "Foto" in refused
    assert "Telunjuk" not in refused


def test_a_dry_finger_is_retried_then_accepted_with_a_reason(station, devices):
    devices["fingerprint"].fault("dry")
    take(station, "poor")
    advice = station.text(".bio-take .alert.warn")
    early = station.has("#accept-2")
    station.page.locator(".button[data-key=F2]").wait_for()
    for left in (1, 0):
        station.press("F2")
        station.page.wait_for_selector(f"text=Percobaan: {3 - left} dari 3")
    retries = station.has(".button[data-key=F2]")
    station.page.keyboard.press("Alt+t")
    station.press("Enter")
    unreasoned = station.text("#refusal")
    station.page.fill("#field-accept-reason", "kulit kering, sudah dilembapkan")
    station.press("Enter")

    assert "Jari kering" in advice
    assert not early
    assert not retries
    assert "tulis alasannya" in unreasoned
    assert station.page.locator(".digit.accepted").count() == 1


def test_an_amputated_finger_carries_its_code_and_counts_as_evidence(station):
    station.page.keyboard.press("Alt+p")
    station.page.check("[value=AMPUTATED]")
    station.click("#except-2 .drawer-body button")
    count = station.text(".bio-head .pills")
    station.page.goto(station.page.url + "?finger=2")

    assert "Sidik jari 1 dari 2" in count
    assert "(XX)" in station.text(".bio-take .alert")


def test_an_unplugged_reader_is_named_and_the_page_goes_on(station, devices):
    devices["fingerprint"].fault("unplugged")
    station.page.wait_for_selector(".bio-wide .alert.bad")
    said = station.text(".bio-wide .alert.bad")
    station.press("F2")
    waiting = station.text(".bio-acts [role=status]")
    station.press("Alt+b")
    cancelled = station.text(".bio-take .alert.bad")
    devices["fingerprint"].fault("")
    station.page.wait_for_selector(".bio-wide .alert.bad", state="detached")
    take(station, "good")

    assert "sidik jari" in said.lower()
    assert "kabel" in said
    assert "Menunggu perangkat loket 2" in waiting
    assert "Dibatalkan" in cancelled


def watch(officer) -> None:
    """Open the preview once the counter's camera is there, and wait for its first picture."""
    officer.page.wait_for_selector("[data-watch]")
    officer.page.keyboard.press("F4")
    officer.page.wait_for_selector("#watch[data-shown]")


def watched(office, token: str) -> bool:
    """Offer a picture as the agent of the counter does; return whether the hub wants it."""
    answer = httpx.put(
        f"{office.url}/api/previews/camera",
        content=b"\xff\xd8\xff\xd9",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "image/jpeg"},
    )
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["watched"])


def until_unwatched(office, token: str) -> None:
    until = time.monotonic() + 20
    while watched(office, token):
        assert time.monotonic() < until, "the preview goes on without a viewer"


def test_the_camera_is_seen_only_while_the_dialog_is_open(station, ready, devices):
    office, _ = ready
    before = watched(office, devices["token"])
    watch(station)
    station.page.wait_for_selector("#watch[data-shown^='2']")  # one picture after the other
    during = watched(office, devices["token"])
    station.page.keyboard.press("Escape")
    until_unwatched(office, devices["token"])
    faults = station.faults()

    assert (before, during) == (False, True)
    assert faults == []
    assert "latar putih" in station.text(".bio-photo")


def test_a_portrait_taken_from_the_preview_shows_what_was_measured(station, ready, devices):
    office, _ = ready
    watch(station)
    station.press("Enter")
    station.page.wait_for_selector(".measures")
    measured = station.text(".measures")
    until_unwatched(office, devices["token"])

    assert station.page.locator(".measures li").count() == 6
    assert "putih" in measured
    assert station.faults() == []


def test_a_poor_portrait_is_used_only_with_a_reason_after_its_shots(station, devices):
    devices["camera"].frames = [sitter.jpeg(Image.new("RGB", sitter.SIZE, (200, 30, 30)))] * 2
    devices["camera"].frames[1] = sitter.jpeg(Image.new("RGB", sitter.SIZE, (190, 35, 35)))
    try:
        for shot in (1, 2, 3):
            watch(station)
            station.press("Enter")
            station.page.wait_for_selector(f"text=Foto {shot} dari 3")
        retries = station.has("#field-photo")
        station.page.keyboard.press("Alt+f")
        station.page.fill("#field-photo-reason", "pemohon tidak dapat berdiri tegak")
        station.press("Enter")
    finally:
        devices["camera"].frames = sitter.frames(6)

    assert not retries
    assert "tidak dapat berdiri tegak" in station.text(".bio-photo .alert.warn")
    assert "tidak ada wajah" in station.text(".measures")


def test_only_an_officer_who_sits_at_a_counter_sees_its_camera(ready, enter):
    office, _ = ready
    elsewhere = enter(office, "tu", LAPTOP).go("/cases")
    csrf = elsewhere.page.locator("[name=csrf]").first.input_value()
    answer = elsewhere.page.request.post(f"{office.url}/preview/camera", form={"csrf": csrf})

    assert answer.status == 409
    assert not answer.headers["content-type"].startswith("multipart/")


def draw(officer, *points: tuple[float, float]) -> None:
    """Move the pressed pointer over the pad; points are shares of its width and height."""
    officer.page.locator("#pad").scroll_into_view_if_needed()
    box = officer.page.locator("#pad").bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    officer.page.mouse.move(*at[0])
    officer.page.mouse.down()
    for point in at[1:]:
        officer.page.mouse.move(*point, steps=6)
    officer.page.mouse.up()


def kept_signature(officer) -> Image.Image:
    with officer.page.expect_navigation():
        officer.page.click("[data-sign=keep]")
    path = officer.page.locator(".sign-kept").get_attribute("src")
    answer = officer.page.request.get(officer.office.url + path)
    return Image.open(io.BytesIO(answer.body())).convert("RGBA")


def test_the_applicant_signs_on_the_pad_or_it_is_cut_from_a_picture(station):
    draw(station, (0.2, 0.5), (0.4, 0.2), (0.6, 0.8), (0.8, 0.5))
    drawn = kept_signature(station)
    faults = station.faults()
    station.click("input[name=remove] + button")
    scan = io.BytesIO()
    page = Image.new("RGB", (600, 200), "white")
    page.paste((0, 0, 255), (0, 0, 300, 200))
    page.save(scan, "PNG")
    station.page.set_input_files(
        "[data-sign-from]",
        {"name": "pindai.png", "mimeType": "image/png", "buffer": scan.getvalue()},
    )
    station.page.wait_for_selector("[data-sign=keep]:disabled")
    draw(station, (0.05, 0.1), (0.4, 0.9))
    station.page.wait_for_selector("[data-sign=keep]:enabled")
    cut = kept_signature(station)

    inked = 720 * 240 - drawn.getchannel("A").histogram()[0]
    assert drawn.size == (720, 240)
    assert 0 < inked < 720 * 240 / 10
    assert cut.getpixel((360, 120)) == (0, 0, 255, 255)
    assert faults == []
