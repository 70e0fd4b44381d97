"""The worker of the press: reads questions from standard input, writes answers (see press.py)."""

from __future__ import annotations

import logging
import os
import pickle
import sys
from typing import BinaryIO

from hub.errors import Fault, LoketError
from hub.letters import compose, queue_slip
from hub.letters.press import LENGTH, Question
from hub.letters.slips import QueueSlip

log = logging.getLogger(__name__)


def main() -> None:
    """Answer until standard input ends: the hub is gone, or wants us to go."""
    # what a library prints must not get between the answers
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        while question := _read(sys.stdin.buffer):
            answer = pickle.dumps(_answer(pickle.loads(question)))  # noqa: S301 — the hub's own
            answers.write(LENGTH.pack(len(answer)) + answer)
            answers.flush()


def _read(questions: BinaryIO) -> bytes:
    length = questions.read(LENGTH.size)
    return questions.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else b""


def _answer(question: Question | None) -> bytes | LoketError:
    try:
        if question is None:
            compose.warm()
            return b""
        if isinstance(question, QueueSlip):
            return queue_slip.draw_slip(question)
        return compose.compose(*question)
    except LoketError as error:
        return error
    except Exception:
        log.exception("a paper could not be set")
        return Fault("the paper could not be set; the hub's log says why")


if __name__ == "__main__":
    main()
