"""Every link that an officer finds leads somewhere; files come as what their names say."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from plain_browser import PlainBrowser

from hub.sample import LOGINS

LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')
CHANGING = re.compile(r"=[^&]*|[0-9a-f]{32}|\d{4}-\d\d-\d\d")
"""What differs between addresses of one kind: a day's page leads to the day before it."""


@pytest.fixture(scope="module")
def case(office) -> str:
    return office.draft()


@pytest.fixture
def supervisor(office) -> Iterator[PlainBrowser]:
    opened = PlainBrowser(office.url)
    opened.sign_in("supervisor")
    yield opened
    opened.http.close()


@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS)
def test_every_link_on_every_page_answers(office, case: str, login: str) -> None:
    browser = PlainBrowser(office.url)
    browser.sign_in(login)
    answers = dict(_walk(browser, ["/"]))
    browser.http.close()

    assert len(answers) > 2
    assert {path: status for path, status in answers.items() if status >= 400} == {}


def test_the_work_list_is_a_table_as_csv_and_as_a_workbook(supervisor: PlainBrowser, case) -> None:
    page = supervisor.http.get("/cases").text
    [as_csv, as_xlsx] = [
        next(html.unescape(link) for link in LINK.findall(page) if f"list.{kind}" in link)
        for kind in ("csv", "xlsx")
    ]

    table, book = supervisor.http.get(as_csv), supervisor.http.get(as_xlsx)

    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(rows) >= 2
    assert [list(row) for row in sheet.iter_rows(values_only=True)] == [
        [cell or None for cell in row] for row in rows
    ]


def test_the_two_clocks_are_files_of_their_own(supervisor: PlainBrowser) -> None:
    heads = {
        report: supervisor.http.get(f"/times/{report}.csv?lang=en").content.decode("utf-8-sig")
        for report in ("touch", "lead")
    }

    assert "SOP" in heads["touch"].splitlines()[0]
    assert heads["lead"].splitlines()[0] != heads["touch"].splitlines()[0]


def test_nothing_of_the_address_gets_into_the_heads_of_a_file(supervisor: PlainBrowser) -> None:
    sent = supervisor.http.get("/cases/list.csv?role=x%0d%0aSet-Cookie:%20evil=1%22")

    assert sent.status_code == 200
    assert "set-cookie" not in sent.headers
    assert "evil" not in sent.headers["content-disposition"]


def _walk(browser: PlainBrowser, waiting: list[str]) -> Iterator[tuple[str, int]]:
    """Yield path and status of everything that can be reached, one address of each kind."""
    seen = set()
    while waiting:
        path = waiting.pop()
        kind = CHANGING.sub("", path)
        if kind in seen or path.startswith(("/static/", "/language/")):
            continue
        seen.add(kind)
        answer = browser.walk(browser.http.get(path))
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        text = answer.text if is_page else ""
        yield path, answer.status_code
        waiting += [html.unescape(link) for link in LINK.findall(text)]
