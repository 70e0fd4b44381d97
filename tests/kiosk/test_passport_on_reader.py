"""Passports over the real wire: a chip behind PC/SC, and what is left of its holder."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, run
from small_hub import SmallHub, serving

from kiosk import events as on
from kiosk.peripherals import RETIRE_AFTER

PASSPORT = ("L898902C3", "12081974", "15042032")
SECRETS = ("L898902C3", "ERIKSSON", "ANNA MARIA", "1974-08-12", "12081974", "740812")


# ── the passport ─────────────────────────────────────────────────────────────


async def types(desk: Desk) -> None:
    await desk.begin("skim")
    desk.do(on.NextTouched())
    for text in PASSPORT:
        desk.type(text)
    await desk.comes_to("lay")


def test_a_chip_is_read_with_progress_and_leaves_as_evidence(
    hub: SmallHub, passport: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", reader=passport.address) as desk:
            await desk.until(lambda: desk.session.reader)
            await types(desk)
            desk.do(on.NextTouched())
            await desk.comes_to("check")
            assert desk.heard(on.ChipProgress)[-1].done > 5000
            desk.do(on.NextTouched(), on.NextTouched())
            await desk.comes_to("ticket")

    with serving(hub) as url:
        run(story(url))
    (draft,) = hub.drafts.values()
    assert draft.passport.source == "chip"
    assert draft.passport.chip is not None
    assert {"COM", "DG1", "DG2", "SOD"} <= set(draft.passport.chip.files)


@pytest.mark.parametrize(
    ("fault", "code"),
    [("wrong_key", "passport_wrong_key"), ("removed_in_dg2", "passport_removed")],
)
def test_a_chip_that_fails_says_why_and_is_read_when_it_is_laid_down_again(
    fault: str, code: str, hub: SmallHub, passport: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", reader=passport.address) as desk:
            await desk.until(lambda: desk.session.reader)
            await types(desk)
            passport.fault(fault)
            desk.do(on.NextTouched())
            await desk.until(lambda: desk.session.chip.state == "failed")
            assert desk.session.chip.code == code
            assert desk.session.answers.number == PASSPORT[0]

            passport.fault("")
            desk.do(on.NextTouched())
            await desk.comes_to("check")

    with serving(hub) as url:
        run(story(url))


def test_no_passport_on_the_reader_is_said_after_a_moment(
    hub: SmallHub, passport: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", reader=passport.address) as desk:
            await desk.until(lambda: desk.session.reader)
            await types(desk)
            passport.fault("removed")
            desk.do(on.NextTouched())
            await desk.until(lambda: desk.session.chip.code == "passport_absent")

    with serving(hub) as url:
        run(story(url))


def test_going_back_stops_the_reading_and_the_next_one_works(
    hub: SmallHub, passport: Any, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", reader=passport.address) as desk:
            await desk.until(lambda: desk.session.reader)
            await types(desk)
            passport.fault("late")
            for _ in range(RETIRE_AFTER):
                begun = len(desk.heard(on.ChipProgress))
                desk.do(on.NextTouched())
                await desk.until(lambda n=begun: len(desk.heard(on.ChipProgress)) > n)
                desk.do(on.BackTouched(), on.NextTouched())
            passport.fault("")
            desk.do(on.NextTouched())
            await desk.comes_to("check")
            assert not desk.heard(on.ChipFailed)

    with serving(hub) as url:
        run(story(url))


def test_a_reader_that_is_gone_retires_after_five_failures_and_staff_is_told(
    hub: SmallHub, tmp_path: Path
) -> None:
    async def story(url: str) -> None:
        async with Desk(url, tmp_path / "state", reader="emrtd:pcsc://No Such Reader") as desk:
            await desk.until(lambda: desk.session.reader)
            for _ in range(RETIRE_AFTER):
                desk.do(on.StartOverTouched())
                await types(desk)
                failures = len(desk.heard(on.ChipFailed))
                desk.do(on.NextTouched())
                await desk.until(lambda n=failures: len(desk.heard(on.ChipFailed)) > n)
            assert not desk.session.reader

            desk.do(on.StartOverTouched())
            await desk.begin("skim")
            desk.do(on.NextTouched())
            for text in PASSPORT:
                desk.type(text)
            assert desk.session.screen == "check"

    with serving(hub) as url:
        run(story(url))


# ── personal data ────────────────────────────────────────────────────────────


def test_after_a_person_has_left_nothing_of_them_is_in_session_files_or_log(
    hub: SmallHub, passport: Any, printer: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    state = tmp_path / "state"
    hub.silent = 1

    async def story(url: str) -> None:
        async with Desk(url, state, printer=printer.address, reader=passport.address) as desk:
            await desk.until(lambda: desk.session.reader)
            await types(desk)
            desk.do(on.NextTouched())
            await desk.comes_to("check")
            desk.do(on.NextTouched(), on.NextTouched())
            assert desk.outbox.requests()
            assert not revealed(state)
            await desk.paper_is("printed")
            await desk.until(lambda: hub.printed and not desk.outbox.reports())
            desk.do(on.StartOverTouched())

            assert desk.session.passport is None
            assert not any(secret in repr(desk.session) for secret in SECRETS)
            assert not desk.outbox.requests()
            assert not desk.errands._requests

    with serving(hub) as url:
        run(story(url))
    assert not revealed(state)
    assert not [secret for secret in SECRETS if secret in caplog.text]


def revealed(state: Path) -> list[str]:
    """Return which of the secrets stand readable in a file of the folder."""
    content = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    return [secret for secret in SECRETS if secret.encode() in content]
