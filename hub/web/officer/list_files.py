"""The work list as a file: CSV for any program, XLSX for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from hub.cases.views import CaseRow
from hub.web.words import Speech

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[CaseRow], speech: Speech) -> bytes:
    """Return the list as CSV in UTF-8 with a mark, as spreadsheets expect."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(_table(rows, speech))
    return ("\ufeff" + text.getvalue()).encode()


def as_xlsx(rows: Sequence[CaseRow], speech: Speech) -> bytes:
    """Return the list as a workbook of one sheet."""
    from openpyxl import Workbook  # brings numpy along, 20 MB that a hub rarely needs

    book = Workbook(write_only=True)
    sheet = book.create_sheet(speech.say("nav_cases"))
    for line in _table(rows, speech):
        sheet.append(line)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _table(rows: Sequence[CaseRow], speech: Speech) -> list[list[str]]:
    heads = ("application", "person", "next_step", "performer", "state", "waits_for_whom",
             "waits_since", "promised_on", "late")  # fmt: skip
    lines = [[speech.say(head) for head in heads]]
    lines += [
        [
            row.case_code,
            row.person,
            f"{row.step} {speech.pick(row.step_title)}".strip(),
            speech.pick(row.performer),
            speech.pick(row.state_words),
            speech.say(f"waited_{row.waits_for}"),
            row.waiting_since.astimezone(speech.zone).strftime("%Y-%m-%d %H:%M"),
            row.promised_on.isoformat() if row.promised_on else "",
            speech.say("late") if row.late else "",
        ]
        for row in rows
    ]
    return [[_harmless(cell) for cell in line] for line in lines]


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell
