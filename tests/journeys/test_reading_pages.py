"""The demo's officers see of a page what a browser would send."""

from __future__ import annotations

import pytest

from hub.demo.pages import filled, read_page

PAGE = """
<body data-stream="case/1" data-seq="7">
<nav class="rail"><ol>
  <li class="done"><span class="rail-what">Terima</span>
    <span class="rail-time">0:12 / 10</span></li>
  <li class="current" aria-current="step"><span class="rail-what">Data</span></li>
</ol></nav>
<form id="step-form" action="/case/1/step/4" enctype="multipart/form-data">
  <input type="hidden" name="csrf" value="c"><input type="hidden" name="key" value="k">
  <li id="row-scan"><span class="mark"><span class="state warn"></span></span>
    <p class="state info">bekerja</p>
    <button type="submit" formaction="/case/1/job" name="evidence" value="scan">Pindai</button></li>
  <li id="row-note"><span class="mark"><span class="state ok"></span></span>
    <input name="note" value="old"></li>
  <input type="checkbox" name="signed" value="yes">
  <select name="capacity"><option value="">-</option>
    <option value="A.N." selected>a.n.</option></select>
</form>
<button form="step-form" type="submit" name="verdict" value="YA">Ya</button>
<div class="alert bad">Ada yang belum diisi.</div>
</body>
"""


def test_a_button_elsewhere_belongs_to_its_form() -> None:
    form = read_page("/case/1", 200, PAGE).form("/case/1/step/4")

    assert form is not None
    assert [(button.name, button.value) for button in form.buttons()] == [
        ("evidence", "scan"),
        ("verdict", "YA"),
    ]


def test_only_what_a_browser_would_send_is_sent() -> None:
    form = read_page("/case/1", 200, PAGE).forms[0]

    sent = list(filled(form, {"note": "new"}, form.buttons()[1]))

    assert sent == [
        ("csrf", "c"),
        ("key", "k"),
        ("note", "new"),
        ("capacity", "A.N."),
        ("verdict", "YA"),
    ]


def test_a_field_that_the_form_lacks_is_named() -> None:
    form = read_page("/case/1", 200, PAGE).forms[0]

    with pytest.raises(KeyError, match="amount"):
        list(filled(form, {"amount": "1"}, None))


def test_rows_rail_and_alerts_are_read_as_marked() -> None:
    page = read_page("/case/1", 200, PAGE)

    assert (page.rows["scan"].mark, page.rows["scan"].device) == ("warn", "info")
    assert (page.rows["note"].mark, page.rows["note"].device) == ("ok", "")
    assert (page.rail[0].state, page.rail[0].touch) == ("done", "0:12")
    assert page.rail[1].state == "current"
    assert page.alerts == ["Ada yang belum diisi."]
    assert page.body["data-seq"] == "7"
