"""The queue: who is given a number, who is called, what happens until the end."""

from hub.queue.absence import (
    absent,
    recall,
    return_,
)
from hub.queue.arriving import check_in, issue_for_case, use_booking
from hub.queue.giving import NumberAsked, issue, issue_all
from hub.queue.giving_back import (
    give_back,
)
from hub.queue.line import (
    call_next,
    finish,
    note_paper,
    start,
)
from hub.queue.moving import (
    park,
    resume,
    transfer,
)
from hub.queue.undoing import (
    undo,
)
from hub.queue.voiding import void, voided_by

__all__ = [
    "NumberAsked",
    "absent",
    "call_next",
    "check_in",
    "finish",
    "give_back",
    "issue",
    "issue_all",
    "issue_for_case",
    "note_paper",
    "park",
    "recall",
    "resume",
    "return_",
    "start",
    "transfer",
    "undo",
    "use_booking",
    "void",
    "voided_by",
]
