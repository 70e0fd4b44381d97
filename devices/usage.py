"""Wrong use of `loket devices`: what the command line refuses by itself, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from typer._click import exceptions as refused  # typer carries its own click and hides this part
from typer.core import TyperGroup

_WORDS: Final[tuple[tuple[type[refused.UsageError], str], ...]] = (
    (refused.MissingParameter, "Isian ini kurang"),
    (refused.NoSuchOption, "Pilihan ini tidak ada"),
    (refused.BadParameter, "Isian ini salah"),
    (refused.UsageError, "Perintah atau isian ini tidak dikenal"),
)


class BothLanguages(TyperGroup):
    """A group of commands whose refusals are told in Indonesian and English."""

    def make_context(self, *arguments: Any, **more: Any) -> Any:  # as the library hands it on
        """Read the group's own options. Raises UsageError in both languages."""
        with _told():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: Any) -> Any:  # as the library hands it on
        """Run a command of the group. Raises UsageError in both languages."""
        with _told():
            return super().invoke(ctx)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except refused.NoArgsIsHelpError:
        raise
    except refused.UsageError as error:
        words = next(words for kind, words in _WORDS if isinstance(error, kind))
        told = f"{words} / {error.format_message()}"
        raise refused.UsageError(told, ctx=error.ctx) from error
