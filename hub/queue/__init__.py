"""The queue: who is given a number, who is called, what happens until the end."""

from hub.queue.line import (
    absent,
    call_next,
    finish,
    issue,
    note_paper,
    park,
    recall,
    resume,
    return_,
    start,
    transfer,
    undo,
)

__all__ = [
    "absent",
    "call_next",
    "finish",
    "issue",
    "note_paper",
    "park",
    "recall",
    "resume",
    "return_",
    "start",
    "transfer",
    "undo",
]
