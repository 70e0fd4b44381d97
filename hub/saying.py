"""Refusals on the command line: words on standard error and exit code 1, never a traceback."""

from __future__ import annotations

import sys


def out_of_reach(error: OSError) -> str:
    """Return words for a file or folder that cannot be used, and what to look at."""
    what, why = error.filename, error.strerror
    return (
        f"{what} tidak dapat dipakai: {why}. Periksa letak dan hak aksesnya.\n"
        f"       {what} cannot be used: {why}. See that it is there and allowed."
    )


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
        if isinstance(error, OSError) and error.filename:
            print(f"loket: {out_of_reach(error)}", file=sys.stderr)  # noqa: T201
            raise SystemExit(1) from None
        if isinstance(error, LoketError | RuleFileError | OSError):
            print(f"loket: {error}", file=sys.stderr)  # noqa: T201
            raise SystemExit(1) from None
