"""What lies over a screen: help, the languages, and "are you still there?"."""

from __future__ import annotations

from kivy.app import App
from kivy.graphics import Color, Rectangle

from kiosk import events, flow
from kiosk.state import Session
from kiosk.theme import Look
from kiosk.widgets.boxes import Column, put_away
from kiosk.widgets.notes import Badge
from kiosk.widgets.press import Pressable, PushButton, Toggle
from kiosk.widgets.text import Text
from kiosk.words import LANGUAGES

WIDE = 860
ICONS = {
    "help": "hand-helping",
    "languages": "languages",
    "still_there": "clock",
    "assist": "heart-handshake",
}
NEED_ICONS = {
    "step_free": "accessibility",
    "guide": "footprints",
    "written": "pencil-line",
    "interpreter": "languages",
}
MOST_CHOICES = 6


class Panel(Column):
    """A card over a darkened screen; while it is there nothing else can be touched."""

    def __init__(self) -> None:
        super().__init__(shown=False)
        self._card = Column(
            pad=[60, 56, 60, 56], gap=34, ground="surface", edge="border", radius=40
        )
        self._built: tuple[object, ...] = ()
        self.add_widget(self._card)

    def show(self, session: Session) -> None:
        """Build the panel that the session asks for."""
        self.shown = bool(session.panel)
        wanted = (session.panel, session.view.language, _left(session), session.answers.segment,
                  session.answers.needs)  # fmt: skip
        if wanted == self._built:
            return
        self._built = wanted
        self._card.clear_widgets()
        if not session.panel:
            return
        self._card.add_widget(Badge(icon=ICONS[session.panel], fixed=150, px=84))
        for part in _parts(session):
            self._card.add_widget(part)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Cover everything and put the card where it is reached from any height."""
        self.pos, self.size = (x, y), (width, height)
        self._drawn.clear()
        if not self.shown or width <= 0:
            put_away(self._card)
            return
        self._drawn.add(Color(0.02, 0.06, 0.12, 0.78))
        self._drawn.add(Rectangle(pos=self.pos, size=self.size))
        wide = min(look.px(WIDE), width)
        high = self._card.measure(wide, look)
        base = y + max(0.0, (height * 0.92 - high) / 2)
        self._card.arrange(x + (width - wide) / 2, base, wide, high, look)
        if look.theme.shadow == 0:
            self._card.draw(look)


def _left(session: Session) -> int:
    """Return the seconds that "are you still there?" still waits."""
    if session.panel != "still_there":
        return 0
    return max(0, round(flow.ANSWER_WITHIN_S - (session.at - session.asked_at)))


def _parts(session: Session) -> list[Text | Pressable]:
    match session.panel:
        case "help":
            return _help(session)
        case "languages":
            return _languages()
        case "assist":
            return _assist(session)
        case _:
            return _still_there(session)


def _help(session: Session) -> list[Text | Pressable]:
    complaints = session.office.complaints if session.office else ""
    parts: list[Text | Pressable] = [
        _text("title", "help.title"),
        _text("lead", "help.lead"),
        _text("lead", "help.also", tone="quiet"),
    ]
    if complaints:
        parts.append(_text("small", "help.complaint", tone="quiet", where=complaints))
    close = _say("button.close")
    return [
        *parts,
        PushButton(name="close", kind="primary", text=close, event=events.PanelClosed()),
    ]


def _languages() -> list[Text | Pressable]:
    catalogues = App.get_running_app().catalogues
    buttons = [
        PushButton(
            name=f"language-{language}",
            text=catalogues[language]["own.name"],
            event=events.LanguageChosen(language),
        )
        for language in LANGUAGES
    ]
    close = PushButton(name="close", text=_say("button.close"), event=events.PanelClosed())
    return [
        _text("title", "languages.title"),
        _text("lead", "languages.lead", tone="quiet"),
        *buttons,
        close,
    ]


def _assist(session: Session) -> list[Text | Pressable]:
    """Return the further classes and the needs, each on or off; nobody is asked why."""
    english = session.view.language == "en"
    segments = [
        Toggle(
            name=f"segment-{one.code}",
            icon="heart-handshake",
            title=one.name.en if english else one.name.id,
            about=one.about.en if english else one.about.id,
            on=one.code == session.answers.segment,
            event=events.SegmentTouched(one.code),
        )
        for one in session.segments[1:]
    ]
    needs = [
        Toggle(
            name=f"need-{one.code}",
            icon=NEED_ICONS.get(one.code, "hand-helping"),
            title=one.name.en if english else one.name.id,
            on=one.code in session.answers.needs,
            event=events.NeedTouched(one.code),
        )
        for one in (session.office.needs if session.office else ())
    ]
    done = PushButton(
        name="close", kind="primary", text=_say("button.assist_done"), event=events.PanelClosed()
    )
    return [
        _text("title", "assist.title"),
        _text("lead", "assist.lead", tone="quiet"),
        *[*segments, *needs][:MOST_CHOICES],
        done,
    ]


def _still_there(session: Session) -> list[Text | Pressable]:
    stay, leave = _say("button.stay"), _say("button.leave")
    return [
        _text("title", "still.title"),
        _text("lead", "still.lead", n=_left(session)),
        PushButton(name="stay", kind="primary", text=stay, event=events.PanelClosed()),
        PushButton(name="leave", text=leave, event=events.StartOverTouched()),
    ]


def _text(role: str, key: str, *, tone: str = "text", **values: object) -> Text:
    return Text(role=role, tone=tone, halign="center", text=_say(key, **values))


def _say(key: str, **values: object) -> str:
    app = App.get_running_app()
    return str(app.t(key, app.lang)).format(**values)
