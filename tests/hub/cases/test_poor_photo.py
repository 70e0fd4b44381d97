"""A portrait in which the camera found a fault is used only with the officer's reason."""

import json

import pytest
from sqlalchemy import update

from hub.errors import BadInput
from hub.models.application import Application
from hub.models.station import JobRow

FAULTY = json.dumps({"faults": "blurred tilted"})


def position(desk, case: str) -> str:
    with desk.database.reading() as session:
        return session.get_one(Application, (desk.office_no, case)).position


def test_a_faulty_portrait_needs_a_reason(desk):
    case = desk.go("biometrics")
    desk.take_fingers(case)
    photo = desk.capture(case, "biometrics.photo", "take_photo")

    def found(tx):
        tx.session.execute(update(JobRow).where(JobRow.id == photo).values(facts=FAULTY))

    desk.do("kiosk", found)
    with pytest.raises(BadInput) as refused:
        desk.complete("loket", case, "biometrics", {})
    before = position(desk, case)
    desk.complete("loket", case, "biometrics", {}, remark="pemohon lansia, tidak bisa tegak")

    assert refused.value.code == "photo_poor"
    assert [fault.field for fault in refused.value.fields] == ["remark"]
    assert before == "biometrics"
    assert position(desk, case) != "biometrics"
