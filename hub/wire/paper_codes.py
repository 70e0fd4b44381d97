"""What the codes on an office's papers have in common: `LOKET:`, the paper's kind, a number.

    LOKET:R:CTH-261123-0042-K:SECRET      application receipt
    LOKET:U:CTH-261123-0042-K-U1          letter that asks the applicant to come

Nearly every such number begins with the code of its case.
"""

from __future__ import annotations

import re

_PAPER = "LOKET:"
_CASE = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{2,6}-\d{6}-\d{4,6}-[A-Z0-9](?![A-Z0-9])")


def case_on_paper(text: str) -> str:
    """Return the case code in what a scanner read from one of our papers, "" if there is none."""
    read = text.strip().upper()
    found = _CASE.search(read) if read.startswith(_PAPER) else None
    return found.group() if found else ""
