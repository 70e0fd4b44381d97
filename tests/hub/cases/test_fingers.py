"""Each finger has an image or an exception; what a reader can take, an officer can ask for."""

import dataclasses

import msgspec
import pytest

from hub import jobs, stations
from hub.cases import evidence, finger_acts, fingers
from hub.errors import BadInput, Conflict
from hub.models.application import Application
from hub.wire import DeviceReport, FingerReader, StationReport
from hub.writer import Actor

STAGE = "biometrics"
SLAPS = FingerReader(positions=list(range(1, 11)), slaps=True, dpi=500, certified=True)
SINGLE = FingerReader(positions=[2, 7], dpi=508)


@pytest.fixture
def ten(desk):
    """The same office, which asks for all ten fingers."""
    rules = msgspec.structs.replace(desk.procedure.office.biometrics, fingers=tuple(range(1, 11)))
    office = msgspec.structs.replace(desk.procedure.office, biometrics=rules)
    desk.procedure = dataclasses.replace(desk.procedure, office=office)
    return desk


def reader_at_counter_1(desk, can: FingerReader) -> None:
    def admit(tx):
        office = desk.procedure.office
        stations.add(tx, office, kind="agent", name="counter 1", counter=1)
        return tx.connection.exec_driver_sql(
            "SELECT id FROM stations WHERE name = 'counter 1'"
        ).scalar_one()

    station = desk.do("kiosk", admit)
    agent = Actor("station", station, "counter 1", frozenset({"agent"}), 1)
    report = StationReport(
        boot="b1",
        version="1",
        devices=[DeviceReport(role="fingerprint", address="r30x:x", lamp="ready", fingers=can)],
    )
    desk._writer.run_alone(lambda tx: stations.report(tx, report=report), actor=agent)


def standing(desk, case: str) -> dict[int, fingers.Finger]:
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        known = fingers.of_case(session, desk.procedure, row, STAGE, "finger")
    return {one.number: one for one in known}


def row_of(desk, case: str):
    return next(row for row in desk.view(case).current.evidence if row.key == "finger")


def test_every_finger_needs_an_image_or_an_exception(ten):
    case = ten.go(STAGE)
    for number in (2, 3, 4, 5, 6, 7, 8, 9):
        ten.capture(case, f"{STAGE}.finger.{number}", "capture_finger", "image/png", quality="80")
    ten.capture(case, f"{STAGE}.photo", "take_photo")
    with pytest.raises(BadInput) as refused:
        ten.complete("loket", case, STAGE, {})
    ten.do(
        "loket",
        lambda tx: finger_acts.except_finger(
            tx, ten.procedure, case, 1, kind="AMPUTATED", reason=""
        ),
    )
    ten.do(
        "loket",
        lambda tx: finger_acts.except_finger(
            tx, ten.procedure, case, 10, kind="BANDAGED", reason="luka bakar"
        ),
    )
    enough = row_of(ten, case).supplied
    ten.complete("loket", case, STAGE, {})

    [fault] = refused.value.fields
    assert "Jempol kanan (1)" in fault.message
    assert "Left little (10)" in fault.message
    assert "Telunjuk" not in fault.message
    assert enough
    with ten.database.reading() as session:
        row = session.get_one(Application, (ten.office_no, case))
        kept = evidence.values_of(session, ten.procedure, row)[STAGE]
    said = {one["finger"]: one for one in msgspec.json.decode(kept["finger"])}
    assert (said[1]["code"], said[10]["code"], said[2]["code"]) == ("XX", "UP", "")
    files = [one.item for one in ten.view(case).documents if one.kind == "finger"]
    assert sorted(files) == [f"{STAGE}.finger.{number}" for number in range(2, 10)]


def test_a_cause_that_says_little_needs_a_reason(desk):
    case = desk.go(STAGE)

    with pytest.raises(BadInput) as refused:
        desk.do(
            "loket",
            lambda tx: finger_acts.except_finger(
                tx, desk.procedure, case, 2, kind="OTHER", reason=" "
            ),
        )

    assert [fault.field for fault in refused.value.fields] == ["reason"]


def test_four_fingers_taken_at_once_are_four_fingers(ten):
    case = ten.go(STAGE)
    reader_at_counter_1(ten, SLAPS)
    job = ten.do("loket", lambda tx: finger_acts.take(tx, ten.procedure, case, 13, counter=1))
    asked = {number for number, one in standing(ten, case).items() if one.state == "running"}
    ten.do("loket", lambda tx: jobs.cancel(tx, job=job.id, application=case))
    ten.capture(case, f"{STAGE}.finger.13", "capture_finger", "image/png", quality="71")

    assert asked == {2, 3, 4, 5}
    assert {number for number, one in standing(ten, case).items() if one.state == "good"} == asked


def test_a_reader_is_not_asked_for_what_it_does_not_take(ten):
    case = ten.go(STAGE)
    reader_at_counter_1(ten, SINGLE)

    for number in (1, 13):
        with pytest.raises(Conflict) as refused:
            ten.do(
                "loket",
                lambda tx, number=number: finger_acts.take(
                    tx, ten.procedure, case, number, counter=1
                ),
            )
        assert refused.value.code == "finger_not_taken"


def test_tries_are_counted_from_where_the_finger_was_begun_anew(desk):
    case = desk.go(STAGE)
    for _ in range(3):
        desk.capture(case, f"{STAGE}.finger.2", "capture_finger", "image/png", quality="20")
    reader_at_counter_1(desk, SLAPS)
    with pytest.raises(Conflict) as refused:
        desk.do("loket", lambda tx: finger_acts.take(tx, desk.procedure, case, 2, counter=1))
    spent = standing(desk, case)[2]
    desk.clock.pass_(seconds=1)
    desk.do(
        "loket",
        lambda tx: finger_acts.begin_anew(tx, desk.procedure, case, 2, reason="kaca dibersihkan"),
    )
    fresh = standing(desk, case)[2]

    assert refused.value.code == "finger_tries_used"
    assert (spent.state, spent.tries_left, spent.quality) == ("poor", 0, 20)
    assert (fresh.state, fresh.tries_left, fresh.blob) == ("missing", 3, "")


def test_a_poor_image_is_accepted_only_when_the_tries_are_used(desk):
    case = desk.go(STAGE)
    desk.capture(case, f"{STAGE}.finger.2", "capture_finger", "image/png", quality="20")
    with pytest.raises(Conflict) as early:
        desk.do(
            "loket", lambda tx: finger_acts.accept(tx, desk.procedure, case, 2, reason="kering")
        )
    for quality in ("30", "25"):
        desk.capture(case, f"{STAGE}.finger.2", "capture_finger", "image/png", quality=quality)
    desk.do("loket", lambda tx: finger_acts.accept(tx, desk.procedure, case, 2, reason="kering"))
    finger = standing(desk, case)[2]

    assert early.value.code == "finger_tries_left"
    assert (finger.state, finger.quality, finger.said.reason) == ("accepted", 30, "kering")
