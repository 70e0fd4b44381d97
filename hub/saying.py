"""Refusals on the command line: words on standard error and exit code 1, never a traceback."""

from __future__ import annotations

import sys


class in_words:  # noqa: N801 — reads as a statement
    """Turn a refusal into words on standard error and exit code 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from hub.errors import LoketError, Refused
        from hub.rulefile import RuleFileError

        if isinstance(error, Refused):
            print(f"loket: {error.id}\n       {error.en}", file=sys.stderr)  # noqa: T201
            raise SystemExit(1) from None
        if isinstance(error, LoketError | RuleFileError | OSError):
            print(f"loket: {error}", file=sys.stderr)  # noqa: T201
            raise SystemExit(1) from None
