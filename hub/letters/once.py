"""One paper set in a process of its own, from a thread: for work that has no press at hand."""

from __future__ import annotations

import pickle
import subprocess
import sys

from hub.errors import Fault, LoketError
from hub.letters.official import Paper
from hub.letters.papers import Letterhead
from hub.letters.press import LENGTH, PRINT_S


def print_once(head: Letterhead, paper: Paper) -> bytes:
    """Return `paper` as PDF. Raises Unprintable, Fault when the worker fails."""
    question = pickle.dumps((head, paper))
    done = subprocess.run(
        [sys.executable, "-m", "hub.letters.worker"],
        input=LENGTH.pack(len(question)) + question,
        stdout=subprocess.PIPE,
        timeout=PRINT_S,
        check=False,
    )
    if done.returncode != 0 or len(done.stdout) < LENGTH.size:
        message = "the paper could not be set"
        raise Fault(message)
    answer = pickle.loads(done.stdout[LENGTH.size :])  # noqa: S301 — our own worker's
    if isinstance(answer, LoketError):
        raise answer
    if not isinstance(answer, bytes):
        message = "the worker answered with something else than a paper"
        raise Fault(message)
    return answer
