"""One step of one case, worked by one officer in the browser: clock, devices, forms, complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.demo.errors import OfficerFailed
from hub.demo.officer import Officer
from hub.demo.pages import Field, Form, Page

_DEVICE_WITHIN_S = 90.0
Press = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Stage:
    """What an officer does at a step or gate: writes `values`, presses the button `decision`.

    `first` is a row that is saved by its own button before the others can be supplied.
    """

    key: str
    login: str
    values: Mapping[str, str] = field(default_factory=dict)
    decision: tuple[str, str] | None = None
    first: tuple[str, str] | None = None
    before: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """Forms of their own that are sent before the step's: the act's name and what it says."""
    fingers: bool = False
    """Whether fingers are taken at the biometrics station."""

    @property
    def kind(self) -> str:
        """Return the word in the form's address."""
        return "step" if self.key.isdigit() else "gate"


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was completed: the officers' work on it as the page says it, what it left."""

    stage: Stage
    touch: str
    evidence: tuple[str, ...]


def work(officer: Officer, case: str, stage: Stage) -> Done:
    """Do `stage` of the case at the path `case`. Raises OfficerFailed with the refusal."""
    page = officer.open(case)
    if page.form(f"{case}/begin"):
        page = officer.send(page, f"{case}/begin")
    place = _current(officer, page)
    for act, said in stage.before:
        page = officer.send(page, f"{case}/{act}", said)
    if stage.first:
        key, value = stage.first
        page = _twice(officer, page, f"{case}/supply", {key: value}, ("evidence", key))
    fingers = _take_fingers(officer, case) if stage.fingers else ()
    page = officer.open(case) if fingers else page
    page = officer.type(page, stage.key, _said_by_papers(page, stage))
    page, supplied = _use_devices(officer, page)
    form = _step_form(officer, page, case, stage)
    ticks = _ticks(form, page)
    values = {**dict.fromkeys(ticks, "yes"), **stage.values}
    page = _twice(officer, page, f"{case}/{stage.kind}/{stage.key}", values, stage.decision)
    if page.rail[place].state != "done":
        message = f"officer '{officer.login}': step {stage.key} was sent, but is not done"
        raise OfficerFailed(message)
    decided = (f"{stage.decision[0]}={stage.decision[1]}",) if stage.decision else ()
    first = (stage.first[0],) if stage.first else ()
    ticked = (f"{len(ticks)} ticked",) if ticks else ()
    written = tuple(key.removeprefix("field.") for key in stage.values)
    return Done(
        stage, page.rail[place].touch, (*ticked, *first, *fingers, *supplied, *decided, *written)
    )


def _twice(
    officer: Officer, page: Page, action: str, values: Mapping[str, str], press: Press
) -> Page:
    """Send a form, and once more where the page asks whether it is meant."""
    page = officer.send(page, action, values, press=press)
    if any(field.name == "sure" for form in page.forms for field in form.fields):
        page = officer.send(page, action, values, press=press)
    return page


def print_paper(officer: Officer, case: str, paper: str) -> None:
    """Print a paper from the case's list of papers. Raises OfficerFailed."""
    page = officer.open(case)
    officer.send(page, f"{case}/print/{paper}", having=("from", "papers"))


def _use_devices(officer: Officer, page: Page) -> tuple[Page, tuple[str, ...]]:
    """Press the device button of every missing row, then wait until all are there."""
    pressed: list[str] = []
    while (button := _next_device(page, pressed)) is not None:
        page = officer.send(page, button.action, press=(button.name, button.value))
        pressed.append(button.value)
    if not pressed:
        return page, ()
    page = officer.until(
        page,
        lambda now: all(_supplied(officer, now, key) for key in pressed),
        f"the devices for {', '.join(pressed)}",
        limit_s=_DEVICE_WITHIN_S,
    )
    return page, tuple(pressed)


def _take_fingers(officer: Officer, case: str) -> tuple[str, ...]:
    """Take one finger after the other until the station asks for no more."""
    page = officer.open(f"{case}/biometrics")
    taken: list[str] = []
    while (found := _finger_button(page)) is not None:
        action, button = found
        officer.send(page, action, press=(button.name, button.value))
        page = officer.until(
            officer.open(f"{case}/biometrics"),
            lambda now: not any(form.action.endswith("/cancel") for form in now.forms),
            f"the reader for {button.value}",
            limit_s=_DEVICE_WITHIN_S,
        )
        taken.append(button.value)
    return tuple(dict.fromkeys(taken))


def _finger_button(page: Page) -> tuple[str, Field] | None:
    """Return where the finger that comes next is asked for, and its button."""
    buttons = ((form.action, one) for form in page.forms for one in form.buttons())
    return next((pair for pair in buttons if pair[1].value.startswith("finger.")), None)


def _next_device(page: Page, pressed: list[str]) -> Field | None:
    """Return the device button of a missing row that was not pressed yet."""
    for form in page.forms:
        for button in form.buttons():
            asks = button.action.endswith("/job") or "/print/" in button.action
            if not asks or button.name != "evidence" or button.value in pressed:
                continue
            if page.rows[button.value].mark == "warn":
                return button
    return None


def _said_by_papers(page: Page, stage: Stage) -> dict[str, str]:
    """Return what stands on the form before a paper is printed that says it; never a password."""
    needed = (name for name, row in page.rows.items() if row.mark == "warn")
    ticks = {name: "yes" for name in needed if name.startswith("checklist.")}
    typed = {name: text for name, text in stage.values.items() if name != "initials"}
    return {**ticks, **typed}


def _supplied(officer: Officer, page: Page, key: str) -> bool:
    row = page.rows[key]
    if row.device in ("bad", "warn"):
        message = f"officer '{officer.login}': {key} could not be taken: {row.words.strip()}"
        raise OfficerFailed(message)
    return row.mark == "ok"


def _step_form(officer: Officer, page: Page, case: str, stage: Stage) -> Form:
    form = page.form(f"{case}/{stage.kind}/{stage.key}")
    if form is None:
        words = " · ".join(page.alerts)
        message = f"officer '{officer.login}' is not shown step {stage.key}: {words}"
        raise OfficerFailed(message)
    return form


def _ticks(form: Form, page: Page) -> list[str]:
    """Return the required boxes that the officer vouches for."""
    boxes = [one.name for one in form.fields if one.kind == "checkbox" and one.value == "yes"]
    return [name for name in boxes if page.rows[name].mark == "warn"]


def _current(officer: Officer, page: Page) -> int:
    for place, step in enumerate(page.rail):
        if step.state == "current":
            return place
    message = f"officer '{officer.login}': the case shows no current step"
    raise OfficerFailed(message)
