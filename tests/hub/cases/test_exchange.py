"""Cases leave as documented JSON and come in as drafts, once each, or not at all."""

from __future__ import annotations

import json

import pytest

from hub.cases import applications, exchange
from hub.errors import BadInput
from hub.models.application import Application

LINE = {
    "format": "loket.case/1",
    "reference": "LAMA-77",
    "sop": "IMI-GR.01.14-1111",
    "purpose": "PEWARGANEGARAAN",
    "basis": "KELUARGA",
    "person": {
        "full_name": {"officer": "Anna Maria Eriksson"},
        "passport_number": {"mrz": "L898902C3", "card": "L8989O2C3"},
        "phone": {"officer": "0812 345 678"},
        "stays": {"officer": '[{"kind":"ITAP","start":"2021-01-01","end":"2028-01-01"}]'},
    },
}


def take_in(desk, **changed):
    line = json.dumps(LINE | changed)
    return take_line(desk, line).code


def take_line(desk, line):
    return desk.do("kiosk", lambda tx: exchange.import_case(tx, desk.procedure, line))


def send_out(desk):
    return desk.do("kiosk", lambda tx: exchange.export_cases(tx, desk.procedure, ""))


def test_a_case_comes_in_as_a_draft_once(desk) -> None:
    code = take_in(desk)

    assert take_in(desk) == code
    view = desk.view(code)
    assert view.head.state == "DRAFT"
    assert [d.code for d in view.findings.doubts] == ["differs.passport_number"]
    assert next(row.value for row in view.values if row.field == "phone") == "+62812345678"
    assert desk.step_1(view.id).state == "RECEIVED"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"person": {"nik": {"officer": "12"}}}, "person.nik.officer"),
        ({"person": {"shoe": {"officer": "43"}}}, "person.shoe"),
        ({"person": {"stays": {"officer": "[1]"}}}, "person.stays.officer"),
        ({"purpose": "LIBURAN"}, "purpose"),
        ({"format": "loket.case/9"}, "format"),
        ({"sop": "LAIN"}, "sop"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_comes_in(desk, changed, named) -> None:
    with pytest.raises(BadInput) as refused:
        take_in(desk, **changed)

    assert named in [fault.field for fault in refused.value.fields]
    assert all(fault.message for fault in refused.value.fields)
    assert " / " not in refused.value.en, "one language at a time"
    with desk.database.reading() as session:
        assert session.query(Application).count() == 0


def test_what_goes_out_is_what_the_schema_says_and_comes_in_elsewhere(desk) -> None:
    case = desk.go("9")
    [line] = send_out(desk)
    sent = json.loads(line)

    assert set(sent) <= set(exchange.schema()["$defs"]["CaseFile"]["properties"])
    assert sent["person"]["passport_number"]["chip"] == "L898902C3"
    assert sent["record"]["state"] == "REGISTERED"
    assert "receipt_code" not in sent["person"]
    assert desk.do("kiosk", lambda tx: exchange.export_cases(tx, desk.procedure, case)) == []
    sent["record"]["id"] = "0" * 32  # what another hub would have sent, of a person of its own
    sent["person"]["birth_place"] = {"officer": "Nadir"}
    elsewhere = take_line(desk, json.dumps(sent))
    assert not elsewhere.known
    assert desk.view(elsewhere.code).head.person == "ERIKSSON, ANNA MARIA"


@pytest.mark.parametrize("changed", [{}, {"record": {}}, {"record": {}, "reference": "LAMA-78"}])
def test_the_offices_own_export_comes_back_as_the_case_it_is(desk, changed) -> None:
    case = desk.go("3")
    [line] = send_out(desk)

    taken = take_line(desk, json.dumps(json.loads(line) | changed))

    assert (taken.code, taken.known) == (desk.view(case).head.case_code, True)
    assert send_out(desk) == [line], "nothing was changed, no second case is there"


def test_the_same_content_as_an_ended_case_is_a_new_application(desk) -> None:
    case = desk.go("3")
    [line] = send_out(desk)
    desk.do("loket", lambda tx: applications.withdraw(tx, desk.procedure, case, "tidak jadi"))

    taken = take_line(desk, json.dumps(json.loads(line) | {"record": {}, "reference": "BARU-1"}))

    assert not taken.known
