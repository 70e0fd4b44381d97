"""Reads the hub's pages as a browser does: its forms with their hidden fields, rows and texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "source", "wbr"})


@dataclass(slots=True)
class Field:
    """One control of a form; a button is sent only when it is the one that was pressed."""

    name: str
    kind: str
    value: str
    checked: bool = False
    choices: list[str] = field(default_factory=list)
    action: str = ""


@dataclass(slots=True)
class Form:
    """One form as the page has it."""

    action: str
    name: str
    multipart: bool
    fields: list[Field] = field(default_factory=list)

    def names(self) -> set[str]:
        """Return the names of the controls that a person fills in."""
        return {one.name for one in self.fields if one.kind not in ("hidden", "submit")}

    def holds(self, hidden: tuple[str, str] | None) -> bool:
        """Return whether the form has this hidden field, or none is asked for."""
        held = {(one.name, one.value) for one in self.fields if one.kind == "hidden"}
        return hidden is None or hidden in held

    def buttons(self) -> list[Field]:
        """Return the form's buttons."""
        return [one for one in self.fields if one.kind == "submit"]

    def control(self, name: str) -> Field | None:
        """Return the first control called `name` that is no button."""
        return next((one for one in self.fields if one.name == name and one.kind != "submit"), None)


@dataclass(slots=True)
class Page:
    """A page: its forms, links, and what a person reads off it.

    `body` holds the body's attributes, `called` the number of the ticket at the counter, `verdict`
    what is said of the passport's chip.
    """

    url: str
    status: int
    html: str
    forms: list[Form] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    body: dict[str, str] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    rail: list[RailStep] = field(default_factory=list)
    called: str = ""
    verdict: str = ""

    def form(self, action: str, having: tuple[str, str] | None = None) -> Form | None:
        """Return the form that is sent to `action`, `having` such a hidden field."""
        return next((one for one in self.forms if one.action == action and one.holds(having)), None)


@dataclass(slots=True)
class Link:
    """A link and its words."""

    to: str
    words: str = ""


@dataclass(slots=True)
class Row:
    """A row of evidence: how it is marked, how its device stands, and its words.

    `mark` is "ok" (there), "warn" (missing) or "plain" (may be left out); `device` is "info"
    while a device works for it, "bad" or "warn" when that failed, else "".
    """

    mark: str = ""
    device: str = ""
    words: str = ""


@dataclass(slots=True)
class RailStep:
    """One of the twelve steps on the rail of a case: its state and its time in words."""

    state: str
    words: str = ""
    time: str = ""

    @property
    def touch(self) -> str:
        """Return the officers' work on it as the page says it; less than a second is 0:00."""
        worked = self.time.split()[0] if self.time.strip() else ""
        return worked if ":" in worked else "0:00"


def read_page(url: str, status: int, html: str) -> Page:
    """Return the page behind `html`."""
    reader = _Reader(Page(url, status, html))
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    """Collects forms and the few texts that a person would look for."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self._open: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._late: list[tuple[str, Field]] = []
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, self._role(tag, told)))
        self.page.called = told.get("data-number", self.page.called)
        if tag == "body":
            self.page.body = told
        elif tag == "a" and "href" in told:
            self.page.links.append(Link(told["href"]))
        elif tag == "form":
            self._begin_form(told)
        elif tag in ("input", "button", "textarea", "select", "option"):
            self._take_control(tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text:
            return
        if any(tag == "a" for tag, _ in self._open):
            self.page.links[-1].words = f"{self.page.links[-1].words} {text}".strip()
        for role in dict.fromkeys(role for _, role in self._open if role):
            self._note(role, text)

    def close(self) -> None:
        super().close()
        for target, control in self._late:
            if target in self._by_id:
                self._by_id[target].fields.append(control)

    def _role(self, tag: str, told: dict[str, str]) -> str:
        """Return what this element is to us, and open what it holds."""
        classes = told.get("class", "").split()
        if told.get("id", "").startswith("row-"):
            self.page.rows[told["id"].removeprefix("row-")] = Row()
            return told["id"]
        if "alert" in classes or "fault" in classes:
            self.page.alerts.append("")
            return "alert"
        if tag == "li" and self._within("rail"):
            self.page.rail.append(RailStep(classes[0] if classes else ""))
            return "rail-step"
        if "state" in classes and (row := self._row()) is not None:
            if tag == "p":
                row.device = classes[1]
            elif self._within("mark"):
                row.mark = classes[1]
        return next((one for one in ("rail", "rail-time", "mark", "verdict") if one in classes), "")

    def _within(self, role: str) -> bool:
        return any(here == role for _, here in self._open)

    def _row(self) -> Row | None:
        name = next((role for _, role in self._open if role.startswith("row-")), "")
        return self.page.rows.get(name.removeprefix("row-"))

    def _note(self, role: str, text: str) -> None:
        if role == "alert":
            self.page.alerts[-1] = f"{self.page.alerts[-1]} {text}".strip()
        elif role == "verdict":
            self.page.verdict = f"{self.page.verdict} {text}".strip()
        elif role == "rail-step":
            self.page.rail[-1].words += f" {text}"
        elif role == "rail-time":
            self.page.rail[-1].time += f" {text}"
        elif role.startswith("row-"):
            self.page.rows[role.removeprefix("row-")].words += f" {text}"

    def _begin_form(self, told: dict[str, str]) -> None:
        multipart = told.get("enctype") == "multipart/form-data"
        self._form = Form(told.get("action", ""), told.get("id", ""), multipart)
        self.page.forms.append(self._form)
        if self._form.name:
            self._by_id[self._form.name] = self._form

    def _take_control(self, tag: str, told: dict[str, str]) -> None:
        if tag == "option":
            self._take_option(told)
            return
        if "disabled" in told:
            return
        kind = told.get("type", "submit" if tag == "button" else "text")
        kind = tag if tag in ("select", "textarea") else kind
        control = Field(
            told.get("name", ""),
            kind,
            told.get("value", "on" if kind in ("checkbox", "radio") else ""),
            "checked" in told,
            action=told.get("formaction", ""),
        )
        if tag == "select":
            self._select = control
        if "form" in told:
            self._late.append((told["form"], control))
        elif self._form is not None:
            self._form.fields.append(control)

    def _take_option(self, told: dict[str, str]) -> None:
        if self._select is None:
            return
        value = told.get("value", "")
        self._select.choices.append(value)
        if "selected" in told or len(self._select.choices) == 1:
            self._select.value = value


def filled(form: Form, values: dict[str, str], button: Field | None) -> Iterator[tuple[str, str]]:
    """Yield what a browser would send. Raises KeyError for a field that it lacks."""
    missing = set(values) - form.names()
    if missing:
        raise KeyError(", ".join(sorted(missing)))
    for one in form.fields:
        if not one.name or one.kind in ("submit", "file"):
            continue
        if one.kind in ("checkbox", "radio"):
            chosen = one.value == values[one.name] if one.name in values else one.checked
            if chosen:
                yield one.name, one.value
        else:
            yield one.name, values.get(one.name, one.value)
    if button is not None and button.name:
        yield button.name, button.value
